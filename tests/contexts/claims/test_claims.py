"""Who has an alert: a claim and its bound, a key on a phone, and what is taken back within a minute (R47)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting import queries
from reik.alerting.models import Alert, Claim, Step
from reik.alerting.operations import (
    AlertRefused,
    ClaimUsed,
    Effect,
    open_on_screen,
    release_alert,
    undo_handling,
)
from reik.dispensing.moments.planned import plan_moments
from tests.cast import hear, many_homes, plan, planned, tell
from tests.contexts.claims.claiming import (
    MINUTE,
    SECOND,
    State,
    accept,
    fresh,
    handle,
    key_on_phone,
    kinds,
    phone,
    seen,
    waiting,
    watch,
)


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
