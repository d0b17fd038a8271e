"""FHIR R4 and MP9: reading, mapping to agreements, the store of what was said."""
