"""Outages (N4): many dispensers silent at once are one incident; each client in it stays somebody's line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Outage(models.Model):
    """One incident of a region, a network, a model, a supplier, or of Reik itself; it says nothing of any client.

    It belongs to no organisation: the same mast may carry the dispensers of many. What each organisation does about
    its clients stands in its lines.
    """

    id = models.UUIDField(primary_key=True)
    scope = models.TextField()  # region, network, model, supplier, platform
    value = models.TextField()
    began_at = models.DateTimeField()  # since when its dispensers are silent
    opened_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True)  # the share of silent ones is as it was
    closed_at = models.DateTimeField(null=True)  # no line without outcome
    silent = models.IntegerField()
    known = models.IntegerField()  # dispensers of this scope
    merged_into = models.UUIDField(null=True)  # the wider one that it turned out to be part of
    messages = models.SmallIntegerField(default=0, db_default=0)  # sent in all, repetitions too
    untold = models.SmallIntegerField(
        default=0, db_default=0
    )  # destinations that got none: they see it on screen

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="outage_once", fields=["scope", "value"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="outage_scope",
                condition=Q(scope__in=["region", "network", "model", "supplier", "platform"]),
            ),
        ]


class OutageLine(models.Model):
    """One client's moment inside an outage: its own owner, deadline and outcome; messages are shared, owners not."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    outage = models.ForeignKey(Outage, models.PROTECT, related_name="lines", db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey("dispensing.Dispenser", models.PROTECT, db_index=False)
    # A moment that has not begun may be planned otherwise meanwhile: its line then ends.
    moment = models.OneToOneField("dispensing.Moment", models.DO_NOTHING, null=True, db_constraint=False)
    criticality = models.SmallIntegerField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()  # before when somebody must know how it is
    owner = models.TextField()  # who is answerable: the team of the client, until somebody takes it
    owner_kind = models.TextField(default="team")  # team, person
    owner_id = models.UUIDField(null=True)  # the account of the person who has it
    listed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    how = models.TextField(default="")  # phone, round, device
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.TextField(default="")
    note = models.TextField(default="")
    told_late_at = models.DateTimeField(
        null=True
    )  # when its deadline passed without outcome and an alert opened

    class Meta:
        indexes = [
            models.Index(
                name="outage_line_open",
                fields=["organisation", "criticality", "deadline_at"],
                condition=Q(outcome_at=None),
            ),
            models.Index(name="outage_line_late", fields=["deadline_at"], condition=Q(outcome_at=None)),
            models.Index(name="outage_line_of", fields=["outage"]),
            models.Index(
                name="outage_line_told",
                fields=["told_late_at"],
                condition=Q(outcome_at=None, told_late_at__isnull=False),
            ),
        ]


class OutageNote(models.Model):
    """One message about an outage to one responder: the list is behind its link, never in it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    outage = models.ForeignKey(Outage, models.PROTECT)
    destination = models.ForeignKey("kernel.Destination", models.PROTECT, db_index=False)
    responder = models.TextField()
    clients = models.IntegerField()
    told_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.TextField(default="")
    times = models.SmallIntegerField(default=0, db_default=0)  # how often it was sent
    next_at = models.DateTimeField(null=True)  # when it is sent again, until somebody accepts

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outage_note_once", fields=["outage", "organisation", "destination"])
        ]


class OutageTick(models.Model):
    """What somebody said of a line, and what stood there before; taken back it stays, with when that was."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    line = models.ForeignKey(OutageLine, models.PROTECT, related_name="ticks")
    at = models.DateTimeField()  # when it was said here; what paper says of the time stands in the line
    by = models.TextField()
    by_id = models.UUIDField(null=True)  # the account
    outcome = models.TextField()
    how = models.TextField()
    ended = models.BooleanField()  # whether it gave the line its outcome
    before = models.JSONField()  # how, note and outcome_by of the line
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="outage_tick_lately", fields=["at"], condition=Q(undone_at=None))]
