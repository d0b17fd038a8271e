"""Questions to pharmacies: the page of a pharmacy without an account, and the nurse's list of a client."""
