"""The FHIR R4 interface: addresses, forms of answers, who may ask."""
