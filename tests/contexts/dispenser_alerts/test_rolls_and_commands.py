"""Alerts about a wrong roll, another plan, a command not done, a sachet out twice."""

from __future__ import annotations

import pytest

from reik.alerting.models import Alert, Step
from reik.dispensing.commands import giving as commands
from reik.dispensing.devices.facts import PlanInForce
from reik.dispensing.rolls.facts import PlanMismatch
from reik.kernel.ids import new_id
from reik.medication.facts import RollDelivered, RollNearlyEmpty
from reik_dispenser.messages import CommandType
from tests.cast import beside, plan, tell, welcome
from tests.contexts.dispenser_alerts.said import (
    HOUR,
    MINUTE,
    SECOND,
    State,
    answered,
    handle,
    loaded,
    publish,
    say,
    standing,
)


class TestRollsPlansAndCommands:
    def test_another_clients_roll_is_gone_to_until_her_own_is_loaded(self, anna, now):
        """R17."""
        say(anna, "roll_refused", now, roll="R-9", reason="other_client")
        say(anna, "roll_refused", now, roll="R-8", reason="unreadable")
        assert standing() == [("roll_refused", "R-8", "open"), ("wrong_roll", "R-9", "open")]
        publish(loaded(anna, now), now=now)
        assert {state for *_, state in standing()} == {"closed"}

    def test_a_roll_that_nobody_knows_is_told_when_it_is_loaded(self, anna, now):
        say(anna, "roll_loaded", now, roll="X", first=1, last=7, count=7, by="n1")
        assert standing() == [("wrong_roll", "X", "open")]
        assert Alert.objects.get().reason == "unknown"

    def test_a_roll_that_ends_is_the_day_teams_until_another_is_known(self, anna, now):
        """R20, R21."""
        night = now - 5 * HOUR
        about = {"organisation_id": anna.organisation_id, "client_id": anna.client_id, "roll_id": new_id(now)}
        publish(RollNearlyEmpty(**about, number="R-1", ends_at=now + 100 * HOUR), now=night)
        assert standing() == [("roll_nearly_empty", "R-1", "open")]
        assert not Step.objects.filter(state=State.TAKEN).exists()
        publish(RollDelivered(**about, number="R-1"), now=night)
        assert standing() == [("roll_nearly_empty", "R-1", "open")]
        publish(RollDelivered(**about, number="R-2"), now=night)
        assert standing() == [("roll_nearly_empty", "R-1", "closed")]

    def test_a_plan_that_is_not_reiks_is_told_until_it_is(self, anna, now):
        """R41."""
        same = {
            "organisation_id": anna.organisation_id, "dispenser_id": anna.id, "client_id": anna.client_id, "at": now,
        }  # fmt: skip
        publish(PlanMismatch(**same, version=3, sha256="x", given_version=2), now=now)
        assert standing() == [("plan_mismatch", "", "open")]
        publish(PlanInForce(**same), now=now)
        assert standing() == [("plan_mismatch", "", "closed")]

    def test_a_device_tells_both_by_the_plan_that_it_applies(self, anna, now):
        commands.give(
            organisation_id=anna.organisation_id, dispenser_id=anna.id, type=CommandType.SET_PLAN,
            data={"version": 1, "sha256": "aa"}, by="test", now=now,
        )  # fmt: skip
        say(anna, "plan_applied", now, version=1, sha256="bb")
        assert standing() == [("plan_mismatch", "", "open")]
        say(anna, "plan_applied", now, version=1, sha256="aa")
        assert standing() == [("plan_mismatch", "", "closed")]

    @pytest.mark.parametrize("state", ["refused", "unknown", "expired"])
    def test_a_command_that_was_not_done_is_known_until_one_like_it_is(self, anna, now, state):
        """Rule 9."""
        publish(answered(anna, "hold_sachets", state, now), answered(anna, "identify", state, now), now=now)
        assert standing() == [("command_not_done", "hold_sachets", "open")]
        publish(answered(anna, "pause", "confirmed", now), now=now)
        assert standing() == [("command_not_done", "hold_sachets", "open")]
        publish(answered(anna, "hold_sachets", "confirmed", now), now=now)
        assert standing() == [("command_not_done", "hold_sachets", "closed")]

    def test_a_journal_that_was_lost_is_a_finding_and_a_first_one_is_not(self, anna, now):
        say(anna, "locked", now)
        assert standing() == []
        anna.lose_journal()
        say(anna, "locked", now)
        say(anna, "locked", now)
        assert standing() == [("journal_lost", "", "open")]
        assert Alert.objects.get().priority == 2

    def test_what_a_device_says_it_has_lost_is_one_too(self, anna, now):
        say(anna, "events_lost", now, epoch=1, **{"from": 2, "to": 4}, reason="full")
        assert standing() == [("journal_lost", "", "open")]

    def test_a_second_body_under_one_number_is_one_finding_however_often_it_is_sent(self, anna, now):
        event = anna.event("locked", now)
        other = type(event)(epoch=1, seq=event.seq, at=now + SECOND, type="locked", data={})
        tell(anna, event, at=now)
        tell(anna, other, at=now)
        assert standing() == [("contested", "", "open")]
        handle(Alert.objects.get(), "false_notice", now)
        tell(anna, other, at=now)
        assert standing() == [("contested", "", "closed")]


class TestOutTwice:
    """N6: a sachet comes out once."""

    def test_one_sachet_under_two_numbers_is_told(self, anna, now):
        plan(anna, "m", now, now=now, sachets=2)
        first = anna.out("m", now, k=1, n=2)
        tell(anna, first, anna.out("m", now, k=2, n=2), at=now)
        tell(anna, first, at=now)  # sent again: the same event
        assert standing() == []
        tell(anna, anna.out("m", now + MINUTE, k=1, n=2), at=now + MINUTE)
        assert standing() == [("out_twice", "m 1", "open")]

    def test_a_device_that_senses_less_says_it_twice_by_its_nature(self, cast, now):
        bert = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now, evidence="handed_out")
        plan(bert, "m", now, now=now)
        tell(bert, bert.event("sachet_presented", now, moment="m", k=1, n=1), bert.out("m", now), at=now)
        assert standing() == []
