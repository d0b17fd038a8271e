"""Whether a route would find anybody: logged in, reachable, or on a roster; what is not known is not counted (N3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.alerting.assurance.rules import Known, Lack, Member, Now, Way, lack_of, way_of
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT, RouteStep
from reik.people.rosters.duty import Stretch

ZONE = ZoneInfo("Europe/Amsterdam")
AT = datetime(2026, 11, 23, 7, 45, tzinfo=UTC)
HOUR = timedelta(hours=1)
CENTRE, CARER, TEAM, NURSE, ROSTER, NURSES, ELS = (UUID(int=each) for each in range(1, 8))
WAIT = timedelta(minutes=5)


def step(action: str, where: UUID, **more: object) -> RouteStep:
    return RouteStep(action=action, responder="x", destination_id=where, wait=WAIT, **more)  # type: ignore[arg-type]


ROUTE = [step(PHONE_CLIENT, CENTRE), step(ASK_CARER, CARER, hours=(time(8), time(22))), step(ASK_TEAM, TEAM)]


def known(**ways: Way) -> Now:
    named = {"centre": CENTRE, "carer": CARER, "team": TEAM, "nurse": NURSE}
    return Now(ways={id: ways.get(name, Way.GATEWAY_DOWN) for name, id in named.items()})


@pytest.mark.parametrize("name", ["centre", "carer", "team"])
def test_one_who_can_be_reached_is_enough(name: str) -> None:
    assert lack_of(ROUTE, ZONE, [AT], known(**{name: Way.FINE})) is None


def test_with_everybody_out_of_reach_nobody_would_hear_it() -> None:
    assert lack_of(ROUTE, ZONE, [AT + HOUR, AT], known()) == Lack(since=AT, untested=False)
    assert lack_of(ROUTE, ZONE, [AT], known(team=Way.UNTESTED)) == Lack(since=AT, untested=True)
    assert lack_of(ROUTE, ZONE, [AT], known(team=Way.NOT_TRIED, centre=Way.NO_PHONE)) == Lack(
        since=AT, untested=False
    )


def test_an_open_console_is_somebody_for_a_route_that_phones_first() -> None:
    logged_in = replace(known(), watched=True)
    assert lack_of(ROUTE, ZONE, [AT], logged_in) is None
    assert lack_of(ROUTE[1:], ZONE, [AT], logged_in) == Lack(since=AT, untested=False)


def test_a_carer_counts_in_her_hours_and_while_she_is_there() -> None:
    late = AT + 14 * HOUR  # 22:45
    only = [step(ASK_CARER, CARER, hours=(time(8), time(22)), carer_id=ELS)]
    fine = known(carer=Way.FINE)
    assert lack_of(only, ZONE, [AT], fine) is None
    assert lack_of(only, ZONE, [AT, late], fine) == Lack(since=late, untested=False)
    away = replace(fine, away={ELS: [(AT - HOUR, AT + HOUR)]})
    assert lack_of(only, ZONE, [AT], away) == Lack(since=AT, untested=False)
    assert lack_of(only, ZONE, [AT + HOUR], away) is None


def test_a_roster_counts_by_who_stands_on_it_then() -> None:
    team = [step(ASK_TEAM, TEAM, roster_id=ROSTER)]
    stand = Stretch(starts_at=AT - HOUR, ends_at=AT + HOUR, place=1, member_id=NURSE)
    now = replace(
        known(nurse=Way.FINE), duty={ROSTER: [stand]}, resorts={ROSTER: TEAM},
        members={NURSE: Member(destination_id=NURSE, fallback_id=None)},
    )  # fmt: skip
    assert lack_of(team, ZONE, [AT], now) is None
    assert lack_of(team, ZONE, [AT + HOUR], now) == Lack(since=AT + HOUR, untested=False), (
        "the last resort is dead"
    )
    assert lack_of(team, ZONE, [AT + HOUR], replace(now, ways={TEAM: Way.FINE})) is None
    dead = replace(now, ways={NURSE: Way.GATEWAY_DOWN, TEAM: Way.FINE})
    assert lack_of(team, ZONE, [AT], dead) == Lack(since=AT, untested=False), "she stands there, unreachable"
    back = replace(dead, members={NURSE: Member(destination_id=NURSE, fallback_id=TEAM)})
    assert lack_of(team, ZONE, [AT], back) is None


@pytest.mark.parametrize(
    ("said", "way"),
    [
        (Known(channel="webhook", created_at=AT, error=""), Way.FINE),
        (Known(channel="webhook", created_at=AT, error="refused"), Way.GATEWAY_DOWN),
        (Known(channel="webhook", created_at=AT, error=None), Way.FINE),
        (Known(channel="webhook", created_at=AT - HOUR, error=None), Way.NOT_TRIED),
        (Known(channel="webpush", created_at=AT, error="", phones=1), Way.FINE),
        (Known(channel="webpush", created_at=AT, error="", phones=0), Way.NO_PHONE),
        (Known(channel="sms", created_at=AT, error=""), Way.UNTESTED),
        (Known(channel="voice", created_at=AT, error="", tested=True), Way.FINE),
        (Known(channel="sms", created_at=AT, error="down", tested=True), Way.GATEWAY_DOWN),
    ],
)
def test_what_is_not_known_to_work_is_not_fine(said: Known, way: Way) -> None:
    assert way_of(said, AT) == way
