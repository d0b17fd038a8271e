"""Rolls in devices and at home."""
