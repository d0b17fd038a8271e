"""The life of an alert: claims with bounds, the emergency path, mutes, own codes, evaluation (R47 to R50, R79)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reik.alerting import operations, queries
from reik.alerting.calls import take_due_steps
from reik.alerting.claims.bounds import bounds_of
from reik.alerting.claims.muting import muted
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Claim, Mute, Step
from reik.alerting.operations import (
    AlertRefused,
    ClaimUsed,
    CodeRefused,
    Effect,
    EmergencyPath,
    MuteRefused,
    accept_alert,
    agree_arrangement,
    handle_alert,
    open_on_screen,
    release_alert,
    take_ended_promises,
    undo_handling,
)
from reik.dispensing.moments.planned import plan_moments
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import open_account
from reik.kernel.outbox import MessageSent
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.cast import WINDOW, beside, gather, hear, many_homes, plan, planned, tell, three_steps, welcome
from tests.contexts.test_namesakes import leave_to_centre

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


@pytest.fixture
def opened(now):
    """08:30 in the client's zone."""
    return now + WINDOW


def misses(voice, key, due, criticality=1):
    """A moment that nobody took out: its alert."""
    (id,) = plan_moments([planned(voice, key, due, criticality=criticality)], due)
    tell(voice, voice.closed(key, "not_taken_out", due + WINDOW), at=due + WINDOW)
    return Alert.objects.get(moment_id=id)


@pytest.fixture
def alert(anna, now):
    return misses(anna, "m", now)


@pytest.fixture
def critical(anna, now):
    return misses(anna, "m", now, criticality=0)


@transaction.atomic
def watch(now):
    take_ended_promises(now=now)
    while take_due_steps(now=now):
        pass


def accept(alert, now, by="Jo", **more):
    accept_alert(alert_id=alert.id, by=by, now=now, **more)


def handle(alert, outcome, now, *, by="Jo", role="operator", cause="asleep", remote=True, **more):
    return handle_alert(
        alert_id=alert.id, by=by, role=role, outcome=outcome, cause=cause, remote=remote, now=now, **more
    )


def key_on_phone(alert, now, position=1):
    step = Step.objects.filter(alert_id=alert.id, position=position, taken_at__isnull=False).latest(
        "taken_at"
    )
    with transaction.atomic():
        facts.publish([MessageSent(message_id=step.id, accepted_by="1")], now)


def phone(alert, position=1):
    """Whoever answers there: nobody with an account."""
    step = Step.objects.filter(alert_id=alert.id, position=position).earliest("round")
    return Who(step.destination_id, step.responder)


def fresh(alert):
    return Alert.objects.get(id=alert.id)


def seen(alert):
    return queries.alert(alert.id, [alert.client_id])


def kinds(alert):
    return [each.kind for each in queries.remarks_of([alert.id]) if each.kind != "opened"]


def waiting(alert):
    """(responder, due) of the planned steps."""
    rows = Step.objects.filter(alert_id=alert.id, state=State.PLANNED).order_by("due_at")
    return [(each.responder, each.due_at) for each in rows]


