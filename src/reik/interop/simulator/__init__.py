"""Simulated dispensers of a demo: what stands before a person at one, hands that press, and moving one in."""
