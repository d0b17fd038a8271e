"""Moments: planned hand-overs, each with one outcome; and what was said of them that is not folded in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reik.dispensing.models.devices import Dispenser
from reik.dispensing.outcomes import Outcome


class Moment(models.Model):
    """One planned hand-over (R25). Evidence is folded in by `moments.twin`; `outcome` stays null while it is open."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    key = models.TextField()  # the moment's name at the device
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()  # end of the window: from here it is not out (R27)
    latest_at = models.DateTimeField()  # latest hand-out time (R29)
    sachets = models.SmallIntegerField(default=1)
    criticality = models.SmallIntegerField(default=1)  # 0 time-critical, 1 normal, 2 tolerant (N2)
    created_at = models.DateTimeField()
    # evidence, each field folded by a rule that does not depend on order (R33)
    presented = models.IntegerField(default=0)  # bit k-1: sachet k was presented
    out = models.IntegerField(default=0)  # bit k-1: sachet k was taken out
    last_out_at = models.DateTimeField(null=True)
    closed_epoch = models.BigIntegerField(default=0)
    closed_seq = models.BigIntegerField(default=0)
    closed_as = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    contested = models.BooleanField(default=False)
    by_hand = models.IntegerField(db_default=0)  # bit k-1: sachet k was given by hand (R34)
    by_hand_at = models.DateTimeField(null=True)
    away = models.UUIDField(null=True)  # the absence that it falls in (R10)
    gap_s = models.IntegerField(db_default=0)  # least interval after the hand-over before it, seconds (R31)
    # what `watch` concluded where the device said nothing
    verdict = models.TextField(default="")
    verdict_reason = models.TextField(default="")
    outcome = models.TextField(null=True, choices=Outcome.choices())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="moment_open", fields=["deadline_at"], condition=Q(outcome=None)),
            models.Index(name="moment_of_organisation", fields=["organisation", "due_at"]),
            models.Index(name="moment_of_client", fields=["client", "due_at"]),
            models.Index(
                name="moment_with_gap", fields=["client", "due_at"], condition=Q(outcome=None, gap_s__gt=0)
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="moment_at_device", fields=["dispenser", "key"]),
            models.CheckConstraint(
                name="moment_times", condition=Q(deadline_at__gt=F("due_at"), latest_at__gte=F("deadline_at"))
            ),
            models.CheckConstraint(name="moment_sachets", condition=Q(sachets__gte=1, sachets__lte=30)),
            models.CheckConstraint(
                name="moment_outcome", condition=Q(outcome=None) | Q(outcome__in=list(Outcome))
            ),
            models.CheckConstraint(
                name="moment_ended",
                condition=Q(outcome=None, ended_at=None) | Q(outcome__isnull=False, ended_at__isnull=False),
            ),
        ]


class Mention(models.Model):
    """What a device said of a moment and is not folded into it: silence proves nothing about that moment.

    `unplanned` and `contested` ones leave when the moment is planned; `parked` and `poison` ones when a
    later version of Reik interprets them.
    """

    pk = models.CompositePrimaryKey("dispenser_id", "key", "epoch", "seq", "why")
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    key = models.TextField()
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    why = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mention_why", condition=Q(why__in=["unplanned", "contested", "parked", "poison"])
            )
        ]
