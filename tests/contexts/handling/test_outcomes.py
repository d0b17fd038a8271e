"""What people find and say: outcomes by who says them, undoing, and no path that ends without a person (R46 to R50)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.alerting.models import Alert, Step
from reik.alerting.operations import HANDLED_AS, AlertRefused, Effect, release_alert, undo_handling
from reik.alerting.queries import alerts_without_next_step, follow_up_overdue
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.cast import WINDOW, beside, plan, tell, the_moment, welcome
from tests.contexts.handling.acts import accept, fresh, handle, history, steps, watch

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
State = Step.State


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
