"""What a person's word does to an alert (R46, R49, R50): the whole table, and what may not be said."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.alerting import causes
from reik.alerting.outcomes import HANDLED_AS, Effect, OutcomeRefused, Role, check, effect_of, until
from reik.alerting.policy import RouteStep, go_on, plan, technical

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

TABLE = {
    #                        operator                informal carer          team
    "out_after_call": (Effect.WATCHES, Effect.WATCHES, Effect.WATCHES),
    "says_out": (Effect.WATCHES, Effect.WATCHES, Effect.WATCHES),
    "not_reached": (Effect.PASSES_ON, Effect.PASSES_ON, Effect.PASSES_ON),
    "refuses": (Effect.TO_TEAM, Effect.TO_TEAM, Effect.CLOSES),
    "says_taken_otherwise": (Effect.TO_TEAM, Effect.TO_TEAM, Effect.CLOSES),
    "advice_asked": (Effect.TO_TEAM, Effect.TO_TEAM, Effect.CLOSES),
    "device_fault": (Effect.TO_TEAM, Effect.TO_TEAM, Effect.CLOSES),
    "not_reached_worrying": (Effect.EMERGENCY, Effect.EMERGENCY, Effect.EMERGENCY),
    "unwell": (Effect.TO_TEAM, Effect.TO_TEAM, Effect.CLOSES),
    "away": (Effect.CLOSES, Effect.CLOSES, Effect.CLOSES),
    "died": (Effect.CLOSES, Effect.CLOSES, Effect.CLOSES),
    "false_notice": (Effect.CLOSES, Effect.CLOSES, Effect.CLOSES),
}


@pytest.mark.parametrize(("outcome", "effects"), TABLE.items())
def test_the_effect_of_each_outcome_by_who_says_it(outcome, effects):
    assert tuple(effect_of(outcome, role, moment_is_out=False) for role in Role) == effects


def test_the_table_is_whole():
    assert set(TABLE) | {"out_at_visit", "put_right"} == HANDLED_AS


@pytest.mark.parametrize("role", Role)
def test_only_the_device_ends_it_as_out_after_a_call(role):
    """R49: what a client says keeps the alert watched, also when the device agrees with another outcome's words."""
    assert effect_of("out_after_call", role, moment_is_out=True) is Effect.CLOSES
    assert effect_of("says_out", role, moment_is_out=True) is Effect.WATCHES


def test_out_while_someone_stood_there_is_said_by_who_stood_there():
    """R49: a person beside the dispenser ends it as out; an operator is never beside it."""
    for role in (Role.TEAM, Role.INFORMAL_CARER):
        check("out_at_visit", role, about_moment=True, remote=False)
        assert effect_of("out_at_visit", role, moment_is_out=False) is Effect.CLOSES
    for role, remote in [
        (Role.OPERATOR, False), (Role.OPERATOR, True), (Role.INFORMAL_CARER, True), (Role.TEAM, True),
    ]:  # fmt: skip
        with pytest.raises(OutcomeRefused):
            check("out_at_visit", role, about_moment=True, remote=remote)


def test_a_dispenser_is_put_right_by_the_team_from_afar_or_beside_it():
    assert effect_of("put_right", Role.TEAM, moment_is_out=False) is Effect.CLOSES
    for remote in (True, False):
        check("put_right", Role.TEAM, about_moment=False, remote=remote)
    with pytest.raises(OutcomeRefused, match="about a sachet"):
        check("put_right", Role.TEAM, about_moment=True, remote=False)
    with pytest.raises(OutcomeRefused, match="team"):
        check("put_right", Role.OPERATOR, about_moment=False, remote=True)


@pytest.mark.parametrize("outcome", ["out_after_call", "says_out", "out_at_visit", "says_taken_otherwise"])
def test_of_a_dispenser_nothing_is_said_that_is_about_a_sachet(outcome):
    with pytest.raises(OutcomeRefused, match="about the dispenser"):
        check(outcome, Role.TEAM, about_moment=False, remote=False)


def test_a_promise_ends_at_the_latest_hand_out_time_where_that_lies_ahead():
    """R29."""
    assert until(NOW, 15 * MINUTE, None) == NOW + 15 * MINUTE
    assert until(NOW, 15 * MINUTE, NOW + 10 * MINUTE) == NOW + 10 * MINUTE
    assert until(NOW, 15 * MINUTE, NOW + 20 * MINUTE) == NOW + 15 * MINUTE
    assert until(NOW, 15 * MINUTE, NOW) == NOW + 15 * MINUTE


