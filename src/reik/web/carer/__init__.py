"""The phone page of an informal carer: what is asked of her now, and her client's day."""
