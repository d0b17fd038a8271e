"""Cards on paper: day card, week card and outage pack, as PDF by Typst and as plain HTML and CSV."""
