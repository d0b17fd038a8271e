"""Medication outside the roll: lines, what was given of them, what is proposed."""
