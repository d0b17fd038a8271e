"""The emergency path: one key, or by itself after two moments without a word (R47)."""

from __future__ import annotations

import pytest

from reik.alerting import operations, queries
from reik.alerting.models import Step
from reik.alerting.operations import (
    AlertRefused,
    Effect,
    EmergencyPath,
    agree_arrangement,
)
from reik.kernel.models import OutboxMessage
from tests.cast import plan, tell, three_steps
from tests.contexts.claims.claiming import (
    HOUR,
    MINUTE,
    State,
    accept,
    fresh,
    handle,
    kinds,
    misses,
    seen,
    waiting,
    watch,
)


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