class TestClaims:
    def test_it_is_a_row_with_its_bound_and_how_it_ended(self, alert, opened):
        accept(alert, opened)
        watch(opened + 15 * MINUTE)
        accept(alert, opened + 16 * MINUTE, by="Els", role="team")
        handle(alert, "refuses", opened + 20 * MINUTE, by="Els", role="team")
        assert [(c.by, c.role, c.at - opened, c.until - c.at, c.ended_as) for c in seen(alert).claims] == [
            ("Jo", "operator", 0 * MINUTE, 15 * MINUTE, "ended"),
            (
                "Els",
                "team",
                16 * MINUTE,
                29 * MINUTE,
                "handled",
            ),  # the last step is called at 45 whatever happens
        ]
        assert seen(alert).claims[1].ended_at == opened + 20 * MINUTE

    def test_a_time_critical_one_is_held_for_five_minutes(self, critical, opened):
        accept(critical, opened)
        assert fresh(critical).accepted_until == opened + 5 * MINUTE

    def test_each_person_once_and_she_is_told_what_she_can_do(self, alert, opened):
        accept(alert, opened)
        assert not seen(alert).had_by("Jo")
        release_alert(alert_id=alert.id, by="Jo", now=opened + MINUTE)
        assert seen(alert).had_by("Jo")
        with pytest.raises(ClaimUsed, match="say how it went"):
            accept(alert, opened + 2 * MINUTE)
        assert fresh(alert).state == "open"
        assert handle(alert, "away", opened + 3 * MINUTE) is Effect.CLOSES

    def test_after_it_opened_again_everybody_may_have_it_anew(self, anna, now, opened):
        plan(anna, "two", now, now=now, sachets=2)
        tell(anna, anna.closed("two", "not_taken_out", opened), at=opened)
        alert = Alert.objects.get()
        accept(alert, opened)
        one, two = (anna.out("two", opened + MINUTE, k=k, n=2) for k in (1, 2))
        tell(anna, one, two, at=opened + MINUTE)
        assert [each.ended_as for each in seen(alert).claims] == ["closed"]
        at = opened + 2 * MINUTE
        tell(anna, replace(two, data={"moment": "elsewhere"}), at=at)  # in doubt after all
        assert not seen(alert).had_by("Jo")
        accept(alert, at)
        assert [(c.life, c.ended_as) for c in seen(alert).claims] == [(1, "closed"), (2, "")]
        assert fresh(alert).last_due_at == at + 15 * MINUTE

    def test_the_route_goes_on_and_the_last_step_stays_within_its_bound(self, critical, opened):
        """Its first call was planned at 15 minutes; nothing moves that beyond 25."""
        last = opened + 15 * MINUTE
        watch(opened + 5 * MINUTE)
        accept(critical, last - SECOND, by="A")
        assert fresh(critical).last_due_at == last
        watch(last + 5 * MINUTE - SECOND)
        assert fresh(critical).state == "open"
        called = Step.objects.get(alert=critical, responder="team", state=State.TAKEN)
        assert called.taken_at == last + 5 * MINUTE - SECOND

    def test_when_the_bound_is_near_nobody_can_take_it_any_more(self, alert, opened):
        last = opened + 15 * MINUTE
        watch(opened + 5 * MINUTE)
        Alert.objects.filter(id=alert.id).update(last_due_at=last - 30 * MINUTE)
        with pytest.raises(AlertRefused, match="last step is about to be called"):
            accept(alert, last - 30 * SECOND)
        assert fresh(alert).state == "open"
        watch(last)
        accept(alert, last, role="team")
        assert fresh(alert).accepted_until == last + 30 * MINUTE

    def test_how_much_it_moved_is_kept(self, alert, opened):
        watch(opened + 5 * MINUTE)
        accept(alert, opened + 14 * MINUTE, lasts=4 * MINUTE)
        watch(opened + 18 * MINUTE)
        assert fresh(alert).moved_s == 180
        assert [w[0] for w in waiting(alert)] == ["team"]  # it was called, and is repeated

    def test_one_and_five_hundred_cost_as_many_statements(self, cast, now, opened):
        homes = many_homes(cast.zorg, 501, now)
        plan_moments([planned(home, "m", now) for home in homes], now)

        def story(some):
            hear(*[h.heard(h.closed("m", "not_taken_out", opened), at=opened) for h in some], now=opened)
            for each in Alert.objects.filter(dispenser_id__in=[h.id for h in some[:3]]):
                accept(each, opened)
            with CaptureQueriesContext(connection) as captured:
                hear(*[h.heard(h.out("m", opened + MINUTE), at=opened) for h in some], now=opened + MINUTE)
            return len(captured)

        assert story(homes[:1]) == story(homes[1:])
        assert set(Claim.objects.values_list("ended_as", flat=True)) == {"closed"}

    def test_the_first_who_answered_is_kept(self, alert, opened):
        accept(alert, opened + MINUTE)
        release_alert(alert_id=alert.id, by="Jo", now=opened + 2 * MINUTE)
        accept(alert, opened + 3 * MINUTE, by="Els")
        assert fresh(alert).answered_at == opened + MINUTE


