"""Follow-up arrangements: which route holds when, presets, agreeing a version, delivery tests (R45, R46, R57)."""
