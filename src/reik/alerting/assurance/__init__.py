"""Responder assurance (N3): before each peak, every route of its moments has somebody who would hear of an alert."""