class TestPhone:
    """A key is a claim of five minutes until the alert is opened on a screen: then it is a whole one."""

    def test_opened_on_a_screen_it_lasts_as_long_as_any(self, alert, opened):
        key_on_phone(alert, opened)
        assert [(c.kind, c.until - opened) for c in seen(alert).claims] == [("phone", 5 * MINUTE)]
        assert not open_on_screen(alert_id=alert.id, by="Jo", now=opened)
        assert open_on_screen(alert_id=alert.id, by=phone(alert), now=opened + MINUTE)
        assert fresh(alert).accepted_until == opened + 15 * MINUTE
        assert [(c.by, c.kind, c.until - opened) for c in seen(alert).claims] == [
            ("centre", "screen", 15 * MINUTE)
        ]
        assert sorted(kinds(alert)) == ["accepted", "opened_on_screen"]
        assert not open_on_screen(alert_id=alert.id, by=phone(alert), now=opened + MINUTE)

    def test_accepting_it_on_a_screen_is_the_same(self, alert, opened):
        key_on_phone(alert, opened)
        accept(alert, opened + MINUTE, by=phone(alert))
        assert fresh(alert).accepted_until == opened + 15 * MINUTE

    def test_after_its_five_minutes_the_rest_of_the_claim_can_still_be_had(self, alert, opened):
        key_on_phone(alert, opened)
        watch(opened + 5 * MINUTE)
        assert fresh(alert).state == "open"
        assert not seen(alert).had_by(phone(alert))
        accept(alert, opened + 6 * MINUTE, by=phone(alert))
        assert fresh(alert).accepted_until == opened + 15 * MINUTE
        watch(opened + 15 * MINUTE)
        with pytest.raises(ClaimUsed):
            accept(alert, opened + 15 * MINUTE, by=phone(alert))

    def test_a_second_key_is_noted_and_holds_nothing(self, alert, opened):
        key_on_phone(alert, opened)
        watch(opened + 5 * MINUTE)
        key_on_phone(alert, opened + 6 * MINUTE)
        assert fresh(alert).state == "open"
        assert [r.text for r in queries.remarks_of([alert.id]) if r.kind == "answered_late"] == ["used"]

    def test_somebody_of_the_group_whose_phone_it_was_takes_it_over(self, alert, opened):
        key_on_phone(alert, opened)
        with pytest.raises(AlertRefused, match="already accepted"):
            accept(alert, opened + MINUTE, by="Els", role="team")
        accept(alert, opened + MINUTE, by="Jo")
        assert fresh(alert).accepted_until == opened + 15 * MINUTE
        assert [(c.by, c.ended_as) for c in seen(alert).claims] == [("centre", "taken_over"), ("Jo", "")]


class TestUndo:
    def test_it_gives_the_claim_back_as_it_was(self, alert, opened):
        accept(alert, opened)
        handle(alert, "away", opened + MINUTE)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + 90 * SECOND)
        (claim,) = seen(alert).claims
        assert (claim.until, claim.ended_at, claim.ended_as) == (opened + 15 * MINUTE, None, "")

    def test_who_had_hers_before_has_the_minute(self, alert, opened):
        accept(alert, opened, lasts=MINUTE)
        watch(opened + MINUTE)
        handle(alert, "away", opened + 2 * MINUTE)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + 150 * SECOND)
        assert fresh(alert).accepted_until == opened + 3 * MINUTE

    def test_where_the_claim_ran_out_meanwhile_the_route_goes_on(self, alert, opened):
        accept(alert, opened)
        handle(alert, "away", opened + 15 * MINUTE - SECOND)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + 15 * MINUTE + SECOND)
        assert fresh(alert).state == "open"
        assert Step.objects.get(alert=alert, responder="carer", state=State.TAKEN).taken_at > opened

    def test_the_emergency_path_too(self, alert, opened):
        handle(alert, "not_reached_worrying", opened)
        undo_handling(alert_id=alert.id, by="Jo", now=opened + 30 * SECOND)
        row = fresh(alert)
        assert (row.emergency_at, row.emergency_by, row.priority, row.state) == (None, "", 1, "accepted")
        assert waiting(alert) == []


