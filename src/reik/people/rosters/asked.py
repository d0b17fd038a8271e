"""Proposals to swap as screens show them: who said yes and how, whose answer is waited for, and how one ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from reik.people.models import Roster, RosterMember, RosterSwap
from reik.people.rosters.asking import AGREED, GIVER, TAKER
from reik.people.rosters.duty import days_of, instant
from reik.people.rosters.queries import duty_between

SHOWN_FOR = timedelta(days=7)
"""So long one that ended, or that nobody answered in time, stands on the roster's page."""
TURNS_AHEAD = timedelta(days=42)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two. `at` None: she has not said yes. `how`: herself or phone, noted by `by`."""

    side: str
    member_id: UUID
    account_id: UUID | None
    name: str
    at: datetime | None
    by: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSeen:
    """`state`: open, expired (the turn began unanswered), agreed, refused, withdrawn or overtaken."""

    id: UUID
    organisation_id: UUID
    roster_id: UUID
    roster: str
    zone: ZoneInfo
    sides: tuple[Side, Side]
    starts_at: datetime
    ends_at: datetime
    by: str
    created_at: datetime
    state: str
    swap: UUID | None
    ended_by: str

    @property
    def giver(self) -> Side:
        return self.sides[0]

    @property
    def taker(self) -> Side:
        return self.sides[1]

    def waits_for(self) -> tuple[Side, ...]:
        """Who has not said yes to an open one."""
        return tuple(each for each in self.sides if each.at is None) if self.state == "open" else ()

    def asks(self, account_id: UUID) -> bool:
        """Whether it waits for this person's own answer."""
        return any(each.account_id == account_id for each in self.waits_for())

    def about(self, account_id: UUID) -> bool:
        return any(each.account_id == account_id for each in self.sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn of hers that has not begun."""

    member_id: UUID
    starts_at: datetime
    ends_at: datetime


def swaps_of(roster_id: UUID, now: datetime) -> list[SwapSeen]:
    """What is open, and what ended lately without counting, by beginning."""
    lately = Q(ended_at=None, starts_at__gt=now - SHOWN_FOR) | Q(ended_at__gt=now - SHOWN_FOR)
    rows = RosterSwap.objects.filter(lately, roster_id=roster_id).exclude(ended_as=AGREED)
    return _seen(rows, now)


def agreed_of(roster_id: UUID, now: datetime) -> dict[UUID, SwapSeen]:
    """Of the swaps that count and are not over: who said yes, by what ties their exceptions together."""
    rows = RosterSwap.objects.filter(roster_id=roster_id, ended_as=AGREED, ends_at__gt=now)
    return {each.swap: each for each in _seen(rows, now) if each.swap}


def asked_of(account_id: UUID, organisation_ids: Collection[UUID], now: datetime) -> list[SwapSeen]:
    """What waits for this person's own answer, the soonest first."""
    hers = Q(giver__account_id=account_id, giver_at=None) | Q(taker__account_id=account_id, taker_at=None)
    rows = RosterSwap.objects.filter(
        hers, organisation_id__in=organisation_ids, ended_at=None, starts_at__gt=now, roster__ended_at=None,
        giver__ended_at=None, taker__ended_at=None,
    )  # fmt: skip
    return _seen(rows, now)


def proposal(swap_id: UUID, now: datetime) -> SwapSeen | None:
    """One proposal, as far as the caller may see it."""
    return next(iter(_seen(RosterSwap.objects.filter(id=swap_id), now)), None)


def member_by(roster_id: UUID, account_id: UUID) -> UUID | None:
    """As whom this person stands on a roster."""
    rows = RosterMember.objects.filter(roster_id=roster_id, account_id=account_id, ended_at=None)
    return rows.values_list("id", flat=True).first()


def turns_of(roster_id: UUID, member_id: UUID, now: datetime) -> list[Turn]:
    """Her turns of the next six weeks that have not begun, as they count now; what runs on for days, day by day."""
    zone = ZoneInfo(Roster.objects.get(id=roster_id).zone)
    # From a midnight long ago, so that one that runs now is cut where it began and not where it is looked at.
    back = instant(now.astimezone(zone).date() - TURNS_AHEAD, time(), zone)
    stand, _ = duty_between([roster_id], back, now + TURNS_AHEAD).get(roster_id, ([], []))
    hers = (each for each in stand if each.member_id == member_id)
    return [
        Turn(member_id=member_id, starts_at=since, ends_at=until)
        for each in hers
        for since, until in days_of(each.starts_at, each.ends_at, zone)
        if since > now and until < now + TURNS_AHEAD
    ]


def _seen(rows: QuerySet[RosterSwap], now: datetime) -> list[SwapSeen]:
    found = rows.select_related("roster", "giver", "taker").order_by("starts_at", "created_at", "id")
    return [
        SwapSeen(
            id=each.id, organisation_id=each.organisation_id, roster_id=each.roster_id, roster=each.roster.name,
            zone=ZoneInfo(each.roster.zone), sides=(_side(each, GIVER), _side(each, TAKER)),
            starts_at=each.starts_at, ends_at=each.ends_at, by=each.by, created_at=each.created_at,
            state=each.ended_as or ("open" if each.starts_at > now else "expired"), swap=each.swap,
            ended_by=each.ended_by,
        )
        for each in found
    ]  # fmt: skip


def _side(row: RosterSwap, side: str) -> Side:
    member: RosterMember = getattr(row, side)
    return Side(
        side=side, member_id=member.id, account_id=member.account_id, name=member.name,
        at=getattr(row, f"{side}_at"), by=getattr(row, f"{side}_by"), how=getattr(row, f"{side}_how"),
    )  # fmt: skip
