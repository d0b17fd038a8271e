"""Indication, baseline, and the choice for or against a dispenser, with who said what and when (R2, R4, R8, C12)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Indication(models.Model):
    """That this client needs medicatieaanreiking, on which basis, from when until when. A change is a new row."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    basis = models.TextField()  # one of SETTINGS
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    in_care_plan = models.BooleanField(default=False)
    source = models.TextField()  # typed, csv, fhir
    source_key = models.TextField(default="")
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="indication_source", fields=["organisation", "source", "source_key"],
                condition=~Q(source_key="") & Q(ended_at=None),
            ),
            models.UniqueConstraint(name="indication_open", fields=["client"], condition=Q(ended_at=None)),
        ]  # fmt: skip


class Baseline(models.Model):
    """The care as it is before the dispenser (huidig zorgproces, R64): one measurement, never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="baselines")
    measured_on = models.DateField()
    administration_minutes = models.DecimalField(max_digits=6, decimal_places=1)  # per week
    note = models.TextField(default="")
    by = models.TextField()
    created_at = models.DateTimeField()


class BaselineMoment(models.Model):
    """One medication moment of the week as it is: unique, or combined with other care; minutes of care and travel."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    baseline = models.ForeignKey(Baseline, models.PROTECT, related_name="moments")
    at = models.TimeField()
    weekdays = models.SmallIntegerField()  # bits, Monday 1
    unique = models.BooleanField()  # the visit exists for the medication alone
    care_minutes = models.DecimalField(max_digits=5, decimal_places=1)
    travel_minutes = models.DecimalField(max_digits=5, decimal_places=1)
    who = models.TextField()  # nurse, caregiver, helper, informal_carer


class PlannedVisit(models.Model):
    """A visit of the baseline that is wound down as the dispenser takes over (R77), or runs on, with the reason."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    moment = models.OneToOneField(BaselineMoment, models.PROTECT, related_name="visit")
    state = models.TextField()  # runs, winding_down, stopped, kept
    because = models.TextField(default="")  # why it is kept
    stops_on = models.DateField(null=True)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()


class Selection(models.Model):
    """One version of the selection form as it was signed (R4). Never edited: a change is a new version.

    `answers`: {question: {"answer": code, "saw": text}}; `measures`: [{"measure": code, "by_role": …, "due_on": …}];
    `outcome`: suitable, with_measures, not_now, no.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="selections")
    version = models.IntegerField()
    form = models.TextField()  # the version of the questions
    answers = models.JSONField(default=dict)
    measures = models.JSONField(default=list)
    outcome = models.TextField()
    because = models.JSONField(default=list)
    look_again_on = models.DateField(null=True)
    author_id = models.UUIDField()
    author = models.TextField()
    author_role = models.TextField()
    second = models.TextField(default="")  # the other professional who observed, with date
    second_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="selection_version", fields=["path", "version"])]


class SelectionDraft(models.Model):
    """What has been filled in so far, at the table; saved with each answer, gone when it is signed."""

    path = models.OneToOneField("pathway.CarePath", models.PROTECT, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    form = models.TextField()
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.TextField()


class SharedDecision(models.Model):
    """What the client (or who decides for her) chose, freely, after it was explained; resistance, Wzd. Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="decisions")
    choice = models.TextField()  # yes, no, later, withdrawn
    decided_by = models.TextField()  # client, representative
    representative = models.TextField(default="")
    capacity = models.TextField()  # able, not_able, doubtful: for this choice
    resistance = models.TextField(default="none")  # none, shown
    wzd = models.TextField(default="not_needed")  # not_needed, asked, step_plan, stopped
    wzd_on = models.DateField(null=True)
    carer = models.TextField(default="")  # the informal carer who was part of it
    words = models.TextField(default="")  # what the client said herself
    at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField()
    created_at = models.DateTimeField()
