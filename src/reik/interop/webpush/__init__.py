"""Web push out: an encrypted notification on a phone that says that there is something to see in Reik."""
