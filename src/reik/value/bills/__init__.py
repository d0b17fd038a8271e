"""A supplier's bill beside what was installed, active and returned (R83)."""
