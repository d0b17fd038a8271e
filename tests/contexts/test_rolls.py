"""A roll from the plan to the ledger: registered, compared, delivered, loaded, handed out (R15 to R24, R41, N6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.dispensing.commands import giving as commands
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.models import DeviceCommand, DevicePlan, Moment, RollStay
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.plans import keeping as plan_keeping
from reik.dispensing.rolls import balance as ledger_balance
from reik.dispensing.rolls.facts import PlanMismatch, RollRefusedByDevice, WrongRoll
from reik.dispensing.rolls.twin import Verdict
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.medication import queries
from reik.medication.facts import PlanChanged, RollLoaded, RollNearlyEmpty
from reik.medication.models import Roll, Sachet
from reik.medication.operations import (
    accept_differences,
    confirm_schedule,
    deliver_roll,
    load_roll,
    register_roll,
    return_roll,
    tell_rolls_due,
    write_schedule,
)
from reik.medication.rolls.check import Content, RollRefused, SachetOnRoll, sachets_for
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from reik.people.access import actor_for
from reik_dispenser.messages import Heartbeat
from reik_dispenser.wire import plan_sha256
from tests import cast

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)  # `now` is Monday 23 November, 8 o'clock
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LINES = (
    TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2, late_min=90),
    TimeLine(weekdays=EVERY_DAY, at=time(20)),
)


@pytest.fixture
def zorg(database, now):
    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    """A client with a dispenser and a confirmed schedule."""
    return arrive(zorg, "Anna", "ANNA-1", now)


@pytest.fixture
def said(monkeypatch):
    """The facts that were published."""
    heard: list = []
    publish = facts.publish
    monkeypatch.setattr(facts, "publish", lambda found, now: (heard.extend(found), publish(found, now)))
    return heard


def arrive(zorg, name, device, now):
    voice = cast.beside(cast.welcome(zorg, name, now), device, now)
    schedule(voice, now, *LINES)
    return voice


def schedule(voice, now, *lines):
    id = write_schedule(
        organisation_id=voice.organisation_id, client_id=voice.client_id, lines=lines, by="nurse", now=now
    )
    confirm_schedule(id, "pharmacist", now)


def register(voice, now, number="26-0418", first=TUESDAY, days=7, **more):
    starts_at, ends_at = whole_days(first, first + days * DAY, ZONE)
    return register_roll(
        organisation_id=voice.organisation_id, client_id=voice.client_id, number=number, starts_at=starts_at,
        ends_at=ends_at, by="pharmacist", now=now, **more,
    )  # fmt: skip


def bring(voice, now, **more):
    """A roll registered from the plan and delivered."""
    id = register(voice, now, **more)
    deliver_roll(id, "courier", now)
    return id


def load(voice, now, number="26-0418", first=1, last=21, count=21):
    load_roll(
        organisation_id=voice.organisation_id, client_id=voice.client_id, number=number, first=first, last=last,
        count=count, by="nurse", now=now,
    )  # fmt: skip


def device_loads(voice, now, number="26-0418", first=1, last=21, count=21):
    return voice.event("roll_loaded", now, roll=number, first=first, last=last, count=count, by="n1")


def plans(voice):
    """The `set_plan` commands of a dispenser, oldest first."""
    rows = DeviceCommand.objects.filter(dispenser_id=voice.id, type="set_plan")
    return sorted((each.data for each in rows), key=lambda data: data["version"])


def keys(voice):
    return list(Moment.objects.filter(dispenser_id=voice.id).order_by("due_at").values_list("key", flat=True))


def of_kind(said, kind):
    return [each for each in said if isinstance(each, kind)]


def test_from_the_schedule_to_a_ledger_that_balances(anna, now, said):
    """The whole path: schedule, roll from the plan, delivered, loaded, plan at the device, events, sum."""
    id = register(anna, now)
    roll = Roll.objects.get(id=id)
    assert (roll.first, roll.last, roll.count, roll.state) == (1, 21, 21, "registered")
    assert plans(anna) == []
    assert keys(anna) == []
    deliver_roll(id, "courier", now)
    (expect,) = DeviceCommand.objects.filter(dispenser_id=anna.id, type="expect_roll")
    assert expect.data == {
        "roll": "26-0418", "first": 1, "last": 21, "count": 21,
        "from": "2026-11-23T23:00:00.000Z", "until": "2026-11-30T23:00:00.000Z",
    }  # fmt: skip
    (plan,) = plans(anna)
    assert plan["sha256"] == plan_sha256(plan["moments"])
    assert (plan["version"], plan["roll"], plan["zone"], len(plan["moments"])) == (
        1,
        "26-0418",
        str(ZONE),
        14,
    )
    assert plan["moments"][0] == {
        "moment": "m-20261124-0800", "at": "2026-11-24T07:00:00.000Z", "local": "08:00", "signals": [0, 5, 15, 30],
        "early_min": 0, "window_min": 45, "late_min": 90, "gap_min": 0, "roll": "26-0418", "sachets": [1, 2],
        "whole": False,
    }  # fmt: skip

    cast.tell(anna, device_loads(anna, now), at=now)
    assert Roll.objects.get(id=id).state == "loaded"
    assert [(each.count, each.how, each.by) for each in of_kind(said, RollLoaded)] == [(21, "device", "n1")]
    assert len(plans(anna)) == 1  # nothing new to say

    eight = datetime(2026, 11, 24, 7, 0, tzinfo=now.tzinfo)
    events = []
    for k in (1, 2):
        about = {
            "moment": "m-20261124-0800",
            "roll": "26-0418",
            "sachet": k,
            "k": k,
            "n": 2,
            "how": "in_time",
        }
        events.append(anna.event("sachet_presented", eight + k * MINUTE, **about))
        events.append(anna.event("sachet_taken_out", eight + k * MINUTE, **about))
    events.append(anna.event("sachet_retained", eight + DAY / 2, roll="26-0418", sachet=3, where="roll"))
    cast.tell(anna, *events, at=eight + DAY / 2)
    assert cast.the_moment(anna, "m-20261124-0800").outcome == "in_time"
    assert balance(anna) == (21, 2, 0, 1, 0, 18, Verdict.BALANCES, 0)


def balance(voice):
    (found,) = ledger_balance.of_dispensers([voice.id])
    return (
        found.loaded, found.out, found.presented, found.retained, found.removed, found.remaining, found.verdict,
        found.off_by,
    )  # fmt: skip


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


@pytest.mark.parametrize("by_hand", [{"counted": (11, 31, 21)}, {}])
def test_by_hand_and_from_the_plan_a_roll_has_no_contents_yet(anna, now, by_hand):
    id = register(anna, now, **by_hand)
    sachets = list(queries.sachets_of(id))
    assert len(sachets) == 21
    assert {each.contents for each in sachets} == {None}
    assert sachets[0].sequence == (11 if by_hand else 1)
    assert [(each.k, each.n) for each in sachets[:3]] == [(1, 2), (2, 2), (1, 1)]


def test_a_roll_with_differences_waits_for_the_pharmacy(anna, now):
    """R23: findings for the pharmacy, never silently corrected."""
    packed = sachets_for(queries.planned_doses([anna.client_id], TUESDAY, TUESDAY + 7 * DAY)[anna.client_id])
    contents = (Content(code="1", text="Middel", amount="1"),)
    packed = [replace(each, contents=contents) for each in packed[:-1]]
    id = register(anna, now, sachets=[*packed, SachetOnRoll(sequence=21, empty=True)])
    assert Sachet.objects.filter(roll_id=id, empty=False).first().contents == [
        {"code": "1", "text": "Middel", "amount": "1"}
    ]
    with pytest.raises(
        RollRefused, match=r"pharmacy has to look.*30-11-2026 20:00: 1 planned, none on the roll"
    ):
        deliver_roll(id, "courier", now)
    assert accept_differences(id, "pharmacist", "stopped that evening", now) == 1
    deliver_roll(id, "courier", now)
    assert len(plans(anna)[0]["moments"]) == 13


def test_wrong_client_wrong_period_overlap_and_gap_are_refused(anna, zorg, now):
    """R17."""
    bert = arrive(zorg, "Bert", "BERT-1", now)
    id = bring(anna, now)
    refused = {
        "made for someone else": lambda: register(bert, now, number="x", made_for=anna.client_id),
        "overlaps roll 26-0418": lambda: register(anna, now, number="x", first=TUESDAY + 3 * DAY),
        "without|have no sachet": lambda: register(anna, now, number="x", first=TUESDAY + 9 * DAY),
        "is over": lambda: register(bert, now, number="x", first=TUESDAY - 9 * DAY),
        "registered already": lambda: register(bert, now),
        "for someone else": lambda: load(bert, now),
        "count again": lambda: load(anna, now, count=20),
        "not registered": lambda: load(anna, now, number="other"),
        "it cannot be used": lambda: deliver_roll(id, "courier", now),
    }
    for reason, act in refused.items():
        with pytest.raises(RollRefused, match=reason):
            act()
    assert Roll.objects.count() == 1


def test_the_database_itself_refuses_two_rolls_for_one_time(anna, now):
    register(anna, now)
    roll = Roll.objects.get()
    roll.id, roll.number = anna.id, "other"
    with pytest.raises(DatabaseError, match="roll_overlap"), transaction.atomic():
        roll.save(force_insert=True)
    return_roll(Roll.objects.get().id, "nurse", "admitted", now)
    register(anna, now, number="next")


def test_a_person_loads_and_the_device_says_so_too(anna, now, said):
    """R18: who, when, first and last sachet, and how many."""
    bring(anna, now)
    load(anna, now)
    roll = Roll.objects.get()
    assert (roll.loaded_by, roll.loaded_at, roll.loaded_first, roll.loaded_last, roll.loaded_count) == (
        "nurse", now, 1, 21, 21,
    )  # fmt: skip
    cast.tell(anna, device_loads(anna, now), at=now)
    assert len(of_kind(said, RollLoaded)) == 1
    cast.tell(
        anna, anna.event("roll_removed", now, roll="26-0418", first=1, last=21, count=21, by="n1"), at=now
    )
    assert Roll.objects.get().state == "delivered"


def test_someone_elses_roll_in_the_dispenser_is_told_at_once(anna, zorg, now, said):
    bert = arrive(zorg, "Bert", "BERT-1", now)
    bring(bert, now, number="B-1")
    for number in ("B-1", "nobody's"):
        cast.tell(anna, device_loads(anna, now, number), at=now)
    refusal = anna.event("roll_refused", now, roll="B-1", reason="other_client")
    cast.tell(anna, refusal, anna.event("roll_refused", now, roll="B-1", reason="unreadable"), at=now)
    assert [(each.roll, each.reason, each.loaded, each.client_id) for each in of_kind(said, WrongRoll)] == [
        ("B-1", "other_client", True, anna.client_id),
        ("nobody's", "unknown", True, anna.client_id),
        ("B-1", "other_client", False, anna.client_id),
    ]
    assert [each.reason for each in of_kind(said, RollRefusedByDevice)] == ["unreadable"]
    assert Roll.objects.get(number="B-1").state == "delivered"


def test_whatever_the_order_of_arrival_the_ledger_ends_the_same(anna, now):
    """R33; what was said before its loading arrived is read back from the ledger."""
    bring(anna, now)
    about = {"moment": "m-20261124-0800", "roll": "26-0418", "sachet": 1, "k": 1, "n": 2}
    events = [
        device_loads(anna, now),
        anna.event("sachet_presented", now, **about),
        anna.event("sachet_taken_out", now, **about),
        anna.event("sachet_removed", now, roll="26-0418", sachet=9, by="n1", reason="hold"),
    ]
    ends = set()
    for order in permutations(events):
        with transaction.atomic():
            for each in (*order, order[0]):
                cast.tell(anna, each, at=now)
            ends.add((balance(anna), RollStay.objects.get().state, Roll.objects.get().state))
            transaction.set_rollback(True)
    assert ends == {((21, 1, 0, 0, 1, 19, Verdict.BALANCES, 0), "loaded", "loaded")}


def test_an_unlocking_makes_the_count_unknown_until_a_person_counts(anna, now):
    bring(anna, now)
    cast.tell(anna, device_loads(anna, now), anna.event("unlocked", now, reason="battery_end"), at=now)
    assert balance(anna)[5:] == (None, Verdict.UNKNOWN, 0)
    cast.tell(anna, device_loads(anna, now, first=5, count=17), at=now)
    assert balance(anna)[5] == 17


def test_what_the_device_says_remains_is_held_against_the_sum(anna, now):
    """N6: by how much it does not balance; only when Reik holds all that the device had said."""
    bring(anna, now)
    cast.tell(anna, device_loads(anna, now), at=now)
    beat = Heartbeat(epoch=1, at=now, beat=1, last_seq=1, roll="26-0418", remaining=19, state="ready")
    cast.tell(anna, beat, at=now)
    assert balance(anna)[6:] == (Verdict.OFF, 2)
    assert len(ledger_balance.ledger_balance(anna.organisation_id, only_off=True)) == 1
    cast.tell(anna, anna.event("sachet_removed", now, roll="26-0418", sachet=1, by="n1"), at=now)
    assert balance(anna)[6:] == (Verdict.BALANCES, 0)  # the heartbeat is older than the newest event


def test_with_a_successor_nothing_runs_out(anna, now, said):
    """R20, R21; the stages of running out: test_roll_supply."""
    bring(anna, now)
    load(anna, now)
    register(anna, now, number="26-0419", first=TUESDAY + 7 * DAY, days=28)
    tell_rolls_due(now + 5 * DAY)
    assert of_kind(said, RollNearlyEmpty) == []


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
