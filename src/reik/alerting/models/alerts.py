"""Alerts, the steps of their route, and what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reik.alerting.models.arrangements import Arrangement


class Alert(models.Model):
    """Something a person must hear of. Unique per moment; later findings on that moment are added to it.

    Without moment it is about the dispenser: one at a time per cause and subject (a roll, a type of command).
    It is open (the route calls), accepted (someone has it, until her promise ends), watched (someone heard that
    it is out; the device has not said so yet) or closed.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey("dispensing.Dispenser", models.PROTECT, db_index=False)
    moment = models.OneToOneField("dispensing.Moment", models.PROTECT, null=True)
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, null=True, db_index=False)
    route = models.SmallIntegerField(default=0, db_default=0)  # which of the arrangement's routes it walks
    cause = models.TextField()
    subject = models.TextField(default="")
    reason = models.TextField()
    priority = models.SmallIntegerField()
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.TextField(default="")
    accepted_key = models.UUIDField(null=True)  # who that is: two may be called alike (claims/who.py)
    accepted_role = models.TextField(default="")
    accepted_until = models.DateTimeField(null=True)  # end of the promise: then the route goes on
    watched_until = models.DateTimeField(null=True)  # end of the watch: then the route goes on
    answered_at = models.DateTimeField(null=True)  # when a person first took it: kept when she gives it back
    moved_s = models.IntegerField(
        default=0, db_default=0
    )  # by how long claims put off its last step together
    last_due_at = models.DateTimeField(null=True)  # for when that was planned before anybody held it
    # The first round of steps since it opened (again): an alert that opens again may be claimed anew.
    life = models.SmallIntegerField(default=1, db_default=1)
    muted_until = models.DateTimeField(null=True)  # its route begins then, unless it is over before
    outage_line = models.UUIDField(null=True)  # the line of an outage that it came from (N4)
    emergency_at = models.DateTimeField(null=True)  # since when it goes the emergency path (R49)
    emergency_by = models.TextField(default="", db_default="")
    # Whose decision it was that somebody drives: team or centre (R50); the person who took it for the centre, and when.
    visit_by = models.TextField(default="", db_default="")
    visit_decided_by = models.TextField(default="", db_default="")
    visit_decided_at = models.DateTimeField(null=True)
    # The last outcome that a person gave; `before` is what undoing it restores, until anything else happens.
    handled_at = models.DateTimeField(null=True)
    handled_by = models.TextField(default="")
    handled_key = models.UUIDField(null=True)
    handled_as = models.TextField(default="")
    own_code = models.TextField(default="", db_default="")  # the organisation's own word for handled_as
    before = models.JSONField(null=True)
    # The newest event of the device about this fault, by which it tells later that it is over.
    fault_epoch = models.BigIntegerField(null=True)
    fault_seq = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_as = models.TextField(default="")
    closed_cause = models.TextField(default="")
    remote = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(
                name="alert_open",
                fields=["organisation", "priority", "opened_at"],
                condition=Q(closed_at=None),
            ),
            models.Index(name="alert_of_client", fields=["client", "opened_at"]),
            models.Index(name="alert_promised", fields=["accepted_until"], condition=Q(state="accepted")),
            models.Index(name="alert_watched", fields=["watched_until"], condition=Q(state="watched")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="alert_of_dispenser",
                fields=["dispenser", "cause", "subject"],
                condition=Q(moment=None, closed_at=None),
            ),
            models.CheckConstraint(
                name="alert_state", condition=Q(state__in=["open", "accepted", "watched", "closed"])
            ),
            models.CheckConstraint(
                name="alert_closed",
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
            ),
        ]


class Step(models.Model):
    """One step of one alert's route. Deadlines are rows: `reik watch` takes a planned step when it is due."""

    class State(models.IntegerChoices):
        PLANNED = 0
        TAKEN = 1
        DELIVERED = 2  # accepted by the wire; never stops the route
        FAILED = 3
        SKIPPED = 4
        CANCELLED = 5

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="steps", db_index=False)
    position = models.SmallIntegerField()
    round = models.SmallIntegerField(default=1)
    action = models.TextField()
    responder = models.TextField()
    destination = models.ForeignKey("kernel.Destination", models.PROTECT, db_index=False)
    # Where the same call goes when it does not arrive there, before the next one is called (R56).
    fallback = models.ForeignKey(
        "kernel.Destination", models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    state = models.SmallIntegerField(choices=State.choices, default=State.PLANNED)
    reason = models.TextField(default="")
    repeat_s = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="step_due", fields=["due_at"], condition=Q(state=0))]
        constraints = [models.UniqueConstraint(name="step_once", fields=["alert", "position", "round"])]


class Remark(models.Model):
    """What became of an alert, line by line (append-only): found, told, accepted, changed, closed, with its reason."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="remarks")
    at = models.DateTimeField()
    kind = models.TextField()
    by = models.TextField()
    text = models.TextField()

    class Meta:
        indexes = [models.Index(name="remark_lately", fields=["organisation", "at"])]
