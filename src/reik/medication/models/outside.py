"""Medication outside the roll: its lines in versions, what was given of them, and what nobody has decided yet (R5)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

RESPONSIBLE = ("client", "carer", "team")
NOT_GIVEN = ("", "refused", "not_there", "unwell", "not_in_stock", "advice", "other", "entered_in_error")


class LooseLine(models.Model):
    """One version of a line outside the roll. Never edited: another version takes its place, also to stop it.

    `line` is the same for all versions. `weekdays` as in a schedule; `times` are local times as "08:00". Without
    times it is as needed. `last_on` is the last local day on which it counts.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    line = models.UUIDField()
    version = models.IntegerField()
    product = models.TextField()
    code = models.TextField(default="")
    amount = models.TextField()
    as_needed = models.BooleanField()
    weekdays = models.SmallIntegerField()
    every_days = models.SmallIntegerField(default=1)  # from `starts_on` on; 1: the weekdays decide
    times = models.JSONField(default=list)
    max_per_day = models.SmallIntegerField(null=True)  # times that it may be given on one local day
    criteria = models.TextField(default="")
    window_min = models.SmallIntegerField()  # minutes until it is told that it was not given
    gap_min = models.SmallIntegerField()  # least interval after the last time; 0: none
    starts_on = models.DateField()
    last_on = models.DateField(null=True)
    responsible = models.TextField()
    responsible_name = models.TextField(default="")
    second_person = models.BooleanField()
    agreement = models.TextField(default="")  # of the pharmacy; empty: typed without
    stopped = models.BooleanField(default=False)
    because = models.TextField(default="")
    written_by = models.TextField()
    written_role = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="loose_of_client", fields=["client", "line", "version"])]
        constraints = [
            models.UniqueConstraint(name="loose_version", fields=["line", "version"]),
            models.CheckConstraint(name="loose_responsible", condition=Q(responsible__in=RESPONSIBLE)),
            models.CheckConstraint(
                name="loose_numbers",
                condition=Q(
                    weekdays__gte=1, weekdays__lte=127, every_days__gte=1, every_days__lte=366,
                    window_min__gte=5, window_min__lte=720, gap_min__gte=0, gap_min__lte=10080,
                )
                & (Q(max_per_day=None) | Q(max_per_day__gte=1, max_per_day__lte=48)),
            ),
            models.CheckConstraint(
                name="loose_period", condition=Q(last_on=None) | Q(last_on__gte=F("starts_on")) | Q(stopped=True)
            ),
        ]  # fmt: skip


class LooseGiven(models.Model):
    """What a person says was given of a line, or why not. Append-only: a mistake is put right by another row.

    `at` is the planned local time; null for as needed. `serial` counts the rows of one planned time, so that two
    people cannot both be the first. The second person is never the first.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    line = models.UUIDField()
    of_version = models.ForeignKey(LooseLine, models.PROTECT, db_index=False)
    day = models.DateField()
    at = models.TimeField(null=True)
    serial = models.IntegerField()
    amount = models.TextField()
    not_given = models.TextField(default="")  # why not; empty: it was given
    given_at = models.DateTimeField()
    given_by = models.UUIDField(null=True)  # an account
    given_name = models.TextField()
    second_by = models.UUIDField(null=True)
    second_name = models.TextField(default="")
    because = models.TextField(default="")  # why early, late or soon after the last time
    remark = models.TextField(default="")
    stock = models.IntegerField(null=True)  # how many are left, as counted
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)

    class Meta:
        indexes = [models.Index(name="given_of_client", fields=["client", "day"])]
        constraints = [
            models.UniqueConstraint(
                name="given_in_turn", fields=["line", "day", "at", "serial"], nulls_distinct=False
            ),
            models.UniqueConstraint(
                name="given_corrected_once", fields=["corrects"], condition=Q(corrects__isnull=False)
            ),
            models.CheckConstraint(name="given_reason", condition=Q(not_given__in=NOT_GIVEN)),
            models.CheckConstraint(
                name="given_second_person",
                condition=Q(second_name="", second_by=None)
                | (
                    ~Q(second_name="")
                    & ~Q(second_name__iexact=F("given_name"))
                    & (Q(second_by=None) | Q(given_by=None) | ~Q(second_by=F("given_by")))
                ),
            ),
        ]


class LooseTold(models.Model):
    """Which planned times without a word were told, so that each is told once (1) and reminded of once (2)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    line = models.UUIDField()
    day = models.DateField()
    at = models.TimeField()
    step = models.SmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="told_once", fields=["line", "day", "at", "step"]),
            models.CheckConstraint(name="told_step", condition=Q(step__in=[1, 2])),
        ]


class OutsideProposal(models.Model):
    """What the pharmacy's agreements give and the roll does not hold, until a person says who gives it (R5).

    `proposed` are JSON values of the line that it may become. Only the columns of the decision are written later.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    agreement = models.TextField()
    contents_key = models.TextField()  # equal while the agreement says the same
    proposed = models.JSONField()
    first_at = models.DateTimeField(null=True)  # the first planned time; null: as needed
    found_at = models.DateTimeField()
    decision = models.TextField(default="")
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    because = models.TextField(default="")
    line = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(
                name="proposal_open", fields=["organisation", "client"], condition=Q(decided_at=None)
            )
        ]
        constraints = [
            models.UniqueConstraint(name="proposal_once", fields=["client", "agreement", "contents_key"]),
            models.CheckConstraint(
                name="proposal_decided",
                condition=Q(decided_at=None, decision="")
                | Q(decided_at__isnull=False, decision__in=["line", "elsewhere", "in_roll", "gone"]),
            ),
        ]
