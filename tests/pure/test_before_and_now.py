"""Before and now on the dashboard: which planning, the two lines of the morning, moments of a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.baseline.baseline_rules import STOPPED, WINDING_DOWN, WeekMoment
from reik.pathway.selection.selection_seen import BaselineSeen, VisitSeen
from reik.value.indicators.weekly import Moments, has_stopped, weekly
from reik.value.peak_lines import HIGH, mark_step, peak_lines
from reik.value.planning.before_now import before_and_now
from reik.value.report_peak import FROM, Quarter, quarters

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
SINCE, USED = TODAY - 91 * DAY, date(2026, 11, 2)
DAYS = st.integers(-200, 40).map(lambda n: TODAY + n * DAY)


@dataclass(frozen=True)
class File:
    first_day: date
    last_day: date
    taken_on: date = TODAY


FILES = st.lists(
    st.tuples(DAYS, st.integers(0, 30)).map(lambda of: File(of[0], of[0] + of[1] * DAY)),
    max_size=6,
    unique=True,
)


def test_what_ended_before_the_first_dispenser_is_before_and_the_newest_since_is_now() -> None:
    old, before, across, now = (
        File(date(2026, 9, 7), date(2026, 9, 20)), File(date(2026, 10, 5), date(2026, 10, 18)),
        File(date(2026, 10, 26), USED), File(date(2026, 11, 9), date(2026, 11, 22)),
    )  # fmt: skip
    assert before_and_now([now, old, across, before], USED, SINCE, TODAY, TODAY) == (before, now)
    assert before_and_now([old, before], USED, SINCE, TODAY, TODAY) == (before, None)
    assert before_and_now([across], USED, SINCE, TODAY, TODAY) == (None, across)
    assert before_and_now([now, old], None, SINCE, TODAY, TODAY) == (now, None), "no dispenser was used yet"
    assert before_and_now([], USED, SINCE, TODAY, TODAY) == (None, None)
    twice = File(now.first_day, now.last_day, TODAY + DAY)
    assert before_and_now([twice, now], USED, SINCE, TODAY, TODAY)[1] == twice, (
        "of two alike the one taken last"
    )


@given(FILES, DAYS)
def test_no_planning_is_both_and_before_never_overlaps_the_use(files: list[File], used: date) -> None:
    before, now = before_and_now(files, used, SINCE, TODAY, TODAY)
    assert before is None or before is not now
    assert before is None or before.last_day < used
    assert now is None or (now.last_day >= used and now.last_day >= SINCE)
    assert (before is None) == all(each.last_day >= used for each in files)


def bars(*totals: int) -> list[Quarter]:
    rows = [(FROM + n, each, 0, 0) for n, each in enumerate(totals)]
    return quarters(rows, 1)


def test_two_mornings_stand_on_one_scale_with_their_tops() -> None:
    lines = peak_lines(bars(0, 4, 61, 60), bars(0, 4, 20, 38))
    assert lines is not None
    assert lines.before is not None
    assert lines.now is not None
    assert (lines.before.top.at, lines.before.top.total) == ("6:30", 61)
    assert (lines.now.top.at, lines.now.top.total) == ("6:45", 38)
    assert [n for _, n in lines.marks] == [0, 20, 40, 60, 80]
    assert not lines.rises
    assert lines.before.y == round(HIGH - HIGH * 61 / 80, 1) < lines.now.y
    assert lines.before.path.startswith(f"M0.0 {HIGH}L4.17 ")
    assert lines.before.path.count("L") == 23
    assert [at for _, at in lines.hours] == ["6:00", "7:00", "8:00", "9:00", "10:00", "11:00"]


def test_where_now_is_busier_its_word_stands_above() -> None:
    lines = peak_lines(bars(3), bars(0, 5))
    assert lines is not None
    assert lines.rises


def test_one_of_the_two_may_be_unknown() -> None:
    assert peak_lines([], []) is None
    lines = peak_lines([], bars(3))
    assert lines is not None
    assert lines.before is None
    assert lines.now is not None


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=24), st.lists(st.integers(0, 5000), max_size=24))
def test_nothing_is_drawn_outside_the_field(was: list[int], are: list[int]) -> None:
    lines = peak_lines(bars(*was), bars(*are))
    assert lines is not None
    for line in (lines.before, lines.now):
        for point in line.path[1:].split("L") if line else ():
            x, y = map(float, point.split())
            assert 0 <= x <= 100
            assert 0 <= y <= HIGH
    assert 2 <= len(lines.marks) <= 6
    assert lines.marks[-1][0] == 0


@given(st.floats(0.1, 1e6))
def test_there_are_at_most_five_lines_across(most: float) -> None:
    assert most / mark_step(most) <= 5


def visit(
    days: int, *, unique: bool = True, state: str = "planned", stops_on: date | None = None
) -> VisitSeen:
    moment = WeekMoment(
        at=time(8), weekdays=(1 << days) - 1, unique=unique, care_minutes=Decimal(8), travel_minutes=Decimal(6), who="",
    )  # fmt: skip
    return VisitSeen(
        id=UUID(int=1), client_id=UUID(int=2), moment=moment, state=state, because="", stops_on=stops_on,
        changed_by="", changed_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


def baseline(*visits: VisitSeen) -> BaselineSeen:
    return BaselineSeen(
        id=UUID(int=3), path_id=UUID(int=4), client_id=UUID(int=2), measured_on=USED,
        administration_minutes=Decimal(0), note="", by="", created_at=datetime(2026, 11, 1, tzinfo=UTC),
        visits=list(visits),
    )  # fmt: skip


def test_a_week_before_and_now_per_client() -> None:
    found = weekly(
        [
            baseline(visit(7, state=STOPPED), visit(7, unique=False)),
            baseline(visit(7), visit(5, state=WINDING_DOWN, stops_on=TODAY)),
        ],
        TODAY,
    )
    assert found is not None
    assert (found.clients, found.before, found.now) == (
        2, Moments(unique=9.5, combined=3.5), Moments(unique=3.5, combined=3.5),
    )  # fmt: skip
    assert found.before.total == 13
    assert weekly([], TODAY) is None


def test_a_visit_that_winds_down_stops_on_its_day() -> None:
    last = visit(7, state=WINDING_DOWN, stops_on=TODAY)
    assert [has_stopped(last, TODAY + n * DAY) for n in (-1, 0, 1)] == [False, True, True]
    assert not has_stopped(visit(7, state=WINDING_DOWN), TODAY)
    assert not has_stopped(visit(7), TODAY)
