"""Rolls with their sachets, and what differs from the plan."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

LIVE = ("registered", "delivered", "loaded", "emptied")
"""States in which a roll's period is taken: no other roll of the client may overlap it (R17)."""
STATES = (*LIVE, "returned", "refused")


class Roll(models.Model):
    """One roll of sachets for one client, from the packer to the dispenser and back (R15 to R18)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    number = models.TextField()  # its name at the device
    barcode = models.TextField(default="")
    packer = models.TextField(default="")
    format = models.TextField(default="", db_default="")  # its name, as a dispenser says it; empty: not known
    expires_on = models.DateField(
        null=True
    )  # last local day on which its sachets may be used; null: not said
    starts_at = models.DateTimeField()  # inclusive
    ends_at = models.DateTimeField()  # exclusive
    first = models.IntegerField()  # sachets with contents only (R16)
    last = models.IntegerField()
    count = models.IntegerField()
    state = models.TextField(default="registered")
    registered_by = models.TextField()
    registered_at = models.DateTimeField()
    delivered_by = models.TextField(default="")
    delivered_at = models.DateTimeField(null=True)
    loaded_by = models.TextField(default="")
    loaded_at = models.DateTimeField(null=True)
    loaded_first = models.IntegerField(null=True)
    loaded_last = models.IntegerField(null=True)
    loaded_count = models.IntegerField(null=True)
    left_by = models.TextField(default="")
    left_at = models.DateTimeField(null=True)
    left_reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="roll_of_client", fields=["client", "ends_at"])]
        constraints = [
            models.UniqueConstraint(
                name="roll_number", fields=["organisation", "number"], condition=~Q(state="refused")
            ),
            models.CheckConstraint(name="roll_period", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="roll_numbers", condition=Q(first__gte=0, last__gte=F("first"), count__gte=1)
            ),
            models.CheckConstraint(name="roll_state", condition=Q(state__in=STATES)),
        ]


class Sachet(models.Model):
    """One sachet of a roll. Header and trailer sachets are `empty`: they never count as a dose (R16)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="sachets", db_index=False)
    sequence = models.IntegerField()
    empty = models.BooleanField(default=False)
    day = models.DateField(null=True)
    at = models.TimeField(null=True)
    k = models.SmallIntegerField(null=True)
    n = models.SmallIntegerField(null=True)
    contents = models.JSONField(null=True)  # [{code, text, amount}]; null: not known
    barcode = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sachet_sequence", fields=["roll", "sequence"]),
            models.UniqueConstraint(
                name="sachet_place", fields=["roll", "day", "at", "k"], condition=Q(empty=False)
            ),
            models.CheckConstraint(
                name="sachet_dose",
                condition=Q(empty=True)
                | Q(day__isnull=False, at__isnull=False, k__gte=1, n__gte=F("k"), n__lte=30),
            ),
        ]


class Finding(models.Model):
    """A difference that a person looks at: agreements against schedule, or roll against plan. Never corrected."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    roll = models.ForeignKey(Roll, models.PROTECT, null=True, related_name="findings")
    kind = models.TextField()
    key = models.TextField()  # equal for the same difference found again
    sentence = models.TextField()
    first_day = models.DateField()
    days = models.IntegerField()
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(default="")
    settled_because = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="finding_open", fields=["organisation", "client"], condition=Q(settled_at=None))
        ]
        constraints = [
            models.UniqueConstraint(
                name="finding_once", fields=["client", "roll", "key"], condition=Q(settled_at=None),
                nulls_distinct=False,
            )
        ]  # fmt: skip
