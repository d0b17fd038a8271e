"""`reik demo`: a made-up neighbourhood with its past, its devices and its people, on this machine only."""

CENTRE_PORT = 8811
"""Where the monitoring centre's webhook is, on loopback, unless `neighbourhood.readdress` says otherwise."""
MAIL_PORT = 8825
"""Where the mail server is that all letters of the demo go to, on loopback."""
