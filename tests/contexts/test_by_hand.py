"""R34, R31: a dose is given by hand only after the dispenser cannot hand it out any more, and not too soon."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from reik.alerting.models import Alert
from reik.dispensing.by_hand import keeping
from reik.dispensing.by_hand.path import GivingRefused
from reik.dispensing.commands import giving as commands
from reik.dispensing.models import DeviceCommand, HandGiving
from reik.dispensing.moments.planned import NewMoment, plan_moments
from reik.dispensing.rolls import balance as ledger_balance
from reik.dispensing.withholding import gap as gap_held
from reik.tasks.models import Task
from reik_dispenser.messages import CommandType
from tests import cast

ALL = list(range(16))
MINUTE = timedelta(minutes=1)
CAN = {"can_hold_single_sachets": True}
CANNOT = {"can_hold_single_sachets": False}


@pytest.fixture
def anna(database, now):
    """A client whose dispenser has m1 (sachets 41 and 42) now, and m2 (43) after 60 minutes with an interval of 2 h."""
    anna = cast.beside(cast.welcome(cast.gather(now).zorg, "Anna", now), "ANNA-1", now)
    started(anna, now, CAN)
    moments = [
        {"moment": "m1", "roll": "R", "sachets": [41, 42]},
        {"moment": "m2", "roll": "R", "sachets": [43]},
    ]
    commands.give(
        organisation_id=anna.organisation_id, dispenser_id=anna.id, type=CommandType.SET_PLAN,
        data={"version": 1, "moments": moments}, by="test", now=now,
    )  # fmt: skip
    answer(anna, now, "confirmed")
    plan_moments(
        [
            NewMoment(
                organisation_id=anna.organisation_id, client_id=anna.client_id, dispenser_id=anna.id, key=key,
                due_at=due, deadline_at=due + 30 * MINUTE, latest_at=due + 90 * MINUTE, sachets=sachets, gap_s=gap,
            )
            for key, due, sachets, gap in (("m1", now, 2, 0), ("m2", now + 60 * MINUTE, 1, 7200))
        ],
        now,
    )  # fmt: skip
    return anna


def started(anna, now, capabilities):
    data = {"reason": "power", "highest_command": 0, "session": "0123456789abcdef", "evidence": "removed"}
    cast.tell(anna, anna.event("started", now, **data, capabilities=capabilities), at=now)


def answer(anna, now, result, **more):
    """The device gets what is due, and answers the newest so."""
    sent = commands.take_due(partitions=ALL, now=now)
    number = sent[-1].command.command
    cast.tell(anna, anna.event("command_result", now, command=number, result=result, **more), at=now)
    return sent[-1].command


def begin(anna, now, key="m1", stock="own", **more):
    moment = cast.the_moment(anna, key)
    return keeping.begin(moment_id=moment.id, stock=stock, by="Els", role="nurse", now=now, **more)


def state(giving):
    return HandGiving.objects.get(id=giving).state


def outcome(anna, key="m1"):
    return cast.the_moment(anna, key).outcome


def doubles():
    return list(
        Alert.objects.filter(cause="possible_double", closed_at=None).values_list("subject", flat=True)
    )


class TestBlocking:
    def test_exactly_those_sachets_are_held_and_it_counts_only_after_the_answer(self, anna, now):
        giving = begin(anna, now)
        assert state(giving) == "blocking"
        assert Task.objects.get(kind="by_hand_open", ended_at=None).owner_role == "nurse"
        with pytest.raises(GivingRefused):
            keeping.give(giving_id=giving, by="Els", now=now)
        command = answer(anna, now, "confirmed")
        assert (command.type, command.data) == ("hold_sachets", {"roll": "R", "sachets": [41, 42]})
        assert (state(giving), outcome(anna)) == ("blocked", None)
        keeping.give(giving_id=giving, by="Els", now=now + MINUTE)
        assert (state(giving), outcome(anna)) == ("counted", "by_hand")
        assert not Task.objects.filter(kind="by_hand_open", ended_at=None).exists()

    def test_what_is_out_already_is_not_given(self, anna, now):
        giving = begin(anna, now)
        answer(anna, now, "refused", reason="already_out", sachets=[41, 42])
        assert state(giving) == "out"
        with pytest.raises(GivingRefused, match="out"):
            keeping.give(giving_id=giving, by="Els", now=now)

    def test_out_that_is_heard_while_she_waits_stops_her(self, anna, now):
        giving = begin(anna, now)
        answer(anna, now, "confirmed")
        cast.tell(anna, anna.out("m1", now, k=1, n=2), anna.out("m1", now, k=2, n=2), at=now)
        assert keeping.give(giving_id=giving, by="Els", now=now) == "out"
        assert outcome(anna) == "in_time"
        with pytest.raises(GivingRefused, match="Handed out already"):
            begin(anna, now)

    def test_only_what_is_left_is_held(self, anna, now):
        cast.tell(anna, anna.out("m1", now, k=1, n=2), at=now)
        giving = begin(anna, now)
        assert answer(anna, now, "confirmed").data["sachets"] == [42]
        keeping.give(giving_id=giving, by="Els", now=now)
        assert outcome(anna) == "by_hand"

    def test_a_sachet_in_the_tray_is_given_instead(self, anna, now):
        cast.tell(anna, anna.event("sachet_presented", now, moment="m1", k=1, n=2), at=now)
        with pytest.raises(GivingRefused, match="tray"):
            begin(anna, now)

    @pytest.mark.parametrize("how", ["silent", "refused"])
    def test_without_a_hold_only_the_sachets_own_number_counts(self, anna, now, how):
        giving = begin(anna, now)
        if how == "refused":
            answer(anna, now, "refused", reason="unknown_roll")
        with pytest.raises(GivingRefused):
            keeping.give(giving_id=giving, by="Els", now=now)
        with pytest.raises(GivingRefused, match="not the sachet"):
            keeping.enter_numbers(giving_id=giving, numbers=[43], by="Els", now=now)
        keeping.enter_numbers(giving_id=giving, numbers=[41, 42], by="Els", now=now)
        keeping.give(giving_id=giving, by="Els", now=now)
        assert outcome(anna) == "by_hand"

    def test_the_sachet_of_the_roll_itself_always_needs_its_number(self, anna, now):
        giving = begin(anna, now, stock="roll")
        answer(anna, now, "confirmed")
        with pytest.raises(GivingRefused, match="number"):
            keeping.give(giving_id=giving, by="Els", now=now)

    def test_a_hold_that_was_released_or_forgotten_does_not_count(self, anna, now):
        giving = begin(anna, now)
        answer(anna, now, "confirmed")
        commands.give(
            organisation_id=anna.organisation_id, dispenser_id=anna.id, type=CommandType.RELEASE_SACHETS,
            data={"roll": "R", "sachets": [42]}, by="test", now=now + MINUTE,
        )  # fmt: skip
        with pytest.raises(GivingRefused, match="may still"):
            keeping.give(giving_id=giving, by="Els", now=now + 2 * MINUTE)

    def test_dropped_it_is_released_and_a_pause_too(self, anna, now):
        giving = begin(anna, now)
        answer(anna, now, "confirmed")
        keeping.drop(giving_id=giving, by="Els", because="wil niet", now=now + MINUTE)
        assert DeviceCommand.objects.get(type="release_sachets").data["sachets"] == [41, 42]


class TestPause:
    """A type that cannot hold single sachets is paused: that alone proves nothing of a sachet under the knife."""

    @pytest.fixture
    def anna(self, anna, now):
        started(anna, now, CANNOT)
        return anna

    def test_it_counts_after_the_device_said_it_is_paused_and_all_is_read(self, anna, now):
        giving = begin(anna, now)
        assert answer(anna, now, "confirmed").type == "pause"
        with pytest.raises(GivingRefused, match="may still"):
            keeping.give(giving_id=giving, by="Els", now=now)
        beat = anna.heartbeat(now + MINUTE)
        import dataclasses

        cast.tell(anna, dataclasses.replace(beat, state="paused"), at=now + MINUTE)
        keeping.give(giving_id=giving, by="Els", now=now + MINUTE)
        assert outcome(anna) == "by_hand"
        assert not DeviceCommand.objects.filter(type="resume").exists()
        assert keeping.lift_pauses(now + 94 * MINUTE) == 0
        assert keeping.lift_pauses(now + 96 * MINUTE) == 1

    def test_with_the_number_it_goes_on_at_once(self, anna, now):
        giving = begin(anna, now)
        keeping.enter_numbers(giving_id=giving, numbers=[41, 42], by="Els", now=now)
        keeping.give(giving_id=giving, by="Els", now=now)
        assert DeviceCommand.objects.filter(type="resume").count() == 1


class TestDouble:
    @pytest.mark.parametrize("first", ["hand", "out"])
    def test_both_in_any_order_are_a_possible_double_at_once(self, anna, now, first):
        later = now + 100 * MINUTE  # past the latest hand-out time: an outage, entered afterwards
        out = anna.out("m1", now + MINUTE, k=1, n=2)
        if first == "out":
            cast.tell(anna, out, at=later)
        begin(anna, later, given_at=now + 20 * MINUTE)
        if first == "out":
            # one sachet was out, the other one was given: together one dose
            assert (outcome(anna), doubles()) == ("by_hand", [])
            return
        assert (outcome(anna), doubles()) == ("by_hand", [])
        cast.tell(anna, out, at=later)
        assert (outcome(anna), doubles()) == ("unknown", ["m1"])
        cast.tell(anna, out, at=later)
        assert doubles() == ["m1"]

    def test_given_after_all_was_out_is_looked_at(self, anna, now):
        cast.tell(anna, anna.out("m1", now, k=1, n=2), anna.out("m1", now, k=2, n=2), at=now)
        begin(anna, now + 100 * MINUTE, given_at=now + 20 * MINUTE)
        assert (outcome(anna), doubles()) == ("unknown", ["m1"])

    def test_entered_afterwards_while_the_device_may_still_hand_out_waits_for_its_answer(self, anna, now):
        giving = begin(anna, now + 20 * MINUTE, given_at=now + 10 * MINUTE)
        assert (state(giving), outcome(anna)) == ("blocking", None)
        answer(anna, now + 20 * MINUTE, "confirmed")
        assert (state(giving), outcome(anna)) == ("counted", "by_hand")
        assert cast.the_moment(anna, "m1").ended_at == now + 10 * MINUTE

    def test_an_alert_about_the_moment_closes_by_itself_with_its_history(self, anna, now):
        cast.tell(anna, anna.closed("m1", "not_taken_out", now + 31 * MINUTE), at=now + 31 * MINUTE)
        giving = begin(anna, now + 40 * MINUTE)
        answer(anna, now + 40 * MINUTE, "confirmed")
        keeping.give(giving_id=giving, by="Els", now=now + 41 * MINUTE)
        alert = Alert.objects.get(moment__key="m1")
        assert (alert.state, alert.closed_as) == ("closed", "given_by_hand")
        # and opens again when the device turns out to have handed it out too
        cast.tell(anna, anna.out("m1", now + 35 * MINUTE, k=1, n=2), at=now + 50 * MINUTE)
        assert Alert.objects.get(moment__key="m1").state == "open"
        assert doubles() == ["m1"]


class TestTime:
    def test_past_the_latest_hand_out_time_somebody_must_have_allowed_it(self, anna, now):
        late = now + 91 * MINUTE
        with pytest.raises(GivingRefused, match="latest"):
            begin(anna, late)
        giving = begin(anna, late, allowed_by="P. Theker", allowed_because="halve dag later mag")
        assert HandGiving.objects.get(id=giving).override_by == "P. Theker"

    def test_within_the_least_interval_too(self, anna, now):
        late = now + 62 * MINUTE
        cast.tell(anna, anna.out("m1", late, k=1, n=2), anna.out("m1", late, k=2, n=2), at=late)
        with pytest.raises(GivingRefused, match="Too soon"):
            begin(anna, late + MINUTE, key="m2")
        begin(anna, late + 121 * MINUTE, key="m2", allowed_by="P. Theker", allowed_because="mag")

    @pytest.mark.parametrize("minute", [0, 30])
    def test_a_late_press_makes_the_next_moment_somebodys(self, anna, now, minute):
        """m2 is due at 60 and wants 120 minutes after the one before it."""
        out = now + minute * MINUTE
        cast.tell(anna, anna.out("m1", out, k=1, n=2), anna.out("m1", out, k=2, n=2), at=out)
        task = Task.objects.get(kind="gap_held", ended_at=None)
        assert (task.key, task.due_at, task.high_risk) == ("m2", now + 60 * MINUTE, False)
        assert task.detail["until"] == (out + 120 * MINUTE).isoformat()

    def test_after_a_giving_by_hand_reik_has_the_next_one_held_and_released(self, anna, now):
        giving = begin(anna, now)
        answer(anna, now, "confirmed")
        keeping.give(giving_id=giving, by="Els", now=now)
        held = DeviceCommand.objects.get(type="hold_sachets", data__sachets=[43])
        assert held.data == {"roll": "R", "sachets": [43]}
        assert Task.objects.filter(kind="gap_held", ended_at=None, key="m2").exists()
        assert gap_held.release_held(now + 119 * MINUTE) == 0
        assert gap_held.release_held(now + 120 * MINUTE) == 1
        assert DeviceCommand.objects.get(type="release_sachets").data == held.data
        assert gap_held.release_held(now + 121 * MINUTE) == 0


def test_a_withdrawn_plan_leaves_a_moment_in_which_somebody_gives(anna, now):
    begin(anna, now)
    from reik.dispensing.moments.followed import Followed, keep

    with transaction.atomic():
        keep(
            [
                Followed(
                    organisation_id=anna.organisation_id,
                    client_id=anna.client_id,
                    dispenser_id=anna.id,
                    wanted=[],
                )
            ],
            now - MINUTE,
        )
    assert cast.the_moment(anna, "m1")


class TestLedger:
    """N6: what a person took out of the roll is removed from its sum, once, whoever says it first."""

    def loaded(self, anna, now):
        return anna.event("roll_loaded", now, roll="R", first=41, last=50, count=10, by="n1")

    def entered(self, anna, now):
        giving = begin(anna, now, key="m2", stock="roll")
        keeping.enter_numbers(giving_id=giving, numbers=[43], by="Els", now=now)

    def sum(self, anna):
        (balance,) = ledger_balance.of_dispensers([anna.id])
        return balance.loaded, balance.removed, balance.remaining, balance.verdict.value

    @pytest.mark.parametrize("order", list(permutations(["loaded", "entered", "told"])))
    def test_in_any_order_it_is_removed_once(self, anna, now, order):
        loaded = self.loaded(anna, now)
        told = anna.event("sachet_removed", now, roll="R", sachet=43, by="Els", reason="by_hand")
        for each in order:
            if each == "entered":
                self.entered(anna, now)
            else:
                cast.tell(anna, loaded if each == "loaded" else told, at=now)
        assert self.sum(anna) == (10, 1, 9, "balances")

    @pytest.mark.parametrize(("says", "verdict"), [(10, "balances"), (9, "balances"), (8, "off")])
    def test_a_device_that_knows_nothing_of_it_counts_one_more(self, anna, now, says, verdict):
        cast.tell(anna, self.loaded(anna, now), at=now)
        self.entered(anna, now)
        assert self.sum(anna) == (10, 1, 9, "balances")
        gone = anna.event("roll_removed", now, roll="R", first=41, last=50, count=says, by="n1")
        cast.tell(anna, gone, at=now)
        assert self.sum(anna)[3] == verdict

    def test_what_the_device_believes_to_have_kept_back_is_removed(self, anna, now):
        cast.tell(anna, self.loaded(anna, now), at=now)
        self.entered(anna, now)
        cast.tell(anna, anna.event("sachet_retained", now, roll="R", sachet=43, where="roll"), at=now)
        (balance,) = ledger_balance.of_dispensers([anna.id])
        assert (balance.removed, balance.retained, balance.remaining) == (1, 0, 9)
