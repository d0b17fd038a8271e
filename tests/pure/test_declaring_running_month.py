"""A month that runs: *not yet* as long as the agreed days can be reached, *too few* once they cannot be (R83, N7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.value.declaring.months import DAY, Month, month_of
from reik.value.declaring.rules import (
    DECLARABLE,
    NOT,
    NOT_YET,
    PAUSE,
    UNKNOWN,
    Away,
    Facts,
    Line,
    Paid,
    SameWork,
    Use,
    lines_of,
)
from reik.value.declaring.terms import DeclaringTerms
from tests.pure.test_declaring_properties import known
from tests.pure.test_declaring_rules import AFTER, ALWAYS, EVERY, OCTOBER, PAID, at, facts, lines

WHOLE = DeclaringTerms(
    price=Decimal(80), count="month", fewest_days=15, pause="not_paid", admission="not_paid"
)
FROM_THE_10TH = Use(since=date(2026, 10, 10), setting="zvw", goals=ALWAYS.goals)


def states(facts: Facts, today: date) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(each.state, each.total, each.reasons) for each in lines(facts, terms=WHOLE, today=today)]


def test_not_yet_until_there_are_enough_and_then_the_whole_price() -> None:
    assert states(facts(), date(2026, 10, 2)) == [(NOT_YET, 1, ("month_runs",))]
    assert states(facts(), date(2026, 10, 15)) == [(NOT_YET, 14, ("month_runs",))]
    (line,) = lines(facts(), terms=WHOLE, today=date(2026, 10, 16))
    assert line.amount is not None
    assert (line.state, line.total, line.amount.euros) == (DECLARABLE, 15, Decimal("80.00"))


def test_a_use_that_has_an_end_is_too_short_as_soon_as_that_is_sure() -> None:
    ends = Use(since=FROM_THE_10TH.since, until=date(2026, 10, 23), setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(ends,)), date(2026, 10, 12)) == [(NOT, 2, ("too_few_days",))]
    longer = Use(since=FROM_THE_10TH.since, until=date(2026, 10, 24), setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(longer,)), date(2026, 10, 12)) == [(NOT_YET, 2, ("month_runs",))]
    assert states(facts(uses=(longer,)), date(2026, 10, 25)) == [(DECLARABLE, 15, ())]


def test_a_dispenser_that_came_halfway_has_only_the_days_that_are_left() -> None:
    assert states(facts(uses=(FROM_THE_10TH,)), date(2026, 10, 11)) == [(NOT_YET, 1, ("month_runs",))]
    late = Use(since=date(2026, 10, 18), setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(late,)), date(2026, 10, 19)) == [(NOT, 1, ("too_few_days",))]


def test_the_last_day_decides_and_after_it_nothing_is_waited_for() -> None:
    since = date(2026, 10, 17)
    last = Use(since=since, setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(last,)), date(2026, 10, 31)) == [(NOT_YET, 14, ("month_runs",))]
    assert states(facts(uses=(last,)), date(2026, 11, 1)) == [(DECLARABLE, 15, ())]
    assert lines(facts(), month_of("2026-11"), WHOLE, date(2026, 11, 1)) == []
    assert lines(facts(), month_of("2026-12"), WHOLE, date(2026, 11, 20)) == []


def test_who_is_away_now_may_come_home_and_who_comes_along_may_stop() -> None:
    away = Away(kind=PAUSE, since=at(date(2026, 10, 6)))
    assert states(facts(aways=(away,)), date(2026, 10, 10))[0] == (NOT_YET, 5, ("month_runs",))
    visit = SameWork(weekdays=EVERY, until=None)
    bare = facts(visits=(visit,), uses=(FROM_THE_10TH,))
    assert states(bare, date(2026, 10, 12)) == [(NOT, 2, ("visit_runs",))]


def test_another_payer_from_a_day_on_leaves_too_few_for_this_one() -> None:
    moved = (PAID, Paid(insurer="Anders", law="zvw", since=date(2026, 10, 11)))
    found = lines_of(facts(paids=moved), OCTOBER, date(2026, 10, 6), {"Zorgzeker": WHOLE, "Anders": WHOLE})
    assert [(each.state, each.reasons) for each in found] == [(NOT, ("too_few_days",))]
    twice = (PAID, Paid(insurer="Zorgzeker", law="zvw", since=date(2026, 10, 11), also_paid_by="gemeente"))
    assert states(facts(paids=twice), date(2026, 10, 6)) == [(NOT, 5, ("too_few_days",))]


def test_unknown_days_that_could_make_it_enough_are_never_too_few() -> None:
    quiet = frozenset(date(2026, 10, n) for n in range(10, 20))
    ends = Use(since=date(2026, 10, 6), until=date(2026, 10, 24), setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(ends,), quiet=quiet), AFTER) == [
        (UNKNOWN, 9, ("days_unsure",)), (UNKNOWN, 10, ("nothing_heard",)),
    ]  # fmt: skip
    short = Use(since=date(2026, 10, 6), until=date(2026, 10, 19), setting="zvw", goals=ALWAYS.goals)
    assert states(facts(uses=(short,), quiet=quiet), AFTER)[0] == (NOT, 4, ("too_few_days",))


@pytest.mark.parametrize(
    ("today", "missing"),
    [(date(2026, 10, 12), "month_runs"), (date(2026, 11, 1), "")],
)
def test_a_month_of_which_no_part_was_agreed_has_no_amount_yet(today: date, missing: str) -> None:
    (line,) = lines(facts(), terms=DeclaringTerms(price=Decimal(93)), today=today)
    assert line.amount is not None
    assert (line.amount.missing, line.amount.euros) == (missing, None if missing else Decimal("93.00"))
    late = facts(uses=(FROM_THE_10TH,))
    (part,) = lines(late, terms=DeclaringTerms(price=Decimal(93)), today=date(2026, 10, 12))
    assert part.amount is not None
    assert part.amount.missing == "part", "it is a part whatever comes"


def at_insurer(found: list[Line], name: str) -> list[Line]:
    return [each for each in found if each.insurer == name]


months = st.sampled_from([OCTOBER, month_of("2026-11")])


@given(known(), months, st.integers(0, 45), st.integers(1, 31))
def test_too_few_is_never_taken_back_and_not_yet_ends_with_the_month(
    known: Facts, month: Month, day: int, fewest: int
) -> None:
    """With what is known staying as it is; `known` has goals, pauses and payers that begin or end halfway."""
    terms = DeclaringTerms(
        price=Decimal(80), count="month", fewest_days=fewest, pause="paid", admission="not_paid"
    )
    every = {"Zorgzeker": terms, "Anders": terms}
    today = month.first + day * DAY
    now, then = lines_of(known, month, today, every), lines_of(known, month, month.until, every)
    for name in every:
        reasons = {reason for each in at_insurer(now, name) for reason in each.reasons}
        after = {reason for each in at_insurer(then, name) for reason in each.reasons}
        assert "month_runs" not in after
        assert not ("month_runs" in reasons and today >= month.until)
        if "too_few_days" in reasons:
            enough = [each for each in at_insurer(then, name) if each.state == DECLARABLE]
            assert not enough
            assert "too_few_days" in after
        if "month_runs" in reasons:
            assert all(each.amount is None for each in at_insurer(now, name))