class TestEmergency:
    @pytest.fixture
    def agreed(self, cast, now):
        return agree_arrangement(
            organisation_id=cast.zorg.id, client_id=None, route=three_steps(cast.desks), agreed_by="Jo", now=now,
            emergency=EmergencyPath(
                words="Bel de achterwacht.", responder="achterwacht", destination_id=cast.desks["carer"].id
            ),
        )  # fmt: skip

    def test_one_key_calls_whom_the_organisation_agreed_on_until_somebody_accepts(
        self, cast, agreed, alert, opened
    ):
        at = opened + MINUTE
        operations.emergency(alert_id=alert.id, by="Jo", now=at)
        row = fresh(alert)
        assert (row.state, row.priority, row.emergency_at, row.emergency_by) == ("open", 0, at, "Jo")
        step = Step.objects.get(alert=alert, position=99, state=State.TAKEN)
        assert (step.action, step.responder, step.destination_id) == (
            "emergency", "achterwacht", cast.desks["carer"].id,
        )  # fmt: skip
        assert OutboxMessage.objects.filter(id=step.id, state=0).exists()
        assert waiting(alert) == [("achterwacht", at + 5 * MINUTE)]
        operations.emergency(alert_id=alert.id, by="Els", now=at + MINUTE)
        assert (fresh(alert).emergency_by, kinds(alert)) == ("Jo", ["emergency"])
        accept(alert, at + 2 * MINUTE, by="Ali", role="team")
        assert waiting(alert) == []
        watch(at + 12 * MINUTE)  # accepted and not handled: after ten minutes it is called again
        assert [each[0] for each in waiting(alert)] == ["achterwacht"]
        assert Step.objects.filter(alert=alert, position=99, taken_at=at + 12 * MINUTE).exists()

    def test_without_one_agreed_it_is_whom_the_last_step_calls(self, cast, alert, opened):
        assert handle(alert, "not_reached_worrying", opened) is Effect.EMERGENCY
        step = Step.objects.get(alert=alert, position=99)
        assert (step.responder, step.destination_id, step.state) == (
            "team",
            cast.desks["team"].id,
            State.TAKEN,
        )
        assert waiting(alert) == [("team", opened + 5 * MINUTE)]
        assert kinds(alert) == ["handled", "emergency"]
        assert queries.alerts_without_next_step() is None

    def test_it_takes_the_alert_from_who_has_it(self, alert, opened):
        accept(alert, opened)
        operations.emergency(alert_id=alert.id, by="Els", now=opened + MINUTE)
        assert [c.ended_as for c in seen(alert).claims] == ["taken_over"]
        assert (fresh(alert).state, fresh(alert).accepted_by) == ("open", "")

    def test_a_closed_alert_says_whom_to_call(self, alert, opened):
        handle(alert, "away", opened)
        with pytest.raises(AlertRefused, match="112"):
            operations.emergency(alert_id=alert.id, by="Jo", now=opened)

    def test_not_reached_at_two_successive_moments_goes_there_by_itself(self, anna, now, alert, opened):
        assert handle(alert, "not_reached", opened) is Effect.PASSES_ON
        later = misses(anna, "n", now + 4 * HOUR)
        assert handle(later, "not_reached", later.opened_at + MINUTE) is Effect.EMERGENCY
        row = fresh(later)
        assert (row.emergency_at, row.emergency_by) == (later.opened_at + MINUTE, "reik")
        assert Step.objects.filter(alert=later, position=99, state=State.TAKEN).exists()
        assert fresh(alert).emergency_at is None
        assert (
            handle(later, "not_reached", later.opened_at + 2 * MINUTE) is Effect.PASSES_ON
        )  # it is there already

    @pytest.mark.parametrize("how", ["reached", "out", "between", "long_ago"])
    def test_not_where_she_was_heard_of_between(self, anna, now, alert, opened, how):
        handle(alert, "not_reached", opened)
        if how == "reached":
            handle(alert, "refuses", opened + MINUTE, by="Els", role="team")
        elif how == "out":
            tell(anna, anna.out("m", opened + MINUTE), at=opened + MINUTE)
        elif how == "between":
            plan(anna, "b", now + HOUR, now=now)
            tell(anna, anna.out("b", now + HOUR), at=now + HOUR)
        later = misses(anna, "n", now + (25 if how == "long_ago" else 4) * HOUR)
        assert handle(later, "not_reached", later.opened_at) is Effect.PASSES_ON
        assert fresh(later).emergency_at is None


