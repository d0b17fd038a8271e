"""Schedules (times only), the agreements that pharmacies sent, and rolls with their sachets."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

LIVE = ("registered", "delivered", "loaded", "emptied")
"""States in which a roll's period is taken: no other roll of the client may overlap it (R17)."""
STATES = (*LIVE, "returned", "refused")


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


class Roll(models.Model):
    """One roll of sachets for one client, from the packer to the dispenser and back (R15 to R18)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    number = models.TextField()  # its name at the device
    barcode = models.TextField(default="")
    packer = models.TextField(default="")
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
    nearly_empty_at = models.DateTimeField(null=True)  # when that was told

    class Meta:
        indexes = [
            models.Index(name="roll_of_client", fields=["client", "ends_at"]),
            models.Index(
                name="roll_ending", fields=["ends_at"], condition=Q(state="loaded", nearly_empty_at=None)
            ),
        ]
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
