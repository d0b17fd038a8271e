"""Times only: the clock of the client's zone, weekdays, versions, and what differs from the agreements (R15, R32)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.times.schedule import (
    EVERY_DAY,
    AgreedDose,
    ScheduleRefused,
    TimeLine,
    Timetable,
    check_lines,
    compare,
    expand,
    instant_of,
    whole_days,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)


def line(at: str, sachets: int = 1, days=EVERY_DAY, **more) -> TimeLine:
    return TimeLine(weekdays=frozenset(days), at=time.fromisoformat(at), sachets=sachets, **more)


def table(*lines: TimeLine, starts_on: date | None = None) -> Timetable:
    return Timetable(starts_on=starts_on, lines=lines)


def laid_out(lines, first=MONDAY, days=1, zone=AMSTERDAM):
    return expand([table(*lines)], first, first + days * DAY, zone)


def test_a_line_is_laid_out_on_its_weekdays_in_the_clients_zone():
    doses = laid_out([line("08:00", days={1, 3})], days=7)
    assert [(each.key, each.due_at) for each in doses] == [
        ("m-20261123-0800", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("m-20261125-0800", datetime(2026, 11, 25, 7, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 3, 29), "01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), "02:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), "02:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # gap: the first valid instant
        (date(2026, 3, 29), "03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 10, 25), "02:00", datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),  # fold: the first pass
        (date(2026, 10, 25), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), "03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_on_the_nights_that_the_clock_changes(day, at, instant):
    """R32: neither skipped nor repeated."""
    (dose,) = laid_out([line(at)], first=day)
    assert dose.due_at == instant
    assert dose.at == time.fromisoformat(at)


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "Australia/Lord_Howe", "America/Curacao", "Atlantic/Azores"]
)
def test_every_time_of_every_day_is_planned_exactly_once_from_2020_to_2040(zone):
    """`reik prove dst` does this at full size."""
    clock = ZoneInfo(zone)
    times = [line(at) for at in ("00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "23:45")]
    for year in range(2020, 2041, 5):
        first = date(year, 1, 1)
        doses = laid_out(times, first=first, days=365, zone=clock)
        assert len({each.key for each in doses}) == len(doses) == 365 * len(times)
        assert [each.due_at for each in doses] == sorted(each.due_at for each in doses)
        for each in doses:
            shown = each.due_at.astimezone(clock)
            assert shown.date() == each.day
            assert shown.time() >= each.at  # later only in a gap


@given(
    day=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "America/New_York"]),
)
def test_an_instant_shows_its_own_wall_clock_or_the_end_of_the_gap(day, at, zone):
    clock = ZoneInfo(zone)
    found = instant_of(day, at, clock)
    shown = found.astimezone(clock).replace(tzinfo=None)
    wall = datetime.combine(day, at)
    just_before = (found - timedelta(seconds=1)).astimezone(clock).replace(tzinfo=None)
    assert shown == wall or just_before < wall < shown


def test_lines_that_coincide_are_one_moment_kept_to_the_strictest():
    """Keys are unique at the device, so two lines at one time are one moment with all their sachets."""
    normal = line("08:00", 2, window_min=45, late_min=90)
    critical = line("08:00", 1, window_min=15, late_min=60, criticality=0)
    (dose,) = laid_out([normal, critical])
    assert (dose.sachets, dose.window_min, dose.late_min, dose.criticality) == (3, 15, 60, 0)


def test_without_a_latest_time_it_is_the_end_of_the_window():
    """R29: not set is until the window ends; Reik never reckons one."""
    (dose,) = laid_out([line("08:00", window_min=75)])
    assert dose.latest_at == dose.deadline_at == dose.due_at + timedelta(minutes=75)


def test_of_each_day_the_newest_version_that_has_started_counts():
    versions = [table(line("08:00")), table(line("09:00"), starts_on=MONDAY + DAY)]
    doses = expand(versions, MONDAY, MONDAY + 3 * DAY, AMSTERDAM)
    assert [each.key for each in doses] == ["m-20261123-0800", "m-20261124-0900", "m-20261125-0900"]


@given(split=st.integers(1, 27), at=st.sampled_from(["00:00", "02:30", "08:00"]))
def test_splitting_a_window_changes_nothing(split, at):
    first = date(2026, 3, 15)
    whole = laid_out([line(at), line("20:00", days={6, 7})], first=first, days=28)
    parts = laid_out([line(at), line("20:00", days={6, 7})], first=first, days=split)
    parts += laid_out([line(at), line("20:00", days={6, 7})], first=first + split * DAY, days=28 - split)
    assert parts == whole


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([], "at least one time"),
        ([line("08:00", days=())], "Line 1: name the days"),
        ([line("08:00"), line("09:00", 0)], "Line 2: a moment has 1 to 30"),
        ([line("08:00", days={8})], "days of the week"),
        ([line("08:00:30")], "hours and minutes"),
        ([line("08:00", window_min=0)], "window"),
        ([line("08:00", window_min=45, late_min=30)], "latest hand-out time"),
        ([line("08:00", criticality=3)], "criticality"),
        ([line("08:00", 20), line("08:00", 11, days={3})], "At 08:00 there are more than 30"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_line(bad, says):
    with pytest.raises(ScheduleRefused, match=says):
        check_lines(bad)


def test_whole_days_on_the_day_that_the_clock_goes_back_last_25_hours():
    starts, ends = whole_days(date(2026, 10, 25), date(2026, 10, 26), AMSTERDAM)
    assert ends - starts == timedelta(hours=25)


def agreed(at: str, units: int = 1, day: date = MONDAY) -> AgreedDose:
    when = time.fromisoformat(at)
    return AgreedDose(day=day, at=when, due_at=instant_of(day, when, AMSTERDAM), units=units)


def said(agreements, lines) -> list[tuple]:
    found = compare(agreements, laid_out(lines))
    return [(each.kind, f"{each.at:%H:%M}", each.other_at and f"{each.other_at:%H:%M}") for each in found]


def test_every_difference_between_agreements_and_schedule_is_said():
    assert said([agreed("08:00")], [line("08:00")]) == []
    assert said([agreed("08:00")], [line("09:30")]) == [("other_time", "08:00", "09:30")]
    assert said([agreed("08:00")], [line("20:00")]) == [("missing", "08:00", None), ("extra", "20:00", None)]
    assert said([agreed("08:00", 1)], [line("08:00", 2)]) == [("other_number", "08:00", None)]
    assert said([agreed("08:00", 5)], [line("08:00", 2)]) == []  # two sachets hold five pieces


def test_one_difference_on_many_days_is_one_finding():
    week = [MONDAY + n * DAY for n in range(7)]
    found = compare([agreed("08:00", day=day) for day in week], laid_out([line("20:00")], days=7))
    assert [(each.kind, len(each.days)) for each in found] == [("missing", 7), ("extra", 7)]
    assert len({each.key for each in found}) == 2


def test_two_doses_within_a_minute_have_names_of_their_own() -> None:
    lines = tuple(TimeLine(weekdays=EVERY_DAY, at=time(8, 0, each)) for each in (0, 15, 30))
    check_lines(lines, seconds=True)
    with pytest.raises(ScheduleRefused, match="hours and minutes"):
        check_lines(lines)
    doses = expand([Timetable(starts_on=None, lines=lines)], MONDAY, MONDAY + timedelta(days=1), AMSTERDAM)
    assert [each.key for each in doses] == ["m-20261123-0800", "m-20261123-080015", "m-20261123-080030"]
    assert doses[1].due_at - doses[0].due_at == timedelta(seconds=15)
