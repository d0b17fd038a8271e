"""E-mail out: a letter without content that says that there is something to see in Reik."""
