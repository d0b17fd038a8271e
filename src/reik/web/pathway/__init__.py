"""The care path of a client: where she stands, what it asks, starting, who does what, and an organisation's terms."""
