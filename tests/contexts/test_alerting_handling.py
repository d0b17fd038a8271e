"""What people do with an alert: a promise with an end, outcomes by who says them, undoing (R46 to R50)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.alerting.calls import take_due_steps
from reik.alerting.models import Alert, ArrangementStep, Remark, Step
from reik.alerting.operations import (
    HANDLED_AS,
    AlertRefused,
    Effect,
    accept_alert,
    agree_arrangement,
    handle_alert,
    release_alert,
    take_ended_promises,
    undo_handling,
)
from reik.alerting.policy import ArrangementInvalid, RouteStep
from reik.alerting.queries import alerts_without_next_step, follow_up_overdue
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.database import Role, become
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.cast import (
    LATEST,
    WINDOW,
    beside,
    gather,
    hear,
    many_homes,
    plan,
    planned,
    tell,
    the_moment,
    three_webhooks,
    welcome,
)
from tests.contexts.test_alerting import beside_us

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


@pytest.fixture
def cast(database, now):
    return gather(now)


@pytest.fixture
def anna(cast, now):
    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now)
    return voice


@pytest.fixture
def opened(now):
    """08:30 in the client's zone; the latest hand-out time is an hour later."""
    return now + WINDOW


@pytest.fixture
def alert(anna, opened):
    tell(anna, anna.closed("m", "not_taken_out", opened), at=opened)
    return Alert.objects.get()


@transaction.atomic
def take(now):
    return take_due_steps(now=now)


@transaction.atomic
def resume(now):
    return take_ended_promises(now=now)


def watch(now):
    """What `reik watch` does with alerts."""
    resume(now)
    while take(now):
        pass


def handle(alert, outcome, now, *, by="Jo", role="operator", cause="slept", remote=True, **more):
    return handle_alert(
        alert_id=alert.id, by=by, role=role, outcome=outcome, cause=cause, remote=remote, now=now, **more
    )


def accept(alert, now, by="Jo", **more):
    accept_alert(alert_id=alert.id, by=by, now=now, **more)


def steps(alert):
    """(responder, round, state) of what is still to come or was called."""
    found = (
        Step.objects.filter(alert_id=alert.id).exclude(state=State.CANCELLED).order_by("round", "position")
    )
    return [(s.responder, s.round, State(s.state).name) for s in found]


def history(alert):
    return list(
        Remark.objects.exclude(kind="opened")
        .filter(alert_id=alert.id)
        .order_by("at", "id")
        .values_list("kind", flat=True)
    )


def fresh(alert):
    return Alert.objects.get(id=alert.id)


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


