"""Tours of a day: what driving and care cost with and without dispensers (N10, R65, R69)."""
