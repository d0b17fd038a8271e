"""The story of one sachet: a demo for a newcomer, without logging in."""
