"""Forms, instructions and the card beside the dispenser: an organisation's own texts, and a client's."""
