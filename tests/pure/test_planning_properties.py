"""What must hold for any agreements: no window changes a moment (A3), nothing raises, no clock change loses one."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.medication.agreed import timing as timing_rules
from reik.medication.agreed.agreements import (
    UNREADABLE,
    Agreement,
    Amount,
    AsNeeded,
    Block,
    Bounds,
    Dosage,
    Period,
    Reference,
    Span,
    Stop,
    StopKind,
    Timing,
)
from reik.medication.agreed.calendar import ZONE, at_wall, instant_of, plus, wall_of
from reik.medication.agreed.planning import plan, to_json
from reik.ops.bench import dst

WALL = datetime(1990, 1, 1)  # noqa: DTZ001
# Around both changes of 2026, a leap day, and the turn of the year.
DAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 1, 1)]
CLOCKS = [
    "00:00:00",
    "02:00:00",
    "02:30:00",
    "03:00:00",
    "08:00:00",
    "12:00:00",
    "20:00:00",
    "23:59:00",
    "23:59:59",
]
NUMBERS = [Decimal(text) for text in ("0", "1", "2", "3", "4", "5", "0.5", "8", "24", "1E+30", "1E-30")] + [
    UNREADABLE
]

days = st.builds(lambda day, shift: day + timedelta(days=shift), st.sampled_from(DAYS), st.integers(-40, 12))
numbers = st.sampled_from(NUMBERS)
texts = st.one_of(st.none(), st.text(max_size=8))


@st.composite
def written(draw: st.DrawFn) -> str:
    """A date or date-time as a message may hold it, mostly in order."""
    day = draw(days).isoformat()
    if draw(st.integers(0, 9)) == 0:
        return draw(
            st.sampled_from(
                [day, "0001-01-01", "9999-12-31T23:59:59+01:00", "2026-02-30", "", "2026-03", "morgen"]
            )
        )
    return f"{day}T{draw(st.sampled_from(CLOCKS))}{draw(st.sampled_from(['+01:00', '+02:00', 'Z', '-14:00', '']))}"


spans = st.builds(
    Span,
    value=st.one_of(st.none(), numbers),
    unit=st.sampled_from(["s", "min", "h", "d", "wk", "mo", "a", "x", None]),
)
periods = st.builds(
    Period,
    start=st.one_of(written(), written(), st.none()),
    end=st.one_of(st.none(), written()),
    lasts=st.one_of(st.none(), spans),
)
bounds = st.builds(
    Bounds,
    lasts=st.one_of(st.none(), spans),
    period=st.one_of(st.none(), st.none(), periods),
    vague=st.sampled_from([False, False, False, True]),
)
maybe = st.one_of(st.none(), numbers)
timings = st.builds(
    Timing,
    coded=st.booleans(),
    events=st.one_of(st.just(()), st.just(()), st.lists(st.one_of(written(), st.none()), max_size=2).map(tuple)),
    repeats=st.booleans(),
    times=st.one_of(st.just(()), st.lists(st.sampled_from([*CLOCKS[:-1], "25:00", "8"]), max_size=3).map(tuple)),
    dayparts=st.one_of(st.just(()), st.lists(st.sampled_from(["MORN", "NIGHT", "PCM"]), max_size=2).map(tuple)),
    weekdays=st.one_of(st.just(()), st.lists(st.sampled_from(["mon", "wed", "sun", "zon"]), max_size=3).map(tuple)),
    frequency=maybe,
    period=maybe,
    unit=st.sampled_from(["d", "d", "d", "wk", "h", "min", "mo", "s", "x", None]),
    count=st.one_of(st.none(), st.none(), numbers),
    offset=st.one_of(st.none(), st.none(), numbers),
    exact=st.booleans(),
)  # fmt: skip


def usual(**more: object) -> Timing:
    return Timing(**{"repeats": True, "period": Decimal(1), "unit": "d"} | more)


# Dosings that can be planned, so that the windows have something to cut.
clock_lists = st.lists(st.sampled_from(CLOCKS[:-1]), min_size=1, max_size=3)
a_few = st.integers(1, 4).map(Decimal)
good_timings = st.one_of(
    clock_lists.map(lambda times: usual(times=tuple(times))),
    a_few.map(lambda every: usual(period=every)),
    st.builds(lambda every, most: usual(period=every * 7, unit="h", count=most), a_few, st.none() | a_few),
    a_few.map(lambda every: usual(period=every, unit="wk", weekdays=("mon", "sun"))),
    st.builds(lambda often, most: usual(frequency=often, count=most), a_few, a_few),
)
doses = st.one_of(st.none(), st.builds(Amount, value=maybe, unit=texts))
dosages = st.builds(
    Dosage,
    sequence=st.one_of(st.none(), st.none(), st.sampled_from(NUMBERS[:4])),
    bounds=st.one_of(st.none(), bounds),
    timing=st.one_of(good_timings, timings),
    dose=doses,
    dose_low=st.one_of(st.none(), st.none(), doses),
    as_needed=st.one_of(
        st.none(), st.none(), st.builds(AsNeeded, criteria=st.lists(st.text(max_size=3)).map(tuple))
    ),
    for_the_night=st.booleans(),
)
good_dosages = st.builds(Dosage, timing=good_timings, dose=st.just(Amount(value=Decimal(1), unit="stuk")))
NAMES = ["urn:oid:1|A", "1|A", "urn:oid:1|B", "urn:oid:1|C", "id:x"]
references = st.builds(
    Reference, written=st.sampled_from([*NAMES, None]), found=st.sampled_from([*NAMES, None])
)


@st.composite
def agreements(draw: st.DrawFn, dosage: st.SearchStrategy[Dosage] = dosages) -> Agreement:
    stop = draw(st.one_of(st.none(), st.none(), st.builds(Stop, kind=st.sampled_from([*StopKind, None]))))
    return Agreement(
        block=draw(st.sampled_from([Block.TA, Block.TA, Block.WDS, Block.MA])),
        id=draw(st.sampled_from(NAMES)),
        treatment=draw(st.sampled_from(["2|M", "2|M", "urn:oid:2|M", "2|N", None])),
        registered=draw(st.one_of(st.none(), written())),
        unknown_modifier=(stop is not None and stop.kind is None) or draw(st.integers(0, 9)) == 0,
        stop=stop,
        acts_on=draw(st.one_of(st.none(), references)),
        prescriptions=tuple(draw(st.lists(references, max_size=1))),
        period=draw(st.one_of(periods, periods, st.none())),
        condition=draw(st.integers(0, 9)) == 0,
        cycle=draw(st.one_of(st.none(), st.none(), spans)),
        dosages=tuple(draw(st.lists(dosage, max_size=3))),
        packable=draw(st.booleans()),
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(agreements(), max_size=6), days, st.integers(0, 20), st.integers(0, 20))
def test_a_window_changes_no_moment_and_nothing_raises(
    file: list[Agreement], since: date, first: int, second: int
) -> None:
    """A3: plan(a..c) = plan(a..b) + plan(b..c); and planning again gives the same."""
    whole = plan(file, since, first + second)
    left, right = plan(file, since, first), plan(file, since + timedelta(days=first), second)
    assert whole.moments == left.moments + right.moments
    assert whole.stopped == left.stopped == right.stopped
    assert to_json(plan(file, since, first + second)) == to_json(whole)


@settings(max_examples=100, deadline=None)
@given(st.lists(agreements(good_dosages), max_size=3), days, st.integers(0, 14), st.integers(0, 14))
def test_a_window_changes_no_moment_of_what_can_be_planned(
    file: list[Agreement], since: date, first: int, second: int
) -> None:
    whole = plan(file, since, first + second)
    left, right = plan(file, since, first), plan(file, since + timedelta(days=first), second)
    assert whole.moments == left.moments + right.moments
    places = [(moment.at, moment.slot, moment.exact) for moment in whole.moments]
    assert places == sorted(set(places))  # A6


@settings(max_examples=100, deadline=None)
@given(st.datetimes(WALL, WALL.replace(year=2040)))
def test_every_wall_time_is_one_instant(wall: datetime) -> None:
    """C2"""
    instant = instant_of(wall)
    shown = wall_of(instant)
    assert shown == wall or (wall < shown and shown.minute == shown.second == 0)
    assert instant.utcoffset() == timedelta()
    if shown == wall:
        assert (instant - timedelta(hours=1)).astimezone(ZONE).replace(tzinfo=None) != wall


def test_the_edges_of_the_calendar_hold() -> None:
    far = at_wall(WALL.replace(year=9989))
    for unit in ("s", "min", "h", "d", "wk", "mo", "a"):
        assert plus(far, Span(value=Decimal("1E+30"), unit=unit)).wall.year == 9990
    assert at_wall(WALL.replace(year=1)).instant.year in (999, 1000)
    january = at_wall(WALL.replace(year=2028, day=31))
    assert plus(january, Span(value=Decimal(1), unit="mo")).wall == WALL.replace(year=2028, month=2, day=29)


def test_one_client_year_is_quick() -> None:
    """Twelve agreements, thirty moments a day: far within what a page may take."""
    slots = ("08:00:00", "12:00:00", "17:00:00", "22:00:00")
    file = [
        Agreement(
            block=Block.TA,
            id=f"1|{number}",
            period=Period(start="2026-01-01"),
            dosages=(Dosage(timing=Timing(repeats=True, times=slots[: 1 + number % 4])),),
        )
        for number in range(12)
    ]
    quickest = timedelta(days=1)
    for _ in range(3):
        begin = datetime.now(UTC)  # noqa: TID251
        made = plan(file, date(2026, 1, 1), 365)
        quickest = min(quickest, datetime.now(UTC) - begin)  # noqa: TID251
    assert sum(len(moment.items) for moment in made.moments) == 365 * 30
    assert quickest < timedelta(milliseconds=150)  # 20 ms measured; a loaded machine has room


def proof(plans: int = 12, plant: str | None = None) -> int:
    return dst.run(Namespace(plans=plans, seed=3, plant=plant))


def test_the_proof_of_the_clock_change_holds() -> None:
    assert proof() == 0


@pytest.mark.parametrize("fault", dst.PLANTS)
def test_the_proof_of_the_clock_change_finds_a_planted_fault(fault: str) -> None:
    assert proof(2, fault) == 1


def test_the_proof_of_the_clock_change_finds_a_wrong_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        timing_rules, "instant_of", lambda wall: wall.replace(tzinfo=ZONE, fold=1).astimezone(UTC)
    )
    assert proof() == 1
