"""Two people of one name: what each had, may take back or may see is her own; and who decides on a visit (R50)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting import handover, operations, queries, routes
from reik.alerting.calls import take_due_steps
from reik.alerting.claims import visits
from reik.alerting.claims.accepting import note_accepted
from reik.alerting.claims.phones import whose_phones
from reik.alerting.claims.who import Who
from reik.alerting.house_access import may_see
from reik.alerting.models import Alert, Step
from reik.alerting.operations import AlertRefused, ClaimUsed, agree_arrangement
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.operations import open_account
from reik.kernel.outbox import MessageSent
from reik.kernel.tenancy import Actor
from reik.people.models import PushDestination
from tests.cast import WINDOW, beside, planned, tell, welcome

MINUTE = timedelta(minutes=1)
ONE, OTHER = Who(UUID(int=1), "Jo Smit"), Who(UUID(int=2), "Jo Smit")


@pytest.fixture
def opened(now):
    return now + WINDOW


@pytest.fixture
def alert(cast, now, opened):
    anna = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan_moments([planned(anna, "m", now, sachets=2, criticality=1)], now)
    tell(anna, anna.closed("m", "not_taken_out", opened), at=opened)
    with transaction.atomic():
        while take_due_steps(now=opened):
            pass
    return Alert.objects.get()


def seen(alert):
    return queries.alerts_by_id([alert.id])[alert.id]


def handle(alert, by, now, **more):
    values = {"outcome": "away", "cause": "asleep", "remote": True} | more
    operations.handle_alert(alert_id=alert.id, by=by, now=now, **values)


def key_on_phone(alert, now):
    step = Step.objects.filter(alert=alert, taken_at__isnull=False).latest("taken_at")
    with transaction.atomic():
        note_accepted([MessageSent(message_id=step.id, accepted_by="1")], now)


def leave_to_centre(alert):
    """Another version of the arrangement, to which the alert points, leaves the decision on a visit to the centre."""
    old = Alert.objects.get(id=alert.id).arrangement
    new = agree_arrangement(
        organisation_id=old.organisation_id, client_id=None, agreed_by="Jo", now=alert.opened_at, centre_decides=True,
        route=routes.agreed([old.id])[old.id][0],
    )  # fmt: skip
    Alert.objects.filter(id=alert.id).update(arrangement=new)


class TestNamesakes:
    def test_each_has_an_alert_once(self, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(AlertRefused):
            operations.accept_alert(alert_id=alert.id, by=OTHER, now=opened)
        operations.release_alert(alert_id=alert.id, by=ONE, now=opened + MINUTE)
        with pytest.raises(ClaimUsed):
            operations.accept_alert(alert_id=alert.id, by=ONE, now=opened + MINUTE)
        operations.accept_alert(alert_id=alert.id, by=OTHER, now=opened + MINUTE)
        assert [(each.by, each.key) for each in seen(alert).claims] == [
            ("Jo Smit", ONE.key), ("Jo Smit", OTHER.key),
        ]  # fmt: skip
        assert (seen(alert).held_by(ONE), seen(alert).held_by(OTHER)) == (False, True)
        assert (seen(alert).had_by(ONE), seen(alert).had_by(OTHER)) == (True, False)

    def test_the_other_gives_back_handles_and_undoes_nothing_of_hers(self, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(AlertRefused):
            operations.release_alert(alert_id=alert.id, by=OTHER, now=opened)
        with pytest.raises(AlertRefused, match="has this alert now"):
            handle(alert, OTHER, opened)
        assert not operations.open_on_screen(alert_id=alert.id, by=OTHER, now=opened)
        handle(alert, ONE, opened + MINUTE)
        with pytest.raises(AlertRefused, match="Only who handled it"):
            operations.undo_handling(alert_id=alert.id, by=OTHER, now=opened + MINUTE)
        operations.undo_handling(alert_id=alert.id, by=ONE, now=opened + MINUTE)
        assert seen(alert).held_by(ONE)

    def test_a_new_name_leaves_her_the_alert(self, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        operations.release_alert(alert_id=alert.id, by=Who(ONE.key, "Jo de Wit-Smit"), now=opened + MINUTE)
        assert seen(alert).claims[0].by == "Jo Smit"  # as she was called then

    def test_house_access_is_shown_to_her_who_accepted(self, cast, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, role="team", now=opened)
        alert.refresh_from_db()
        for who, why in ((ONE, ""), (OTHER, "not_yours")):
            actor = Actor(
                account_id=who.key, name=who.name, role="nurse", organisation_id=cast.zorg.id,
                organisations=(cast.zorg.id,),
            )  # fmt: skip
            assert may_see(alert, actor) == why

    def test_a_shift_of_hers_holds_her_alerts_only_and_the_namesake_takes_it(self, cast, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        shift = handover.hand_over(organisation_id=cast.zorg.id, by=ONE, to="", note="", now=opened)
        assert handover.held_by(OTHER) == []
        assert handover.waiting(cast.zorg.id, ONE, opened) == []
        assert [each.alerts for each in handover.waiting(cast.zorg.id, OTHER, opened)] == [[alert.id]]
        taken = handover.take_shift(shift, cast.zorg.id, by=OTHER, now=opened + MINUTE)
        assert taken.over == [alert.id]
        assert seen(alert).held_by(OTHER)


class TestPhones:
    @pytest.fixture
    def account(self, cast, now):
        return open_account(
            organisation_id=cast.centre.id, username="jo", display_name="Jo Smit", role="operator", now=now
        )

    def point(self, cast, account):
        PushDestination.objects.create(
            account=account, organisation_id=cast.zorg.id, destination=cast.desks["centre"]
        )

    def test_a_key_on_her_own_phone_is_hers_on_the_screen(self, cast, account, alert, opened):
        self.point(cast, account)
        key_on_phone(alert, opened)
        assert Alert.objects.get().accepted_by == "centre"
        assert operations.open_on_screen(
            alert_id=alert.id, by=Who(account.id, "Jo Smit"), now=opened + MINUTE
        )
        assert [each.key for each in seen(alert).claims] == [account.id]

    def test_a_phone_of_nobody_known_keeps_the_key_of_where_it_was_called(self, cast, alert, opened):
        key_on_phone(alert, opened)
        row = Alert.objects.get()
        assert (row.accepted_by, row.accepted_key) == ("centre", cast.desks["centre"].id)
        assert not operations.open_on_screen(alert_id=alert.id, by="centre", now=opened + MINUTE)

    def test_a_phone_that_several_share_is_hers_who_was_called_by_name(self, cast, account, alert, now):
        self.point(cast, account)
        other = open_account(
            organisation_id=cast.centre.id, username="centre", display_name="centre", role="operator", now=now
        )
        self.point(cast, other)
        (step,) = Step.objects.filter(alert=alert, position=1)
        assert whose_phones([step.id]) == {step.id: other.id}
        Step.objects.filter(id=step.id).update(responder="Jo Smit")
        assert whose_phones([step.id]) == {step.id: account.id}
        Step.objects.filter(id=step.id).update(responder="Iemand")
        assert whose_phones([step.id]) == {step.id: cast.desks["centre"].id}

    def test_two_statements_for_many_keys(self, alert):
        steps = [each.id for each in Step.objects.filter(alert=alert)]
        with CaptureQueriesContext(connection) as few:
            whose_phones(steps[:1])
        with CaptureQueriesContext(connection) as many:
            whose_phones(steps)
        assert len(few) == len(many) == 2


class TestVisits:
    """R50: the decision on a visit is the care team's, unless the organisation left it to the centre."""

    def test_not_left_to_the_centre_it_is_refused_with_what_to_do(self, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(visits.VisitRefused, match="ask the care team") as refusal:
            visits.decide_visit(alert_id=alert.id, by=ONE, now=opened)
        assert (refusal.value.why, seen(alert).visit_by) == ("not_left", "")

    def test_then_the_team_is_called_now_and_it_is_theirs_to_decide(self, alert, opened):
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        visits.ask_visit(alert_id=alert.id, by=ONE, note="Zij klinkt verward.", now=opened + MINUTE)
        found = seen(alert)
        assert (found.state, found.visit_by, found.claims[0].ended_as) == ("open", "", "released")
        with transaction.atomic():
            while take_due_steps(now=opened + MINUTE):
                pass
        called = Step.objects.get(alert=alert, action="ask_team", taken_at__isnull=False)
        assert called.taken_at == opened + MINUTE
        line = queries.remarks_of([alert.id])[-1]
        assert (line.kind, line.by, line.text) == ("visit_asked", "Jo Smit", "Zij klinkt verward.")
        operations.accept_alert(alert_id=alert.id, by="Els", role="team", now=opened + 2 * MINUTE)
        handle(alert, "Els", opened + 3 * MINUTE, role="team", outcome="refuses", remote=False)
        assert seen(alert).visit_by == "team"

    def test_left_to_the_centre_who_decided_and_when_is_kept_also_for_the_replay(self, alert, opened):
        leave_to_centre(alert)
        with pytest.raises(visits.VisitRefused, match="Take the alert first"):
            visits.decide_visit(alert_id=alert.id, by=ONE, now=opened)
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(visits.VisitRefused, match="has this alert now"):
            visits.decide_visit(alert_id=alert.id, by=OTHER, now=opened)
        for at in (opened, opened + MINUTE):
            visits.decide_visit(alert_id=alert.id, by=ONE, now=at)
        found = seen(alert)
        assert (found.visit_by, found.visit_decided_by, found.visit_decided_at) == (
            "centre",
            "Jo Smit",
            opened,
        )
        visits.ask_visit(alert_id=alert.id, by=ONE, note="", now=opened + MINUTE)
        assert seen(alert).visit_by == "centre"

    def test_it_can_be_taken_back_and_the_history_keeps_both(self, alert, opened):
        leave_to_centre(alert)
        operations.accept_alert(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(visits.VisitRefused, match="nothing to take back"):
            visits.take_back_visit(alert_id=alert.id, by=ONE, now=opened)
        visits.decide_visit(alert_id=alert.id, by=ONE, now=opened)
        visits.take_back_visit(alert_id=alert.id, by=ONE, now=opened + MINUTE)
        assert (seen(alert).visit_by, seen(alert).visit_decided_by) == ("", "")
        kinds = {each.kind for each in queries.remarks_of([alert.id])}
        assert kinds >= {"visit_decided", "visit_taken_back"}

    def test_not_of_what_is_closed(self, alert, opened):
        handle(alert, ONE, opened)
        for act in (visits.decide_visit, visits.take_back_visit):
            with pytest.raises(visits.VisitRefused, match="was closed"):
                act(alert_id=alert.id, by=ONE, now=opened)
        with pytest.raises(visits.VisitRefused, match="was closed"):
            visits.ask_visit(alert_id=alert.id, by=ONE, note="", now=opened)
