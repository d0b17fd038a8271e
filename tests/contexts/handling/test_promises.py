"""Whoever accepts promises until when: a promise with an end, and the route that goes on behind it (R46, R47)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert, ArrangementStep, Step
from reik.alerting.operations import AlertRefused, agree_arrangement, release_alert, take_ended_promises
from reik.alerting.policy import ArrangementInvalid, RouteStep
from reik.alerting.queries import alerts_without_next_step
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.models import OutboxMessage
from tests.cast import (
    LATEST,
    WINDOW,
    beside,
    hear,
    many_homes,
    plan,
    planned,
    tell,
    the_moment,
    three_webhooks,
    welcome,
)
from tests.contexts.beside_us import beside_us
from tests.contexts.handling.acts import accept, fresh, history, resume, steps, take, watch

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


class TestWaits:
    """Waits are kept in seconds; an installation agrees on minutes, a demo on less."""

    def test_a_route_is_kept_to_the_second(self, cast, now):
        step = RouteStep(
            action="ask_team", responder="team", destination_id=cast.desks["team"].id, wait=5 * SECOND,
            repeat=7 * SECOND,
        )  # fmt: skip
        with pytest.raises(ArrangementInvalid):
            agree_arrangement(
                organisation_id=cast.zorg.id, client_id=None, route=[step], agreed_by="Jo", now=now
            )
        agreed = agree_arrangement(
            organisation_id=cast.zorg.id, client_id=None, route=[step], agreed_by="Jo", now=now, shortest=5 * SECOND
        )  # fmt: skip
        kept = ArrangementStep.objects.get(arrangement=agreed)
        assert (kept.wait_s, kept.repeat_s) == (5, 7)

    def test_a_step_that_repeats_in_seconds_does(self, cast, anna, opened):
        step = RouteStep(
            action="ask_team", responder="team", destination_id=cast.desks["team"].id, wait=5 * SECOND,
            repeat=5 * SECOND,
        )  # fmt: skip
        agree_arrangement(
            organisation_id=cast.zorg.id,
            client_id=None,
            route=[step],
            agreed_by="Jo",
            now=opened,
            shortest=SECOND,
        )
        tell(anna, anna.closed("m", "not_taken_out", opened), at=opened)
        assert [take(opened + each * SECOND) for each in (4, 5, 9, 10)] == [0, 1, 0, 1]


class TestPromise:
    """Accepting is a promise with an end: nobody waits for someone who does not come back."""

    @pytest.mark.parametrize(("role", "minutes"), [("operator", 15), ("informal_carer", 15), ("team", 30)])
    def test_it_lasts_as_long_as_its_role(self, alert, opened, role, minutes):
        accept(alert, opened, role=role)
        assert fresh(alert).accepted_until == opened + minutes * MINUTE
        assert fresh(alert).accepted_role == role

    def test_it_never_lasts_beyond_the_latest_hand_out_time_that_lies_ahead(self, anna, alert, opened):
        """R29."""
        latest = the_moment(anna, "m").latest_at
        assert latest == opened - WINDOW + LATEST
        accept(alert, latest - MINUTE)
        assert fresh(alert).accepted_until == latest
        watch(latest)
        accept(alert, latest, by="Ed")  # each person once
        assert fresh(alert).accepted_until == latest + 15 * MINUTE

    def test_when_it_ends_the_route_goes_on_with_the_step_behind(self, alert, opened):
        accept(alert, opened + MINUTE)
        end = opened + 16 * MINUTE
        assert resume(end - SECOND) == 0
        assert resume(end) == 1
        row = fresh(alert)
        assert (row.state, row.accepted_by, row.accepted_at, row.accepted_until) == ("open", "", None, None)
        assert steps(alert) == [("centre", 1, "TAKEN"), ("carer", 2, "TAKEN"), ("team", 2, "PLANNED")]
        assert Step.objects.get(responder="team", round=2).due_at == end + 10 * MINUTE
        assert history(alert) == ["accepted", "resumed"]
        assert OutboxMessage.objects.filter(state=0).count() == 1
        assert resume(end) == 0

    def test_behind_the_last_step_it_is_called_again(self, alert, opened):
        watch(opened + 15 * MINUTE)
        accept(alert, opened + 16 * MINUTE)
        end = opened + 31 * MINUTE
        resume(end)
        assert steps(alert)[-2:] == [("team", 3, "TAKEN"), ("team", 4, "PLANNED")]
        assert [s[0] for s in steps(alert)].count("centre") == 1

    def test_the_step_that_was_called_last_counts_and_not_the_highest_round(self, alert, opened):
        """A second promise that ends goes on behind the first one's, not from the beginning."""
        accept(alert, opened)
        resume(opened + 15 * MINUTE)
        accept(alert, opened + 16 * MINUTE, by="Ed")
        resume(opened + 31 * MINUTE)
        called = [s[0] for s in steps(alert) if s[2] == "TAKEN"]
        assert called == ["centre", "carer", "team"]

    def test_giving_it_back_calls_the_next_at_once(self, alert, opened):
        accept(alert, opened)
        with pytest.raises(AlertRefused, match="do not have"):
            release_alert(alert_id=alert.id, by="Ed", now=opened + SECOND)
        release_alert(alert_id=alert.id, by="Jo", now=opened + SECOND)
        assert fresh(alert).state == "open"
        assert steps(alert)[1] == ("carer", 2, "TAKEN")
        with pytest.raises(AlertRefused):
            release_alert(alert_id=alert.id, by="Jo", now=opened + 2 * SECOND)

    def test_a_promise_may_be_shorter_and_never_endless(self, alert, opened):
        for lasts in (0 * MINUTE, -MINUTE, timedelta(days=1)):
            with pytest.raises(AlertRefused):
                accept(alert, opened, lasts=lasts)
        accept(alert, opened, lasts=3 * SECOND)
        assert fresh(alert).accepted_until == opened + 3 * SECOND

    def test_a_role_that_nobody_has_is_refused(self, alert, opened):
        with pytest.raises(AlertRefused, match="operator"):
            accept(alert, opened, role="neighbour")

    def test_an_alert_without_arrangement_takes_the_one_that_holds_when_it_goes_on(self, cast, now, opened):
        cor = beside(welcome(cast.eva, "Cor", now), "REIK-COR", now)
        plan(cor, "m", now, now=now)
        tell(cor, cor.closed("m", "not_taken_out", opened), at=opened)
        alert = Alert.objects.get()
        accept(alert, opened)
        release_alert(alert_id=alert.id, by="Jo", now=opened)
        assert alerts_without_next_step().ids == (str(alert.id),)
        step = RouteStep(
            action="ask_team",
            responder="team",
            destination_id=three_webhooks(cast.eva.id, now)["team"].id,
            wait=MINUTE,
            repeat=MINUTE,
        )
        agreed = agree_arrangement(
            organisation_id=cast.eva.id, client_id=None, route=[step], agreed_by="Jo", now=opened
        )
        accept(alert, opened, by="Ed")
        release_alert(alert_id=alert.id, by="Ed", now=opened)
        assert fresh(alert).arrangement_id == agreed.id
        assert alerts_without_next_step() is None


