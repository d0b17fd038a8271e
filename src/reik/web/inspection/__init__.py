"""What an inspector asks for, per organisation, team and client (N9)."""