class TestMutes:
    def mute(self, anna, at, **more):
        values = {
            "client_id": anna.client_id, "cause": "jam", "until": at + 2 * HOUR, "by": "Jo", "owner": "Jo",
            "reason": "monteur komt", "now": at,
        }  # fmt: skip
        return operations.mute(**(values | more))

    def jam(self, anna, at):
        tell(anna, anna.event("fault", at, code="jam"), at=at)
        return Alert.objects.filter(cause="jam").latest("opened_at")

    def test_an_alert_begins_its_route_when_the_mute_ends_by_itself(self, anna, now):
        self.mute(anna, now)
        alert = self.jam(anna, now + MINUTE)
        assert seen(alert).muted_until == now + 2 * HOUR
        assert not OutboxMessage.objects.exists()
        assert waiting(alert)[0] == ("carer", now + 2 * HOUR)
        watch(now + 2 * HOUR)
        assert OutboxMessage.objects.count() == 1
        assert muted({(anna.client_id, "jam")}, now + 2 * HOUR) == {}

    def test_of_another_cause_or_client_nothing_is_muted(self, cast, anna, now):
        self.mute(anna, now)
        tell(anna, anna.event("fault", now, code="lid_open"), at=now)
        bert = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now)
        tell(bert, bert.event("fault", now, code="jam"), at=now)
        assert OutboxMessage.objects.count() == 2

    def test_ending_it_begins_what_waited(self, anna, now):
        mute_id = self.mute(anna, now)
        alert = self.jam(anna, now + MINUTE)
        at = now + 30 * MINUTE
        operations.unmute(mute_id=mute_id, by="Els", now=at)
        assert [each - at for _, each in waiting(alert)] == [0 * MINUTE, 10 * MINUTE]
        watch(at)
        assert (fresh(alert).muted_until, kinds(alert)) == (None, ["unmuted"])
        assert OutboxMessage.objects.count() == 1
        with pytest.raises(MuteRefused, match="ended"):
            operations.unmute(mute_id=mute_id, by="Els", now=at)

    def test_never_a_time_critical_moment(self, anna, now):
        plan_moments([planned(anna, "c", now + HOUR, criticality=0)], now)
        with pytest.raises(MuteRefused, match="time-critical"):
            self.mute(anna, now)
        self.mute(anna, now, until=now + HOUR)

    def test_a_time_critical_moment_that_is_planned_later_ends_it(self, anna, now):
        self.mute(anna, now, cause="not_out")
        self.mute(anna, now)
        critical = misses(anna, "c", now + HOUR, criticality=0)
        assert critical.muted_until is None
        assert Step.objects.filter(alert=critical, state=State.TAKEN).exists()
        plan_moments([planned(anna, "d", now + HOUR, criticality=0)], now)
        assert muted({(anna.client_id, "jam")}, now + MINUTE) == {(anna.client_id, "jam"): now + HOUR}

    def test_longer_than_the_next_moment_only_with_a_second_person(self, anna, now):
        for key, hours in (("a", 1), ("b", 5)):
            plan(anna, key, now + hours * HOUR, now=now)
        with pytest.raises(MuteRefused, match="second person"):
            self.mute(anna, now, until=now + 6 * HOUR)
        with pytest.raises(MuteRefused, match="somebody else"):
            self.mute(anna, now, until=now + 6 * HOUR, second="Jo")
        mute_id = self.mute(anna, now, until=now + 5 * HOUR)
        with pytest.raises(MuteRefused, match="somebody else"):
            operations.lengthen_mute(mute_id=mute_id, until=now + 6 * HOUR, second="Jo", now=now)
        operations.lengthen_mute(mute_id=mute_id, until=now + 6 * HOUR, second="Els", now=now)
        assert [(m.until, m.second) for m in queries.mutes_of([anna.client_id], now)] == [
            (now + 6 * HOUR, "Els")
        ]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"owner": " "}, "owner"),
            ({"reason": ""}, "why"),
            ({"until": timedelta(hours=24, seconds=1)}, "24 hours"),
            ({"until": timedelta(0)}, "ahead"),
        ],
    )
    def test_it_has_an_owner_a_reason_and_an_end(self, anna, now, change, sentence):
        more = {key: now + each if isinstance(each, timedelta) else each for key, each in change.items()}
        with pytest.raises(MuteRefused, match=sentence):
            self.mute(anna, now, **more)
        assert not Mute.objects.exists()

    def test_one_at_a_time_and_anew_when_it_is_over(self, anna, now):
        self.mute(anna, now)
        with pytest.raises(MuteRefused, match="muted this until"):
            self.mute(anna, now + MINUTE)
        self.mute(anna, now + 2 * HOUR)
        assert [each.ended_by for each in Mute.objects.order_by("starts_at")] == ["reik", ""]


