"""Giving by hand: blocked, taken out, given, counted."""
