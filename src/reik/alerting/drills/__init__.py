"""Fire drills of follow-up routes (N12, R57): everybody is really called, and nobody takes it for an alert."""
