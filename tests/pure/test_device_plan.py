"""The plan as a device gets it: within its limits, and told again only when it has to be (R32, R40, R41)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.dispensing.plans.for_device import (
    AHEAD,
    MOST_BYTES,
    MOST_MOMENTS,
    Wanted,
    at_of,
    device_moments,
    is_to_be_given,
    set_plan_data,
    under_way,
)
from reik.medication.times.schedule import EVERY_DAY, Place, TimeLine, Timetable, expand
from reik_dispenser.plan import read_plan
from reik_dispenser.state import Plan
from reik_dispenser.wire import canonical

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 23, tzinfo=UTC)  # midnight of Monday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def wanted(times, days=28, sachets=1, roll="26-0418", place=True) -> list[Wanted]:
    lines = tuple(TimeLine(weekdays=EVERY_DAY, at=each, sachets=sachets, late_min=90) for each in times)
    doses = expand([Timetable(starts_on=None, lines=lines)], MONDAY, MONDAY + days * DAY, ZONE)
    return [
        Wanted(
            dose=dose,
            place=Place(roll=roll, sequences=tuple(range(n * sachets + 1, n * sachets + sachets + 1)))
            if place
            else None,
        )
        for n, dose in enumerate(doses)
    ]


@settings(max_examples=40, deadline=None)
@given(
    times=st.sets(st.integers(0, 23).map(time), min_size=1, max_size=12),
    sachets=st.integers(1, 30),
    roll=st.text("ABCDEF0123456789-", min_size=1, max_size=64),
)
def test_whatever_the_plan_the_device_takes_it(times, sachets, roll):
    moments = device_moments(wanted(sorted(times), sachets=sachets, roll=roll))
    data = set_plan_data(1, moments, "Europe/Amsterdam")
    read = read_plan(data, NOW)
    assert isinstance(read, Plan)
    assert 1 <= len(moments) <= MOST_MOMENTS
    assert len(canonical(moments)) <= MOST_BYTES
    assert at_of(moments[-1]) - at_of(moments[0]) <= AHEAD
    assert read.moments[0].sachets == tuple(range(1, sachets + 1))


def test_only_what_is_at_home_goes_to_the_device():
    assert device_moments(wanted([time(8)], place=False)) == []
    assert wanted([time(8)], sachets=3, place=False)[0].sachets == 3


def test_nothing_new_is_not_told_again():
    given_moments = device_moments(wanted([time(8)], days=20))
    assert not is_to_be_given(given_moments, given_moments, NOW)
    later = [each for each in given_moments if at_of(each) > NOW + 3 * DAY]
    assert not is_to_be_given(given_moments, later, NOW + 3 * DAY)


@pytest.mark.parametrize(("days_on", "told"), [(0, False), (5, False), (6, True), (7, True)])
def test_more_days_are_told_when_less_than_fourteen_remain(days_on, told):
    given_moments = device_moments(wanted([time(8)], days=20))
    now = NOW + days_on * DAY + 8 * HOUR
    more = [each for each in device_moments(wanted([time(8)], days=26)) if at_of(each) > now]
    assert is_to_be_given(given_moments, more, now) is told


def test_a_change_to_come_is_told_at_once_and_one_that_is_past_is_not():
    given_moments = device_moments(wanted([time(8)], days=20))
    assert is_to_be_given(given_moments, given_moments[1:], NOW)
    assert not is_to_be_given(given_moments, given_moments[1:], NOW + 8 * HOUR)
    assert is_to_be_given(given_moments, [], NOW)
    assert is_to_be_given(None, given_moments, NOW)
    assert not is_to_be_given(None, [], NOW)


def test_what_is_under_way_until_its_latest_time_is_not_taken_away():
    given_moments = device_moments(wanted([time(8)], days=2))
    eight = at_of(given_moments[0])
    assert under_way(given_moments, eight - HOUR) == []
    assert under_way(given_moments, eight) == given_moments[:1]
    assert under_way(given_moments, eight + timedelta(minutes=90)) == []