def test_one_and_five_hundred_promises_cost_as_many_statements(cast, now, opened):
    homes = many_homes(cast.zorg, 501, now)
    plan_moments([planned(home, "m", now) for home in homes], now)

    def story(some):
        hear(*[h.heard(h.closed("m", "not_taken_out", opened), at=opened) for h in some], now=opened)
        rows = Alert.objects.filter(dispenser_id__in=[h.id for h in some])
        rows.update(state="accepted", accepted_by="Jo", accepted_until=opened + MINUTE)
        Step.objects.filter(alert__in=rows, state=State.PLANNED).update(state=State.CANCELLED)
        with CaptureQueriesContext(connection) as captured:
            assert resume(opened + MINUTE) == len(some)
        return len(captured)

    assert story(homes[:1]) == story(homes[1:])
    assert Step.objects.filter(round=2, state=State.TAKEN).count() == 501
    assert OutboxMessage.objects.filter(state=0).count() == 2 * 501


def test_two_watchers_never_resume_the_same_promise(cast, now, opened):
    """R54: nobody is called twice for one end."""
    homes = many_homes(cast.zorg, 10, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    hear(*[h.heard(h.closed("m", "not_taken_out", opened), at=opened) for h in homes], now=opened)
    for each in Alert.objects.all():
        accept(each, opened)
    at, taken = opened + 15 * MINUTE, []
    with transaction.atomic():
        mine = take_ended_promises(now=at, most=4)
        thread, raised = beside_us(lambda: taken.append(resume(at)))
        thread.join(timeout=5)
    assert (mine, taken, raised) == (4, [6], [])
    assert Step.objects.filter(round=2, state=State.TAKEN).count() == 10


def test_a_press_while_a_promise_ends_closes_it_and_calls_nobody(anna, alert, opened):
    accept(alert, opened)
    at = opened + 15 * MINUTE
    with transaction.atomic():
        assert take_ended_promises(now=at) == 1
        thread, raised = beside_us(lambda: tell(anna, anna.out("m", at), at=at))
        thread.join(timeout=0.3)
        assert thread.is_alive()  # it waits for us
    thread.join(timeout=5)
    assert not raised
    assert fresh(alert).closed_as == "out_after_all"
    assert not Step.objects.filter(state=State.PLANNED).exists()
    assert OutboxMessage.objects.filter(state=0).count() == 0
