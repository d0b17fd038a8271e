"""Pharmacy, order, delivery, the tests in the home and the instruction."""
