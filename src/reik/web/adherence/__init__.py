"""What came out of the dispenser: of a client for the talk about her care, of teams and types of dispenser (N8)."""