class TestOutcomes:
    """R49: what each outcome does."""

    def test_not_reached_calls_the_next_one_now(self, alert, opened):
        accept(alert, opened)
        assert handle(alert, "not_reached", opened + MINUTE) is Effect.PASSES_ON
        row = fresh(alert)
        assert (row.state, row.accepted_by, row.handled_as, row.closed_as) == ("open", "", "not_reached", "")
        assert steps(alert) == [("centre", 1, "TAKEN"), ("carer", 2, "TAKEN"), ("team", 2, "PLANNED")]
        assert history(alert) == ["accepted", "handled", "passes_on"]

    @pytest.mark.parametrize("role", ["operator", "informal_carer"])
    @pytest.mark.parametrize(
        "outcome", ["refuses", "says_taken_otherwise", "advice_asked", "device_fault", "unwell"]
    )
    def test_what_a_nurse_must_judge_goes_to_the_team_now(self, alert, opened, outcome, role):
        """R50."""
        assert handle(alert, outcome, opened + MINUTE, role=role) is Effect.TO_TEAM
        assert steps(alert) == [
            ("centre", 1, "TAKEN"),
            ("carer", 2, "SKIPPED"),
            ("team", 2, "TAKEN"),
            ("team", 3, "PLANNED"),
        ]
        assert Step.objects.get(responder="carer", round=2).reason == "to_team"
        urgent = outcome == "unwell"
        assert (fresh(alert).priority, fresh(alert).reason) == (
            (0, "emergency_path") if urgent else (1, "device")
        )

    @pytest.mark.parametrize("outcome", ["refuses", "says_taken_otherwise", "advice_asked", "unwell"])
    def test_the_team_closes_what_it_judged(self, alert, opened, outcome):
        accept(alert, opened, role="team")
        assert handle(alert, outcome, opened + MINUTE, role="team", remote=False) is Effect.CLOSES
        row = fresh(alert)
        assert (row.state, row.closed_as, row.remote, row.closed_cause) == ("closed", outcome, False, "slept")
        assert alerts_without_next_step() is None

    def test_a_fault_that_the_team_found_stays_with_the_dispensers_own_alert(self, anna, alert, opened):
        assert handle(alert, "device_fault", opened, role="team", remote=False) is Effect.CLOSES
        own = Alert.objects.get(moment=None)
        assert (own.cause, own.state, own.dispenser_id) == ("device_fault", "open", anna.id)
        assert steps(own)[:2] == [("centre", 1, "SKIPPED"), ("carer", 1, "TAKEN")]

    def test_a_fault_that_the_device_told_itself_is_not_told_twice(self, anna, alert, opened):
        tell(anna, anna.event("fault", opened, code="jam"), at=opened)
        handle(alert, "device_fault", opened, role="team", remote=False)
        assert [each.cause for each in Alert.objects.filter(moment=None)] == ["jam"]

    @pytest.mark.parametrize("outcome", ["says_out", "out_after_call"])
    def test_what_the_client_says_keeps_it_watched_and_then_passes_it_on(self, anna, alert, opened, outcome):
        """R49: only the device, or a person beside it, ends a moment as out."""
        assert handle(alert, outcome, opened) is Effect.WATCHES
        row = fresh(alert)
        assert (row.state, row.accepted_by, row.watched_until) == ("watched", "Jo", opened + 10 * MINUTE)
        assert the_moment(anna, "m").outcome == "not_out"
        watch(opened + 10 * MINUTE - SECOND)
        assert fresh(alert).state == "watched"
        watch(opened + 10 * MINUTE)
        assert (fresh(alert).state, fresh(alert).accepted_by) == ("open", "")
        assert steps(alert)[1] == ("carer", 2, "TAKEN")
        assert history(alert) == ["handled", "watches", "resumed"]

    @pytest.mark.parametrize("watched", [False, True])
    def test_the_device_that_says_out_closes_it_and_the_history_stays(self, anna, alert, opened, watched):
        """R48."""
        if watched:
            handle(alert, "says_out", opened)
        else:
            accept(alert, opened)
        tell(anna, anna.out("m", opened + MINUTE), at=opened + MINUTE)
        row = fresh(alert)
        assert (row.state, row.closed_as, row.accepted_by) == ("closed", "out_after_all", "Jo")
        assert history(alert)[-1] == "closed"
        watch(opened + 60 * MINUTE)
        assert fresh(alert).state == "closed"
        assert [s for s in steps(alert) if s[2] == "PLANNED"] == []

    def test_out_after_a_call_closes_when_the_device_has_said_so(self, anna, alert, opened):
        """Only a race lets someone say it while the alert is open; it closes, and is opened again when in doubt."""
        Alert.objects.filter(id=alert.id).update(state="open")
        tell(anna, anna.out("m", opened), at=opened)
        Alert.objects.filter(id=alert.id).update(state="open", closed_at=None, closed_as="")
        assert handle(alert, "out_after_call", opened) is Effect.CLOSES

    def test_a_visit_ends_it(self, alert, opened):
        for role, remote in [("operator", False), ("team", True)]:
            with pytest.raises(AlertRefused):
                handle(alert, "out_at_visit", opened, role=role, remote=remote)
        assert handle(alert, "out_at_visit", opened, role="team", remote=False) is Effect.CLOSES

    def test_who_does_not_have_it_says_nothing_but_the_team_may(self, alert, opened):
        """R47: one owner; R50: the visit decision is the team's."""
        accept(alert, opened, by="Jo")
        with pytest.raises(AlertRefused, match="Jo has this alert"):
            handle(alert, "not_reached", opened, by="Ed")
        assert handle(alert, "refuses", opened, by="Els", role="team") is Effect.CLOSES
        assert fresh(alert).accepted_by == "Els"

    def test_a_watched_alert_can_be_taken_over(self, alert, opened):
        handle(alert, "says_out", opened)
        accept(alert, opened + MINUTE, by="Els", role="team")
        row = fresh(alert)
        assert (row.state, row.accepted_by, row.watched_until) == ("accepted", "Els", None)

    def test_a_press_after_a_person_closed_it_is_a_line_in_its_history(self, anna, alert, opened):
        handle(alert, "away", opened)
        tell(anna, anna.out("m", opened + MINUTE), at=opened + MINUTE)
        assert (fresh(alert).closed_as, history(alert)) == ("away", ["handled", "finding"])


