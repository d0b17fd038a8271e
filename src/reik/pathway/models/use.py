"""In use: looking back, what went wrong, who signed for a load; and what is printed for a client."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Evaluation(models.Model):
    """One evaluation, due on a day by the calendar or because of something (R7); open until it is held."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="evaluations")
    why = models.TextField()  # schedule, asked, or what triggered it: a code of pathway.use.evaluating
    evidence = models.JSONField(default=dict)  # the counts and rows that it was opened for
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    held_at = models.DateTimeField(null=True)
    held_by = models.TextField(default="")
    role = models.TextField(default="")
    answers = models.JSONField(default=dict)
    outcome = models.TextField(default="")  # goes_on, adjusted, paused, stopped
    next_on = models.DateField(null=True)
    note = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="evaluation_due", fields=["organisation", "due_on"], condition=Q(held_at=None))
        ]
        constraints = [
            models.UniqueConstraint(
                name="evaluation_once", fields=["path", "why"], condition=Q(held_at=None)
            ),
            models.CheckConstraint(
                name="evaluation_held",
                condition=Q(held_at=None, outcome="") | Q(held_at__isnull=False) & ~Q(outcome=""),
            ),
        ]


class Incident(models.Model):
    """A complaint, a medication incident or a calamity of a client with a dispenser (R79), until it is closed."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, null=True, related_name="incidents")
    kind = models.TextField()  # complaint, incident, calamity
    happened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.TextField()
    reporter = models.TextField()  # client, carer, nurse, pharmacy, ...
    what = models.TextField()
    phase = models.TextField(
        default=""
    )  # prescribing, entry, filling, bag_changed, delivering, loading, handing_out, taking, following_up
    cause = models.TextField(default="")
    harm = models.TextField(default="unknown")  # none, slight, serious, death, unknown
    measures = models.TextField(default="")
    report_by = models.DateTimeField(null=True)  # when it has to be with the inspectorate
    inspectorate_at = models.DateTimeField(null=True)
    about = models.UUIDField(null=True)  # an alert, a moment, a roll
    established_at = models.DateTimeField(null=True)  # since when it is known to be a calamity
    answer = models.TextField(default="")  # what was told to who complained
    reviewed_at = models.DateTimeField(null=True)  # spoken about in a cycle of improvement (R79)
    reviewed_by = models.TextField(default="")
    reviewed_note = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="incident_order", condition=Q(reported_at__gte=F("happened_at")))
        ]


class IncidentLine(models.Model):
    """What was done with a report, line by line: by whom, and the values that it got. Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="lines")
    at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField()
    kind = models.TextField()  # reported, classed, calamity, inspectorate, answered, reviewed, closed
    detail = models.JSONField(default=dict)


class LoadSigning(models.Model):
    """Who loaded a roll, counted it, compared it with the administration list, and signs (R82). Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    roll = models.UUIDField()
    counted = models.IntegerField()  # sachets
    compared_with = models.TextField()  # paper, ons_medicatie, ncare, medimo, other
    differences = models.TextField(default="")
    left_in_tray = models.IntegerField(default=0)  # sachets that still lay there (R26)
    signed_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    signed_by = models.TextField()
    who = models.TextField()  # carer, caregiver, nurse, pharmacy


class FormVersion(models.Model):
    """One version of a form or instruction of an organisation; without one, Reik's own text holds."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    form = models.TextField()  # a key of pathway.forms
    language = models.TextField()
    version = models.IntegerField()
    body = models.TextField()
    author_id = models.UUIDField()
    author = models.TextField()
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approved_id = models.UUIDField(null=True)
    approved_by = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(default="")
    reik_digest = models.TextField(default="")  # of Reik's own text when this one was written

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form_version", fields=["organisation", "form", "language", "version"]
            ),
            models.CheckConstraint(
                name="form_four_eyes",
                condition=Q(approved_id=None) | ~Q(approved_id=F("author_id")),
            ),
        ]


class Printed(models.Model):
    """A card or form that was printed for this client; the newest of each, in each language, may lie in her home.

    `marks`: fingerprints of what stood on it, by group of `pathway.forms.printing_rules`; `told`: those of the state
    of which a person was told that the paper is old.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    what = models.TextField()  # card, or a key of pathway.forms
    language = models.TextField()
    marks = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    printed_at = models.DateTimeField()
    printed_by = models.TextField()
    looked_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="printed_to_look", fields=["looked_at"], condition=Q(replaced_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="printed_once", fields=["client", "what", "language"], condition=Q(replaced_at=None)
            )
        ]


class TaskFeed(models.Model):
    """An address at which a calendar reads somebody's tasks; who knows its token may (RFC 5545)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    account = models.ForeignKey("kernel.Account", models.PROTECT, db_index=False)
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="task_feed_once", fields=["account"], condition=Q(ended_at=None))
        ]