class TestCodes:
    def test_an_own_outcome_does_what_the_common_one_does(self, cast, anna, now, alert, opened):
        code = operations.add_code(
            organisation_id=cast.zorg.id, kind="outcome", label_nl="Op vakantie", label_en="On holiday", like="away",
            by="Jo", now=now,
        )  # fmt: skip
        assert handle(alert, code, opened) is Effect.CLOSES
        row = fresh(alert)
        assert (row.closed_as, row.handled_as, row.own_code) == ("away", "away", code)
        assert kinds(alert) == ["handled", "own_code"]
        (shown,) = queries.own_codes(cast.zorg.id)
        assert (shown.label("nl-nl"), shown.label("en")) == ("Op vakantie", "On holiday")

    def test_it_is_of_one_organisation_and_can_be_retired_but_a_common_one_cannot(
        self, cast, now, alert, opened
    ):
        code = operations.add_code(
            organisation_id=cast.eva.id, kind="outcome", label_nl="Elders", label_en="Elsewhere", like="away",
            by="Jo", now=now,
        )  # fmt: skip
        with pytest.raises(AlertRefused, match="Choose one"):
            handle(alert, code, opened)
        operations.retire_code(organisation_id=cast.eva.id, kind="outcome", code=code, now=now)
        assert queries.own_codes(cast.eva.id) == []
        assert [each.retired for each in queries.own_codes(cast.eva.id, retired=True)] == [True]
        for kind, common in (("outcome", "away"), ("cause", "asleep")):
            with pytest.raises(CodeRefused, match="stays"):
                operations.retire_code(organisation_id=cast.eva.id, kind=kind, code=common, now=now)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"like": "nothing"}, "like"),
            ({"label_en": " "}, "English"),
            ({"kind": "mood"}, "outcome"),
            ({"label_nl": "x" * 61}, "60"),
        ],
    )
    def test_what_cannot_be_added(self, cast, now, change, sentence):
        values = {"kind": "cause", "label_nl": "Bezoek", "label_en": "Visitors", "like": "not_home"} | change
        with pytest.raises(CodeRefused, match=sentence):
            operations.add_code(organisation_id=cast.zorg.id, by="Jo", now=now, **values)

    @pytest.mark.parametrize(
        ("remote", "said", "kept"), [(False, "", "team"), (False, "centre", "centre"), (True, "", "")]
    )
    def test_a_visit_is_the_teams_decision_unless_delegated(self, alert, opened, remote, said, kept):
        """R50."""
        if said == "centre":
            with pytest.raises(AlertRefused, match="did not leave the decision on a visit to the centre"):
                handle(alert, "refuses", opened, role="team", remote=remote, visit_by=said)
            leave_to_centre(alert)
        handle(alert, "refuses", opened, role="team", remote=remote, visit_by=said)
        assert (seen(alert).visit_by, seen(alert).remote) == (kept, remote)

    def test_somebody_else_decides_on_no_visit(self, alert, opened):
        with pytest.raises(AlertRefused, match="decided"):
            handle(alert, "refuses", opened, role="team", remote=False, visit_by="neighbour")


