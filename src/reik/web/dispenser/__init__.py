"""The virtual dispenser of a demo: what stands on the device itself, and hands that press."""
