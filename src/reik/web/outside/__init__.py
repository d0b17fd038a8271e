"""Medication outside the roll, the day card and what is printed of it."""
