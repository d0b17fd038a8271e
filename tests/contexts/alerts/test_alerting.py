"""From a moment that needs a person to someone who has heard of it (R45 to R56)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import accept_alert
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.operations import record
from reik.kernel.database import Role, become
from reik.kernel.models import AccessEntry, OutboxMessage
from reik.kernel.operations import open_account
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.cast import WINDOW, beside, hear, many_homes, plan, planned, tell, the_moment, welcome
from tests.contexts.alerts.called import fail, messages, publish, steps, take

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


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
