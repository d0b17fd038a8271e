"""Requests to pharmacies: asked, answered, taken back, told that no answer came."""
