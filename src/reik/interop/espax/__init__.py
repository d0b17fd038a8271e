"""ESPA-X out: a session with an alarm server that calls people, and hears who took it."""
