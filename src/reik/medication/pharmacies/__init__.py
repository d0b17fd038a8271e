"""Which pharmacy serves a client, and what hangs on it when that or her house changes."""
