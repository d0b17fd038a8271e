"""Forewarnings: gaps within 72 hours, gateways that are down, routes that would find nobody; till acknowledged."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.assurance.looking import look_at_routes
from reik.alerting.forewarnings import (
    ForewarningRefused,
    ForewarningSeen,
    Warned,
    acknowledge,
    end_forewarnings,
    forewarn,
    open_forewarnings,
    tell_due,
)
from reik.alerting.forewarnings.rosters import LOCK, look_at_rosters
from reik.alerting.operations import agree_arrangement
from reik.alerting.routes import current
from reik.dispensing.away.stopping import stop_client
from reik.kernel import facts
from reik.kernel.models import Destination
from reik.kernel.operations import open_account
from reik.kernel.outbox import GatewayDown, GatewayUp
from reik.people import presence
from reik.people.rosters import operations
from reik.people.rosters.turns import NewException, NewPattern
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def seen(people: cast.Cast) -> list[ForewarningSeen]:
    return open_forewarnings([people.zorg.id])


def told(now: datetime) -> list[tuple[str, str, str]]:
    """Destination, kind and state of the messages that were put out for forewarnings."""
    rows = cast.rows(
        "SELECT d.name, m.body, m.state FROM kernel_outboxmessage AS m JOIN kernel_destination AS d"
        " ON d.id = m.destination_id ORDER BY m.created_at, m.id"
    )
    return [(row[0], json.loads(row[1])["data"]["kind"], row[2]) for row in rows]


def roster(people: cast.Cast, now: datetime) -> tuple[UUID, UUID]:
    """Days and nights by one person, with the centre's desk as lead."""
    id = operations.make_roster(
        organisation_id=people.zorg.id, name="Nacht", last_resort_id=people.desks["team"].id,
        lead_id=people.desks["centre"].id, now=now,
    )  # fmt: skip
    member = operations.add_member(
        roster_id=id, name="Fatma", destination_id=people.desks["carer"].id, now=now
    )
    operations.add_pattern(
        NewPattern(
            member_id=member, weekdays=127, hours_from=time(8), hours_until=time(8), since=date(2026, 11, 1)
        ),
        now,
    )
    return id, member


def off(member: UUID, starts_at: datetime, hours: int, now: datetime) -> UUID:
    return operations.add_exception(
        NewException(member_id=member, on=False, starts_at=starts_at, ends_at=starts_at + hours * HOUR),
        by="planner", now=now,
    )  # fmt: skip


def test_a_gap_within_72_hours_is_told_to_the_lead_until_somebody_has_it(now: datetime) -> None:
    people = cast.gather(now)
    _, member = roster(people, now)
    off(member, now + 80 * HOUR, 8, now)
    look_at_rosters(now)
    assert seen(people) == [], "it lies 80 hours ahead"
    later = now + 9 * HOUR
    look_at_rosters(later)
    (gap,) = seen(people)
    assert (gap.kind, gap.since, gap.until) == ("roster_gap", now + 80 * HOUR, now + 88 * HOUR)
    assert gap.detail["name"] == "Nacht"
    assert tell_due(later) == 1
    assert tell_due(later + 14 * MINUTE) == 0
    assert tell_due(later + 15 * MINUTE) == 1
    assert told(later) == [("centre", "roster_gap", 0)] * 2
    acknowledge(gap.id, by="Noor", now=later + 16 * MINUTE)
    assert {state for *_, state in told(later)} == {3}, "what has not left yet is taken back"
    look_at_rosters(later + 17 * MINUTE)
    assert tell_due(later + 60 * MINUTE) == 0
    assert [each.acknowledged_by for each in seen(people)] == ["Noor"]
    with pytest.raises(ForewarningRefused, match="somebody else"):
        acknowledge(gap.id, by="Bram", now=later + HOUR)


def test_a_gap_that_is_filled_ends_and_one_that_runs_is_the_same_one(now: datetime) -> None:
    people = cast.gather(now)
    _, member = roster(people, now)
    gone = off(member, now + HOUR, 8, now)
    look_at_rosters(now)
    (first,) = seen(people)
    look_at_rosters(now + 2 * HOUR)
    (same,) = seen(people)
    assert same.id == first.id
    assert same.since == now + 2 * HOUR
    operations.take_back(gone, now + 2 * HOUR)
    look_at_rosters(now + 2 * HOUR)
    assert seen(people) == []


