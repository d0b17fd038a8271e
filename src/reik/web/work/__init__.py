"""Where schedules and rolls come in: typing, reading back, registering, and what waits for a person."""