def test_what_is_over_can_be_evaluated_and_a_complaint_comes_at_any_time(alert, opened):
    """R79."""
    operations.ask_evaluation(
        alert_id=alert.id, by="Fam. de Vries", text="Waarom duurde het zo lang?", now=opened
    )
    with pytest.raises(AlertRefused, match="not over"):
        operations.evaluate(alert_id=alert.id, by="Els", text="Ging goed.", now=opened)
    handle(alert, "away", opened + SECOND)
    operations.evaluate(alert_id=alert.id, by="Els", text="Ging goed.", now=opened + HOUR)
    with pytest.raises(AlertRefused, match="sentence"):
        operations.evaluate(alert_id=alert.id, by="Els", text="  ", now=opened + HOUR)
    assert kinds(alert) == ["evaluation_asked", "handled", "evaluated"]


def test_a_person_of_the_organisation_does_all_of_it_under_row_level_security(cast, anna, alert, opened):
    account = open_account(
        organisation_id=cast.zorg.id, username="jo", display_name="Jo", role="nurse", now=opened
    )
    become(Role.WEB)
    with acting_for(actor_for(account.id, opened)):
        mute_id = operations.mute(
            client_id=anna.client_id,
            cause="jam",
            until=opened + HOUR,
            by="Jo",
            owner="Jo",
            reason="x",
            now=opened,
        )
        operations.unmute(mute_id=mute_id, by="Jo", now=opened)
        accept(alert, opened)
        operations.emergency(alert_id=alert.id, by="Jo", now=opened)
        code = operations.add_code(
            organisation_id=cast.zorg.id, kind="outcome", label_nl="Weg", label_en="Gone", like="false_notice",
            by="Jo", now=opened,
        )  # fmt: skip
        handle(alert, code, opened)
        operations.evaluate(alert_id=alert.id, by="Jo", text="Goed.", now=opened)
    become(Role.WORKER)
    assert fresh(alert).state == "closed"


