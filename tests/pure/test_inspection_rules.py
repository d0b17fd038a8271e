"""What an inspector asks: what is not known is never in time, and a promise that was not kept is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.lists.inspection_rules import (
    LATE,
    MISSING,
    NOT_ASKED,
    ON_TIME,
    UNKNOWN,
    WAITS,
    WORST,
    Evaluated,
    Known,
    Line,
    Promised,
    Reported,
    Start,
    of_evaluation,
    of_promise,
    of_report,
    of_start,
    worst,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/Amsterdam")
STARTED = Start(at=NOW - 60 * DAY)
instants = st.integers(-200, 20).map(lambda n: NOW + n * DAY)


def promise(by: datetime, made_good_at: datetime | None = None) -> Promised:
    return Promised(
        condition="test_alarm", because="netwerk", by="Joke", at=NOW - 60 * DAY, make_good_by=by,
        made_good_at=made_good_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "start", "status"),
    [
        (None, Start(at=None), WAITS),
        (None, STARTED, MISSING),
        (Known(at=NOW - 70 * DAY), STARTED, ON_TIME),
        (Known(at=NOW - 5 * DAY, first_at=NOW - 70 * DAY), STARTED, ON_TIME),
        (Known(at=NOW - 5 * DAY), STARTED, LATE),
        (Known(at=NOW - 5 * DAY), replace(STARTED, checked=True), ON_TIME),
        (Known(), STARTED, UNKNOWN),
        (Known(), Start(at=None), UNKNOWN),
        (None, replace(STARTED, over=True), UNKNOWN),
        (None, replace(STARTED, over=True, checked=True), ON_TIME),
    ],
)
def test_against_the_start(known: Known | None, start: Start, status: str) -> None:
    assert of_start("agreement", known, start, None, NOW).status == status


@pytest.mark.parametrize(
    ("by", "good", "status"),
    [
        (NOW + DAY, None, WAITS),
        (NOW - DAY, None, MISSING),
        (NOW - DAY, NOW - 2 * DAY, ON_TIME),
        (NOW - 2 * DAY, NOW - DAY, LATE),
    ],
)
def test_what_was_let_through_is_held_against_its_promise(
    by: datetime, good: datetime | None, status: str
) -> None:
    assert of_promise(promise(by, good), NOW) == status
    line = of_start("test_alarm", Known(at=good) if good else None, STARTED, promise(by, good), NOW)
    assert (line.status, line.due) == (status, by)


@given(st.none() | instants, st.none() | instants, st.booleans(), st.none() | instants)
def test_without_a_date_nothing_is_in_time_by_itself(
    at: datetime | None, first: datetime | None, over: bool, good: datetime | None
) -> None:
    known = Known(at=at, first_at=first)
    line = of_start("agreement", known, replace(STARTED, over=over), None, NOW)
    assert (line.status == ON_TIME) == ((first or at) is not None and (first or at) <= STARTED.at)  # type: ignore[operator]
    assert of_promise(promise(NOW, good), NOW) != ON_TIME or good is not None


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (Evaluated(why="schedule", due_on=date(2026, 11, 22)), WAITS),
        (Evaluated(why="schedule", due_on=date(2026, 11, 21)), MISSING),
        (Evaluated(why="schedule", due_on=date(2026, 11, 21), held_at=NOW - DAY), ON_TIME),
        (Evaluated(why="schedule", due_on=date(2026, 11, 21), held_at=NOW), LATE),
        # Half past midnight on her clock is still yesterday in UTC.
        (
            Evaluated(why="asked", due_on=date(2026, 11, 21), held_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC)),
            LATE,
        ),
        (Evaluated(why="schedule", due_on=date(2026, 11, 1), held_at=NOW, fell_away=True), NOT_ASKED),
    ],
)  # fmt: skip
def test_evaluations(one: Evaluated, status: str) -> None:
    assert of_evaluation(one, NOW.astimezone(ZONE).date(), ZONE).status == status


@pytest.mark.parametrize(
    ("kind", "by", "told", "status"),
    [
        ("complaint", None, None, NOT_ASKED),
        ("calamity", None, None, UNKNOWN),
        ("calamity", NOW + DAY, None, WAITS),
        ("calamity", NOW - DAY, None, MISSING),
        ("calamity", NOW - DAY, NOW - 2 * DAY, ON_TIME),
        ("calamity", NOW - DAY, NOW, LATE),
    ],
)
def test_reports(kind: str, by: datetime | None, told: datetime | None, status: str) -> None:
    one = Reported(
        kind=kind, reported_at=NOW - 9 * DAY, reported_by="Joke", report_by=by, inspectorate_at=told
    )
    assert of_report(one, NOW).status == status


@given(st.lists(st.sampled_from(WORST), max_size=6))
def test_one_bad_line_is_never_hidden_by_good_ones(statuses: list[str]) -> None:
    lines = [Line(subject="evaluated", status=each) for each in statuses]
    assert worst(lines) == min(statuses, key=WORST.index, default=NOT_ASKED)
