"""Visits of any planning system: read by a mapping, judged row by row, kept, and counted (N10, R64, R65)."""
