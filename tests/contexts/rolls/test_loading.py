"""A roll from the plan to the ledger: registered, compared, delivered, loaded, handed out (R15 to R24, N6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest
from django.db import DatabaseError, transaction

from reik.dispensing.models import DeviceCommand, RollStay
from reik.dispensing.rolls import balance as ledger_balance
from reik.dispensing.rolls.facts import RollRefusedByDevice, WrongRoll
from reik.dispensing.rolls.twin import Verdict
from reik.medication import queries
from reik.medication.facts import RollLoaded, RollNearlyEmpty
from reik.medication.models import Roll, Sachet
from reik.medication.operations import (
    accept_differences,
    deliver_roll,
    return_roll,
    tell_rolls_due,
)
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.sachets import Content, SachetOnRoll, sachets_for
from reik_dispenser.messages import Heartbeat
from reik_dispenser.wire import plan_sha256
from tests import cast
from tests.contexts.rolls.rolls_of import (
    DAY,
    MINUTE,
    TUESDAY,
    ZONE,
    arrive,
    bring,
    device_loads,
    keys,
    load,
    of_kind,
    plans,
    register,
)


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
