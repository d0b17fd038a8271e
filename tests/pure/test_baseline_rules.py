"""The baseline: what a week counts, and what may be written down."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.baseline import baseline_rules as baseline
from reik.pathway.baseline.baseline_rules import BaselineRefused, VisitRefused, WeekMoment
from reik.pathway.selection import questions
from reik.pathway.selection.questions import AGAIN, FITS, MEASURE, NOTE, SECOND

TODAY = date(2026, 11, 23)


def moment(at: time = time(8), **more: object) -> WeekMoment:
    values: dict[str, object] = {
        "weekdays": 0b1111111, "unique": True, "care_minutes": Decimal(10), "travel_minutes": Decimal(5),
        "who": "caregiver",
    }  # fmt: skip
    return WeekMoment(at=at, **{**values, **more})  # type: ignore[arg-type]


def test_a_week_counts_each_day_of_each_moment() -> None:
    week = baseline.week_of([moment(), moment(time(20), weekdays=0b11, unique=False)], Decimal(30))
    assert (week.moments, week.unique, week.care, week.travel, week.total) == (9, 7, 90, 45, 165)


@pytest.mark.parametrize(
    ("moments", "code", "row"),
    [
        ([], "none", None),
        ([moment(), moment(weekdays=1)], "twice", 1),
        ([moment(weekdays=0)], "weekdays", 0),
        ([moment(care_minutes=Decimal(0))], "minutes", 0),
        ([moment(travel_minutes=Decimal(300))], "minutes", 0),
        ([moment(who="neighbour")], "who", 0),
        ([moment(time(8, 0, 30))], "time", 0),
    ],
)
def test_what_is_no_baseline(moments: list[WeekMoment], code: str, row: int | None) -> None:
    with pytest.raises(BaselineRefused) as refused:
        baseline.check_baseline(moments, Decimal(0), TODAY, TODAY)
    assert (refused.value.code, refused.value.row) == (code, row)


@given(st.times(), st.integers(1, 127), st.integers(0, 90))
def test_a_dispenser_near_a_visit_does_the_same_work_on_its_own_days_only(
    at: time, days: int, off: int
) -> None:
    minutes = (at.hour * 60 + at.minute + off) % 1440
    near = time(minutes // 60, minutes % 60)
    assert baseline.same_work(at, days, {(day, near) for day in range(1, 8)}) == days
    assert baseline.same_work(at, days, {(1, near)}) == days & 1
    minutes = (at.hour * 60 + at.minute + 91) % 1440
    assert baseline.same_work(at, days, {(1, time(minutes // 60, minutes % 60))}) == 0


def test_winding_down_has_a_day_and_keeping_a_reason_and_a_day_that_is_over_proves_nothing() -> None:
    for state, because, day in (("winding_down", "", None), ("winding_down", "", TODAY - timedelta(1)),
                                ("kept", " ", None), ("gone", "", None)):  # fmt: skip
        with pytest.raises(VisitRefused):
            baseline.check_visit(state, because, day, TODAY)
    baseline.check_visit("kept", "insuline", None, TODAY)
    assert baseline.runs_still("winding_down", TODAY, TODAY)
    assert not baseline.runs_still("winding_down", TODAY + timedelta(1), TODAY)
    assert not baseline.runs_still("kept", None, TODAY)
    assert questions.MEANS == (FITS, NOTE, MEASURE, SECOND, AGAIN)
