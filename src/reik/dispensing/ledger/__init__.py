"""What devices report, as it is kept."""
