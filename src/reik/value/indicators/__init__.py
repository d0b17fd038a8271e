"""The measurement plan: what is measured, what is known nationally, what one's own counts say (R70, C17)."""
