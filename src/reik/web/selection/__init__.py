"""Indication, selection form, shared decision, and the care as it was, at the kitchen table (points 2 and 3 of R1)."""
