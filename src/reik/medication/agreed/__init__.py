"""What the pharmacy agreed, and the plan that follows from it."""
