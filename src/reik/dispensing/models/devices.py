"""Dispensers, and the secrets by which they are let in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Dispenser(models.Model):
    """A dispenser and what it last said of itself. `partition` is the share of the inbound stream it speaks in."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, null=True)
    device = models.TextField(unique=True)
    partition = models.SmallIntegerField()
    reports = models.TextField(default="every_moment")
    evidence = models.TextField(default="removed")
    # What it shares with others, so that many silent ones are seen as one outage (N4); empty: not known.
    supplier = models.TextField(default="", db_default="")
    network = models.TextField(default="", db_default="")
    region = models.TextField(default="", db_default="")
    created_at = models.DateTimeField()
    # The journal as Reik holds it: all events of `epoch` up to `upto`, some up to `highest`.
    epoch = models.BigIntegerField(default=0)
    epoch_since = models.DateTimeField(null=True)  # when an earlier journal was lost (receive time)
    upto = models.BigIntegerField(default=0)
    highest = models.BigIntegerField(default=0)
    # The newest heartbeat, and when anything with a right MAC was last heard (receive time).
    beat_epoch = models.BigIntegerField(default=0)
    beat = models.BigIntegerField(default=0)
    beat_last_seq = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    beat_data = models.JSONField(null=True)
    heard_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True)  # when its silence was announced; null once it is heard again
    # By how many seconds its clock was ahead at its newest heartbeats, and whether it says nobody sets it.
    offsets = models.JSONField(default=list)
    offset_at = models.DateTimeField(null=True)
    free_clock = models.BooleanField(default=False)
    # The number that the newest command got, and the session of its newest start (device contract, section 5).
    highest_command = models.BigIntegerField(default=0)
    session = models.TextField(default="")
    started_epoch = models.BigIntegerField(default=0)
    started_seq = models.BigIntegerField(default=0)
    started = models.JSONField(null=True)  # model, firmware, capabilities, as it said at its newest start

    class Meta:
        indexes = [models.Index(name="dispenser_of_organisation", fields=["organisation", "device"])]
        constraints = [
            models.UniqueConstraint(
                name="one_dispenser_per_client", fields=["client"], condition=Q(client__isnull=False)
            ),
            models.CheckConstraint(
                name="dispenser_reports", condition=Q(reports__in=["every_moment", "deviations_only"])
            ),
            models.CheckConstraint(
                name="dispenser_evidence", condition=Q(evidence__in=["pressed", "handed_out", "removed"])
            ),
            models.CheckConstraint(name="dispenser_journal", condition=Q(upto__lte=F("highest"))),
        ]


class DeviceSecret(models.Model):
    """One generation of a device's secrets: the digest of its password, and its sealed MAC key."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.CASCADE, related_name="secrets")
    generation = models.SmallIntegerField()
    password_digest = models.BinaryField()
    key = models.BinaryField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="secret_generation", fields=["dispenser", "generation"])]
