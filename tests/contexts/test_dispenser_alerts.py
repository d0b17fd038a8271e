"""Alerts about dispensers themselves: faults, power, help, rolls, plans, commands and silence (R37 to R39, R17)."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import AlertRefused, handle_alert, undo_handling
from reik.alerting.queries import alerts_without_next_step
from reik.dispensing.commands import giving as commands
from reik.dispensing.devices import silence
from reik.dispensing.devices.facts import PlanInForce
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.models import Dispenser
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.rolls.facts import PlanMismatch
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.facts import RollDelivered, RollLoaded, RollNearlyEmpty
from reik.ops.watch import Watch
from reik_dispenser.messages import CommandType
from tests.cast import beside, gather, hear, many_homes, plan, planned, tell, welcome

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
State = Step.State


@pytest.fixture
def cast(database, now):
    return gather(now)


@pytest.fixture
def anna(cast, now):
    return beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)


@transaction.atomic
def publish(*told, now):
    facts.publish(told, now)


def say(voice, type, at, **data):
    event = voice.event(type, at, **data)
    tell(voice, event, at=at)
    return event


def fault(voice, code, at):
    return say(voice, "fault", at, code=code)


def clear(voice, event, at):
    return say(voice, "fault_cleared", at, fault={"epoch": event.epoch, "seq": event.seq})


def handle(alert, outcome, now, role="team"):
    handle_alert(
        alert_id=alert.id, by="Jo", role=role, outcome=outcome, cause="looked", remote=False, now=now
    )


def standing():
    """(cause, subject, state) of all alerts about dispensers, oldest first."""
    found = Alert.objects.filter(moment=None).order_by("opened_at", "cause")
    return [(each.cause, each.subject, each.state) for each in found]


def route(alert):
    found = Step.objects.filter(alert_id=alert.id).order_by("round", "position")
    return [(each.responder, State(each.state).name) for each in found]


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


def replace_seq(voice, event):
    return voice.event(event.type, event.at, **event.data)


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


def loaded(voice, now):
    return RollLoaded(
        organisation_id=voice.organisation_id, client_id=voice.client_id, roll_id=new_id(now), number="R-1",
        first=1, last=7, count=7, by="nurse", how="device", at=now,
    )  # fmt: skip


def answered(voice, type, state, now):
    return CommandAnswered(
        command_id=new_id(now), organisation_id=voice.organisation_id, dispenser_id=voice.id, type=type,
        state=state, reason="", data={},
    )  # fmt: skip


@transaction.atomic
def announce(now, *, behind=(), read_through=None, **more):
    through = [None if each in behind else read_through or now for each in range(16)]
    return silence.announce_silent(received_through=through, now=now, **more)


class TestSilence:
    """R37."""

    @pytest.fixture
    def heard(self, anna, now):
        """Heard now; her next moment is in six hours."""
        tell(anna, anna.heartbeat(now), at=now)
        plan(anna, "m", now + 6 * HOUR, now=now)
        return anna

    def shown(self, anna, at):
        return [each.dispenser_id for each in silence.silent_dispensers([anna.organisation_id], at)]

    def test_it_is_shown_after_three_heartbeats(self, heard, now):
        assert self.shown(heard, now + 15 * MINUTE) == []
        [seen] = silence.silent_dispensers([heard.organisation_id], now + 16 * MINUTE)
        assert (seen.since, seen.never, seen.next_due_at, seen.announced_at) == (
            now,
            False,
            now + 6 * HOUR,
            None,
        )

    def test_it_is_an_alert_two_hours_before_the_next_moment_and_only_once(self, heard, now):
        assert announce(now + 4 * HOUR - SECOND) == 0
        assert announce(now + 4 * HOUR) == 1
        assert announce(now + 4 * HOUR + SECOND) == 0
        assert standing() == [("silent", "", "open")]
        handle(Alert.objects.get(), "device_fault", now + 4 * HOUR)
        assert announce(now + 5 * HOUR) == 0

    def test_a_time_critical_moment_asks_for_four_hours(self, anna, now):
        tell(anna, anna.heartbeat(now), at=now)
        plan_moments([planned(anna, "m", now + 6 * HOUR, criticality=0)], now)
        assert announce(now + 2 * HOUR - SECOND) == 0
        assert announce(now + 2 * HOUR) == 1
        assert Alert.objects.get().priority == 0

    def test_it_closes_when_it_is_heard_and_may_be_silent_again(self, heard, now):
        at = now + 4 * HOUR
        announce(at)
        tell(heard, heard.heartbeat(at + MINUTE), at=at + MINUTE)
        assert standing() == [("silent", "", "closed")]
        assert Alert.objects.get().closed_cause == "heard_again"
        assert announce(at + 15 * MINUTE) == 0
        assert announce(at + 17 * MINUTE) == 1
        assert [state for *_, state in standing()] == ["closed", "open"]

    def test_not_while_reik_itself_is_behind(self, heard, now):
        """N4: its own lag is nobody's silence."""
        at = now + 5 * HOUR
        assert announce(at, behind=range(16)) == 0
        assert announce(at, read_through=at - 61 * SECOND) == 0
        assert announce(at, read_through=at - 60 * SECOND) == 1

    def test_after_a_stop_of_reik_each_dispenser_has_the_time_to_speak(self, now):
        """N4: per share of the stream; one that stands still does not make the others deaf."""
        listening = silence.Listening()

        def heard(minutes, *read):
            at = now + minutes * MINUTE
            through = [at - each * MINUTE if each is not None else None for each in read]
            return [each is not None for each in listening.heard_through(through, at)]

        assert heard(0, 0, 0, None) == [False, False, False]
        assert heard(14, 0, 1, None) == [False, False, False]
        assert heard(15, 0, 1, 0) == [True, True, False]
        assert heard(16, 2, 0, 0) == [False, True, False]
        assert heard(17, 0, 0, 0) == [False, True, False]
        assert heard(30, 0, 0, 0) == [False, True, True]
        assert heard(32, 0, 0, 0) == [True, True, True]

    def test_a_dispenser_that_was_never_heard_is_silent_since_it_was_enrolled(self, anna, now):
        plan(anna, "m", now + HOUR, now=now)
        assert announce(now + 15 * MINUTE) == 0
        assert announce(now + 16 * MINUTE) == 1

    def test_a_link_without_heartbeats_proves_nothing_by_silence(self, heard, now):
        at = now + 5 * HOUR
        Dispenser.objects.update(started={"capabilities": {"heartbeat_minutes": 0}})
        assert (announce(at), self.shown(heard, at)) == (0, [])
        Dispenser.objects.update(started=None, reports="deviations_only")
        assert (announce(at), self.shown(heard, at)) == (0, [])

    def test_a_type_that_beats_less_often_is_waited_for_longer(self, heard, now):
        Dispenser.objects.update(started={"capabilities": {"heartbeat_minutes": 60}})
        assert self.shown(heard, now + 3 * HOUR) == []
        assert self.shown(heard, now + 3 * HOUR + SECOND) == [heard.id]

    def test_without_a_moment_near_it_is_shown_and_calls_nobody(self, anna, now):
        tell(anna, anna.heartbeat(now), at=now)
        assert announce(now + 10 * HOUR) == 0
        assert self.shown(anna, now + 10 * HOUR) == [anna.id]

    def test_in_a_hurried_demo_it_is_sooner(self, heard, now):
        assert announce(now + 2 * MINUTE, silent_after=MINUTE, before=10 * HOUR) == 1


