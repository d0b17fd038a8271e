"""Daily counts from which every percentage is made, and what people write beside an indicator (N8, R70, C17)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class MomentDay(models.Model):
    """Moments of one client on one day (her own zone), by outcome; the same numbers as counting them (R72).

    `counts`: outcome code → moments, in the order of `reik.value.adherence.OUTCOMES`; `delays`: moments by minutes
    between due and out, in the buckets of `reik.value.adherence.BUCKETS`.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client_id = models.UUIDField()
    team_id = models.UUIDField(null=True)
    model = models.TextField(default="")  # type of dispenser
    day = models.DateField()
    moments = models.IntegerField()
    counts = models.JSONField()
    delays = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="moment_day", fields=["organisation", "client_id", "model", "day"])
        ]
        indexes = [models.Index(name="moment_day_day", fields=["organisation", "day"])]


class RollupState(models.Model):
    """How far a roll-up has read; one row per roll-up, of the whole platform."""

    name = models.TextField(primary_key=True)
    through = models.DateTimeField()
    changed_at = models.DateTimeField()


class OwnIndicator(models.Model):
    """An indicator that an organisation adds to the measurement plan: its definition, its values typed or counted."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    key = models.TextField()
    domain = models.TextField()  # accessibility, quality, affordability, sustainability
    must = models.BooleanField(default=False)
    definition = models.JSONField()  # {"nl": …, "numerator": …, "denominator": …, "source": …, "unit": …}
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="own_indicator", fields=["organisation", "key"], condition=Q(ended_at=None)
            )
        ]


class Measured(models.Model):
    """A value of an indicator that is not counted by Reik: typed, with its numerator and denominator. Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    indicator = models.TextField()
    period_from = models.DateField()
    period_until = models.DateField()
    baseline = models.BooleanField(default=False)
    numerator = models.FloatField()
    denominator = models.FloatField()
    note = models.TextField(default="")
    by = models.TextField()
    created_at = models.DateTimeField()


class PdcaNote(models.Model):
    """Plan, do, check or act at one indicator, with who does what by when (C15, C17). Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    indicator = models.TextField()
    phase = models.TextField()  # plan, do, check, act
    text = models.TextField()
    owner = models.TextField(default="")
    due_on = models.DateField(null=True)
    by = models.TextField()
    created_at = models.DateTimeField()


class QuestionnaireAnswer(models.Model):
    """Answers of one person to one short questionnaire, in one period. A professional's name is not kept."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    questionnaire = models.TextField()  # client_adoption, client_control, professional_adoption
    client = models.ForeignKey("people.Client", models.PROTECT, null=True, related_name="+")
    team_id = models.UUIDField(null=True)
    answers = models.JSONField()
    answered_on = models.DateField()
    by = models.TextField(default="")
    created_at = models.DateTimeField()
