"""Loading rounds: rolls to be changed, put together in as few parts of a day as their windows let. Pure.

A change is planned inside its window (R19) and inside hours in which somebody is on the way, or not at all: a client
without such an hour is given back with the reason. Tours, with travel, are laid on top of this later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

PARTS: Mapping[str, tuple[time, time]] = {
    "morning": (time(7), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(22)),
}
"""Parts of a day in which a round is made; the night has none."""
TAKES = timedelta(minutes=15)
"""So long somebody is at it: a shorter stretch of a window is none."""
FULL = 12
"""So many clients at most in one round."""
NO_ROLL, TOO_TIGHT, PASSED, NIGHT, FULL_UP = "no_roll", "too_tight", "passed", "night", "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One roll to be changed. `opens_at`, `closes_at`: the window; opens None: it is not known yet.

    `because`: why there is no window (a code above). `weekday`: the ISO day that was agreed, None: any.
    `rather_from`: not before then where it can be later, so that little of the old roll goes back.
    """

    client_id: UUID
    who: str
    opens_at: datetime | None
    closes_at: datetime | None
    zone: ZoneInfo
    because: str = ""
    weekday: int | None = None
    rather_from: datetime | None = None


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Slot:
    """A part of a local day."""

    day: date
    part: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A client in a round: between these instants."""

    change: Change
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rounds by day and part, and who has no possible day, with the reason. Every change stands in it once."""

    rounds: Mapping[Slot, Sequence[Stop]]
    without: Sequence[tuple[Change, str]]


def plan(changes: Iterable[Change], now: datetime, days: int) -> Plan:
    """Few rounds in the coming days: each time the part of a day that serves most of who is left, the earliest first.

    Who agreed on a weekday goes on that day where the window has one; else on any.
    """
    possible: dict[Slot, dict[UUID, Stop]] = {}
    left: dict[UUID, Change] = {}
    without: list[tuple[Change, str]] = []
    for each in changes:
        stops = stops_of(each, now, days)
        if not stops:
            without.append((each, why_not(each, now)))
            continue
        left[each.client_id] = each
        for at, stop in stops.items():
            possible.setdefault(at, {})[each.client_id] = stop
    rounds: dict[Slot, list[Stop]] = {}
    while left:
        best = _best(possible, left, rounds)
        if best is None:
            break
        slot = best
        room = FULL - len(rounds.get(slot, ()))
        served = sorted((possible[slot][id] for id in possible[slot].keys() & left.keys()), key=_urgency)
        for stop in served[:room]:
            rounds.setdefault(slot, []).append(stop)
            del left[stop.change.client_id]
    without += [(each, FULL_UP) for each in left.values()]
    return Plan(rounds=dict(sorted(rounds.items(), key=lambda each: _place(each[0]))), without=without)


def _best(
    possible: Mapping[Slot, Mapping[UUID, Stop]], left: Mapping[UUID, Change], rounds: Mapping[Slot, Sequence[Stop]]
) -> Slot | None:  # fmt: skip
    """The slot with room that serves most; of equal ones the earliest."""
    served = {
        slot: min(len(stops.keys() & left.keys()), FULL - len(rounds.get(slot, ())))
        for slot, stops in possible.items()
    }
    open_slots = [slot for slot, count in served.items() if count > 0]
    return min(open_slots, key=lambda slot: (-served[slot], _place(slot)), default=None)


def _place(slot: Slot) -> tuple[date, int, str]:
    return (slot.day, list(PARTS).index(slot.part), slot.who)


def _urgency(stop: Stop) -> tuple[datetime, UUID]:
    return (stop.change.closes_at or datetime.max.replace(tzinfo=stop.until.tzinfo), stop.change.client_id)


def stops_of(change: Change, now: datetime, days: int) -> dict[Slot, Stop]:
    """Every part of a day, from now on, in which this window is open long enough."""
    if change.opens_at is None or change.because:
        return {}
    first = now.astimezone(change.zone).date()
    opens = max(change.opens_at, now)
    found: dict[Slot, Stop] = {}
    for day in (first + timedelta(days=n) for n in range(days)):
        for part, (starts, ends) in PARTS.items():
            since = max(opens, datetime.combine(day, starts, change.zone))
            until = datetime.combine(day, ends, change.zone)
            until = until if change.closes_at is None else min(until, change.closes_at)
            if until - since >= TAKES:
                found[Slot(day=day, part=part, who=change.who)] = Stop(
                    change=change, since=since, until=until
                )
    return _rather(found, change, now)


def _rather(found: dict[Slot, Stop], change: Change, now: datetime) -> dict[Slot, Stop]:
    """Of what may be, what is wanted: not in a part of the day that runs, not long before, on the agreed day."""
    wishes: tuple[Callable[[Slot, Stop], bool], ...] = (
        lambda slot, _stop: datetime.combine(slot.day, PARTS[slot.part][0], change.zone) > now,
        lambda _slot, stop: change.rather_from is None or stop.until > change.rather_from,
        lambda slot, _stop: slot.day.isoweekday() == change.weekday,
    )
    for wish in wishes:
        found = {slot: stop for slot, stop in found.items() if wish(slot, stop)} or found
    return found


def why_not(change: Change, now: datetime) -> str:
    """The reason of a change that fits no part of a day."""
    if change.because:
        return change.because
    if change.opens_at is None:
        return NO_ROLL
    if change.closes_at is not None and change.closes_at - now < TAKES:
        return PASSED
    if change.closes_at is not None and change.closes_at - max(change.opens_at, now) < TAKES:
        return TOO_TIGHT
    return NIGHT
