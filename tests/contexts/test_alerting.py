"""From a moment that needs a person to someone who has heard of it (R45 to R56)."""

from __future__ import annotations

import time as clock
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.calls import take_due_steps
from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import AlertRefused, accept_alert, agree_arrangement, handle_alert
from reik.alerting.policy import ArrangementInvalid
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.operations import record
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.models import AccessEntry, OutboxMessage
from reik.kernel.operations import open_account
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.cast import (
    WINDOW,
    agree_default,
    beside,
    gather,
    hear,
    look,
    many_homes,
    plan,
    planned,
    rows,
    tell,
    the_moment,
    three_steps,
    three_webhooks,
    welcome,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


@pytest.fixture
def cast(database, now):
    return gather(now)


@pytest.fixture
def anna(cast, now):
    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now, sachets=2)
    return voice


@pytest.fixture
def deadline(now):
    """08:30 in the client's zone: the carer may be called."""
    return now + WINDOW


@pytest.fixture
def alert(anna, deadline):
    """An alert that opened at the deadline because the device said so."""
    tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline)
    return Alert.objects.get()


@transaction.atomic
def take(now):
    return take_due_steps(now=now)


@transaction.atomic
def publish(*told, now):
    facts.publish(told, now)


def steps(alert, *states):
    found = Step.objects.filter(alert_id=alert.id).order_by("due_at", "position", "round")
    return [(s.responder, s.round, State(s.state).name) for s in found if not states or s.state in states]


def messages(state=0):
    return OutboxMessage.objects.filter(state=state)


def fail(*responders, now):
    """The newest message to each of these did not arrive at its first try."""
    found = [
        Step.objects.filter(responder=each, taken_at__isnull=False).latest("taken_at") for each in responders
    ]
    publish(*[MessageFailed(message_id=each.id, error="503") for each in found], now=now)


def beside_us(work) -> tuple[Thread, list[Exception]]:
    """Run `work` on another connection, as another process would; gives what it raised."""
    raised: list[Exception] = []

    def alone():
        try:
            work()
        except Exception as failure:
            raised.append(failure)
        finally:
            connection.close()

    thread = Thread(target=alone)
    thread.start()
    return thread, raised


def test_the_history_of_an_alert_begins_with_why_it_was_opened(alert):
    """N16, and what live screens notice it by."""
    first = Remark.objects.order_by("at").first()
    assert (first.alert_id, first.kind, first.by, first.text) == (alert.id, "opened", "reik", alert.cause)


def test_one_alert_per_moment_however_often_it_is_found(anna, alert, deadline):
    """Rule 7, and the database stands behind it."""
    tell(anna, anna.closed("m", "device_failure", deadline), at=deadline + MINUTE)
    tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline + 2 * MINUTE)
    alert.refresh_from_db()
    assert (Alert.objects.count(), alert.cause, alert.state) == (1, "not_out", "open")
    assert [r.text for r in Remark.objects.exclude(kind="opened").order_by("at")] == [
        "device_failure",
        "not_out",
    ]
    with pytest.raises(IntegrityError):
        Alert.objects.create(
            id=alert.moment_id, organisation_id=alert.organisation_id, client_id=alert.client_id,
            dispenser_id=alert.dispenser_id, moment_id=alert.moment_id, cause="x", priority=1, opened_at=deadline,
        )  # fmt: skip


def test_the_first_step_goes_out_at_once_and_the_others_are_planned(cast, alert, deadline):
    """R46, R47: nothing waits for a next round of any process."""
    assert steps(alert) == [("centre", 1, "TAKEN"), ("carer", 1, "PLANNED"), ("team", 1, "PLANNED")]
    due = Step.objects.order_by("position").values_list("due_at", flat=True)
    assert [each - deadline for each in due] == [0 * MINUTE, 5 * MINUTE, 15 * MINUTE]
    message = messages().get()
    assert message.id == Step.objects.get(position=1).id
    assert (message.destination_id, message.about, message.priority) == (cast.desks["centre"].id, alert.id, 0)
    assert alert.arrangement_id == cast.default.id


def test_alert_step_and_message_are_of_one_transaction_with_the_moment(anna, deadline):
    heard = anna.heard(anna.closed("m", "not_taken_out", deadline), at=deadline)
    with transaction.atomic():
        record([heard], deadline)
        assert messages().count() == 1
        transaction.set_rollback(True)
    assert the_moment(anna, "m").outcome is None
    assert not any(model.objects.exists() for model in (Alert, Step, OutboxMessage, AccessEntry))


def test_what_a_responders_system_is_told_holds_no_name_and_no_medicine(anna, alert):
    """R55."""
    body = messages().get().body
    for word in ("Anna", "Vries", "REIK-ANNA", '"m"'):
        assert word not in body
    assert str(alert.client_id) in body


