"""The short questionnaires: asked of a client, of an informal carer for her, and of professionals without a name."""