@pytest.mark.slow
def test_one_and_three_hundred_dispensers_cost_as_many_statements(cast, now):
    homes = many_homes(cast.zorg, 301, now)
    plan_moments([planned(home, "m", now + HOUR) for home in homes], now)

    def story(some, others):
        costs = []
        at = now + 20 * MINUTE

        def cost(work):
            with CaptureQueriesContext(connection) as captured:
                work()
            costs.append(len(captured))

        def all_say(type, **data):
            events = [(home, home.event(type, at, **data)) for home in some]
            cost(lambda: hear(*[home.heard(event, at=at) for home, event in events], now=at))

        hear(*[home.heard(home.heartbeat(at), at=at) for home in others], now=at)
        cost(lambda: announce(at))
        all_say("fault", code="jam")
        seqs = {home.seq for home in some}
        assert len(seqs) == 1
        all_say("fault_cleared", fault={"epoch": 1, "seq": seqs.pop()})
        all_say("mains_lost", battery_pct=90)
        all_say("mains_restored", battery_pct=90)
        all_say("help_pressed")
        return costs

    one = story(homes[:1], homes[1:])
    Dispenser.objects.exclude(id=homes[0].id).update(heard_at=None)
    assert story(homes[1:], homes[:1]) == one
    assert Alert.objects.filter(cause="silent", closed_as="cleared").count() == 301
    assert Alert.objects.filter(closed_at=None).count() == 301  # the calls for help


def test_watch_looks_around_at_its_first_look(anna, now, monkeypatch):
    """Everything that is due by itself is reached from the one process that runs for it."""
    watch = Watch()

    def look(at):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ingest_streampartition SET received_through = %s", [at])
        monkeypatch.setattr("reik.ops.watch.clock.now", lambda: at)
        monkeypatch.setattr("reik.ops.watch.time.monotonic", at.timestamp)
        while watch.look_once():  # one look of the minute's a round
            pass

    at = now + HOUR
    plan(anna, "m", at + HOUR, now=now)
    look(at)
    assert standing() == []  # Reik itself has only begun to listen
    at += 15 * MINUTE
    look(at)
    assert standing() == [("silent", "", "open")]
    Alert.objects.update(state="accepted", accepted_by="Jo", accepted_until=at)
    look(at + SECOND)
    assert standing() == [("silent", "", "open")]
    assert [each.kind for each in Remark.objects.exclude(kind="opened").all()] == ["resumed"]
