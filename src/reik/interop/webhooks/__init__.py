"""Webhooks out: signed POSTs after Standard Webhooks."""
