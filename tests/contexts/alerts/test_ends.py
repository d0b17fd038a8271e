"""How an alert ends: accepted, handled, closed by what comes out, or opened again (R47 to R49)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import AlertRefused, accept_alert, handle_alert
from reik.kernel.models import OutboxMessage
from tests.cast import look, tell, the_moment
from tests.contexts.alerts.called import messages, steps, take

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


def test_accepting_stops_the_chain_and_takes_back_what_has_not_left(alert, deadline):
    """R47: one owner, and nobody else is called any more."""
    accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline + MINUTE)
    alert.refresh_from_db()
    assert (alert.state, alert.accepted_by, alert.accepted_at) == ("accepted", "zuster Jo", deadline + MINUTE)
    assert steps(alert) == [("centre", 1, "TAKEN"), ("carer", 1, "CANCELLED"), ("team", 1, "CANCELLED")]
    assert messages().count() == 0
    assert messages(OutboxMessage.State.WITHDRAWN).count() == 1
    assert take(deadline + 60 * MINUTE) == 0


def test_accepting_again_changes_nothing_and_someone_else_is_refused(alert, deadline):
    accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline + MINUTE)
    accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline + 2 * MINUTE)
    alert.refresh_from_db()
    assert alert.accepted_at == deadline + MINUTE
    assert Remark.objects.exclude(kind="opened").count() == 1
    with pytest.raises(AlertRefused, match="accepted by zuster Jo"):
        accept_alert(alert_id=alert.id, by="broeder Ed", now=deadline + 2 * MINUTE)
    alert.refresh_from_db()
    assert alert.accepted_by == "zuster Jo"


@pytest.mark.parametrize("outcome", ["away", "died", "false_notice"])
def test_handling_closes_with_a_coded_outcome_a_cause_and_whether_it_was_remote(
    anna, alert, deadline, outcome
):
    """R49; what a client says never ends the moment as out."""
    now = deadline + 3 * MINUTE
    handle_alert(alert_id=alert.id, by="zuster Jo", outcome=outcome, cause="slept", remote=True, now=now)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_at, alert.closed_as, alert.closed_cause) == (
        "closed",
        now,
        outcome,
        "slept",
    )
    assert (alert.remote, alert.accepted_by, alert.accepted_at) == (True, "zuster Jo", now)
    assert the_moment(anna, "m").outcome == "not_out"
    assert take(deadline + 60 * MINUTE) == 0
    assert messages().count() == 0


def test_handling_without_a_known_outcome_or_a_cause_is_refused_and_says_which(alert, deadline):
    """R49, rule 13."""
    for outcome, cause, sentence in [
        ("fine", "slept", "not_reached"),
        ("", "slept", "Choose"),
        ("away", "", "cause"),
    ]:
        with pytest.raises(AlertRefused, match=sentence):
            handle_alert(
                alert_id=alert.id, by="zuster Jo", outcome=outcome, cause=cause, remote=False, now=deadline
            )
    alert.refresh_from_db()
    assert alert.state == "open"


def test_what_is_closed_can_be_neither_accepted_nor_handled(alert, deadline):
    handle_alert(alert_id=alert.id, by="zuster Jo", outcome="away", cause="trip", remote=True, now=deadline)
    with pytest.raises(AlertRefused, match="already closed"):
        accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline)
    with pytest.raises(AlertRefused, match="closed before, as away"):
        handle_alert(alert_id=alert.id, by="Ed", outcome="died", cause="x", remote=True, now=deadline)


@pytest.mark.parametrize("accepted", [False, True])
def test_a_late_press_closes_the_alert_and_keeps_its_history(anna, alert, deadline, accepted):
    """R48."""
    if accepted:
        accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline + MINUTE)
    at = deadline + 3 * MINUTE
    tell(anna, anna.out("m", at, k=1, n=2), at=at)
    alert.refresh_from_db()
    assert (alert.state, alert.cause) == ("accepted" if accepted else "open", "partly")
    tell(anna, anna.out("m", at, k=2, n=2), anna.closed("m", "complete", at), at=at)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_as, alert.closed_cause) == ("closed", "out_after_all", "late")
    assert (alert.closed_at, alert.opened_at) == (at, deadline)
    assert alert.accepted_by == ("zuster Jo" if accepted else "")
    assert steps(alert, State.CANCELLED) == [("carer", 1, "CANCELLED"), ("team", 1, "CANCELLED")]
    assert messages().count() == 0
    history = list(Remark.objects.exclude(kind="opened").order_by("at", "id").values_list("kind", flat=True))
    assert sorted(history) == sorted((["accepted"] if accepted else []) + ["finding", "closed"])
    assert take(deadline + 60 * MINUTE) == 0


def test_unknown_that_turns_out_to_be_not_out_adds_a_line_and_no_second_alert(anna, deadline):
    look(deadline + MINUTE)
    alert = Alert.objects.get()
    assert (alert.cause, alert.reason) == ("unknown", "device_silent")
    tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline + 2 * MINUTE)
    alert.refresh_from_db()
    assert (alert.cause, alert.reason, alert.state) == ("not_out", "device", "open")
    assert [(r.kind, r.by, r.text) for r in Remark.objects.exclude(kind="opened").all()] == [
        ("finding", "device", "not_out")
    ]
    assert (Alert.objects.count(), messages().count()) == (1, 1)


def test_unknown_that_turns_out_to_be_paused_is_noted_for_whoever_handles_it(anna, deadline):
    look(deadline + MINUTE)
    tell(anna, anna.closed("m", "paused", deadline), at=deadline + 2 * MINUTE)
    alert = Alert.objects.get()
    assert (alert.cause, alert.state) == ("paused", "open")
    assert [r.text for r in Remark.objects.exclude(kind="opened").all()] == ["paused"]


def test_what_closed_as_out_and_is_in_doubt_after_all_is_opened_again_with_a_fresh_route(
    anna, alert, deadline
):
    """Nobody may be left believing in a green that is no longer there."""
    first, second = anna.out("m", deadline + MINUTE, k=1, n=2), anna.out("m", deadline + MINUTE, k=2, n=2)
    accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline)
    tell(anna, first, second, at=deadline + MINUTE)
    alert.refresh_from_db()
    assert alert.state == "closed"
    at = deadline + 10 * MINUTE
    tell(anna, replace(second, data={"moment": "elsewhere"}), at=at)
    alert.refresh_from_db()
    assert (alert.state, alert.cause, alert.reason, alert.closed_at) == ("open", "unknown", "contested", None)
    assert (alert.accepted_by, alert.accepted_at) == ("", None)
    fresh = [each for each in steps(alert) if each[1] == 2]
    assert fresh == [("centre", 2, "TAKEN"), ("carer", 2, "PLANNED"), ("team", 2, "PLANNED")]
    assert messages().filter(about=alert.id).count() == 1
    kinds = [r.kind for r in Remark.objects.exclude(kind="opened").order_by("at")]
    assert kinds[:1] == ["accepted"]
    assert set(kinds) == {"accepted", "finding", "closed", "reopened"}
    take(at + 5 * MINUTE)
    assert steps(alert, State.TAKEN)[-1] == ("carer", 2, "TAKEN")


def test_an_in_time_moment_that_becomes_contested_opens_its_first_alert(anna, now, deadline):
    one, two = anna.out("m", now, k=1, n=2), anna.out("m", now, k=2, n=2)
    tell(anna, one, two, at=now)
    assert not Alert.objects.exists()
    tell(anna, replace(two, at=now + SECOND), at=deadline)
    assert Alert.objects.get(moment__isnull=False).reason == "contested"
    assert Alert.objects.get(moment=None).cause == "contested"  # the dispenser's own: two may speak as one


def test_a_finding_after_a_person_handled_it_is_a_line_in_its_history(anna, alert, deadline):
    handle_alert(alert_id=alert.id, by="zuster Jo", outcome="away", cause="trip", remote=True, now=deadline)
    tell(anna, anna.closed("m", "device_failure", deadline), at=deadline + MINUTE)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_as, alert.cause) == ("closed", "away", "not_out")
    assert [r.text for r in Remark.objects.exclude(kind="opened").order_by("at")] == [
        "away",
        "device_failure",
    ]
