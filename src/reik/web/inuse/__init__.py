"""The dispenser in use: loading and signing, evaluation, reports, and stopping."""
