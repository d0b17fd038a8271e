"""Schedules of times only, and the limits of a moment."""
