"""Load and fatigue: how many alerts, for whom, how fast and for what; and what the figures suggest (R51, R52, N11)."""
