"""The inbox: raw messages, encrypted before they are read, and how far the device stream has been read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RawMessage(models.Model):
    """What came in, byte for byte, sealed for its organisation; partitioned by month, deleted by retention."""

    class Fate(models.IntegerChoices):
        WAITING = 0
        INTERPRETED = 1
        PARKED = 2  # understood in part or not at all: a person looks
        REFUSED = 3  # answered with a refusal

    pk = models.CompositePrimaryKey("received_at", "id")
    id = models.UUIDField()
    received_at = models.DateTimeField()
    organisation_id = models.UUIDField()
    interpreter = models.TextField()
    peer = models.TextField()
    body = models.BinaryField()
    fate = models.SmallIntegerField(choices=Fate.choices)
    reason = models.TextField()

    class Meta:
        managed = False
        db_table = "ingest_rawmessage"


class StreamPartition(models.Model):
    """One of the 16 shares of the device stream: who reads it, and up to which instant it has been read."""

    partition = models.SmallIntegerField(primary_key=True)
    holder = models.TextField(default="")
    held_until = models.DateTimeField(null=True)
    received_through = models.DateTimeField(null=True)
    # Where reading goes on: the position lives with the data, in the same transaction, never in the broker.
    stream_seq = models.BigIntegerField(default=0)
    stream_id = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="partition_range", condition=Q(partition__gte=0, partition__lte=15))
        ]


class StreamReceiver(models.Model):
    """A `reik receive` that lives, by its slot: all of them share the partitions evenly."""

    slot = models.TextField(primary_key=True)
    seen_at = models.DateTimeField()


class Rejection(models.Model):
    """Payloads that were not received: wrong MAC (no answer) or refused (answered). Counted per peer and hour."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    peer = models.TextField()
    reason = models.TextField()
    hour = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rejection_hour", fields=["organisation", "peer", "reason", "hour"])
        ]
