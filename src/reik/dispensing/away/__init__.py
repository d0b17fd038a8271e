"""Absences: reported, begun, covered, ended."""
