"""The plan as a device gets it, keeps it and works by it."""
