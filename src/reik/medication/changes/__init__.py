"""Changes of the plan in the middle of a roll: found, decided, carried out, ended."""
