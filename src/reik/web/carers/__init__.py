"""Who looks along with a client: the care team invites informal carers and ends their part."""
