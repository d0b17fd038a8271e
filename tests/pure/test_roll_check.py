"""A roll against the plan: refused with a reason, or compared sachet by sachet (R15 to R17, R23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.rolls.check import Offer, Period, RollRefused, differences, refusals, sachets_counted
from reik.medication.rolls.sachets import SachetOnRoll, sachets_for, with_contents
from reik.medication.times.schedule import EVERY_DAY, TimeLine, Timetable, expand, whole_days

ZONE = ZoneInfo("Europe/Amsterdam")
ANNA, BERT = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINES = (
    TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2),
    TimeLine(weekdays=EVERY_DAY, at=time(20), sachets=1),
)


def doses(first: date = MONDAY, days: int = 7):
    return expand([Timetable(starts_on=None, lines=LINES)], first, first + days * DAY, ZONE)


def offer(sachets=None, first: date = MONDAY, days: int = 7, **more) -> Offer:
    starts_at, ends_at = whole_days(first, first + days * DAY, ZONE)
    sachets = sachets_for(doses(first, days)) if sachets is None else sachets
    made = Offer(number="R-1", client_id=ANNA, starts_at=starts_at, ends_at=ends_at, sachets=sachets)
    return replace(made, **more)


def why(of: Offer, **more) -> list[str]:
    given = {"client_id": ANNA, "zone": ZONE, "doses": doses(), "others": [], "now": NOW} | more
    return [each.code for each in refusals(of, **given)]


def period(first: date, days: int = 7) -> Period:
    starts_at, ends_at = whole_days(first, first + days * DAY, ZONE)
    return Period(number="R-0", starts_at=starts_at, ends_at=ends_at)


def test_a_roll_packed_to_the_plan_is_taken_and_differs_nowhere():
    assert why(offer()) == []
    assert differences(doses(), offer().sachets) == []


@pytest.mark.parametrize(
    ("of", "more", "code"),
    [
        (offer(client_id=BERT), {}, "wrong_client"),
        (offer(), {"now": datetime(2026, 12, 1, tzinfo=UTC)}, "past_period"),
        (offer(starts_at=NOW, ends_at=NOW), {}, "wrong_period"),
        (offer(sachets_for(doses(MONDAY - DAY, 8))), {}, "wrong_period"),
        (offer(), {"others": [period(MONDAY + 6 * DAY)]}, "overlap"),
        (offer(first=MONDAY + 7 * DAY), {"others": [period(MONDAY - 3 * DAY, 8)]}, "gap"),
        (offer([]), {}, "no_sachets"),
        (offer([SachetOnRoll(sequence=1, empty=True)]), {}, "no_sachets"),
        (offer([*sachets_for(doses())[:-3], *sachets_for(doses())[-2:]]), {}, "gap_in_numbers"),
        (offer([SachetOnRoll(sequence=1)]), {}, "no_time"),
        (offer([replace(each, n=3) for each in sachets_for(doses())]), {}, "k_of_n"),
    ],
)
def test_what_is_refused_and_why(of, more, code):
    """R17."""
    given = {"doses": doses(MONDAY - 3 * DAY, 20)} | more
    assert code in why(of, **given)


def test_a_gap_needs_a_moment_without_a_sachet_that_is_still_to_come():
    after = offer(first=MONDAY + 7 * DAY)
    plan = doses(MONDAY, 14)
    assert why(after, doses=plan, others=[period(MONDAY)]) == []
    assert why(after, doses=plan, others=[period(MONDAY, 6)]) == ["gap"]
    assert why(after, doses=plan, others=[period(MONDAY, 6)], gap_allowed=True) == []
    late = datetime(2026, 11, 29, 22, tzinfo=UTC)
    assert why(after, doses=plan, others=[period(MONDAY, 6)], now=late) == []


def test_an_adjoining_roll_does_not_overlap():
    assert why(offer(), others=[period(MONDAY - 7 * DAY), period(MONDAY + 7 * DAY)]) == []


def test_header_and_trailer_never_count_as_doses():
    """R16."""
    doses_on_roll = sachets_for(doses(), first=2)
    last = len(doses_on_roll) + 2
    whole = [SachetOnRoll(sequence=1, empty=True), *doses_on_roll, SachetOnRoll(sequence=last, empty=True)]
    assert why(offer(whole)) == []
    assert differences(doses(), whole) == []
    assert len(with_contents(whole)) == 21


def found(sachets) -> list[tuple]:
    return [
        (each.kind, each.day, f"{each.at:%H:%M}", each.planned, each.found)
        for each in differences(doses(), sachets)
    ]


def test_differences_are_said_moment_by_moment():
    packed = sachets_for(doses())
    assert found(packed[1:]) == [("other_number", MONDAY, "08:00", 2, 1)]
    assert found(packed[2:]) == [("missing", MONDAY, "08:00", 2, 0)]
    tuesday = [each for each in packed if each.day == MONDAY + DAY]
    extra = SachetOnRoll(sequence=99, day=MONDAY, at=time(13))
    assert found([*packed, extra]) == [("extra", MONDAY, "13:00", 0, 1)]
    moved = [
        replace(each, at=time(21, 30)) if each.at == time(20) and each in tuesday else each for each in packed
    ]
    assert found(moved) == [("other_time", MONDAY + DAY, "20:00", 1, 1)]


@given(
    dropped=st.sets(st.integers(0, 20)),
    extra=st.lists(st.tuples(st.integers(0, 6), st.sampled_from([2, 11, 13, 23])), max_size=4, unique=True),
)
def test_nothing_that_differs_goes_unsaid(dropped, extra):
    packed = sachets_for(doses())
    kept = [each for n, each in enumerate(packed) if n not in dropped]
    more = [
        SachetOnRoll(sequence=100 + n, day=MONDAY + day * DAY, at=time(hour))
        for n, (day, hour) in enumerate(extra)
    ]
    said = differences(doses(), [*kept, *more])
    short = {(each.day, each.at) for n, each in enumerate(packed) if n in dropped}
    other = {(each.day, each.at) for each in more}
    assert short == {(each.day, each.at) for each in said if each.kind != "extra"}
    assert other == {(each.day, each.at) for each in said if each.kind == "extra"} | {
        (each.day, each.other_at) for each in said if each.kind == "other_time"
    }


def test_by_hand_the_count_must_fit_the_numbers_and_the_plan():
    """R15: period, first and last sachet, count."""
    by_hand = sachets_counted(doses(), first=11, last=31, count=21)
    assert [by_hand[0].sequence, by_hand[-1].sequence] == [11, 31]
    assert differences(doses(), by_hand) == []
    for first, last, count in [(11, 31, 20), (1, 20, 20)]:
        with pytest.raises(RollRefused, match="count again"):
            sachets_counted(doses(), first=first, last=last, count=count)
