"""Work in view: candidates, loading rounds, the inspection, a calendar of tasks."""
