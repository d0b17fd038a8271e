"""What may be declared, who pays for whom, and suppliers' bills (R83). Reik declares nothing itself."""
