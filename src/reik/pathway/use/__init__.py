"""Loading, evaluating, incidents, resistance and stopping."""
