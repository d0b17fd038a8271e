"""What speed and crashes are measured with."""