ACTS = st.tuples(
    st.sampled_from(
        ["screen", "screen", "phone", "release", "not_reached", "says_out", "team_says_out", "press"]
    ),
    st.sampled_from(["Jo", "Ed", "Els", "Ali"]),
    st.sampled_from(["operator", "informal_carer", "team"]),
    st.sampled_from([0, 1, 30, 59, 240, 299, 300, 599, 600, 890, 900]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(criticality=st.sampled_from([0, 1]), acts=st.lists(ACTS, max_size=12))
def test_no_sequence_moves_the_last_step_beyond_its_bound(cast, now, criticality, acts):
    """Claims, keys on phones, releases, takeovers, watches and late presses: 10 minutes, or 30 (the whole engine)."""
    with transaction.atomic():
        voice = beside(welcome(cast.zorg, "Anna", now), "REIK-ANNA", now)
        plan_moments([planned(voice, "m", now, sachets=2, criticality=criticality)], now)
        at = now + WINDOW
        tell(voice, voice.closed("m", "not_taken_out", at), at=at)
        alert = Alert.objects.get()
        first = Step.objects.get(responder="team").due_at
        bound = bounds_of(criticality).together
        for act in acts:
            with suppress(AlertRefused), transaction.atomic():
                play(voice, alert, at, act)
            goal = at + act[3] * SECOND
            while (due := next_due(alert)) is not None and due <= goal:
                at = max(at, due)
                watch(at)
                in_time(alert, first, bound)
            at = goal
        transaction.set_rollback(True)


def next_due(alert):
    row = fresh(alert)
    if row.state == "accepted":
        return row.accepted_until
    if row.state == "watched":
        return row.watched_until
    return min((due for _, due in waiting(alert)), default=None) if row.state == "open" else None


def in_time(alert, first, bound):
    called = (
        Step.objects.filter(alert=alert, responder="team", taken_at__isnull=False)
        .order_by("taken_at")
        .first()
    )
    if called is not None:
        assert called.taken_at - first <= bound
    elif fresh(alert).state != "closed":
        due = next_due(alert)
        assert due is not None
        last = Step.objects.filter(alert=alert, responder="team", state=State.PLANNED).first()
        assert (last.due_at if last else due) - first <= bound
    assert timedelta(seconds=fresh(alert).moved_s) <= bound


def play(voice, alert, at, act):
    what, who, role, _ = act
    row = fresh(alert)
    holder = Who(row.accepted_key, row.accepted_by) if row.accepted_key else None
    match what:
        case "screen":
            accept(alert, at, by=who, role=role)
        case "phone":
            key_on_phone(alert, at)
        case "release":
            release_alert(alert_id=alert.id, by=holder or who, now=at)
        case "not_reached":
            handle(alert, "not_reached", at, by=holder or who, role=role)
        case "says_out":
            handle(alert, "says_out", at, by=holder or who, role=role)
        case "team_says_out":
            handle(alert, "says_out", at, by=who, role="team")
        case "press":
            tell(voice, voice.out("m", at, k=1, n=2), at=at)


class TestJoining:
    """One trouble, one call: a fault waits for the alert about the sachet that it keeps in."""

    def jam(self, anna, at, code="jam"):
        event = anna.event("fault", at, code=code)
        tell(anna, event, at=at)
        return Alert.objects.filter(moment=None, cause=code).latest("opened_at")

    def test_a_jam_of_the_running_moment_waits_and_is_in_its_history(self, anna, alert, opened):
        at = opened + MINUTE
        jam = self.jam(anna, at)
        assert kinds(alert) == ["joined"]
        assert (fresh(jam).muted_until, waiting(jam)[0][1]) == (at + 30 * MINUTE, at + 30 * MINUTE)
        assert not Step.objects.filter(alert=jam, state=State.TAKEN).exists()
        watch(at + 30 * MINUTE)
        assert Step.objects.filter(alert=jam, state=State.TAKEN).exists()

    def test_when_the_other_is_closed_it_calls_at_once(self, anna, alert, opened):
        jam = self.jam(anna, opened + MINUTE)
        handle(alert, "away", opened + 2 * MINUTE)
        assert waiting(jam)[0][1] == opened + 2 * MINUTE
        watch(opened + 2 * MINUTE)
        assert Step.objects.filter(alert=jam, state=State.TAKEN).exists()
        assert sorted(kinds(jam)) == ["joined_to", "unjoined"]

    def test_what_is_muted_stays_so(self, anna, alert, opened):
        operations.mute(
            client_id=anna.client_id,
            cause="jam",
            until=opened + HOUR,
            by="Jo",
            owner="Jo",
            reason="x",
            now=opened,
        )
        jam = self.jam(anna, opened + MINUTE)
        handle(alert, "refuses", opened + 2 * MINUTE, role="team")
        assert waiting(jam)[0][1] == opened + HOUR

    def test_a_time_critical_moment_goes_first_and_another_never_waits_for_less(self, anna, critical, opened):
        jam = self.jam(anna, opened + MINUTE)
        assert fresh(jam).muted_until is not None
        Alert.objects.filter(id=critical.id).update(priority=2)
        lid = self.jam(anna, opened + 2 * MINUTE, "lid_open")
        assert fresh(lid).muted_until is None

    @pytest.mark.parametrize("how", ["before", "over", "other"])
    def test_else_it_calls_by_itself(self, anna, now, opened, how):
        if how == "before":
            jam = self.jam(anna, opened - MINUTE)
            misses(anna, "m", now)
        else:
            alert = misses(anna, "m", now)
            at = opened + HOUR if how == "over" else opened + MINUTE
            assert alert.moment.latest_at <= opened + HOUR
            jam = self.jam(anna, at, "battery_low" if how == "other" else "jam")
        assert fresh(jam).muted_until is None
        assert Step.objects.filter(alert=jam, state=State.TAKEN).exists()
