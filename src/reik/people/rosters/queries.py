"""Reads of rosters: who is on duty, where a call goes when nobody is, and who of the informal carers is away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from reik.people.models import Carer, CarerAbsence, Roster, RosterException, RosterMember, RosterPattern
from reik.people.rosters.duty import Gap, Otherwise, Pattern, Stretch, gaps, standing, stretches

BESIDE = timedelta(days=2)
"""Patterns of days this near an instant may still, or already, hold at it: a turn runs past midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Someone who stands on a roster, with where she is called; `place` 1 goes first."""

    member_id: UUID
    account_id: UUID | None
    name: str
    destination_id: UUID
    fallback_id: UUID | None
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What says who stands on one roster: its patterns and its exceptions, oldest first."""

    zone: ZoneInfo
    patterns: Sequence[Pattern]
    exceptions: Sequence[Otherwise]


def on_duty(roster_ids: Collection[UUID], at: datetime) -> dict[UUID, list[OnDuty]]:
    """Who stands on these rosters at an instant, first place first; an empty list where nobody does.

    Three statements, however many rosters. A roster that has ended has nobody.
    """
    rows = RosterMember.objects.filter(roster_id__in=roster_ids, roster__ended_at=None, ended_at=None)
    members = {each.id: each for each in rows.select_related("roster")}
    rules = _rules_in({each.roster_id: each.roster.zone for each in members.values()}, at, at)
    found: dict[UUID, list[OnDuty]] = {each: [] for each in roster_ids}
    for roster_id, rule in rules.items():
        stand = standing(rule.patterns, rule.exceptions, rule.zone, at)
        found[roster_id] = [_on_duty(members[each.member_id], each.place) for each in stand]
    return found


def last_resorts(roster_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Per roster the destination that is called in an hour for which nobody stands on it."""
    return dict(Roster.objects.filter(id__in=roster_ids).values_list("id", "last_resort_id"))


def absent_carers(carer_ids: Collection[UUID], at: datetime) -> frozenset[UUID]:
    """Which of these informal carers are not called at this instant: they said so, or take no part any more."""
    rows = CarerAbsence.objects.filter(
        carer_id__in=carer_ids, starts_at__lte=at, ends_at__gt=at, ended_at=None
    )
    gone = Carer.objects.filter(id__in=carer_ids, revoked_at__lte=at)
    return frozenset(rows.values_list("carer_id", flat=True).union(gone.values_list("id", flat=True)))


def duty_between(
    roster_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, tuple[list[Stretch], list[Gap]]]:
    """Per roster that has not ended: who stands when, and when nobody does, between two instants."""
    found: dict[UUID, tuple[list[Stretch], list[Gap]]] = {}
    for roster_id, rule in rules_of(roster_ids, since, until).items():
        stand = stretches(rule.patterns, rule.exceptions, rule.zone, since, until)
        found[roster_id] = stand, gaps(stand, since, until)
    return found


def rules_of(roster_ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, Rules]:
    """What says who stands on these rosters between two instants. Rosters that have ended are left out."""
    zones = dict(Roster.objects.filter(id__in=roster_ids, ended_at=None).values_list("id", "zone"))
    return _rules_in(zones, since, until)


def _rules_in(zones: Mapping[UUID, str], since: datetime, until: datetime) -> dict[UUID, Rules]:
    if not zones:
        return {}
    patterns: Mapping[UUID, list[Pattern]] = defaultdict(list)
    rows = RosterPattern.objects.filter(
        Q(until=None) | Q(until__gt=(since - BESIDE).date()),
        roster_id__in=zones, since__lte=(until + BESIDE).date(), ended_at=None,
        member__ended_at=None,
    )  # fmt: skip
    for row in rows.order_by("created_at", "id"):
        patterns[row.roster_id].append(pattern_of(row))
    exceptions: Mapping[UUID, list[Otherwise]] = defaultdict(list)
    changed = RosterException.objects.filter(
        roster_id__in=zones, ends_at__gt=since - BESIDE, starts_at__lt=until + BESIDE, ended_at=None,
        member__ended_at=None,
    )  # fmt: skip
    for one in changed.order_by("created_at", "kind", "id"):  # of what was made at once, off goes first
        exceptions[one.roster_id].append(otherwise_of(one))
    return {
        each: Rules(zone=ZoneInfo(zone), patterns=patterns[each], exceptions=exceptions[each])
        for each, zone in zones.items()
    }


def pattern_of(row: RosterPattern) -> Pattern:
    return Pattern(
        member_id=row.member_id, weekdays=row.weekdays, hours_from=row.hours_from, hours_until=row.hours_until,
        since=row.since, until=row.until, every_weeks=row.every_weeks, place=row.place,
    )  # fmt: skip


def otherwise_of(row: RosterException) -> Otherwise:
    return Otherwise(
        member_id=row.member_id, on=row.kind == "on", starts_at=row.starts_at, ends_at=row.ends_at,
        place=row.place,
    )  # fmt: skip


def _on_duty(member: RosterMember, place: int) -> OnDuty:
    return OnDuty(
        member_id=member.id, account_id=member.account_id, name=member.name,
        destination_id=member.destination_id, fallback_id=member.fallback_id, place=place,
    )  # fmt: skip
