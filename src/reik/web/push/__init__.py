"""Reik on a phone: notifications (web push), installing, and what can be seen without a connection."""
