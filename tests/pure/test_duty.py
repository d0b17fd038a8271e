"""Who stands on a roster, against a scan minute by minute of a clock on the wall; and that gaps are all the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.people.opening import is_public_holiday
from reik.people.rosters.duty import (
    HOLIDAY,
    Gap,
    Otherwise,
    Pattern,
    Stretch,
    days_of,
    gaps,
    instant,
    standing,
    stretches,
)

ZONE = ZoneInfo("Europe/Amsterdam")
MEMBERS = [UUID(int=each) for each in (1, 2, 3)]
MINUTE = timedelta(minutes=1)
# Nights with another offset, Christmas, New Year's night, King's Day, and a week like any other.
STARTS = [
    date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 24), date(2026, 12, 31), date(2027, 4, 26), date(2026, 11, 9),
]  # fmt: skip


def first_shown(day: date, wall: time) -> datetime:
    """By hand: the first minute of the day on which the clock on the wall shows this time, or a later one."""
    aim = datetime.combine(day, wall)
    at = datetime.combine(day, time(), UTC) - timedelta(hours=3)
    while at.astimezone(ZONE).replace(tzinfo=None) < aim:
        at += MINUTE
    return at


def holds(pattern: Pattern, patterns: list[Pattern], day: date) -> bool:
    """By hand: whether a turn of this pattern begins on this day."""
    if day < pattern.since or (pattern.until and day >= pattern.until):
        return False
    first = pattern.since
    while first.weekday() != 0:
        first -= timedelta(days=1)
    if ((day - first).days // 7) % pattern.every_weeks != 0:
        return False
    special = any(
        p.weekdays & HOLIDAY and p.since <= day and not (p.until and day >= p.until) for p in patterns
    )
    if special and is_public_holiday(day):
        return bool(pattern.weekdays & HOLIDAY)
    return bool(pattern.weekdays >> day.weekday() & 1)


def by_hand(
    patterns: list[Pattern], exceptions: list[Otherwise], since: datetime, until: datetime
) -> dict[datetime, dict[UUID, int]]:
    """Minute by minute: who stands, and at which place."""
    minutes: dict[datetime, dict[UUID, set[int]]] = {}
    at = since
    while at < until:
        minutes[at] = {}
        at += MINUTE
    day = since.date() - timedelta(days=3)
    while day <= until.date() + timedelta(days=1):
        for each in patterns:
            if holds(each, patterns, day):
                ends = day if each.hours_until > each.hours_from else day + timedelta(days=1)
                at, end = first_shown(day, each.hours_from), first_shown(ends, each.hours_until)
                while at < end:
                    if at in minutes:
                        minutes[at].setdefault(each.member_id, set()).add(each.place)
                    at += MINUTE
        day += timedelta(days=1)
    for at, members in minutes.items():
        for one in exceptions:
            if one.starts_at <= at < one.ends_at:
                members[one.member_id] = {one.place} if one.on else set()
    return {at: {m: min(p) for m, p in who.items() if p} for at, who in minutes.items()}


hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Pattern], list[Otherwise], datetime, datetime]:
    start = draw(st.sampled_from(STARTS))
    since = datetime.combine(start, time(), UTC) + draw(st.integers(0, 1439)) * MINUTE
    patterns = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start - timedelta(days=draw(st.integers(-1, 20)))
        ends = draw(
            st.none() | st.integers(1, 30).map(lambda days, begins=begins: begins + timedelta(days=days))
        )
        patterns.append(
            Pattern(
                member_id=draw(st.sampled_from(MEMBERS)), weekdays=draw(st.integers(1, 255)),
                hours_from=draw(hours), hours_until=draw(hours), since=begins, until=ends,
                every_weeks=draw(st.integers(1, 3)), place=draw(st.integers(1, 3)),
            )
        )  # fmt: skip
    exceptions = []
    for _ in range(draw(st.integers(0, 3))):
        begin = since + draw(st.integers(-600, 3000)) * MINUTE
        exceptions.append(
            Otherwise(
                member_id=draw(st.sampled_from(MEMBERS)), on=draw(st.booleans()), starts_at=begin,
                ends_at=begin + draw(st.integers(1, 1500)) * MINUTE, place=draw(st.integers(1, 3)),
            )
        )  # fmt: skip
    return patterns, exceptions, since, since + draw(st.integers(1, 2880)) * MINUTE


@given(situations())
@settings(max_examples=60, deadline=None)
def test_who_stands_is_what_a_clock_on_the_wall_says(
    situation: tuple[list[Pattern], list[Otherwise], datetime, datetime],
) -> None:
    patterns, exceptions, since, until = situation
    scanned = by_hand(patterns, exceptions, since, until)
    found = stretches(patterns, exceptions, ZONE, since, until)
    told: dict[datetime, dict[UUID, int]] = {at: {} for at in scanned}
    for each in found:
        assert since <= each.starts_at < each.ends_at <= until
        at = each.starts_at
        while at < each.ends_at:
            assert each.member_id not in told[at], "nobody stands at two places"
            told[at][each.member_id] = each.place
            at += MINUTE
    assert told == scanned
    empty = {at for at, who in scanned.items() if not who}
    left = set[datetime]()
    for gap in gaps(found, since, until):
        at = gap.starts_at
        while at < gap.ends_at:
            left.add(at)
            at += MINUTE
    assert left == empty
    for at in list(scanned)[:: max(1, len(scanned) // 7)]:
        stand = standing(patterns, exceptions, ZONE, at)
        assert {each.member_id: each.place for each in stand} == scanned[at]
        assert [each.place for each in stand] == sorted(each.place for each in stand)


def test_gaps_lie_apart_and_touch_what_stands() -> None:
    since = datetime(2026, 11, 23, tzinfo=UTC)
    hour = timedelta(hours=1)
    one = Stretch(starts_at=since + hour, ends_at=since + 3 * hour, place=1, member_id=MEMBERS[0])
    two = Stretch(starts_at=since + 2 * hour, ends_at=since + 4 * hour, place=2, member_id=MEMBERS[1])
    assert gaps([two, one], since, since + 6 * hour) == [
        Gap(starts_at=since, ends_at=since + hour),
        Gap(starts_at=since + 4 * hour, ends_at=since + 6 * hour),
    ]
    assert gaps([], since, since + hour) == [Gap(starts_at=since, ends_at=since + hour)]
    assert gaps([one], since + hour, since + 3 * hour) == []


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # leapt over: 03:00
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        (date(2026, 10, 25), time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        (date(2026, 7, 1), time(8), datetime(2026, 7, 1, 6, 0, tzinfo=UTC)),
    ],
)
def test_an_hour_of_the_wall_is_one_instant(day: date, wall: time, expected: datetime) -> None:
    assert instant(day, wall, ZONE) == expected


def test_a_night_turn_holds_through_both_nights_of_the_clock() -> None:
    night = Pattern(
        member_id=MEMBERS[0], weekdays=127, hours_from=time(23), hours_until=time(7), since=date(2026, 1, 1)
    )
    for start, lasts in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 11, 1), 8)):
        begins, ends = night.turn(start, ZONE)
        assert ends - begins == timedelta(hours=lasts)


def test_on_a_holiday_only_the_turns_for_holidays_hold_where_the_roster_has_any() -> None:
    week = Pattern(
        member_id=MEMBERS[0], weekdays=31, hours_from=time(8), hours_until=time(18), since=date(2026, 1, 1)
    )
    festive = Pattern(
        member_id=MEMBERS[1],
        weekdays=HOLIDAY,
        hours_from=time(8),
        hours_until=time(18),
        since=date(2026, 1, 1),
    )
    christmas = datetime(2026, 12, 25, 11, tzinfo=UTC)  # a Friday
    assert [each.member_id for each in standing([week], [], ZONE, christmas)] == [MEMBERS[0]]
    assert [each.member_id for each in standing([week, festive], [], ZONE, christmas)] == [MEMBERS[1]]


def test_a_later_exception_holds_above_an_earlier_one() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    span = {"starts_at": at - MINUTE, "ends_at": at + MINUTE, "member_id": MEMBERS[0]}
    on, off = Otherwise(on=True, place=2, **span), Otherwise(on=False, **span)  # type: ignore[arg-type]
    assert standing([], [on, off], ZONE, at) == []
    assert [each.place for each in standing([], [off, on], ZONE, at)] == [2]


def test_what_runs_on_for_days_is_cut_at_the_same_time_on_the_wall() -> None:
    """Over the night in which the clock goes back: a day of 25 hours is one piece."""
    begins, ends = (instant(date(2026, 10, day), time(7, 30), ZONE) for day in (24, 26))
    pieces = list(days_of(begins, ends + 2 * timedelta(hours=1), ZONE))
    assert [(until - since) / timedelta(hours=1) for since, until in pieces] == [25, 24, 2]
    assert [each.astimezone(ZONE).time() for each, _ in pieces] == [time(7, 30)] * 3
    assert list(days_of(begins, begins, ZONE)) == []
