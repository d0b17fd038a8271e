"""Devices themselves: let in, heard, faulty, silent, swapped."""
