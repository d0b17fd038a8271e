"""What must not come out: held, paused, too soon."""
