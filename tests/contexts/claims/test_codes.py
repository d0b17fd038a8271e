"""Outcomes and causes of an organisation, the decision on a visit, evaluation and complaint (R49, R50, R79)."""

from __future__ import annotations

import pytest

from reik.alerting import operations, queries
from reik.alerting.operations import (
    AlertRefused,
    CodeRefused,
    Effect,
)
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from tests.contexts.claims.claiming import HOUR, SECOND, accept, fresh, handle, kinds, seen
from tests.contexts.test_namesakes import leave_to_centre


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
