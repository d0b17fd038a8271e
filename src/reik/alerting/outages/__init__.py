"""Outages (N4): many dispensers silent at once are one incident, and each client in it stays somebody's line."""

from reik.alerting.outages.taking import take_lines, take_silent

__all__ = ["take_lines", "take_silent"]
