"""Day cards: roll and loose together, as paper and screens need them."""
