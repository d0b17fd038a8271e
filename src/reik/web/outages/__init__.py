"""Outages on the screen: the list shared out over people, on paper too, and what became of it."""
