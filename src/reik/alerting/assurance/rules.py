"""Whether a route would find anybody at an instant: logged in, reachable, or on a roster. Pure (N3).

What is not known to work is not counted: an untested phone number, a gateway that nobody tried.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.policy import PHONE_CLIENT, RouteStep, why_not_now
from reik.people.rosters.duty import Stretch

TESTED = frozenset({"sms", "voice"})
"""Channels to a number that a provider takes whether or not it is right: only a delivery test tells."""
YOUNG = timedelta(minutes=15)
"""A destination that is younger may not have been tried yet."""


class Way(StrEnum):
    """How a destination is."""

    FINE = "fine"
    NO_PHONE = "no_phone"
    GATEWAY_DOWN = "gateway_down"
    NOT_TRIED = "not_tried"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a destination. `error`: of the newest try of its gateway, None when nobody has tried it."""

    channel: str
    created_at: datetime
    error: str | None
    phones: int = 0
    tested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Where someone of a roster is called."""

    destination_id: UUID
    fallback_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What is known of everybody whom routes may call, for the instants that are asked."""

    ways: Mapping[UUID, Way]
    duty: Mapping[UUID, Sequence[Stretch]] = field(default_factory=dict)
    resorts: Mapping[UUID, UUID] = field(default_factory=dict)
    members: Mapping[UUID, Member] = field(default_factory=dict)
    away: Mapping[UUID, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    watched: bool = False

    def fine(self, *ids: UUID | None) -> bool:
        return any(each is not None and self.ways.get(each) == Way.FINE for each in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """From `since` on a route would find nobody. `untested`: it has phones that might ring, and nobody tried them.

    `undrilled`: it would find somebody, but its newest drill failed, or it never had one.
    """

    since: datetime
    untested: bool
    undrilled: bool = False


def way_of(known: Known, now: datetime) -> Way:
    """How a destination is, by what was tried."""
    if known.channel == "webpush" and not known.phones:
        return Way.NO_PHONE
    if known.error:
        return Way.GATEWAY_DOWN
    if known.error is None and now - known.created_at > YOUNG:
        return Way.NOT_TRIED
    if known.channel in TESTED and not known.tested:
        return Way.UNTESTED
    return Way.FINE


def lack_of(
    steps: Sequence[RouteStep], zone: ZoneInfo, instants: Collection[datetime], now: Now
) -> Lack | None:
    """Where a route would find nobody at one of these instants; None when it always finds somebody."""
    for at in sorted(instants):
        if not any(_hears(step, zone, at, now) for step in steps):
            called = {id for step in steps for id in _called(step, at, now)}
            return Lack(since=at, untested=any(now.ways.get(each) == Way.UNTESTED for each in called))
    return None


def _hears(step: RouteStep, zone: ZoneInfo, at: datetime, now: Now) -> bool:
    """Whether this step, due at this instant, would find somebody."""
    if step.action == PHONE_CLIENT and now.watched:
        return True
    if why_not_now(step.hours, at, zone) or _is_away(step.carer_id, at, now):
        return False
    return now.fine(*_called(step, at, now))


def _called(step: RouteStep, at: datetime, now: Now) -> list[UUID]:
    """Where this step is sent: of a roster to who stands on it, else to the roster's last resort."""
    if step.roster_id is None:
        return _real(step.destination_id, step.fallback_id)
    stand = [each for each in now.duty.get(step.roster_id, ()) if each.starts_at <= at < each.ends_at]
    if not stand:
        return _real(now.resorts.get(step.roster_id, step.destination_id), step.fallback_id)
    members = [now.members[each.member_id] for each in stand if each.member_id in now.members]
    return _real(
        *(id for each in members for id in (each.destination_id, each.fallback_id)), step.fallback_id
    )


def _is_away(carer_id: UUID | None, at: datetime, now: Now) -> bool:
    return carer_id is not None and any(since <= at < until for since, until in now.away.get(carer_id, ()))


def _real(*ids: UUID | None) -> list[UUID]:
    return [each for each in ids if each is not None]
