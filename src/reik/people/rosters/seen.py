"""Rosters as screens show them: who is on them, what comes back, what is otherwise, and who could be called how."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from reik.kernel.models import Account, Destination
from reik.people.models import Roster, RosterException, RosterFeed, RosterMember, RosterPattern, Team

WORK_HERE = ("nurse", "caregiver", "team_manager", "operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSeen:
    """A roster. `last_resort` and `lead` are names of ways to call; `lead` empty: nobody was said."""

    id: UUID
    organisation_id: UUID
    name: str
    zone: ZoneInfo
    team: str
    last_resort: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen:
    """Someone who takes turns, with the names of the ways in which she is called; `channel` is of the first."""

    id: UUID
    account_id: UUID | None
    name: str
    called: str
    channel: str
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternSeen:
    """A turn that comes back and is not over. `read`: it came from a calendar file."""

    id: UUID
    member: str
    place: int
    weekdays: int
    every_weeks: int
    hours_from: time
    hours_until: time
    since: date
    until: date | None
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionSeen:
    """A stretch of time that is otherwise; of a swap the taker's side is shown, with the giver in `reason`."""

    id: UUID
    member: str
    on: bool
    place: int
    starts_at: datetime
    ends_at: datetime
    swap_id: UUID | None
    reason: str
    by: str
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WayToCall:
    """Somewhere a message can go."""

    id: UUID
    name: str
    channel: str


def rosters_of(organisation_ids: Collection[UUID], roster_id: UUID | None = None) -> list[RosterSeen]:
    """The rosters of these organisations that have not ended, by name; or one of them."""
    rows = Roster.objects.filter(organisation_id__in=organisation_ids, ended_at=None)
    if roster_id is not None:
        rows = rows.filter(id=roster_id)
    return [
        RosterSeen(
            id=each.id, organisation_id=each.organisation_id, name=each.name, zone=ZoneInfo(each.zone),
            team=each.team.name if each.team else "", last_resort=each.last_resort.name,
            lead=each.lead.name if each.lead else "",
        )
        for each in rows.select_related("team", "last_resort", "lead").order_by("name", "id")
    ]  # fmt: skip


def members_of(roster_id: UUID) -> list[MemberSeen]:
    """Who takes turns, by name."""
    rows = RosterMember.objects.filter(roster_id=roster_id, ended_at=None)
    return [
        MemberSeen(
            id=each.id, account_id=each.account_id, name=each.name, called=each.destination.name,
            channel=each.destination.channel,
            fallback=each.fallback.name if each.fallback else "",
        )
        for each in rows.select_related("destination", "fallback").order_by("name", "id")
    ]  # fmt: skip


def member_names(roster_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of everybody who takes turns on these rosters."""
    rows = RosterMember.objects.filter(roster_id__in=roster_ids)
    return dict(rows.values_list("id", "name"))


def patterns_of(roster_id: UUID, today: date) -> list[PatternSeen]:
    """The turns that come back and are not over on this local day, by place and day."""
    rows = RosterPattern.objects.filter(
        Q(until=None) | Q(until__gt=today), roster_id=roster_id, ended_at=None, member__ended_at=None
    ).select_related("member")
    return [
        PatternSeen(
            id=each.id, member=each.member.name, place=each.place, weekdays=each.weekdays,
            every_weeks=each.every_weeks, hours_from=each.hours_from, hours_until=each.hours_until,
            since=each.since, until=each.until, read=bool(each.uid),
        )
        for each in rows.order_by("place", "hours_from", "weekdays", "id")
    ]  # fmt: skip


def exceptions_of(roster_id: UUID, now: datetime) -> list[ExceptionSeen]:
    """What is otherwise and not over, by beginning."""
    rows = RosterException.objects.filter(
        Q(swap=None) | Q(kind="on"),
        roster_id=roster_id,
        ended_at=None,
        ends_at__gt=now,
        member__ended_at=None,
    ).select_related("member")
    return [
        ExceptionSeen(
            id=each.id, member=each.member.name, on=each.kind == "on", place=each.place, starts_at=each.starts_at,
            ends_at=each.ends_at, swap_id=each.swap, reason=each.reason, by=each.by, read=bool(each.uid),
        )
        for each in rows.order_by("starts_at", "id")
    ]  # fmt: skip


def fed(roster_id: UUID) -> frozenset[UUID | None]:
    """For whom there is a feed: members, and None for the whole roster."""
    rows = RosterFeed.objects.filter(roster_id=roster_id, ended_at=None)
    return frozenset(rows.values_list("member_id", flat=True))


def ways_to_call(organisation_id: UUID) -> list[WayToCall]:
    """Where messages of an organisation can go, by name."""
    rows = Destination.objects.filter(organisation_id=organisation_id)
    found = [WayToCall(id=each.id, name=each.name, channel=each.channel) for each in rows]
    return sorted(found, key=lambda each: (each.name.casefold(), each.channel, str(each.id)))


def may_take_turns(organisation_id: UUID) -> list[tuple[UUID, str]]:
    """The people of an organisation who can be put on a roster, by name."""
    rows = Account.objects.filter(organisation_id=organisation_id, role__in=WORK_HERE, is_active=True)
    return list(rows.order_by("display_name", "id").values_list("id", "display_name"))


def teams_in(organisation_id: UUID) -> list[tuple[UUID, str]]:
    """The teams of an organisation, by name."""
    return list(
        Team.objects.filter(organisation_id=organisation_id).order_by("name").values_list("id", "name")
    )
