"""Absences, and giving by hand (R9 to R12, R34)."""
