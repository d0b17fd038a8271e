"""Mutes: for one cause of one client, with an owner, an end and where needed a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.alerting import operations, queries
from reik.alerting.claims.muting import muted
from reik.alerting.models import Alert, Mute, Step
from reik.alerting.operations import (
    MuteRefused,
)
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.models import OutboxMessage
from tests.cast import beside, plan, planned, tell, welcome
from tests.contexts.claims.claiming import HOUR, MINUTE, State, fresh, kinds, misses, seen, waiting, watch


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
