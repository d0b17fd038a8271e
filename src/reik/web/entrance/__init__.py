"""Coming in and going out, the language and the theme."""
