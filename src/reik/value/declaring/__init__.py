"""What may be declared of a month, per client and insurer (R83). Reik declares nothing itself."""
