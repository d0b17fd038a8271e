"""R7 exactly: what opens an evaluation, what does not, and when the calendar asks for one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.use import triggers
from reik.pathway.use.triggers import Calendar, Happened, Said, Use, Wrong, found, within

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BEGUN = NOW - timedelta(days=100)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def wrong(n: int, ago: timedelta, outcome: str = "not_out", criticality: int = 1) -> Wrong:
    at = NOW - ago
    return Wrong(
        moment_id=UUID(int=n), at=at, ended_at=at + HOUR / 2, outcome=outcome, criticality=criticality
    )


def said(n: int, ago: timedelta, outcome: str) -> Said:
    return Said(alert_id=UUID(int=n), at=NOW - ago, outcome=outcome)


def whys(**more: object) -> list[str]:
    return [each.why for each in found(Happened(since=BEGUN, **more), NOW)]  # type: ignore[arg-type]


def test_three_misses_in_seven_days_and_not_two_nor_three_in_eight() -> None:
    assert whys(wrong=[wrong(1, 2 * DAY), wrong(2, 3 * DAY), wrong(3, 9 * DAY)]) == [triggers.MISSES]
    assert whys(wrong=[wrong(1, 2 * DAY), wrong(2, 3 * DAY)]) == []
    assert whys(wrong=[wrong(1, 2 * DAY), wrong(2, 3 * DAY), wrong(3, 9 * DAY + HOUR)]) == []
    mixed = [wrong(1, DAY), wrong(2, 2 * DAY, "partly"), wrong(3, 3 * DAY, "late")]
    assert whys(wrong=mixed) == [], "late is no miss, and two misses are no three"


def test_three_late_in_seven_days() -> None:
    late = [wrong(n, n * DAY, "late") for n in (1, 4, 8)]
    assert whys(wrong=late) == [triggers.LATE]
    assert whys(wrong=late[:2]) == []


def test_one_miss_of_a_time_critical_moment_and_one_late_there_is_none() -> None:
    assert whys(wrong=[wrong(1, DAY, criticality=0)]) == [triggers.CRITICAL]
    assert whys(wrong=[wrong(1, DAY, "late", 0)]) == []
    assert whys(wrong=[wrong(1, DAY)]) == []


def test_unknown_longer_than_a_day() -> None:
    assert whys(wrong=[wrong(1, DAY + HOUR, "unknown")]) == [triggers.UNKNOWN]
    assert whys(wrong=[wrong(1, DAY, "unknown")]) == [], "it became unknown half an hour later"


def test_one_refusal_and_three_are_resistance_also_when_each_was_looked_at() -> None:
    assert whys(said=[said(1, DAY, "refuses")]) == [triggers.REFUSED]
    three = [said(n, n * DAY, "refuses") for n in (1, 5, 10)]
    assert whys(said=three) == [triggers.REFUSED, triggers.REFUSED_THRICE]
    looked = {triggers.REFUSED: NOW - HOUR}
    assert whys(said=three, held=looked) == [triggers.REFUSED_THRICE]


def test_not_reached_twice_and_worrying_counts() -> None:
    assert whys(said=[said(1, DAY, "not_reached")]) == []
    assert whys(said=[said(1, DAY, "not_reached"), said(1, DAY, "not_reached")]) == [], "one alert"
    both = [said(1, DAY, "not_reached"), said(2, 2 * DAY, "not_reached_worrying")]
    assert whys(said=both) == [triggers.NOT_REACHED]


def test_drift_hospital_and_a_fall_in_use() -> None:
    row = [(UUID(int=9), NOW - DAY)]
    assert whys(drifts=row) == [triggers.DRIFT]
    assert whys(returns=row) == [triggers.HOSPITAL]
    assert whys(before=Use(40, 40), lately=Use(32, 40)) == [triggers.USE_FELL]
    assert whys(before=Use(40, 40), lately=Use(33, 40)) == []
    assert whys(before=Use(9, 9), lately=Use(0, 40)) == [], "too few to say"
    young = Happened(since=NOW - 27 * DAY, before=Use(40, 40), lately=Use(0, 40))
    assert found(young, NOW) == []


OUTCOMES = st.sampled_from(["not_out", "partly", "late", "unknown"])
ROWS = st.lists(
    st.tuples(st.integers(0, 40 * 24), OUTCOMES, st.integers(0, 2)), max_size=12
).map(lambda rows: [wrong(n, ago * HOUR, *rest) for n, (ago, *rest) in enumerate(rows)])  # fmt: skip


@given(ROWS)
def test_misses_are_told_exactly_when_some_three_lie_within_seven_days(rows: list[Wrong]) -> None:
    since = NOW - triggers.LOOKED_BACK
    misses = sorted(
        each.at for each in rows if each.outcome in ("not_out", "partly") and since < each.ended_at <= NOW
    )
    expected = any(
        c - a <= timedelta(days=7) for i, a in enumerate(misses) for c in misses[i + 2 : i + 3]
    )  # fmt: skip
    assert (triggers.MISSES in whys(wrong=rows)) is expected


@given(ROWS, st.integers(0, 40 * 24))
def test_what_was_known_at_an_evaluation_opens_no_other(rows: list[Wrong], ago: int) -> None:
    held_at = NOW - ago * HOUR
    held = dict.fromkeys(triggers.WHYS, held_at)
    for each in found(Happened(since=BEGUN, wrong=rows, held=held), NOW):
        ids = set(each.evidence["moments"])  # type: ignore[call-overload]
        assert all(one.ended_at > held_at for one in rows if str(one.moment_id) in ids)
    old = Happened(since=BEGUN, wrong=[one for one in rows if one.ended_at <= held_at], held=held)
    assert found(old, NOW) == []


@given(ROWS)
def test_more_that_goes_wrong_never_takes_a_trigger_away(rows: list[Wrong]) -> None:
    before = set(whys(wrong=rows[:-1]))
    assert before <= set(whys(wrong=rows))


@given(ROWS)
def test_the_evidence_of_a_run_is_only_what_lies_within_it(rows: list[Wrong]) -> None:
    run = within(rows)
    assert len(run) == 0 or len(run) >= 3
    assert {each.moment_id for each in run} <= {each.moment_id for each in rows}


# The calendar

MONDAY = date(2026, 11, 23)


def test_after_two_weeks_after_six_and_then_each_half_year() -> None:
    usual = Calendar()
    held: list[date] = []
    for expected in (14, 42, 42 + 182, 42 + 364):
        day = usual.next_on(MONDAY, held)
        assert day == MONDAY + timedelta(days=expected)
        held.append(day)


def test_who_holds_it_chooses_a_day_and_never_beyond_half_a_year() -> None:
    usual, held = Calendar(), [MONDAY + timedelta(days=14)]
    soon, far = MONDAY + timedelta(days=20), MONDAY + timedelta(days=900)
    assert usual.next_on(MONDAY, held, soon) == soon
    assert usual.next_on(MONDAY, held, far) == held[0] + timedelta(days=182)


@given(st.lists(st.integers(1, 900), max_size=6), st.none() | st.integers(1, 2000))
def test_the_next_day_never_lies_further_than_the_term_after_the_last(
    days: list[int], chosen: int | None
) -> None:
    held = [MONDAY + timedelta(days=each) for each in sorted(days)]
    wish = None if chosen is None else MONDAY + timedelta(days=chosen)
    day = Calendar().next_on(MONDAY, held, wish)
    assert day <= max([MONDAY, *held]) + timedelta(days=182)


@pytest.mark.parametrize("why", triggers.WHYS[1:])
def test_every_trigger_has_a_term_of_at_most_a_week(why: str) -> None:
    assert 1 <= triggers.DUE_DAYS[why] <= 7
