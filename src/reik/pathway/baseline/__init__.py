"""The care as it is, and the visits that are wound down."""
