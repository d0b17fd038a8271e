"""Daily counts of moments: kept up to date, counted anew, read and exported (R72, N8)."""