def test_a_roster_without_anybody_is_one_gap_without_end(now: datetime) -> None:
    people = cast.gather(now)
    operations.make_roster(
        organisation_id=people.zorg.id, name="Leeg", last_resort_id=people.desks["team"].id, now=now
    )
    look_at_rosters(now)
    (gap,) = seen(people)
    look_at_rosters(now + 30 * MINUTE)
    assert [each.id for each in seen(people)] == [gap.id]
    assert gap.until is None
    tell_due(now)
    assert [each[0] for each in told(now)] == ["team"], "without a lead the last resort hears it"


def test_forewarnings_of_one_kind_and_subject_are_one(now: datetime) -> None:
    people = cast.gather(now)
    one = Warned(
        organisation_id=people.zorg.id, kind="gateway_down", subject="sms x", since=now, detail={"n": 1}
    )
    other = Warned(
        organisation_id=people.zorg.id, kind="gateway_down", subject="sms x", since=now, detail={"n": 2}
    )
    forewarn([one, other], now)
    forewarn([other], now + MINUTE)
    (found,) = seen(people)
    assert found.detail == {"n": 2}
    assert tell_due(now + MINUTE) == 0, "nobody was said to hear it: screens show it"
    end_forewarnings(people.eva.id, "gateway_down", ["sms x"], now)
    assert len(seen(people)) == 1
    end_forewarnings(people.zorg.id, "gateway_down", ["sms x"], now)
    assert seen(people) == []
    with pytest.raises(ForewarningRefused):
        acknowledge(found.id, by="Noor", now=now)


def on_gateway(people: cast.Cast, name: str, gateway: str, now: datetime, *, error: str = "") -> None:
    Destination.objects.filter(id=people.desks[name].id).update(gateway=gateway)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_gatewayhealth (organisation_id, channel, gateway, destination_id, checked_at, fine_at,"
            " error) VALUES (%s, 'webhook', %s, %s, %s, %s, %s) ON CONFLICT (organisation_id, channel, gateway)"
            " DO UPDATE SET error = excluded.error",
            [people.zorg.id, gateway, people.desks[name].id, now, now, error],
        )


def test_a_gateway_that_is_down_is_told_over_another_with_the_routes_that_lean_on_it(now: datetime) -> None:
    people = cast.gather(now)
    roster(people, now)
    operations.make_roster(
        organisation_id=people.zorg.id, name="Dag", last_resort_id=people.desks["team"].id,
        lead_id=people.desks["team"].id, now=now,
    )  # fmt: skip
    for name in ("centre", "carer", "team"):
        on_gateway(people, name, name, now)
    down = GatewayDown(organisation_id=people.zorg.id, channel="webhook", gateway="centre", error="refused")
    facts.publish([down], now)
    (found,) = seen(people)
    assert found.kind == "gateway_down"
    assert {name: found.detail[name] for name in ("channel", "routes", "error")} == {
        "channel": "webhook", "routes": 1, "error": "refused"
    }  # fmt: skip
    tell_due(now)
    assert [each[0] for each in told(now)] == ["team"], "the first lead is reached over what is down"
    facts.publish(
        [GatewayUp(organisation_id=people.zorg.id, channel="webhook", gateway="centre")], now + MINUTE
    )
    assert seen(people) == []


def homes(people: cast.Cast, number: int, now: datetime) -> None:
    for voice in cast.many_homes(people.zorg, number, now):
        cast.plan(voice, "m1", now + HOUR, now=now)


