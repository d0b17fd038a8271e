"""How a person shows that she is who she is: passkeys, passwords with codes, invitations, and what was tried."""
