"""Codes of products, and the licensed tables that name them."""
