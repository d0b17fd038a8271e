"""Reads over all rooms of medication, for screens."""
