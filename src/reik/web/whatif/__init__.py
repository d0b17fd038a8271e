"""What-ifs: the tours of a planning with and without dispensers, asked, shown and compared on screen (N10)."""
