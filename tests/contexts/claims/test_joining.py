"""Several alerts of one client and moment are followed up as one."""

from __future__ import annotations

import pytest

from reik.alerting import operations
from reik.alerting.models import Alert, Step
from tests.cast import tell
from tests.contexts.claims.claiming import HOUR, MINUTE, State, fresh, handle, kinds, misses, waiting, watch


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
