"""Rosters: who is on duty when, who swapped with whom, who is away, and which number is open at which hour."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Roster(models.Model):
    """Who may be called for a team, a group of informal carers or a monitoring centre, hour by hour.

    `last_resort`: where a call goes in an hour for which nobody stands on it; a route never ends at a gap (R47).
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    team = models.ForeignKey("people.Team", models.PROTECT, null=True)
    name = models.TextField()
    zone = models.TextField(default="Europe/Amsterdam")
    last_resort = models.ForeignKey("kernel.Destination", models.PROTECT)
    lead = models.ForeignKey(
        "kernel.Destination", models.PROTECT, null=True, related_name="+"
    )  # hears of a gap
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roster_once", fields=["organisation", "name"], condition=Q(ended_at=None)
            )
        ]


class RosterMember(models.Model):
    """Someone who takes turns, with where she is called: first `destination` (her phone's app), then `fallback`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="members")
    account = models.ForeignKey("kernel.Account", models.PROTECT, null=True)
    name = models.TextField()
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
    fallback = models.ForeignKey("kernel.Destination", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roster_member_once",
                fields=["roster", "account"],
                condition=Q(ended_at=None, account__isnull=False),
            )
        ]


class RosterPattern(models.Model):
    """A turn that comes back each week: on these days, between these local hours (past midnight runs on).

    `weekdays`: bit 0 Monday to bit 6 Sunday, bit 7 public holidays; on a holiday only patterns with bit 7 hold,
    when the roster has any. `every_weeks` counts from the week of `since`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="patterns")
    member = models.ForeignKey(RosterMember, models.PROTECT, db_index=False)
    place = models.SmallIntegerField(default=1)  # 1 first, 2 back-up
    weekdays = models.SmallIntegerField()
    every_weeks = models.SmallIntegerField(default=1)
    hours_from = models.TimeField()
    hours_until = models.TimeField()  # the same as `hours_from`: the whole day
    since = models.DateField()
    until = models.DateField(null=True)  # the first day on which it holds no more
    uid = models.TextField(default="", db_default="")  # of the calendar entry that it came from
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back before it ever held

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="roster_pattern",
                condition=Q(weekdays__gte=1, weekdays__lte=255, every_weeks__gte=1, every_weeks__lte=52)
                & Q(place__gte=1, place__lte=3)
                & (Q(until=None) | Q(until__gt=F("since"))),
            )
        ]


class RosterException(models.Model):
    """One stretch of time in which someone is on, or off, otherwise than the pattern says.

    A swap is two of them with the same `swap`. Never edited: `ended_at` takes one back.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="exceptions")
    member = models.ForeignKey(RosterMember, models.PROTECT, db_index=False)
    kind = models.TextField()  # on, off
    place = models.SmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    swap = models.UUIDField(null=True)
    uid = models.TextField(default="")  # of the calendar entry that it came from
    reason = models.TextField(default="")
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="roster_exception_at", fields=["roster", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                name="roster_exception",
                condition=Q(ends_at__gt=F("starts_at"), kind__in=["on", "off"], place__gte=1, place__lte=3),
            )
        ]


class RosterSwap(models.Model):
    """Somebody asked that `taker` takes over `giver`'s turn: it counts when both have said yes, and not before.

    A yes has who noted it, and `how`: herself, or phone (who notes it heard her say so). Not answered when the turn
    begins, it has expired. `swap` ties it to the exceptions by which it counts.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="swaps", db_index=False)
    giver = models.ForeignKey(RosterMember, models.PROTECT, related_name="+", db_index=False)
    taker = models.ForeignKey(RosterMember, models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.TextField()
    created_at = models.DateTimeField()
    giver_at = models.DateTimeField(null=True)
    giver_by = models.TextField(default="")
    giver_how = models.TextField(default="")
    taker_at = models.DateTimeField(null=True)
    taker_by = models.TextField(default="")
    taker_how = models.TextField(default="")
    swap = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_as = models.TextField(default="")  # agreed, refused, withdrawn, overtaken
    ended_by = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="roster_swap_at", fields=["roster", "starts_at"])]
        constraints = [
            models.CheckConstraint(
                name="roster_swap_period", condition=Q(ends_at__gt=F("starts_at")) & ~Q(giver=F("taker"))
            ),
            models.CheckConstraint(
                name="roster_swap_both",
                condition=Q(swap=None) & ~Q(ended_as="agreed")
                | Q(ended_as="agreed", swap__isnull=False, giver_at__isnull=False, taker_at__isnull=False),
            ),
        ]


class RosterFeed(models.Model):
    """An address at which a calendar reads a roster, or one member's turns; who knows its token may (RFC 5545).

    Only the token's digest is kept. One living feed per roster and member.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="feeds")
    member = models.ForeignKey(RosterMember, models.PROTECT, null=True, db_index=False)
    digest = models.BinaryField(unique=True)
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roster_feed_once",
                fields=["roster", "member"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
            )
        ]


class CarerAbsence(models.Model):
    """A stretch of time in which an informal carer is not called; her step is shown as skipped."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    carer = models.ForeignKey("people.Carer", models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back

    class Meta:
        constraints = [
            models.CheckConstraint(name="carer_absence_period", condition=Q(ends_at__gt=F("starts_at")))
        ]


class Presence(models.Model):
    """When someone's open screen last asked for news: she is there to hear of an alert (N3)."""

    account = models.OneToOneField("kernel.Account", models.CASCADE, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    seen_at = models.DateTimeField()


class DutyNumber(models.Model):
    """A number that an organisation may ring at certain hours: the GP post, the pharmacy on duty."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    kind = models.TextField()
    name = models.TextField()
    phone = models.BinaryField()  # sealed
    hours = models.JSONField(default=dict)  # {"1": ["17:00", "08:00"], …, "h": [...]}; empty: always
    place = models.SmallIntegerField(default=1)  # which is tried first
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="duty_number_kind",
                condition=Q(
                    kind__in=["gp_post", "gp", "duty_pharmacy", "team", "centre", "supplier", "emergency"]
                ),
            )
        ]
