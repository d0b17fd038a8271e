"""Alerts about a dispenser that is not heard, and what looking around costs (R37)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, Remark
from reik.dispensing.devices import silence
from reik.dispensing.models import Dispenser
from reik.dispensing.moments.planned import plan_moments
from reik.ops.watch import Watch
from tests.cast import hear, many_homes, plan, planned, tell
from tests.contexts.dispenser_alerts.said import HOUR, MINUTE, SECOND, announce, handle, standing


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
