"""The plan that a dispenser is given for its rolls: kept, renewed, given again, compared (R32, R40, R41)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.dispensing.commands import giving as commands
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.models import DeviceCommand, DevicePlan, Moment
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.plans import keeping as plan_keeping
from reik.dispensing.rolls.facts import PlanMismatch
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.medication import queries
from reik.medication.facts import PlanChanged
from reik.medication.models import Roll
from reik.medication.operations import (
    confirm_schedule,
    deliver_roll,
    register_roll,
    write_schedule,
)
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from reik.people.access import actor_for
from tests import cast
from tests.contexts.rolls.rolls_of import (
    DAY,
    LINES,
    TUESDAY,
    ZONE,
    bring,
    device_loads,
    keys,
    of_kind,
    plans,
    register,
    schedule,
)


def test_every_planned_moment_is_followed_also_where_no_sachet_is(anna, now):
    """A dose that was not taken out always reaches a person: 28 days ahead, with or without a roll."""
    bring(anna, now)
    assert len(keys(anna)) == 54  # 24 November to 20 December, and the 21st at 8 has not come in sight
    assert len(plans(anna)[0]["moments"]) == 14
    first = cast.the_moment(anna, "m-20261124-0800")
    assert (first.sachets, first.latest_at - first.due_at) == (2, timedelta(minutes=90))


def test_what_was_planned_twice_is_one_plan(anna, now):
    bring(anna, now)
    assert plan_keeping.keep([anna.client_id], now) == 0
    assert plan_keeping.keep([anna.client_id], now + timedelta(hours=1)) == 0
    assert len(plans(anna)) == 1


def test_plans_are_renewed_as_days_go_by_and_rolls_come(anna, now):
    bring(anna, now)
    assert plan_keeping.renew_plans(now + timedelta(hours=1)) == 0
    late = now + 6 * DAY
    assert plan_keeping.renew_plans(late) == 1
    assert keys(anna)[-1] == "m-20261226-2000"
    assert len(plans(anna)) == 1  # no other roll is there
    bring(anna, late, number="26-0419", first=TUESDAY + 7 * DAY)
    newest = plans(anna)[-1]
    assert (newest["version"], len(newest["moments"])) == (2, 18)
    assert {each["roll"] for each in newest["moments"]} == {"26-0418", "26-0419"}


def test_a_long_roll_is_told_again_when_less_than_fourteen_days_remain(anna, now):
    bring(anna, now, days=60)
    assert len(plans(anna)[0]["moments"]) == 54
    plan_keeping.renew_plans(now + 13 * DAY)
    assert len(plans(anna)) == 1
    plan_keeping.renew_plans(now + 15 * DAY)
    assert [len(each["moments"]) for each in plans(anna)] == [54, 56]


def test_another_schedule_withdraws_what_is_to_come_and_keeps_what_was_said(anna, now, said):
    bring(anna, now)
    early = anna.event("sachet_taken_out", now, moment="m-20261124-2000", roll="26-0418", sachet=3, k=1, n=1)
    cast.tell(anna, early, at=now)
    schedule(anna, now, TimeLine(weekdays=EVERY_DAY, at=time(9)))
    assert keys(anna)[:3] == ["m-20261124-0900", "m-20261124-2000", "m-20261125-0900"]
    assert cast.the_moment(anna, "m-20261124-2000").outcome == "early"
    # no sachet on the roll is for 9 o'clock, and the pharmacy is told
    assert plans(anna)[-1]["moments"] == []
    found = {(each.kind, each.days) for each in queries.open_findings(anna.organisation_id)}
    assert found == {("missing", 1), ("extra", 1)}
    before = keys(anna)
    plan_keeping.follow(of_kind(said, PlanChanged)[-1:], now)
    assert keys(anna) == before


def test_a_moment_under_way_stays_in_the_plan(anna, now):
    """Where single sachets can be held; another device is stopped as a whole (test_changes)."""
    able = anna.event("started", now, session="0" * 16, capabilities={"can_hold_single_sachets": True})
    cast.tell(anna, able, at=now)
    bring(anna, now)
    eight = datetime(2026, 11, 24, 7, 10, tzinfo=now.tzinfo)
    schedule(anna, eight, TimeLine(weekdays=EVERY_DAY, at=time(20)))
    newest = plans(anna)[-1]
    assert [each["moment"] for each in newest["moments"][:2]] == ["m-20261124-0800", "m-20261124-2000"]
    assert keys(anna)[:2] == ["m-20261124-0800", "m-20261124-2000"]


def test_a_plan_that_did_not_arrive_is_given_again(anna, now):
    bring(anna, now)
    commands.expire(now + 8 * DAY)
    assert {each.state for each in DeviceCommand.objects.all()} == {"expired"}
    plan_keeping.renew_plans(now + 8 * DAY + timedelta(hours=2))
    # the first roll is over by then: nothing of it is left to hand out
    bring(anna, now + 9 * DAY, number="26-0420", first=TUESDAY + 9 * DAY, gap_because="hospital")
    assert plans(anna)[-1]["version"] == 2
    assert DevicePlan.objects.get(dispenser_id=anna.id).moments is not None


def test_a_refused_plan_counts_as_none(anna, now):
    bring(anna, now)
    command = DeviceCommand.objects.get(type="set_plan")
    answer = CommandAnswered(
        command_id=command.id, organisation_id=anna.organisation_id, dispenser_id=anna.id, type="set_plan",
        state="refused", reason="clock", data=command.data,
    )  # fmt: skip
    facts.publish([answer], now)
    assert plan_keeping.renew_plans(now + timedelta(minutes=59)) == 0
    assert plan_keeping.renew_plans(now + timedelta(hours=1)) == 1
    assert [each["version"] for each in plans(anna)] == [1, 2]


def test_a_device_that_works_by_another_plan_is_told_of(anna, now, said):
    """R41."""
    bring(anna, now)
    (plan,) = plans(anna)
    right = anna.event("plan_applied", now, version=plan["version"], sha256=plan["sha256"])
    cast.tell(anna, right, at=now)
    assert of_kind(said, PlanMismatch) == []
    assert DevicePlan.objects.get(dispenser_id=anna.id).applied_version == 1
    cast.tell(anna, anna.event("plan_applied", now, version=1, sha256="0" * 64), at=now)
    (mismatch,) = of_kind(said, PlanMismatch)
    assert (mismatch.version, mismatch.given_version, mismatch.client_id) == (1, 1, anna.client_id)
    older = replace(right, epoch=1, seq=1)
    cast.tell(anna, older, at=now)
    assert DevicePlan.objects.get(dispenser_id=anna.id).applied_sha256 == "0" * 64


def test_a_request_may_change_a_plan_but_never_what_was_said(anna, now):
    """As `reik_web`, under row-level security: withdrawing is for moments that nobody said anything of."""
    bring(anna, now)
    account = open_account(
        organisation_id=anna.organisation_id, username="n", display_name="N", role="nurse", now=now
    )
    actor = actor_for(account.id, now)
    early = anna.event("sachet_taken_out", now, moment="m-20261124-2000", roll="26-0418", sachet=3, k=1, n=1)
    cast.tell(anna, early, at=now)
    become(Role.WEB)
    with acting_for(actor):
        schedule(anna, now, TimeLine(weekdays=EVERY_DAY, at=time(9)))
        bring(anna, now, number="26-0421", first=TUESDAY + 7 * DAY)
        assert keys(anna)[:3] == ["m-20261124-0900", "m-20261124-2000", "m-20261125-0900"]
        Moment.objects.filter(dispenser_id=anna.id)._raw_delete("default")
        assert keys(anna) == ["m-20261124-2000"]


def test_one_and_a_hundred_plans_cost_as_many_statements(zorg, now):
    voices = cast.many_homes(zorg, 101, now)
    for voice in voices:
        schedule(voice, now, *LINES)
        id = register(voice, now, number=f"R-{voice.device}")
        Roll.objects.filter(id=id).update(state="delivered")
    cost = []
    for some in (voices[:1], voices[1:]):
        with CaptureQueriesContext(connection) as captured:
            assert plan_keeping.keep([each.client_id for each in some], now) == len(some)
        cost.append(len(captured))
    assert cost[0] == cost[1]
    assert DeviceCommand.objects.filter(type="expect_roll").count() == 101
    loads = [
        [voice.heard(device_loads(voice, now, f"R-{voice.device}"), at=now) for voice in some]
        for some in (voices[:1], voices[1:])
    ]
    cost = []
    for batch in loads:
        with CaptureQueriesContext(connection) as captured:
            cast.hear(*batch, now=now)
        cost.append(len(captured))
    assert cost[0] == cost[1]
    assert Roll.objects.filter(state="loaded").count() == 101


def test_a_dispenser_placed_later_gets_its_plan_at_once(zorg, now):
    client = cast.welcome(zorg, "Carla", now)
    id = write_schedule(organisation_id=zorg.id, client_id=client.id, lines=LINES, by="nurse", now=now)
    confirm_schedule(id, "pharmacist", now)
    starts_at, ends_at = whole_days(TUESDAY, TUESDAY + 7 * DAY, ZONE)
    roll = register_roll(
        organisation_id=zorg.id, client_id=client.id, number="C", starts_at=starts_at, ends_at=ends_at, by="p",
        now=now,
    )  # fmt: skip
    deliver_roll(roll, "courier", now)
    carla = cast.beside(client, "CARLA-1", now)
    assert len(plans(carla)) == 1
    assert plan_keeping.renew_plans(now) == 0


def test_moments_planned_by_hand_before_are_brought_in_step(anna, now):
    """A row that is there already, of the same name, is no obstacle."""
    due_at = datetime(2026, 11, 24, 7, 0, tzinfo=now.tzinfo)
    plan_moments([cast.planned(anna, "m-20261124-0800", due_at)], now)
    bring(anna, now)
    assert cast.the_moment(anna, "m-20261124-0800").sachets == 2
