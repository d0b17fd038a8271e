"""Moments: planned, followed, folded from events, overdue."""
