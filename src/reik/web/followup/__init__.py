"""The follow-up arrangement of a client and of an organisation: read, agreed anew, tried out (R45 to R47)."""
