"""Follow-up arrangements: which of its routes holds when, presets, agreeing a version, and delivery tests (R45, R46)."""
