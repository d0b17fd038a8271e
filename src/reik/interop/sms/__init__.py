"""Text messages out: over SMPP 3.4, or over a provider's HTTP address. The text says nothing of anyone (R55)."""
