"""Fire drills: really called, answered, ended with a verdict; alerts, clients and figures are left alone (N12, R57)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.assurance.looking import look_at_routes
from reik.alerting.drills import by_itself
from reik.alerting.drills.answering import answer, end_over
from reik.alerting.drills.calling import call_due
from reik.alerting.drills.go_live import go_live_of
from reik.alerting.drills.holding import DrillRefused, hold, hold_client
from reik.alerting.drills.rules import Verdict
from reik.alerting.drills.seen import DrillSeen, drill, drills, routes_now, to_answer
from reik.alerting.forewarnings import open_forewarnings
from reik.alerting.models import Alert, DrillStep, Remark, Step
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.kernel import clock, facts
from reik.kernel.operations import add_destination, new_webhook_secret
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.ops import drill as command_line
from reik.people.rosters import operations as rosters
from reik.people.rosters.turns import NewPattern
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 10, 13, tzinfo=UTC)  # Tuesday, 14:00 in the Netherlands
NIGHT = datetime(2026, 11, 10, 2, tzinfo=UTC)


def begun(people: cast.Cast, now: datetime, why: str = "on_demand") -> DrillSeen:
    (id,) = hold([(people.default.id, 0)], why=why, by="Noor", now=now)
    seen = drill(id, [people.zorg.id], now)
    assert seen is not None
    return seen


def bodies() -> list[tuple[str, dict[str, object]]]:
    rows = cast.rows(
        "SELECT d.name, m.body FROM kernel_outboxmessage AS m JOIN kernel_destination AS d ON d.id = m.destination_id"
        " ORDER BY m.created_at, d.name"
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def again(seen: DrillSeen, now: datetime) -> DrillSeen:
    found = drill(seen.id, [seen.organisation_id], now)
    assert found is not None
    return found


def sent(step: UUID, now: datetime, by: str = "") -> None:
    facts.publish([MessageSent(message_id=step, accepted_by=by)], now)


def failed(step: UUID, now: datetime) -> None:
    facts.publish([MessageFailed(message_id=step, error="no such number")], now)


def test_everybody_is_called_at_once_and_a_drill_passes_when_all_answer() -> None:
    people = cast.gather(NOON)
    seen = begun(people, NOON)
    told = bodies()
    assert [each[0] for each in told] == ["carer", "centre", "team"]
    for _, body in told:
        assert body["type"] == "drill.step"
        data = body["data"]
        assert isinstance(data, dict)
        assert data["drill"] is True
        assert {"client", "moment", "cause"} & set(data) == set()
    calls = [step.calls[0] for step in seen.steps]
    for each in calls:
        sent(each.id, NOON + timedelta(seconds=2))
    assert end_over(NOON + MINUTE) == 0, "accepted by the wire is no answer"
    sent(calls[0].id, NOON + MINUTE, by="key 1")
    for each in calls[1:]:
        answer(each.id, [people.zorg.id], by="Fatma", now=NOON + 2 * MINUTE)
    seen = again(seen, NOON + 3 * MINUTE)
    assert (seen.passed, seen.ended_at) == (True, NOON + 2 * MINUTE)
    assert [step.calls[0].answered_s for step in seen.steps] == [60, 120, 120]
    assert [step.calls[0].delivered_s for step in seen.steps] == [2, 2, 2]
    assert seen.steps[0].calls[0].answered_by == "key 1"
    assert (Alert.objects.count(), Step.objects.count(), Remark.objects.count()) == (0, 0, 0)


def test_who_stays_silent_comes_late_or_cannot_be_reached_fails_it_with_what_to_do() -> None:
    people = cast.gather(NOON)
    seen = begun(people, NOON)
    centre, carer, team = (step.calls[0].id for step in seen.steps)
    failed(centre, NOON + MINUTE)
    sent(carer, NOON + MINUTE)
    answer(team, [people.zorg.id], by="Fatma", now=NOON + 6 * MINUTE)
    assert end_over(NOON + 9 * MINUTE) == 0
    assert end_over(NOON + 10 * MINUTE) == 1
    seen = again(seen, NOON + 11 * MINUTE)
    assert seen.passed is False
    assert [(step.verdict, step.to_do) for step in seen.steps] == [
        (Verdict.FAILED, "mend_way"), (Verdict.NO_ANSWER, "ask_or_replace"), (Verdict.LATE, "longer_wait_or_other"),
    ]  # fmt: skip
    assert seen.steps[0].calls[0].failed == "no such number"
    with pytest.raises(DrillRefused, match="is over"):
        answer(carer, [people.zorg.id], by="Jos", now=NOON + 12 * MINUTE)


def test_outside_her_hours_a_carer_is_called_later() -> None:
    people = cast.gather(NIGHT)
    seen = begun(people, NIGHT)
    assert [each[0] for each in bodies()] == ["centre", "team"]
    assert seen.steps[1].verdict is Verdict.LATER
    for step in (seen.steps[0], seen.steps[2]):
        answer(step.calls[0].id, [people.zorg.id], by="Fatma", now=NIGHT + MINUTE)
    assert again(seen, NIGHT + MINUTE).ended_at is None
    eight = datetime(2026, 11, 10, 7, tzinfo=UTC)
    assert call_due(eight - MINUTE) == 0
    assert call_due(eight) == 1
    assert bodies()[-1][0] == "carer"
    answer(seen.steps[1].calls[0].id, [people.zorg.id], by="Petra", now=eight + MINUTE)
    assert again(seen, eight + MINUTE).passed is True


def test_a_step_of_a_roster_calls_who_stands_there_and_her_other_way_when_that_fails() -> None:
    people = cast.gather(NOON)
    desks = people.desks
    roster = rosters.make_roster(
        organisation_id=people.zorg.id, name="Team", last_resort_id=desks["team"].id, now=NOON
    )
    member = rosters.add_member(
        roster_id=roster,
        name="Fatma",
        destination_id=desks["carer"].id,
        fallback_id=desks["centre"].id,
        now=NOON,
    )
    rosters.add_pattern(
        NewPattern(
            member_id=member, weekdays=127, hours_from=time(8), hours_until=time(8), since=date(2026, 11, 1)
        ),
        NOON,
    )
    asked = RouteStep(
        action="ask_team", responder="team", destination_id=desks["team"].id, wait=5 * MINUTE, repeat=5 * MINUTE,
        roster_id=roster,
    )  # fmt: skip
    made = agree_arrangement(
        organisation_id=people.zorg.id, client_id=None, route=[asked], agreed_by="Anja", now=NOON
    )
    (id,) = hold([(made.id, 0)], why="changed", by="reik", now=NOON)
    assert [each[0] for each in bodies()] == ["carer"]
    (step,) = DrillStep.objects.filter(drill_id=id)
    assert step.responder == "Fatma"
    failed(step.id, NOON + MINUTE)
    failed(step.id, NOON + MINUTE)
    assert [each[0] for each in bodies()] == ["carer", "centre"]
    other = DrillStep.objects.exclude(id=step.id).get(drill_id=id)
    answer(other.id, [people.zorg.id], by="Fatma", now=NOON + 3 * MINUTE)
    (seen,) = drills([people.zorg.id], NOON + 3 * MINUTE)
    assert (seen.passed, seen.steps[0].verdict, seen.steps[0].to_do) == (
        True,
        Verdict.OTHER_WAY,
        "mend_first_way",
    )


def test_of_one_route_one_drill_runs_and_strangers_find_none() -> None:
    people = cast.gather(NOON)
    seen = begun(people, NOON)
    assert hold([(people.default.id, 0)], why="on_demand", by="Jos", now=NOON + MINUTE) == []
    assert hold([(people.default.id, 7), (uuid4(), 0)], why="on_demand", by="Jos", now=NOON) == []
    with pytest.raises(DrillRefused, match="who holds"):
        hold([(people.default.id, 0)], why="on_demand", by=" ", now=NOON)
    assert drill(seen.id, [people.eva.id], NOON) is None
    with pytest.raises(DrillRefused, match="no such call"):
        answer(seen.steps[0].calls[0].id, [people.eva.id], by="Eva", now=NOON)
    assert [each.action for each in to_answer([people.zorg.id], ["ask_team"], NOON)] == ["ask_team"]
    assert to_answer([people.zorg.id], ["ask_team"], NOON + 5 * MINUTE) == []


def passes(seen: DrillSeen, now: datetime) -> None:
    for step in seen.steps:
        answer(step.calls[0].id, [seen.organisation_id], by="Fatma", now=now)


def test_a_test_alarm_before_go_live_proves_the_arrangement_of_a_client() -> None:
    people = cast.gather(NOON)
    client = cast.welcome(people.zorg, "Jansen", NOON)
    assert go_live_of(client.id).state == "none"
    (id,) = hold_client(client.id, why="go_live", by="Anja", now=NOON)
    assert go_live_of(client.id).state == "running"
    seen = drill(id, [people.zorg.id], NOON)
    assert seen is not None
    passes(seen, NOON + MINUTE)
    found = go_live_of(client.id)
    assert (found.state, found.at) == ("passed", NOON + MINUTE)
    own = agree_arrangement(
        organisation_id=people.zorg.id, client_id=client.id, route=cast.three_steps(people.desks), agreed_by="Anja",
        now=NOON + 2 * MINUTE,
    )  # fmt: skip
    assert go_live_of(client.id).state == "passed", "her own route calls the same people in the same way"
    assert own.id != people.default.id
    agree_arrangement(
        organisation_id=people.zorg.id, client_id=client.id, route=cast.three_steps(people.desks)[2:],
        agreed_by="Anja", now=NOON + 3 * MINUTE,
    )  # fmt: skip
    assert go_live_of(client.id).state == "none", "a changed route is not proven"


def test_reik_drills_a_changed_route_in_working_hours_and_each_month_and_equal_routes_once() -> None:
    people = cast.gather(NIGHT)
    for name in ("Jansen", "Smit"):
        agree_arrangement(
            organisation_id=people.zorg.id, client_id=cast.welcome(people.zorg, name, NIGHT).id,
            route=cast.three_steps(people.desks), agreed_by="Anja", now=NIGHT,
        )  # fmt: skip
    assert by_itself.look_around(NIGHT + 2 * 60 * MINUTE) == 0, "at night nobody is called"
    assert by_itself.look_around(NOON) == 1
    (seen,) = drills([people.zorg.id], NOON)
    assert (seen.why, seen.by, seen.client_id) == ("changed", "reik", None)
    passes(seen, NOON + MINUTE)
    assert [each.passed for each in routes_now([people.zorg.id])] == [True]
    assert by_itself.look_around(NOON + 60 * MINUTE) == 0
    days = (datetime(2026, 12, day, hour, 45, tzinfo=UTC) for day in range(1, 32) for hour in (9, 13, 15))
    assert sum(by_itself.look_around(at) for at in days) == 1
    assert drills([people.zorg.id], NOON)[0].why == "monthly"


def test_no_drill_begins_by_itself_in_an_outage_at_a_peak_or_in_a_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = cast.gather(NIGHT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerting_outage (id, scope, value, began_at, opened_at, silent, known, messages, untold)"
            " VALUES (%s, 'platform', 'reik', %s, %s, 1, 1, 0, 0)",
            [uuid4(), NIGHT, NIGHT],
        )
    assert by_itself.begin_by_itself(NOON) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerting_outage SET closed_at = %s", [NOON])
    for n in range(12):
        voice = cast.beside(cast.welcome(people.zorg, f"Client {n}", NIGHT), f"REIK-{n}", NIGHT)
        cast.plan(voice, "m", NOON + 5 * MINUTE, now=NIGHT)
    assert by_itself.begin_by_itself(NOON) == 0
    monkeypatch.setattr(by_itself, "installation_kind", lambda: "demo")
    assert by_itself.look_around(NOON + 90 * MINUTE) == 0
    assert by_itself.begin_by_itself(NOON + 90 * MINUTE) == 1


def test_a_monthly_drill_spares_who_answered_one_these_days() -> None:
    people = cast.gather(NOON)
    passes(begun(people, NOON), NOON + MINUTE)
    later = NOON + timedelta(days=6)
    seen = begun(people, later, "monthly")
    assert {step.verdict for step in seen.steps} == {Verdict.PROVEN}
    assert end_over(later) == 1
    assert again(seen, later).passed is True
    assert len(bodies()) == 3
    assert {step.verdict for step in begun(people, later + MINUTE).steps} == {Verdict.WAITING}, (
        "but on demand"
    )


def test_a_route_that_failed_its_drill_or_never_had_one_is_forewarned_until_one_passes() -> None:
    people = cast.gather(NIGHT)
    voice = cast.beside(cast.welcome(people.zorg, "Jansen", NIGHT), "REIK-1", NIGHT)
    with connection.cursor() as cursor:  # every gateway is fine
        cursor.execute("UPDATE kernel_destination SET gateway = 'x'")
        cursor.execute(
            "INSERT INTO kernel_gatewayhealth (organisation_id, channel, gateway, destination_id, checked_at, fine_at,"
            " error) SELECT organisation_id, 'webhook', 'x', id, %s, %s, '' FROM kernel_destination LIMIT 1",
            [NIGHT, NIGHT],
        )
    later = NOON + timedelta(days=5)
    for at in (NOON, later):
        cast.plan(voice, f"m-{at}", at + 60 * MINUTE, now=NIGHT)

    def warned(at: datetime) -> list[str]:
        look_at_routes(at)
        return [each.kind for each in open_forewarnings([people.zorg.id])]

    assert warned(NOON) == [], "Reik holds its drill in the first working hours"
    assert warned(later) == ["route_untested"]
    passes(begun(people, later), later + MINUTE)
    assert warned(later + 2 * MINUTE) == []
    begun(people, later + 3 * MINUTE)
    end_over(later + 30 * MINUTE)
    assert warned(later + 31 * MINUTE) == ["route_untested"]


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    code = command_line.command(parser.parse_args(["--organisation", "Zorg aan Zee", *arguments]))
    return code, json.loads(capsys.readouterr().out)


def test_reik_drill_lists_holds_and_reports_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = cast.gather(NOON)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    route = f"{people.default.id}:0"
    code, listed = said_by(capsys, "--list")
    assert (code, [each["route"] for each in listed], listed[0]["held_at"]) == (0, [route], None)
    assert bodies() == [], "a list calls nobody"
    code, (held,) = said_by(capsys, "--route", route)
    assert (code, held["why"], held["passed"]) == (0, "on_demand", None)
    assert [(each["responder"], each["deadline_s"], each["verdict"]) for each in held["steps"]] == [
        ("centre", 300, "waiting"), ("carer", 600, "waiting"), ("team", 300, "waiting"),
    ]  # fmt: skip
    assert said_by(capsys)[0] == 1, "it runs already"
    end_over(NOON + 11 * MINUTE)
    code, report = said_by(capsys, "--report", held["drill"])
    assert (code, report["passed"], report["steps"][0]["to_do"]) == (0, False, "ask_or_replace")
    for wrong in (["--route", "x"], ["--report", str(uuid4())]):
        with pytest.raises(DrillRefused, match="--list"):
            said_by(capsys, *wrong)


@pytest.mark.parametrize("act", ["hold", "answer"])
def test_the_number_of_statements_does_not_grow_with_the_routes(act: str) -> None:
    people = cast.gather(NOON)
    made = [_own(people, n) for n in range(30)]

    def count(asked: list[UUID], at: datetime) -> int:
        work: Callable[[], object] = lambda: hold([(id, 0) for id in asked], why="changed", by="reik", now=at)  # noqa: E731
        if act == "answer":
            work()
            ids = list(DrillStep.objects.filter(drill__arrangement_id__in=asked).values_list("id", flat=True))
            work = lambda: facts.publish([MessageFailed(message_id=id, error="x") for id in ids], at)  # noqa: E731
        with CaptureQueriesContext(connection) as seen:
            work()
        return len(seen)

    assert count(made[:1], NOON) == count(made[1:], NOON + MINUTE)


def _own(people: cast.Cast, n: int) -> UUID:
    where = add_destination(
        organisation_id=people.zorg.id, channel="webhook", name=f"d{n}",
        address=f"https://127.0.0.1:9/{n}", secret=new_webhook_secret(), now=NOON,
    )  # fmt: skip
    step = RouteStep(
        action="ask_team", responder=f"t{n}", destination_id=where.id, wait=5 * MINUTE, repeat=5 * MINUTE,
        fallback_id=people.desks["team"].id,
    )  # fmt: skip
    client = cast.welcome(people.zorg, f"Client {n}", NOON)
    return agree_arrangement(
        organisation_id=people.zorg.id, client_id=client.id, route=[step], agreed_by="Anja", now=NOON
    ).id
