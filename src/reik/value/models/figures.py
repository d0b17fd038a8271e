"""Daily counts from which every percentage is made, and what people write beside an indicator (N8, R70, C17)."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Counted(models.Model):
    """Columns that hold a count of moments; the same in a client's day and in a team's.

    `moments` is the sum of the outcomes (`reik.value.adherence.OUTCOMES`); the delays (`BUCKETS`, minutes between due
    and out) sum up to those that are all out; `sachets` are planned ones.
    """

    moments = models.IntegerField()
    sachets = models.IntegerField()
    in_time = models.IntegerField()
    early = models.IntegerField()
    late = models.IntegerField()
    partly = models.IntegerField()
    not_out = models.IntegerField()
    withheld = models.IntegerField()
    by_hand = models.IntegerField()
    paused = models.IntegerField()
    device_failure = models.IntegerField()
    no_notice = models.IntegerField()
    unknown = models.IntegerField()
    open = models.IntegerField()
    before_due = models.IntegerField()
    within_5 = models.IntegerField()
    within_10 = models.IntegerField()
    within_15 = models.IntegerField()
    within_30 = models.IntegerField()
    within_60 = models.IntegerField()
    within_120 = models.IntegerField()
    over_120 = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class MomentDay(Counted):
    """Moments of one client on one day (her own zone), by outcome and delay; the same numbers as counting them (R72).

    `team_id`: her team as it is now; who moves to another team takes her past along.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client_id = models.UUIDField()
    team_id = models.UUIDField(null=True)
    model = models.TextField(default="")  # type of dispenser
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="moment_day", fields=["organisation", "client_id", "model", "day"])
        ]
        indexes = [models.Index(name="moment_day_day", fields=["organisation", "day"])]


class TeamDay(Counted):
    """The sum of a team's `MomentDay`s of one type of dispenser: what figures over months are made from."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    team_id = models.UUIDField(null=True)
    model = models.TextField(default="")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="team_day", fields=["organisation", "day", "team_id", "model"], nulls_distinct=False
            )
        ]
        indexes = [models.Index(name="team_day_team", fields=["organisation", "team_id", "day"])]


class LateChange(models.Model):
    """A moment of an earlier day was changed: that day is counted again by the next roll-up, which removes this."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client_id = models.UUIDField()
    due_at = models.DateTimeField()


class CountedUnder(models.Model):
    """Under which team and zone a client's days were counted last, or under which type a dispenser's.

    Where it is otherwise now, all those days are counted again.
    """

    id = models.UUIDField(primary_key=True)  # of the client or the dispenser
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    said = models.TextField()


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
    """Answers of one person to one short questionnaire.

    Of a professional neither name, day nor team is kept: `answered_on` is the first day of the month after, from which
    her form counts.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    questionnaire = models.TextField()  # client_adoption, client_control, professional_adoption
    client = models.ForeignKey("people.Client", models.PROTECT, null=True, related_name="+")
    team_id = models.UUIDField(null=True)
    answers = models.JSONField()
    answered_on = models.DateField()
    voice = models.TextField(default="")  # client, carer; empty: a professional
    on_paper = models.BooleanField(default=False)
    by = models.TextField(default="")
    created_at = models.DateTimeField()


class QuestionnaireTurn(models.Model):
    """That some account answered a professionals' questionnaire in a half year: a keyed fingerprint, without a time."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    mark = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(name="questionnaire_turn", fields=["organisation", "mark"])]
