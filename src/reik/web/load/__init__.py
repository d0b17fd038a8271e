"""Load and fatigue, proposals, and fire drills of routes."""