class TestUndo:
    """Within a minute, by the same person, unless something happened since."""

    @pytest.mark.parametrize("outcome", ["away", "says_out", "not_reached", "unwell"])
    def test_it_brings_back_the_alert_with_its_promise(self, alert, opened, outcome):
        accept(alert, opened)
        handle(alert, outcome, opened + MINUTE)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + 2 * MINUTE)
        row = fresh(alert)
        assert (row.state, row.accepted_by, row.accepted_at) == ("accepted", "Jo", opened)
        assert row.accepted_until == opened + 15 * MINUTE
        assert (row.closed_at, row.closed_as, row.remote, row.handled_as) == (None, "", None, "")
        assert (row.priority, row.reason, row.watched_until) == (1, "device", None)
        assert [s for s in steps(alert) if s[2] == "PLANNED"] == []
        assert history(alert)[-1] == "undone"
        watch(opened + 15 * MINUTE)
        assert fresh(alert).state == "open"

    def test_handled_without_having_accepted_it_is_hers_for_a_quarter_of_an_hour(self, alert, opened):
        handle(alert, "away", opened)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + SECOND)
        assert fresh(alert).accepted_until == opened + 15 * MINUTE

    def test_too_late_and_someone_else_are_refused(self, alert, opened):
        handle(alert, "away", opened)
        with pytest.raises(AlertRefused, match="minute"):
            undo_handling(alert_id=alert.id, by="Jo", now=opened + 61 * SECOND)
        with pytest.raises(AlertRefused, match="Only who"):
            undo_handling(alert_id=alert.id, by="Ed", now=opened)
        assert fresh(alert).state == "closed"

    @pytest.mark.parametrize("since", ["press", "accept", "finding", "undone"])
    def test_not_when_something_happened_since(self, anna, alert, opened, since):
        at = opened + SECOND
        handle(alert, "not_reached" if since == "accept" else "away", opened)
        if since == "press":
            tell(anna, anna.out("m", at), at=at)
        elif since == "accept":
            accept(alert, at, by="Els", role="team")
        elif since == "finding":
            tell(anna, anna.closed("m", "device_failure", at), at=at)
        else:
            undo_handling(alert_id=alert.id, by="Jo", now=at)
        before = fresh(alert).state
        with pytest.raises(AlertRefused):
            undo_handling(alert_id=alert.id, by="Jo", now=at)
        assert fresh(alert).state == before


def test_a_person_of_the_organisation_does_all_of_it_under_row_level_security(cast, alert, opened):
    """The screens run as reik_web: what the route needs is allowed there too."""
    account = open_account(
        organisation_id=cast.zorg.id, username="jo", display_name="Jo", role="nurse", now=opened
    )
    become(Role.WEB)
    with acting_for(actor_for(account.id, opened)):
        accept(alert, opened)
        release_alert(alert_id=alert.id, by="Jo", now=opened)
        handle(alert, "not_reached", opened)
        undo_handling(alert_id=alert.id, by="Jo", now=opened)
        handle(alert, "device_fault", opened, role="team", remote=False)
    become(Role.WORKER)
    assert fresh(alert).state == "closed"
    assert Alert.objects.filter(moment=None).count() == 1


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


ACTS = st.one_of(
    st.tuples(st.just("accept"), st.sampled_from(["Jo", "Ed"]), st.sampled_from(["operator", "team"])),
    st.tuples(st.just("release"), st.sampled_from(["Jo", "Ed"])),
    st.tuples(
        st.just("handle"),
        st.sampled_from(sorted(HANDLED_AS)),
        st.sampled_from(["operator", "informal_carer", "team"]),
    ),
    st.tuples(st.just("undo"), st.sampled_from(["Jo", "Ed"])),
    st.tuples(st.just("device"), st.sampled_from(["out", "device_failure", "not_taken_out"])),
)
WAITS = st.sampled_from([0, 0, 1, 59, 300, 600, 900, 3600])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(ACTS, WAITS), max_size=10))
def test_no_path_ends_without_a_person(cast, now, acts):
    """Whatever people, the device and time do: each alert that is not closed has someone who comes back to it."""
    with transaction.atomic():
        voice = beside(welcome(cast.zorg, "Anna", now), "REIK-ANNA", now)
        plan(voice, "m", now, now=now)
        at = now + WINDOW
        tell(voice, voice.closed("m", "not_taken_out", at), at=at)
        for act, seconds in acts:
            alert = Alert.objects.get(moment__isnull=False)
            try:
                with transaction.atomic():
                    play(voice, alert, at, act)
            except AlertRefused:
                pass
            expect_someone(at)
            at += seconds * SECOND
            watch(at)
            expect_someone(at)
        transaction.set_rollback(True)


def play(voice, alert, at, act):
    match act:
        case "accept", by, role:
            accept(alert, at, by=by, role=role)
        case "release", by:
            release_alert(alert_id=alert.id, by=by, now=at)
        case "handle", outcome, role:
            handle(alert, outcome, at, by=alert.accepted_by or "Jo", role=role, remote=role != "team")
        case "undo", by:
            undo_handling(alert_id=alert.id, by=by, now=at)
        case "device", "out":
            tell(voice, voice.out("m", at), at=at)
        case "device", outcome:
            tell(voice, voice.closed("m", outcome, at), at=at)


def expect_someone(at):
    for alert in Alert.objects.filter(closed_at=None):
        coming = Step.objects.filter(alert=alert, state=State.PLANNED)
        if alert.state == "open":
            assert alert.accepted_by == ""
            assert coming.exists()
            assert min(each.due_at for each in coming) > at
        else:
            ends = alert.accepted_until if alert.state == "accepted" else alert.watched_until
            assert ends is not None
            assert ends > at
            assert alert.accepted_by
            assert not coming.exists()
    assert not Step.objects.filter(alert__state="closed", state=State.PLANNED).exists()
    assert alerts_without_next_step() is None
    assert follow_up_overdue(at) is None
