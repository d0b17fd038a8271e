"""A licensed table of codes, as this installation loaded it. Nobody's client is in it, so no organisation is either."""

from __future__ import annotations

from django.db import models


class ProductCode(models.Model):
    """What a loaded table says of one code; beside a message's own words, never in their place."""

    pk = models.CompositePrimaryKey("system", "code")
    system = models.TextField()  # a medication.codes.CodeSystem
    code = models.TextField()
    called = models.TextField()
    atc = models.TextField(default="")
    packable = models.BooleanField(null=True)  # None: the table does not say
    loaded_at = models.DateTimeField()
