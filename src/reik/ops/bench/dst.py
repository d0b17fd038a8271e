"""`reik prove dst`: when the clock changes, every planned clock time is given exactly once, at the right instant.

For every change of 2020 to 2040 in Europe/Amsterdam a set of random plans is laid over the three days around it. What
should come out is worked out here by itself: by walking through the minutes of those days (contract C2: a time that
does not exist is the first valid instant, a time that exists twice is the first pass).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from reik.medication.agreed.agreements import Agreement, Amount, Block, Dosage, Period, Timing
from reik.medication.agreed.planning import plan, to_json
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, number, say

ZONE = ZoneInfo("Europe/Amsterdam")
PLANTS = ("lose", "double", "late")
YEARS = range(2020, 2041)
AROUND = 3  # days: the one before, of and after the change
NIGHT = [f"{hour:02}:{minute:02}" for hour in (1, 2, 3) for minute in range(0, 60, 15)]
DAYPARTS = {"MORN": "08:00", "NOON": "12:00", "AFT": "14:00", "EVE": "20:00", "NIGHT": "22:00"}
BY_FREQUENCY = {1: "08", 2: "08 20", 3: "08 14 20", 4: "08 12 17 22"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Seen = tuple[datetime, timedelta, str]  # instant, offset, slot


@dataclass(frozen=True, slots=True)
class Case:
    """A plan, and what it means in plain terms: these clock times, every so many days from its start."""

    agreement: Agreement
    slots: tuple[tuple[str, str], ...]  # clock time, the name it is shown by
    start: datetime  # wall
    every: int
    weekdays: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plans", type=fig.at_least_one, default=500, help="for each change (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="of the random plans (default: 1)")
    parser.add_argument("--plant", choices=PLANTS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    random = Random(options.seed)
    days = [day for year in YEARS for day in _changes(year)]
    figures: Figures = {"transitions": len(days), "plans": 0, "moments": 0, "wrong": 0, "seed": options.seed}
    planted: str | None = options.plant
    for day in days:
        first, clock = day - timedelta(days=1), _Clock(day)
        for _ in range(options.plans):
            case = _case(random, first)
            due = sorted(_due(case, first, clock))
            seen = _planned(case, first)
            if planted is not None and seen:
                seen, planted = _with_fault(seen, planted), None
            _count(figures, "plans", 1)
            _count(figures, "moments", len(due))
            if sorted(seen) != due:
                _count(figures, "wrong", 1)
                say(f"{day}: {case.agreement} gave {seen}, due was {due}")
    return fig.report(figures, _claims(options.plans))


def _claims(plans: int) -> list[Claim]:
    changes = 2 * len(YEARS)
    return [
        Claim("both changes of every year were looked at", lambda f: f["transitions"] == changes),
        Claim("every change had its plans", lambda f: number(f, "plans") == changes * plans),
        Claim("there was something to give", lambda f: number(f, "moments") >= number(f, "plans")),
        Claim("every slot is given once on its day, at the right instant", lambda f: f["wrong"] == 0),
    ]


def _count(figures: Figures, key: str, more: int) -> None:
    figures[key] = int(number(figures, key)) + more


def _changes(year: int) -> Iterator[date]:
    """The days of a year that are not 24 hours long."""
    day = date(year, 1, 1)
    while day.year == year:
        following = day + timedelta(days=1)
        if _midnight(day) != _midnight(following):
            yield day
        day = following


def _midnight(day: date) -> timedelta | None:
    return datetime.combine(day, time(), tzinfo=ZONE).utcoffset()


class _Clock:
    """What the clock on the wall showed in every minute of the days around a change."""

    def __init__(self, day: date) -> None:
        begin = datetime.combine(day - timedelta(days=2), time(), tzinfo=UTC)
        self._first: dict[datetime, datetime] = {}
        self._change = begin
        before = begin.astimezone(ZONE).utcoffset()
        for minute in range(5 * 24 * 60):
            instant = begin + timedelta(minutes=minute)
            local = instant.astimezone(ZONE)
            if local.utcoffset() != before:
                before, self._change = local.utcoffset(), instant
            self._first.setdefault(local.replace(tzinfo=None, fold=0), instant)

    def shows(self, wall: datetime) -> datetime:
        """The first instant at which it showed this; when it never did, the instant of the change."""
        return self._first.get(wall, self._change)


def _due(case: Case, first: date, clock: _Clock) -> Iterator[Seen]:
    for day in (first + timedelta(days=ahead) for ahead in range(AROUND)):
        for written, slot in case.slots:
            wall = datetime.combine(day, time.fromisoformat(written))
            passed = (wall - case.start).days  # whole 24-hour blocks of the wall clock since the start
            in_turn = wall >= case.start and passed % case.every == 0
            if in_turn and (not case.weekdays or WEEKDAYS[day.weekday()] in case.weekdays):
                instant = clock.shows(wall)
                yield instant, instant.astimezone(ZONE).utcoffset() or timedelta(), slot


def _planned(case: Case, first: date) -> list[Seen]:
    made = to_json(plan([case.agreement], first, AROUND))
    seen = []
    for moment in made["moments"]:
        at = datetime.fromisoformat(moment["at"])
        seen += [(at.astimezone(UTC), at.utcoffset() or timedelta(), moment["slot"])] * len(moment["items"])
    return seen


def _with_fault(seen: list[Seen], kind: str) -> list[Seen]:
    instant, offset, slot = seen[0]
    if kind == "lose":
        return seen[1:]
    return [*seen, seen[0]] if kind == "double" else [(instant + timedelta(hours=1), offset, slot), *seen[1:]]


def _case(random: Random, first: date) -> Case:
    """Clock times, dayparts or times a day; daily, on weekdays or every n days; from some day up to two years back."""
    slots, timing = _slots(random)
    every = 1
    weekdays: tuple[str, ...] = ()
    turn = random.choice(("daily", "weekdays", "every n days"))
    if turn == "every n days" and timing.frequency in (None, 1):
        every = random.randint(2, 3)
    elif turn == "weekdays":
        weekdays = tuple(random.sample(WEEKDAYS, random.randint(1, 7)))
    minutes = random.choice((0, 0, 60 * 8, random.randrange(24 * 60)))
    begin = datetime.combine(first - timedelta(days=random.randint(1, 730)), time()) + timedelta(
        minutes=minutes
    )
    start = begin.replace(tzinfo=ZONE).astimezone(UTC).astimezone(ZONE)
    agreement = Agreement(
        block=Block.TA,
        id="urn:oid:2.999|dst",
        period=Period(start=start.isoformat(timespec="seconds")),
        dosages=(
            Dosage(
                timing=replace(timing, weekdays=weekdays, period=Decimal(every)),
                dose=Amount(value=Decimal(1), unit="stuk"),
            ),
        ),
    )
    return Case(agreement, slots, start.replace(tzinfo=None, fold=0), every, weekdays)


def _slots(random: Random) -> tuple[tuple[tuple[str, str], ...], Timing]:
    kind = random.choice(("times", "times", "dayparts", "frequency"))
    daily = Timing(repeats=True, unit="d")
    if kind == "dayparts":
        parts = random.sample(sorted(DAYPARTS), random.randint(1, 5))
        return tuple((DAYPARTS[part], part) for part in parts), replace(daily, dayparts=tuple(parts))
    if kind == "frequency":
        frequency = random.choice((1, 1, 2, 3, 4))
        hours = BY_FREQUENCY[frequency].split()
        return tuple((f"{hour}:00", f"{hour}:00") for hour in hours), replace(
            daily, frequency=Decimal(frequency)
        )
    any_time = f"{random.randrange(24):02}:{random.randrange(60):02}"
    times = tuple(sorted({any_time, *random.sample(NIGHT, random.randint(1, 4))}))
    return tuple((each, each) for each in times), replace(daily, times=tuple(f"{each}:00" for each in times))
