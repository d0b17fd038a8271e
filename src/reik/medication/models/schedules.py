"""Schedules (times only) and the agreements that pharmacies sent."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Schedule(models.Model):
    """One version of a client's times-only schedule. A draft plans nothing; another person confirms it.

    Never edited: runtime roles may write the columns of confirmation and of sending back, and nothing else.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    version = models.IntegerField()
    starts_on = models.DateField(null=True)  # local day from which it counts; null: at once
    written_by = models.TextField()
    written_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    sent_back_by = models.TextField(null=True)
    sent_back_at = models.DateTimeField(null=True)
    sent_back_because = models.TextField(default="", db_default="")

    class Meta:
        indexes = [models.Index(name="schedule_of_organisation", fields=["organisation", "client"])]
        constraints = [
            models.UniqueConstraint(name="schedule_version", fields=["client", "version"]),
            models.CheckConstraint(
                name="schedule_second_person",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~Q(confirmed_by=F("written_by"))
                ),
            ),
            models.CheckConstraint(
                name="schedule_sent_back",
                condition=Q(sent_back_by=None, sent_back_at=None)
                | Q(sent_back_by__isnull=False, sent_back_at__isnull=False, confirmed_at=None),
            ),
        ]


class ScheduleLine(models.Model):
    """Weekdays × local time × sachets. `weekdays` is a bit mask: bit 0 Monday to bit 6 Sunday."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="lines")
    weekdays = models.SmallIntegerField()
    at = models.TimeField()
    sachets = models.SmallIntegerField()
    window_min = models.SmallIntegerField()  # R27
    late_min = models.SmallIntegerField(null=True)  # R29; null: until the window ends
    gap_min = models.SmallIntegerField(
        default=0, db_default=0
    )  # least interval after the moment before it (R31)
    criticality = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schedule_line",
                condition=Q(
                    weekdays__gte=1, weekdays__lte=127, sachets__gte=1, sachets__lte=30, window_min__gte=1
                )
                & (Q(late_min=None) | Q(late_min__gte=F("window_min"))),
            )
        ]


class AgreementMessage(models.Model):
    """The agreements of one message, and what people saw of its plan then. Append-only."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    version = models.IntegerField()
    message_id = models.TextField()
    agreements = models.JSONField()
    planned_from = models.DateField()
    planned_until = models.DateField()
    as_needed = models.JSONField()
    unplannable = models.JSONField()
    stopped = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="agreements_of_organisation", fields=["organisation", "received_at"])]
        constraints = [
            models.UniqueConstraint(name="agreements_once", fields=["client", "message_id"]),
            models.UniqueConstraint(name="agreements_version", fields=["client", "version"]),
        ]
