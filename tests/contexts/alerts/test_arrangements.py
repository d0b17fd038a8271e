"""Which version of which arrangement an alert follows, from its opening to its end (R45)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.alerting.models import Alert, Step
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import ArrangementInvalid
from tests.cast import agree_default, beside, plan, tell, three_steps, three_webhooks, welcome
from tests.contexts.alerts.called import steps, take

MINUTE = timedelta(minutes=1)


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
