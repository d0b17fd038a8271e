"""Alerts about faults, help and power of a dispenser: one each, closed by themselves (R38, R39)."""

from __future__ import annotations

from itertools import permutations

import pytest

from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import AlertRefused, undo_handling
from reik.alerting.queries import alerts_without_next_step
from reik.dispensing.models import Dispenser
from tests.cast import beside, tell, welcome
from tests.contexts.dispenser_alerts.said import (
    HOUR,
    MINUTE,
    SECOND,
    State,
    clear,
    fault,
    handle,
    replace_seq,
    route,
    say,
    standing,
)


class TestFaults:
    """R38."""

    def test_a_fault_opens_one_alert_and_its_clearing_closes_it(self, anna, now):
        jam = fault(anna, "jam", now)
        alert = Alert.objects.get()
        assert (alert.cause, alert.state, alert.moment_id, alert.priority) == ("jam", "open", None, 1)
        assert route(alert) == [("centre", "SKIPPED"), ("carer", "TAKEN"), ("team", "PLANNED")]
        assert Step.objects.get(responder="centre").reason == "technical"
        clear(anna, jam, now + MINUTE)
        alert.refresh_from_db()
        assert (alert.state, alert.closed_as, alert.closed_cause) == ("closed", "cleared", "fault_cleared")
        assert not Step.objects.filter(state=State.PLANNED).exists()

    def test_each_order_of_arrival_ends_the_same(self, cast, now):
        """Rule 5: an end that comes before its beginning leaves nobody called in vain."""
        for number, order in enumerate(permutations(range(4))):
            voice = beside(welcome(cast.zorg, f"Cliënt {number}", now), f"REIK-{number}", now)
            first = voice.event("fault", now, code="jam")
            over = voice.event("fault_cleared", now, fault={"epoch": 1, "seq": 1})
            second = voice.event("fault", now, code="jam")
            lid = voice.event("fault", now, code="lid_open")
            events = [first, over, second, lid]
            for place in order:
                tell(voice, events[place], at=now)
            mine = Alert.objects.filter(dispenser_id=voice.id)
            assert sorted(each.cause for each in mine.filter(closed_at=None)) == ["jam", "lid_open"]

    def test_of_two_faults_with_one_name_the_newest_counts(self, anna, now):
        first, second = fault(anna, "jam", now), fault(anna, "jam", now + SECOND)
        assert standing() == [("jam", "", "open")]
        assert [each.kind for each in Remark.objects.exclude(kind="opened").all()] == ["finding"]
        clear(anna, first, now + MINUTE)
        assert standing() == [("jam", "", "open")]
        clear(anna, second, now + MINUTE)
        assert standing() == [("jam", "", "closed")]

    def test_a_new_fault_after_a_person_closed_it_is_a_new_alert_and_ends_the_undoing(self, anna, now):
        fault(anna, "jam", now)
        alert = Alert.objects.get()
        handle(alert, "device_fault", now)
        fault(anna, "jam", now + SECOND)
        assert standing() == [("jam", "", "closed"), ("jam", "", "open")]
        with pytest.raises(AlertRefused, match="happened"):
            undo_handling(alert_id=alert.id, by="Jo", now=now + 2 * SECOND)

    def test_an_unknown_code_is_a_fault_too_and_what_can_wait_waits_for_day(self, anna, now):
        night = now - 4 * HOUR
        fault(anna, "gremlins", night)
        fault(anna, "journal_full", night)
        assert standing() == [("journal_full", "", "open"), ("other", "", "open")]
        later = Step.objects.filter(alert__cause="journal_full", state=State.PLANNED)
        assert {each.due_at for each in later if each.responder == "carer"} == {now}  # 08:00 in her zone
        assert Step.objects.filter(alert__cause="other", state=State.TAKEN).exists()

    def test_a_dispenser_at_nobodys_home_calls_nobody(self, anna, now):
        Dispenser.objects.update(client=None)
        fault(anna, "jam", now)
        assert standing() == []

    def test_a_clearing_of_nothing_known_changes_nothing(self, anna, now):
        say(anna, "fault_cleared", now, fault={"epoch": 9, "seq": 9})
        assert standing() == []


class TestHelp:
    def test_help_goes_before_everything_and_the_client_is_phoned(self, anna, now):
        say(anna, "help_pressed", now)
        say(anna, "help_pressed", now + SECOND)
        alert = Alert.objects.get()
        assert (alert.cause, alert.priority) == ("help_pressed", 0)
        assert route(alert)[0] == ("centre", "TAKEN")
        assert Remark.objects.exclude(kind="opened").count() == 1

    def test_what_is_said_about_it_is_not_about_a_sachet(self, anna, now):
        say(anna, "help_pressed", now)
        with pytest.raises(AlertRefused, match="not about a sachet"):
            handle(Alert.objects.get(), "says_out", now)
        handle(Alert.objects.get(), "false_notice", now)
        assert standing() == [("help_pressed", "", "closed")]


class TestMains:
    """R39."""

    @pytest.mark.parametrize(
        ("data", "wait"),
        [
            ({"battery_pct": 90, "minutes_left": 600}, 8 * HOUR),
            ({"battery_pct": 10, "minutes_left": 600}, 0 * HOUR),
            ({"battery_pct": 90}, 0 * HOUR),
            ({"battery_pct": None, "minutes_left": None}, 0 * HOUR),
        ],
    )
    def test_somebody_is_called_before_the_battery_is_empty(self, anna, now, data, wait):
        say(anna, "mains_lost", now, **data)
        alert = Alert.objects.get()
        first = Step.objects.filter(alert=alert).exclude(state=State.SKIPPED).earliest("due_at")
        assert (alert.state, first.due_at - now) == ("open", wait)
        assert (first.state == State.TAKEN) == (not wait)
        assert alerts_without_next_step() is None

    def test_without_the_devices_own_word_its_type_tells_how_long_it_lasts(self, anna, now):
        Dispenser.objects.update(started={"capabilities": {"battery_hours": 20}})
        say(anna, "mains_lost", now, battery_pct=50)
        first = Step.objects.exclude(state=State.SKIPPED).earliest("due_at")
        assert first.due_at == now + 8 * HOUR

    def test_mains_that_come_back_close_it_in_any_order(self, anna, now):
        lost, back = anna.event("mains_lost", now), anna.event("mains_restored", now)
        tell(anna, back, at=now)
        tell(anna, lost, at=now)
        assert standing() == []
        again = anna.event("mains_lost", now)
        tell(anna, again, at=now)
        tell(anna, replace_seq(anna, back), at=now)
        assert standing() == [("mains_lost", "", "closed")]
