"""Screens of rosters and of forewarnings."""
