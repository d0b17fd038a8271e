"""Work lists of tasks, the round of the day, loading rounds, and one's own tasks in a calendar."""
