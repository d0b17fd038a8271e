"""The ledger of what devices report, and the sums of rolls that follow from it."""

from __future__ import annotations

from django.db import models

from reik.dispensing.models.devices import Dispenser


class DeviceEvent(models.Model):
    """The ledger: every event of every device, once (device, epoch, seq). Append-only."""

    pk = models.CompositePrimaryKey("dispenser_id", "epoch", "seq")
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    at = models.DateTimeField(null=True)
    type = models.TextField()
    data = models.JSONField()
    digest = models.BinaryField()
    parked = models.TextField(default="")  # why a person has to look at it
    received_at = models.DateTimeField()
    raw_id = models.UUIDField()


class DeviceConflict(models.Model):
    """A second body under one identity: kept beside the first, never instead of it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    data = models.JSONField()
    digest = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conflict_once", fields=["dispenser", "epoch", "seq", "digest"])
        ]


class RollStay(models.Model):
    """A roll in a dispenser: all that was said of it, and the sum of its newest stay (N6, R24).

    `roll` is the number on the roll, whether or not Reik knows it; `rolls.twin` reads `said`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    roll = models.TextField()
    said = models.JSONField()
    state = models.TextField()  # loaded, emptied or delivered (taken out with sachets on it)
    loaded = models.IntegerField(null=True)
    out = models.IntegerField()
    presented = models.IntegerField()
    retained = models.IntegerField()
    removed = models.IntegerField()
    counted = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="roll_in_dispenser", fields=["dispenser", "roll"])]