def test_a_route_without_anybody_to_reach_is_told_before_its_peak_without_names(now: datetime) -> None:
    people = cast.gather(now)
    roster(people, now)
    homes(people, 3, now)
    for name in ("centre", "carer", "team"):
        on_gateway(people, name, name, now, error="refused" if name != "team" else "")
    assert look_at_routes(now) == 0, "the team can be reached"
    on_gateway(people, "team", "team", now, error="refused")
    assert look_at_routes(now) == 1
    (found,) = seen(people)
    assert (found.kind, found.detail["clients"], found.detail["routes"]) == ("nobody_reachable", 3, 1)
    assert found.since == now + HOUR + cast.WINDOW
    assert "Cliënt" not in json.dumps(dict(found.detail))
    operator = open_account(
        organisation_id=people.centre.id, username="o", display_name="Bram", role="operator", now=now
    )
    presence.seen([operator.id], now)
    assert look_at_routes(now + MINUTE) == 0, "somebody has the console open"
    assert seen(people) == []
    assert look_at_routes(now + 3 * MINUTE) == 1, "she has gone"


def test_clients_with_routes_of_their_own_to_one_team_are_one_forewarning(now: datetime) -> None:
    people = cast.gather(now)
    voices = cast.many_homes(people.zorg, 3, now)
    for voice in voices:
        cast.plan(voice, "m1", now + HOUR, now=now)
    ids = [voice.client_id for voice in voices]
    held = current(ids)
    for id in ids[:2]:
        agree_arrangement(
            organisation_id=people.zorg.id, client_id=id, route=held[id].steps, agreed_by="Anja", now=now
        )
    for name in ("centre", "carer", "team"):
        on_gateway(people, name, name, now, error="refused")
    assert look_at_routes(now) == 1
    (found,) = seen(people)
    assert (found.detail["clients"], found.detail["routes"]) == (3, 3)
    assert len(found.detail["responders"]) == 1, "who stands at the end of all of them"


def test_moments_farther_than_two_hours_ahead_are_not_looked_at_yet(now: datetime) -> None:
    people = cast.gather(now)
    for voice in cast.many_homes(people.zorg, 1, now):
        cast.plan(voice, "m1", now + 3 * HOUR, now=now)
    for name in ("centre", "carer", "team"):
        on_gateway(people, name, name, now, error="refused")
    assert look_at_routes(now) == 0
    assert look_at_routes(now + HOUR) == 1


def test_a_route_that_only_who_died_would_walk_warns_nobody(now: datetime) -> None:
    people = cast.gather(now)
    (voice,) = cast.many_homes(people.zorg, 1, now)
    cast.plan(voice, "m1", now + HOUR, now=now)
    for name in ("centre", "carer", "team"):
        on_gateway(people, name, name, now, error="refused")
    assert look_at_routes(now) == 1
    stop_client(client_id=voice.client_id, reason="died", by="Petra", now=now)
    assert look_at_routes(now + MINUTE) == 0


def test_looking_costs_as_many_statements_for_one_client_as_for_forty(now: datetime) -> None:
    people = cast.gather(now)
    first, *others = cast.many_homes(people.zorg, 40, now)
    cast.plan(first, "m1", now + HOUR, now=now)
    with CaptureQueriesContext(connection) as one:
        look_at_routes(now)
    for number, voice in enumerate(others):
        cast.plan(voice, "m1", now + HOUR + number * MINUTE, now=now)
    with CaptureQueriesContext(connection) as many:
        look_at_routes(now)
    assert len(many) == len(one)


def test_presence_is_written_once_in_half_a_minute(now: datetime) -> None:
    people = cast.gather(now)
    account = open_account(
        organisation_id=people.centre.id, username="o", display_name="Bram", role="operator", now=now
    )
    for seconds in (0, 10, 29):
        presence.seen([account.id], now + timedelta(seconds=seconds))
    assert cast.rows("SELECT seen_at FROM people_presence") == [(now,)]
    presence.seen([account.id], now + timedelta(seconds=30))
    both = [people.zorg.id, people.eva.id, people.centre.id]
    assert presence.watched(both, now + timedelta(seconds=60)) == {people.zorg.id, people.centre.id}
    assert presence.watched(both, now + timedelta(seconds=151)) == frozenset()


def test_of_two_watchers_one_looks(now: datetime) -> None:
    people = cast.gather(now)
    operations.make_roster(
        organisation_id=people.zorg.id, name="Leeg", last_resort_id=people.desks["team"].id, now=now
    )
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    look_at_rosters(now)
    assert seen(people) == [], "another is at it"
    other.rollback()
    other.close()
    look_at_rosters(now)
    assert [each.since.astimezone(UTC) for each in seen(people)] == [now]
