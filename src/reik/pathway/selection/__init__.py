"""Indication, the form "digital unless", and the decision."""
