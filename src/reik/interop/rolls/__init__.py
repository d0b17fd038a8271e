"""Rolls from packers: the canonical roll format, and CSV, fixed width and XML by a mapping file (R15 to R17)."""
