"""What somebody must hear before an alert would find nobody, drills of routes, and proposals from the figures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Forewarning(models.Model):
    """Something that would leave a later alert unheard, told to the team's lead until somebody has it (N3).

    A gap in a roster, a route without anybody to reach, a gateway that is down. One open per kind and subject.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    kind = models.TextField()  # roster_gap, nobody_reachable, gateway_down, route_untested
    subject = models.TextField()
    detail = models.JSONField(default=dict)
    since = models.DateTimeField()  # from when it would leave somebody unheard
    until = models.DateTimeField(null=True)
    destination = models.ForeignKey("kernel.Destination", models.PROTECT, null=True)
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when it is told (again)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                name="forewarning_due", fields=["next_at"], condition=Q(closed_at=None, acknowledged_at=None)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="forewarning_once",
                fields=["organisation", "kind", "subject"],
                condition=Q(closed_at=None),
            )
        ]


class Drill(models.Model):
    """A fire drill of one route: every step is sent, marked as a drill, and answered or not (N12, R57)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    arrangement = models.ForeignKey("alerting.Arrangement", models.PROTECT, db_index=False)
    route = models.SmallIntegerField(default=0)
    why = models.TextField()  # monthly, on_demand, go_live, changed
    by = models.TextField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # what is not answered by then was not heard
    ended_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    # What the route does, as a digest: a drill of one route is one of every route that calls the same people.
    covers = models.TextField(default="", db_default="")

    class Meta:
        indexes = [
            models.Index(name="drill_running", fields=["ends_at"], condition=Q(ended_at=None)),
            models.Index(name="drill_covers", fields=["organisation", "covers", "started_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="drill_alone", fields=["arrangement", "route"], condition=Q(ended_at=None)
            )
        ]


class DrillStep(models.Model):
    """One call of a drill. `id` is its message's key too. Outside her hours it waits for them (`due_at`)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    drill = models.ForeignKey(Drill, models.PROTECT, related_name="steps")
    position = models.SmallIntegerField()
    action = models.TextField()
    responder = models.TextField()
    destination = models.ForeignKey("kernel.Destination", models.PROTECT, db_index=False)
    due_at = models.DateTimeField()
    wait_s = models.IntegerField()  # within which it is to be answered, as its step of the route
    reason = models.TextField(default="", db_default="")  # why it is not sent: carer_away, proven
    fallback_id = models.UUIDField(null=True)  # where it goes when it does not arrive (R56)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="drill_step_due", fields=["due_at"], condition=Q(sent_at=None, reason="")),
            models.Index(
                name="drill_step_proven",
                fields=["destination", "answered_at"],
                condition=Q(answered_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="drill_step_once", fields=["drill", "position", "destination"])
        ]


class Proposal(models.Model):
    """What the figures of one client suggest: another window, another route. A person decides (N11)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT)
    kind = models.TextField()
    subject = models.TextField(default="")
    evidence = models.JSONField()
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    decision = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="follow_up_proposal_once",
                fields=["client", "kind", "subject"],
                condition=Q(decided_at=None),
            )
        ]
