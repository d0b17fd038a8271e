"""Voice out: a telephone call over SIP that says that there is an alert, and takes key 1 from whoever accepts it."""
