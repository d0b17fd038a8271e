"""Follow-up arrangements (versioned, never edited), alerts and the steps of their route."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Arrangement(models.Model):
    """One version of a client's follow-up arrangement, or (without client) of the organisation's default.

    A change is a new version; an alert points to its version.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, null=True)
    version = models.IntegerField()
    agreed_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="arrangement_version", fields=["organisation", "client", "version"], nulls_distinct=False
            )
        ]


class ArrangementStep(models.Model):
    """One step of a route: who is asked what, over which channel, and how long the chain waits for an answer."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="steps")
    position = models.SmallIntegerField()
    action = models.TextField()
    responder = models.TextField()
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
    wait_s = models.IntegerField()  # seconds until the next step, when nobody accepts
    repeat_s = models.IntegerField(null=True)  # asked again every so often; only the last step
    hours_from = models.TimeField(null=True)  # may be called between these local times only
    hours_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="arrangement_position", fields=["arrangement", "position"]),
            models.CheckConstraint(
                name="arrangement_action", condition=Q(action__in=["phone_client", "ask_carer", "ask_team"])
            ),
            models.CheckConstraint(name="arrangement_wait", condition=Q(wait_s__gte=1, wait_s__lte=7200)),
        ]


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
    cause = models.TextField()
    subject = models.TextField(default="")
    reason = models.TextField()
    priority = models.SmallIntegerField()
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.TextField(default="")
    accepted_role = models.TextField(default="")
    accepted_until = models.DateTimeField(null=True)  # end of the promise: then the route goes on
    watched_until = models.DateTimeField(null=True)  # end of the watch: then the route goes on
    # The last outcome that a person gave; `before` is what undoing it restores, until anything else happens.
    handled_at = models.DateTimeField(null=True)
    handled_by = models.TextField(default="")
    handled_as = models.TextField(default="")
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