def test_escalation_takes_each_step_when_it_is_due(alert, deadline):
    assert take(deadline + 5 * MINUTE - SECOND) == 0
    assert take(deadline + 5 * MINUTE) == 1
    assert steps(alert, State.TAKEN) == [("centre", 1, "TAKEN"), ("carer", 1, "TAKEN")]
    assert take(deadline + 15 * MINUTE) == 1
    assert messages().count() == 3


def test_the_last_step_is_repeated_until_someone_accepts(alert, deadline):
    """R46, R47: every 5 minutes, for as long as it takes."""
    for minute in range(5, 41, 5):
        take(deadline + minute * MINUTE)
    team = [each for each in steps(alert) if each[0] == "team"]
    assert team == [("team", each, "TAKEN") for each in range(1, 7)] + [("team", 7, "PLANNED")]
    accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline + 41 * MINUTE)
    assert take(deadline + 3 * 60 * MINUTE) == 0


def test_a_step_that_waited_for_a_stopped_watch_is_repeated_from_when_it_was_taken(alert, deadline):
    late = deadline + 60 * MINUTE
    assert take(late) == 2
    assert Step.objects.get(responder="team", round=2).due_at == late + 5 * MINUTE


def test_a_message_that_arrived_stops_nothing_for_only_a_person_does(alert, deadline):
    publish(MessageSent(message_id=Step.objects.get(position=1).id), now=deadline + SECOND)
    assert steps(alert)[0] == ("centre", 1, "DELIVERED")
    assert take(deadline + 5 * MINUTE) == 1


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


class TestFailingChannel:
    """R56: delivery failure of a channel triggers the next."""

    def test_a_failure_pulls_the_next_step_forward_and_no_other(self, alert, deadline):
        at = deadline + 2 * SECOND
        fail("centre", now=at)
        assert Step.objects.get(position=1).reason == "503"
        due = Step.objects.order_by("position").values_list("state", "due_at", "reason")
        assert due[1] == (State.PLANNED, at, "pulled_forward")
        assert due[2] == (State.PLANNED, deadline + 15 * MINUTE, "")
        assert take(at) == 1
        fail("carer", now=at + SECOND)
        assert take(at + SECOND) == 1
        assert steps(alert, State.TAKEN) == [("team", 1, "TAKEN")]

    def test_a_message_that_arrives_at_a_later_try_is_delivered(self, alert, deadline):
        fail("centre", now=deadline)
        publish(MessageSent(message_id=Step.objects.get(position=1).id), now=deadline + MINUTE)
        assert steps(alert)[0] == ("centre", 1, "DELIVERED")

    def test_a_last_step_that_fails_is_repeated_at_its_pace_and_not_hammered(self, alert, deadline):
        take(deadline + 15 * MINUTE)
        for second in range(30):
            fail("team", now=deadline + 15 * MINUTE + second * SECOND)
            take(deadline + 15 * MINUTE + second * SECOND)
        assert [each for each in steps(alert) if each[0] == "team"] == [
            ("team", 1, "FAILED"),
            ("team", 2, "PLANNED"),
        ]
        assert Step.objects.get(responder="team", round=2).due_at == deadline + 20 * MINUTE

    def test_a_failure_of_an_alert_that_was_accepted_calls_nobody(self, alert, deadline):
        accept_alert(alert_id=alert.id, by="zuster Jo", now=deadline)
        fail("centre", now=deadline + SECOND)
        assert take(deadline + 60 * MINUTE) == 0

    def test_a_step_pulled_forward_out_of_its_hours_makes_way_for_the_next(self, cast, now):
        """R46: the carer only in the hours that she gave, also when the centre does not answer."""
        bert = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now)
        seven_55 = now - 5 * MINUTE  # local; the carer's hours begin at 08:00
        plan(bert, "early", seven_55 - WINDOW, now=seven_55 - WINDOW)
        tell(bert, bert.closed("early", "not_taken_out", seven_55), at=seven_55)
        alert = Alert.objects.get()
        assert steps(alert)[1] == ("carer", 1, "PLANNED")
        fail("centre", now=seven_55 + SECOND)
        assert take(seven_55 + SECOND) == 1
        assert Step.objects.get(responder="carer").reason == "outside_hours 08:00-22:00"
        assert take(seven_55 + 2 * SECOND) == 1
        assert steps(alert) == [
            ("centre", 1, "FAILED"),
            ("carer", 1, "SKIPPED"),
            ("team", 1, "TAKEN"),
            ("team", 2, "PLANNED"),
        ]
        assert messages().count() == 2

    def test_a_step_taken_long_after_its_time_is_not_taken_out_of_hours(self, alert, deadline):
        midnight = deadline + timedelta(hours=16)
        assert take(midnight) == 2
        assert [s[:1] + s[2:] for s in steps(alert, State.TAKEN, State.SKIPPED)] == [
            ("centre", "TAKEN"), ("carer", "SKIPPED"), ("team", "TAKEN"),
        ]  # fmt: skip


