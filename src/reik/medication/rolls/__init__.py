"""Rolls: registered, compared, moved, counted, running out, recalled."""