def step(action: str, **more) -> RouteStep:
    return RouteStep(action=action, responder=action, destination_id=UUID(int=1), wait=5 * MINUTE, **more)


PHONE, CARER = step("phone_client"), step("ask_carer", hours=(time(8), time(22)))
TEAM, BACKUP = step("ask_team"), step("ask_team", repeat=5 * MINUTE)
ROUTE = [PHONE, CARER, TEAM, BACKUP]


def shown(planned):
    return [(each.position, (each.due_at - NOW) // MINUTE, each.skipped) for each in planned]


@pytest.mark.parametrize(
    ("after", "to_team", "expected"),
    [
        (0, False, [(1, 0, ""), (2, 5, ""), (3, 10, ""), (4, 15, "")]),
        (1, False, [(2, 0, ""), (3, 5, ""), (4, 10, "")]),
        (3, False, [(4, 0, "")]),
        (4, False, [(4, 0, "")]),
        (1, True, [(2, 0, "to_team"), (3, 0, ""), (4, 5, "")]),
        (0, True, [(1, 0, "to_team"), (2, 0, "to_team"), (3, 0, ""), (4, 5, "")]),
        (3, True, [(4, 0, "")]),
        (4, True, [(4, 0, "")]),
    ],
)
def test_where_a_route_goes_on(after, to_team, expected):
    assert shown(go_on(ROUTE, after, NOW, ZONE, to_team=to_team)) == expected


def test_a_route_without_a_team_goes_to_its_last_step():
    own = [PHONE, CARER, step("ask_carer", repeat=5 * MINUTE)]
    assert shown(go_on(own, 1, NOW, ZONE, to_team=True)) == [(2, 0, "to_team"), (3, 0, "")]


def test_a_step_outside_its_hours_is_skipped_when_the_route_goes_on():
    night = NOW + 14 * HOUR
    planned = go_on(ROUTE, 1, night, ZONE)
    assert [(each.position, each.due_at - night, bool(each.skipped)) for each in planned] == [
        (2, 0 * MINUTE, True),
        (3, 0 * MINUTE, False),
        (4, 5 * MINUTE, False),
    ]


def test_nobody_phones_the_client_about_a_fault_unless_that_is_the_last_step():
    assert shown(plan(ROUTE, NOW, ZONE, technical(ROUTE)))[:2] == [(1, 0, "technical"), (2, 0, "")]
    only = [step("phone_client", repeat=5 * MINUTE)]
    assert shown(plan(only, NOW, ZONE, technical(only))) == [(1, 0, "")]
    assert shown(go_on([CARER, PHONE, BACKUP], 1, NOW, ZONE, left_out=technical([CARER, PHONE, BACKUP]))) == [
        (2, 0, "technical"),
        (3, 0, ""),
    ]


@pytest.mark.parametrize(
    ("hour", "begins"),
    [(3, (23, 8)), (8, (23, 8)), (12, (23, 12)), (17, (23, 17)), (18, (24, 8)), (23, (24, 8))],
)
def test_what_can_wait_waits_for_daytime(hour, begins):
    at = datetime(2026, 11, 23, hour, tzinfo=ZONE).astimezone(UTC)
    expected = datetime(2026, 11, begins[0], begins[1], tzinfo=ZONE)
    assert causes.begins("roll_nearly_empty", at, ZONE) == expected
    assert causes.begins("jam", at, ZONE) == at


@pytest.mark.parametrize(
    ("left", "battery_pct", "wait"),
    [
        (24 * HOUR, 100.0, 22 * HOUR),
        (3 * HOUR, 50.0, 90 * MINUTE),
        (10 * HOUR, 19.9, 0 * HOUR),
        (10 * HOUR, None, 0 * HOUR),
        (None, 90.0, 0 * HOUR),
        (None, None, 0 * HOUR),
    ],
)
def test_lost_mains_are_acted_on_before_the_battery_is_empty(left, battery_pct, wait):
    """R39."""
    assert causes.act_before(NOW, left, battery_pct, NOW) == NOW + wait


def test_a_loss_that_is_heard_of_late_is_acted_on_now():
    assert causes.act_before(NOW - 30 * HOUR, 24 * HOUR, 100.0, NOW) == NOW
