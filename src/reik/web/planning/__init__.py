"""A planning export taken in: upload, what its columns mean, what is refused, and what it says."""
