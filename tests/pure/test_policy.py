"""The follow-up route as pure rules (R45, R46, R47)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.alerting.policy import (
    NEEDS_A_PERSON,
    SETTLES,
    ArrangementInvalid,
    RouteStep,
    check_route,
    plan,
    why_not_now,
)
from reik.dispensing.outcomes import OUT, Outcome

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("Europe/Amsterdam")
DESK = UUID(int=1)


def step(action: str = "phone_client", wait: int = 5, **more) -> RouteStep:
    return RouteStep(action=action, responder="iemand", destination_id=DESK, wait=wait * MINUTE, **more)


TEAM = step("ask_team", repeat=5 * MINUTE)
CARER = step("ask_carer", 10, hours=(time(8), time(22)))
DEFAULT = [step(), CARER, TEAM]


def local(day: int, hour: int, minute: int = 0, *, month: int = 11, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE, fold=fold).astimezone(UTC)


def test_each_step_waits_for_the_one_before():
    """R46's default: the centre at once, the carer after 5 minutes, the team after 10 more."""
    now = local(23, 9)
    assert [(s.position, s.due_at - now, s.skipped) for s in plan(DEFAULT, now, ZONE)] == [
        (1, 0 * MINUTE, ""),
        (2, 5 * MINUTE, ""),
        (3, 15 * MINUTE, ""),
    ]


def test_nobody_waits_for_a_step_that_is_skipped():
    """R46: the carer only in the hours that she gave; at night the team comes at her place in the chain."""
    now = local(23, 3)
    assert [(s.due_at - now, s.skipped) for s in plan(DEFAULT, now, ZONE)] == [
        (0 * MINUTE, ""),
        (5 * MINUTE, "outside_hours 08:00-22:00"),
        (5 * MINUTE, ""),
    ]


def test_the_hours_are_asked_of_the_instant_at_which_the_step_would_be_taken():
    assert [s.skipped for s in plan(DEFAULT, local(23, 7, 55), ZONE)] == ["", "", ""]
    assert [bool(s.skipped) for s in plan(DEFAULT, local(23, 21, 55), ZONE)] == [False, True, False]
    assert [bool(s.skipped) for s in plan(DEFAULT, local(23, 21, 54), ZONE)] == [False, False, False]


def test_when_all_others_are_skipped_the_last_is_due_at_once():
    now = local(23, 3)
    planned = plan([CARER, CARER, TEAM], now, ZONE)
    assert [bool(s.skipped) for s in planned] == [True, True, False]
    assert planned[-1].due_at == now


@pytest.mark.parametrize(
    ("hour", "minute", "may"),
    [
        (21, 59, False),
        (22, 0, True),
        (23, 59, True),
        (0, 0, True),
        (5, 59, True),
        (6, 0, False),
        (12, 0, False),
    ],
)
def test_hours_past_midnight_run_on_into_the_next_day(hour, minute, may):
    assert (why_not_now((time(22), time(6)), local(23, hour, minute), ZONE) == "") is may


def test_the_night_that_skips_an_hour():
    """R32: on 29 March 2026 02:00 becomes 03:00; an hour that is not there skips its steps and no others."""
    before = local(29, 1, 58, month=3)
    night = step("ask_carer", 10, hours=(time(2), time(3)))
    planned = plan([step(wait=5), night, TEAM], before, ZONE)
    assert [bool(s.skipped) for s in planned] == [False, True, False]
    assert planned[1].due_at == planned[2].due_at == before + 5 * MINUTE
    until_three = step("ask_carer", 10, hours=(time(22), time(3)))
    assert [bool(s.skipped) for s in plan([until_three, TEAM], before + 2 * MINUTE, ZONE)] == [True, False]


def test_the_night_that_has_an_hour_twice():
    """R32: on 25 October 2026 02:00-03:00 comes twice; who may be called then, may be called both times."""
    night = (time(2), time(3))
    for fold in (0, 1):
        assert why_not_now(night, local(25, 2, 30, month=10, fold=fold), ZONE) == ""
    first = local(25, 2, 58, month=10)
    planned = plan([step(wait=5), step("ask_carer", 10, hours=night), TEAM], first, ZONE)
    assert [bool(s.skipped) for s in planned] == [False, False, False]
    assert planned[1].due_at - first == 5 * MINUTE  # elapsed time, not the clock on the wall


hours = st.one_of(st.none(), st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]))
chains = st.lists(st.builds(step, wait=st.integers(1, 120), hours=hours), max_size=4).map(
    lambda head: [*head, TEAM]
)


@settings(max_examples=200, deadline=None)
@given(
    route=chains,
    now=st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
    ),
    zone=st.sampled_from(["Europe/Amsterdam", "America/Curacao", "Asia/Kathmandu"]),
)
def test_the_last_step_is_never_empty(route, now, zone):
    """R47: whatever the hours, every chain that passes the check ends with someone who is asked, and soon."""
    check_route(route)
    planned = plan(route, now, ZoneInfo(zone))
    assert [s.position for s in planned] == list(range(1, len(route) + 1))
    assert planned[-1].skipped == ""
    assert planned[-1].repeat == TEAM.repeat
    assert [s.due_at for s in planned] == sorted(s.due_at for s in planned)
    first = next(s for s in planned if not s.skipped)
    assert first.due_at == now
    waits = [r.wait for r, s in zip(route[:-1], planned, strict=False) if not s.skipped]
    assert planned[-1].due_at == now + sum(waits, timedelta())


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        ([], "at least one step"),
        ([step()], "repeated until"),
        ([step(repeat=5 * MINUTE, hours=(time(8), time(22)))], "any hour"),
        ([TEAM, TEAM], "Only the last"),
        ([step(repeat=timedelta())], "once a minute"),
        ([step(repeat=timedelta(seconds=20))], "once a minute"),
        ([step(wait=0), TEAM], "1 to 120"),
        ([step(wait=121), TEAM], "1 to 120"),
        ([step(hours=(time(8), time(8))), TEAM], "hold no time"),
    ],
)
def test_a_route_that_could_end_with_nobody_is_refused_and_says_what_to_add(route, sentence):
    """R47; rule 13."""
    with pytest.raises(ArrangementInvalid, match=sentence):
        check_route(route)


def test_every_outcome_has_one_place_in_the_policy():
    """R25: what needs a person, what settles, and what asks nothing of anyone (R80: no notice is no alert)."""
    assert not NEEDS_A_PERSON & SETTLES
    assert OUT == SETTLES
    assert set(Outcome) - NEEDS_A_PERSON - SETTLES == {Outcome.BY_HAND, Outcome.PAUSED, Outcome.NO_NOTICE}