class TestArrangements:
    """Rule 8: versioned and never edited; an alert points to its version."""

    def test_a_clients_own_newest_version_goes_before_the_default(self, cast, anna, deadline):
        centre, _, team = three_steps(cast.desks)
        for route in ([centre, team], [team]):
            own = agree_arrangement(
                organisation_id=cast.zorg.id,
                client_id=anna.client_id,
                route=route,
                agreed_by="Jo",
                now=deadline,
            )
        agree_default(cast.zorg.id, cast.desks, deadline)
        tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline)
        alert = Alert.objects.get()
        assert (own.version, alert.arrangement_id) == (2, own.id)
        assert steps(alert) == [("team", 1, "TAKEN"), ("team", 2, "PLANNED")]

    def test_a_client_without_one_uses_the_newest_default_of_her_own_organisation(
        self, cast, anna, now, deadline
    ):
        newer = agree_default(cast.zorg.id, cast.desks, deadline)
        agree_default(cast.eva.id, three_webhooks(cast.eva.id, now), deadline)
        tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline)
        assert Alert.objects.get().arrangement_id == newer.id
        assert newer.version == 2

    def test_an_alert_keeps_the_version_it_opened_with(self, cast, alert, deadline):
        agree_default(cast.zorg.id, cast.desks, deadline)
        take(deadline + 5 * MINUTE)
        alert.refresh_from_db()
        assert alert.arrangement_id == cast.default.id

    def test_without_any_arrangement_the_alert_is_there_for_the_guard_to_find(self, cast, now, deadline):
        eva = beside(welcome(cast.eva, "Cor", now), "REIK-COR", now)
        plan(eva, "m", now, now=now)
        tell(eva, eva.closed("m", "not_taken_out", deadline), at=deadline)
        assert (Alert.objects.get().arrangement_id, Step.objects.count()) == (None, 0)

    def test_a_route_that_could_end_with_nobody_is_never_stored(self, cast, now):
        with pytest.raises(ArrangementInvalid):
            agree_arrangement(
                organisation_id=cast.zorg.id, client_id=None, route=three_steps(cast.desks)[:2], agreed_by="Jo",
                now=now,
            )  # fmt: skip


def test_each_message_leaves_one_row_in_the_access_log(cast, alert, deadline):
    """NEN 7513: a responder's system that is told of a client is a disclosure."""
    take(deadline + 5 * MINUTE)
    take(deadline + 15 * MINUTE)
    entries = AccessEntry.objects.order_by("recorded_at")
    assert [(e.act, e.actor, e.object_ids) for e in entries] == [
        ("export", each, [str(alert.client_id)]) for each in ("centre", "carer", "team")
    ]
    assert {e.organisation_id for e in entries} == {cast.zorg.id}
    assert OutboxMessage.objects.count() == len(entries)


@pytest.mark.parametrize("number", [300])
def test_one_and_three_hundred_alerts_cost_as_many_statements(cast, now, deadline, number):
    """Opening, escalating, failing and closing; each is set-wise."""
    homes = many_homes(cast.zorg, number + 1, now)
    plan_moments([planned(home, "m", now) for home in homes], now)

    def story(some):
        at = deadline
        costs = []

        def cost(work):
            with CaptureQueriesContext(connection) as captured:
                work()
            costs.append(len(captured))

        cost(lambda: hear(*[h.heard(h.closed("m", "not_taken_out", at), at=at) for h in some], now=at))
        sent = list(Step.objects.filter(state=State.TAKEN, alert__dispenser_id__in=[h.id for h in some]))
        cost(lambda: publish(*[MessageFailed(message_id=s.id, error="x") for s in sent], now=at))
        cost(lambda: take(at))
        cost(lambda: hear(*[h.heard(h.out("m", at + MINUTE), at=at) for h in some], now=at + MINUTE))
        return costs

    assert story(homes[:1]) == story(homes[1:])
    assert Alert.objects.filter(closed_as="out_after_all").count() == number + 1
    assert Step.objects.filter(state=State.CANCELLED).count() == number + 1
    assert messages().count() == 0


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


def test_the_centre_sees_the_alert_by_its_partnership_and_another_organisation_does_not(cast, alert, now):
    """R60; rule 10."""
    accounts = {
        each.id: open_account(
            organisation_id=each.id, username=each.name, display_name="Jo", role="operator", now=now
        )
        for each in (cast.zorg, cast.centre, cast.eva)
    }
    become(Role.WEB)
    seen = {}
    for organisation in (cast.zorg, cast.centre, cast.eva):
        with acting_for(actor_for(accounts[organisation.id].id, now)):
            seen[organisation.name] = (Alert.objects.count(), Step.objects.count(), messages().count())
    assert seen == {"Zorg aan Zee": (1, 3, 1), "Zorgcentrale": (1, 3, 1), "Thuiszorg Eva": (0, 0, 0)}
