"""Every resource that was received or issued: immutable versions, and rows by which they are found."""
