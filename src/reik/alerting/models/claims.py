"""Who has an alert and for how long, what is muted, and the codes by which alerts are handled."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reik.alerting.models.alerts import Alert


class Claim(models.Model):
    """Someone took an alert on herself until `until` ("ik regel het"): once per person, alert and its `life`.

    A key on the phone is a claim of five minutes (`kind` phone); opening the alert makes it a whole one (screen).
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="claims", db_index=False)
    life = models.SmallIntegerField(default=1, db_default=1)
    by = models.TextField()  # her name as it was then
    key = models.UUIDField()  # who that is: two may be called alike (claims/who.py)
    role = models.TextField()
    kind = models.TextField(default="screen")
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_as = models.TextField(default="")  # handled, released, ended, taken_over, closed

    class Meta:
        constraints = [
            models.UniqueConstraint(name="claim_once", fields=["alert", "life", "key"]),
            models.CheckConstraint(
                name="claim_kind", condition=Q(kind__in=["phone", "screen"], until__gte=F("at"))
            ),
        ]


class Mute(models.Model):
    """Alerts of one cause of one client start their route later: at most 24 hours, and somebody owns it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT)
    cause = models.TextField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.TextField()
    by_key = models.UUIDField()  # of the account; see claims.who
    owner = models.TextField()
    second = models.TextField(default="")  # who agreed to more than the next moment
    second_key = models.UUIDField(null=True)
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="mute_once", fields=["client", "cause"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="mute_period", condition=Q(until__gt=F("starts_at"))),
            models.CheckConstraint(
                name="mute_second", condition=Q(second_key=None) | ~Q(second_key=F("by_key"))
            ),
        ]


class HandlingCode(models.Model):
    """An outcome or a cause that an organisation added to the common ones; it can add, never remove (R49).

    `like`: the common outcome whose effect it has.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    kind = models.TextField()  # outcome, cause
    code = models.TextField()
    like = models.TextField(default="")
    label_nl = models.TextField()
    label_en = models.TextField()
    created_at = models.DateTimeField()
    by = models.TextField()
    retired_at = models.DateTimeField(null=True)  # no longer offered; what was handled so keeps it

    class Meta:
        constraints = [
            models.UniqueConstraint(name="handling_code_once", fields=["organisation", "kind", "code"]),
            models.CheckConstraint(name="handling_code_kind", condition=Q(kind__in=["outcome", "cause"])),
        ]


class Protocol(models.Model):
    """What an organisation wants done at alerts of one cause ("" for any), step by step; a change is a new version."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    cause = models.TextField(default="")
    version = models.IntegerField()
    steps = models.JSONField()  # sentences, in order
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="protocol_version", fields=["organisation", "cause", "version"])
        ]


class ProtocolTick(models.Model):
    """A step of a protocol that somebody did at one alert."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    alert = models.ForeignKey(Alert, models.PROTECT)
    protocol = models.ForeignKey(Protocol, models.PROTECT, db_index=False)
    step = models.SmallIntegerField()
    by = models.TextField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="protocol_tick_once", fields=["alert", "protocol", "step"], condition=Q(undone_at=None)
            )
        ]


class ShiftHandover(models.Model):
    """One operator's shift goes over to another: which alerts were open, and what she must know."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(
        "kernel.Organisation", models.PROTECT
    )  # the centre, or the care organisation
    by = models.TextField()
    by_key = models.UUIDField()
    to = models.TextField(default="")
    note = models.TextField(default="")
    alerts = models.JSONField(default=list)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.TextField(default="")
