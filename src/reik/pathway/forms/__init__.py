"""Forms, working instructions and the card beside the dispenser: their texts and their fields."""
