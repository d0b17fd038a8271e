"""The business case: replaceable assumptions, hours and euros, for society, insurer and organisation (R65 to R69)."""
