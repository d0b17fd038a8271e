"""Absences, what became of them, and what was taken along."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reik.dispensing.models.devices import Dispenser


class Absence(models.Model):
    """A client is not at home, or must get nothing from the dispenser for a while (R9 to R12). See `away.path`.

    `until` is how far the pause is covered by a person's word: at most 7 days beyond the last one. `checks` holds
    what was checked before the restart: {"roll": {"by": …, "at": …, "removed": […]}, …}.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, null=True, db_index=False)
    reason = models.TextField()
    state = models.TextField()
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True)  # null: not known, and never for who died
    until = models.DateTimeField(null=True)  # null: without end
    confirmed_at = models.DateTimeField()
    said_by = models.TextField()
    noted_by = models.TextField()
    resumes = models.TextField(default="")
    resumes_phone = models.TextField(default="")
    pause_id = models.UUIDField(null=True)  # the newest pause command
    hold_id = models.UUIDField(null=True)
    resume_id = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True)
    checks = models.JSONField(default=dict)
    expired_told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="absence_of_client", fields=["organisation", "client", "starts_at"]),
            models.Index(name="absence_open", fields=["starts_at"], condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="one_absence", fields=["client"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="absence_state",
                condition=Q(state__in=["planned", "away", "stopped", "back", "resuming"], ended_at=None)
                | Q(state__in=["ended", "cancelled"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="absence_until", condition=Q(until=None) | Q(until__gt=F("starts_at"))
            ),
        ]


class AbsenceLine(models.Model):
    """What became of an absence, line by line (append-only)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    absence = models.ForeignKey(Absence, models.PROTECT, related_name="lines")
    at = models.DateTimeField()
    kind = models.TextField()
    by = models.TextField()
    text = models.TextField(default="")


class TakeAlong(models.Model):
    """Sachets handed out ahead to be taken along, and what came back of them (R11, N6).

    `moments`: [{"id": …, "key": …, "due_at": …, "sachets": n}, …]. What did not come back went out of sight:
    whether it was swallowed is not known.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    absence = models.ForeignKey(Absence, models.PROTECT, related_name="taken_along")
    command_id = models.UUIDField(null=True)
    moments = models.JSONField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    handed_out = models.SmallIntegerField(null=True)  # sachets, counted by who packed the bag
    packed_by = models.TextField(default="")
    came_back = models.SmallIntegerField(null=True)
    out_of_sight = models.SmallIntegerField(null=True)
    counted_by = models.TextField(default="")
    counted_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="along_balances",
                condition=Q(counted_at=None)
                | Q(handed_out=F("came_back") + F("out_of_sight"), came_back__gte=0, out_of_sight__gte=0),
            ),
        ]
