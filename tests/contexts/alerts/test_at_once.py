"""Two at the same instant on one alert: one end, no double call, no deadlock (R47, R48, R54)."""

from __future__ import annotations

import time as clock
from datetime import timedelta

from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.alerting.models import Step
from reik.alerting.operations import accept_alert
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.operations import record
from reik.kernel import facts
from reik.kernel.outbox import MessageFailed
from tests.cast import hear, many_homes, planned, rows, tell
from tests.contexts.alerts.called import messages, steps, take
from tests.contexts.beside_us import beside_us

MINUTE = timedelta(minutes=1)
State = Step.State


def test_two_watchers_never_take_the_same_step(cast, now, deadline):
    """R54: no duplicate calls."""
    homes = many_homes(cast.zorg, 10, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    hear(*[h.heard(h.closed("m", "not_taken_out", deadline), at=deadline) for h in homes], now=deadline)
    at, taken = deadline + 5 * MINUTE, []
    with transaction.atomic():
        mine = take_due_steps(now=at, most=4)
        thread, raised = beside_us(lambda: taken.append(take(at)))
        thread.join(timeout=5)
    assert (mine, taken, raised) == (4, [6], [])
    assert Step.objects.filter(position=2, state=State.TAKEN).count() == 10
    assert messages().count() == 20


def test_accepting_while_the_last_step_goes_out_leaves_nothing_that_calls(alert, deadline):
    """The step, its message and its repetition are either all there to be taken back, or never come."""
    at = deadline + 15 * MINUTE
    with transaction.atomic():
        assert take_due_steps(now=at) == 2
        thread, raised = beside_us(lambda: accept_alert(alert_id=alert.id, by="zuster Jo", now=at))
        thread.join(timeout=0.3)
        assert thread.is_alive()  # it waits for us
    thread.join(timeout=5)
    assert not raised
    assert steps(alert, State.PLANNED) == []
    assert messages().count() == 0


def test_a_step_is_not_taken_while_its_alert_is_being_accepted(alert, deadline):
    at, taken = deadline + 5 * MINUTE, []
    with transaction.atomic():
        accept_alert(alert_id=alert.id, by="zuster Jo", now=at)
        thread, raised = beside_us(lambda: taken.append(take(at)))
        thread.join(timeout=5)
    assert (taken, raised) == ([0], [])
    assert take(at) == 0


def test_the_device_and_a_person_at_the_same_instant_lead_to_one_end(anna, alert, deadline):
    """R48 beside R47: whoever is second sees what the first did."""
    both = [anna.out("m", deadline, k=1, n=2), anna.out("m", deadline, k=2, n=2)]
    with transaction.atomic():
        record([anna.heard(*both, at=deadline)], deadline + MINUTE)
        thread, raised = beside_us(lambda: accept_alert(alert_id=alert.id, by="Jo", now=deadline + MINUTE))
        thread.join(timeout=0.3)
    thread.join(timeout=5)
    assert "already closed" in str(raised[0])
    alert.refresh_from_db()
    assert (alert.state, alert.accepted_by) == ("closed", "")


def test_a_press_while_a_person_accepts_closes_what_she_has(anna, alert, deadline):
    both = [anna.out("m", deadline, k=1, n=2), anna.out("m", deadline, k=2, n=2)]
    with transaction.atomic():
        accept_alert(alert_id=alert.id, by="Jo", now=deadline + MINUTE)
        thread, raised = beside_us(lambda: tell(anna, *both, at=deadline + MINUTE))
        thread.join(timeout=0.3)
        assert thread.is_alive()
    thread.join(timeout=5)
    assert not raised
    alert.refresh_from_db()
    assert (alert.state, alert.accepted_by, alert.closed_as) == ("closed", "Jo", "out_after_all")


def test_accepting_while_a_failure_is_written_does_not_end_in_a_deadlock(alert, deadline):
    """`reik send` locks messages and then steps; accepting keeps to that order."""
    message = messages().get()
    with transaction.atomic():
        rows("UPDATE kernel_outboxmessage SET last_error = '503' WHERE id = %s RETURNING id", message.id)
        thread, raised = beside_us(lambda: accept_alert(alert_id=alert.id, by="Jo", now=deadline + MINUTE))
        clock.sleep(0.2)
        facts.publish([MessageFailed(message_id=message.id, error="503")], deadline + MINUTE)
    thread.join(timeout=5)
    assert not raised
    assert steps(alert, State.PLANNED) == []
    assert take(deadline + 60 * MINUTE) == 0
