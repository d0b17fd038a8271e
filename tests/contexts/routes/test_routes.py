"""Arrangements with several routes, rosters, fallbacks and absences on a real database (R45, R47, R56)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting import routes
from reik.alerting.arrangements.choosing import Asked, OtherRoute, When
from reik.alerting.models import Step
from reik.alerting.operations import accept_alert, handle_alert, release_alert
from reik.kernel.ids import new_id
from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import MessageFailed
from reik.people.models import CarerAbsence, Roster
from reik.people.operations import add_carer
from tests.cast import WINDOW, hear, many_homes, plan, tell, three_steps
from tests.contexts.routes.routed import (
    HOUR,
    MINUTE,
    NIGHT,
    SECOND,
    agree,
    duty,
    open_alert,
    place,
    publish,
    walked,
    watch,
)

__all__ = ["duty"]
State = Step.State


class TestRoutes:
    """R45: the route is chosen once, when the alert opens, and stays through all that follows."""

    def night(self, cast) -> OtherRoute:
        return OtherRoute(name="Nacht", when=NIGHT, steps=(three_steps(cast.desks)[2],))

    def test_the_night_has_its_own(self, cast, anna, opened):
        agree(cast, anna.client_id, three_steps(cast.desks), opened, others=[self.night(cast)])
        by_day = open_alert(anna, opened)
        assert (by_day.route, walked(by_day)[0][0]) == (0, "centre")
        late = opened + 16 * HOUR
        plan(anna, "late", late - WINDOW, now=opened)
        by_night = open_alert(anna, late, "late")
        assert by_night.route == 1
        assert walked(by_night) == [("team", "TAKEN", ""), ("team", "PLANNED", "")]

    def test_an_alert_keeps_version_and_route_when_it_goes_on(self, cast, anna, opened):
        """Opened by night with route 1, given back by day under a newer version: still route 1 of the old one."""
        centre, carer, team = three_steps(cast.desks)
        steps = (replace(carer, hours=None), team)
        late = opened + 16 * HOUR
        plan(anna, "late", late - WINDOW, now=opened)
        first = agree(
            cast, anna.client_id, [centre, team], opened,
            others=[OtherRoute(name="Nacht", when=NIGHT, steps=steps)],
        )  # fmt: skip
        alert = open_alert(anna, late, "late")
        accept_alert(alert_id=alert.id, by="Jo", now=late + MINUTE)
        agree(cast, anna.client_id, [team], late + 2 * MINUTE)
        release_alert(alert_id=alert.id, by="Jo", now=late + 9 * HOUR)
        alert.refresh_from_db()
        assert (alert.arrangement_id, alert.route) == (first.id, 1)
        assert [each[0] for each in walked(alert) if each[1] == "TAKEN"] == ["carer", "team"]

    def test_hours_of_a_step_are_those_of_its_own_route(self, cast, anna, opened):
        """Position 2 has hours in route 0 only; in the night's route the same position has none."""
        centre, carer, team = three_steps(cast.desks)
        night = OtherRoute(name="Nacht", when=NIGHT, steps=(centre, replace(carer, hours=None), team))
        agree(cast, anna.client_id, [centre, carer, team], opened, others=[night])
        late = opened + 16 * HOUR
        plan(anna, "late", late - WINDOW, now=opened)
        alert = open_alert(anna, late, "late")
        watch(late + 5 * MINUTE)
        assert walked(alert)[1] == ("carer", "TAKEN", "")

    def test_a_critical_moment_and_a_moment_by_its_time(self, cast, anna, opened):
        centre, _, team = three_steps(cast.desks)
        others = [
            OtherRoute(name="Tijdkritisch", when=When(criticalities=1), steps=(team,)),
            OtherRoute(
                name="Ochtend", when=When(moments=("08:00",)), steps=(replace(centre, wait=MINUTE), team)
            ),
        ]
        agree(cast, anna.client_id, [centre, team], opened, others=others)
        held = routes.current([anna.client_id])[anna.client_id]
        assert held.chosen(Asked(at=opened, criticality=0, due_at=opened - WINDOW)) == 1
        assert open_alert(anna, opened).route == 2

    def test_what_opens_again_is_chosen_anew(self, cast, anna, opened):
        agree(cast, anna.client_id, three_steps(cast.desks), opened, others=[self.night(cast)])
        late = opened + 16 * HOUR
        plan(anna, "late", late - WINDOW, now=opened)
        alert = open_alert(anna, late, "late")
        out = anna.out("late", late + MINUTE)
        tell(anna, out, at=late + MINUTE)
        morning = late + 9 * HOUR
        tell(anna, replace(out, data={"moment": "elsewhere"}), at=morning)
        alert.refresh_from_db()
        assert (alert.state, alert.route) == ("open", 0)
        assert [each[0] for each in walked(alert) if each[1] == "TAKEN"] == ["team", "centre"]


class TestRosters:
    """A roster is asked when the step is taken, not when it is planned."""

    def test_whoever_stands_on_it_now_is_called(self, cast, anna, duty, opened):
        duty.on("Emre", opened - HOUR, opened + 3 * MINUTE)
        duty.on("Sanne", opened + 3 * MINUTE, opened + HOUR)
        agree(cast, anna.client_id, [duty.step()], opened)
        alert = open_alert(anna, opened)
        assert walked(alert) == [("Emre", "TAKEN", ""), ("Team van dienst", "PLANNED", "")]
        watch(opened + 5 * MINUTE)
        assert [each[0] for each in walked(alert)] == ["Emre", "Sanne", "Team van dienst"]
        told = OutboxMessage.objects.order_by("created_at", "id").values_list("destination__name", flat=True)
        assert list(told) == ["emre", "sanne"]

    def test_nobody_on_duty_goes_to_the_last_resort_of_now(self, cast, anna, duty, opened):
        agree(cast, anna.client_id, [duty.step()], opened)
        other = place(cast, "bereikbaarheidsdienst", opened)
        Roster.objects.update(last_resort_id=other.id)
        alert = open_alert(anna, opened)
        assert walked(alert)[0] == ("Team van dienst", "TAKEN", "nobody_on_duty")
        assert OutboxMessage.objects.get().destination_id == other.id

    def test_the_back_up_is_the_second_on_the_roster_or_who_stands_alone(self, cast, anna, duty, opened):
        duty.on("Emre", opened - HOUR, opened + 24 * HOUR)
        duty.on("Sanne", opened - HOUR, opened + 6 * MINUTE, place_=2)
        agree(cast, anna.client_id, [duty.step(repeat=None), duty.step(place=2)], opened)
        alert = open_alert(anna, opened)
        watch(opened + 5 * MINUTE)
        watch(opened + 10 * MINUTE)
        assert [each[0] for each in walked(alert)] == ["Emre", "Sanne", "Emre", "Team van dienst"]

    def test_rosters_cost_as_many_statements_for_one_as_for_many(self, cast, duty, now, opened):
        duty.on("Emre", now, opened + HOUR)
        homes = many_homes(cast.zorg, 40, now)
        agree(cast, None, [duty.step(repeat=None), duty.step()], now)
        for home in homes:
            plan(home, "m", now, now=now)

        def cost(work) -> int:
            with CaptureQueriesContext(connection) as captured:
                work()
            return len(captured)

        def story(some):
            yield cost(
                lambda: hear(
                    *[h.heard(h.closed("m", "not_taken_out", opened), at=opened) for h in some], now=opened
                )
            )
            yield cost(lambda: watch(opened + 5 * MINUTE))

        assert list(story(homes[:1])) == list(story(homes[1:]))


class TestFallback:
    """R56: the same responder over her other way, and only then the next."""

    def fail(self, alert, responder, at):
        step = Step.objects.filter(alert=alert, responder=responder, taken_at__isnull=False).latest(
            "taken_at"
        )
        publish(MessageFailed(message_id=step.id, error="503"), now=at)
        return step

    def test_the_other_way_goes_before_the_next_one(self, cast, anna, opened):
        centre, _, team = three_steps(cast.desks)
        other = place(cast, "centrale", opened)
        agree(cast, anna.client_id, [replace(centre, fallback_id=other.id), team], opened)
        alert = open_alert(anna, opened)
        self.fail(alert, "centre", opened + SECOND)
        assert walked(alert) == [
            ("centre", "FAILED", "503"), ("centre", "PLANNED", "fallback"), ("team", "PLANNED", ""),
        ]  # fmt: skip
        assert watch(opened + 2 * SECOND) == 1
        assert OutboxMessage.objects.filter(destination_id=other.id).count() == 1
        self.fail(alert, "centre", opened + 3 * SECOND)
        assert walked(alert)[2] == ("team", "PLANNED", "pulled_forward")
        watch(opened + 4 * SECOND)
        assert walked(alert)[2][:2] == ("team", "TAKEN")

    def test_on_a_roster_her_own_other_way_then_the_next_on_duty(self, cast, anna, duty, opened):
        duty.on("Emre", opened - HOUR, opened + HOUR)
        duty.on("Sanne", opened - HOUR, opened + HOUR, place_=2)
        agree(cast, anna.client_id, [duty.step()], opened)
        alert = open_alert(anna, opened)
        self.fail(alert, "Emre", opened + SECOND)
        watch(opened + 2 * SECOND)
        newest = OutboxMessage.objects.latest("created_at")
        assert newest.destination.name == "sanne"

    def test_the_repetition_of_the_last_step_keeps_its_own_time_and_place(self, cast, anna, opened):
        """The other way takes the next round; what repeats moves up one, and neither is lost or doubled."""
        team = three_steps(cast.desks)[2]
        other = place(cast, "team2", opened)
        agree(cast, anna.client_id, [replace(team, fallback_id=other.id)], opened)
        alert = open_alert(anna, opened)
        for minute in (0, 5, 10):
            at = opened + minute * MINUTE
            watch(at)
            self.fail(alert, "team", at + SECOND)
            assert watch(at + 2 * SECOND) == 1
        rows = Step.objects.filter(alert=alert, state=State.PLANNED)
        assert [each.due_at for each in rows] == [opened + 15 * MINUTE]
        assert OutboxMessage.objects.filter(destination_id=other.id).count() == 3
        assert OutboxMessage.objects.exclude(destination_id=other.id).count() == 3

    def test_who_was_accepted_or_called_since_is_left_alone(self, cast, anna, opened):
        centre, _, team = three_steps(cast.desks)
        other = place(cast, "centrale", opened)
        agree(cast, anna.client_id, [replace(centre, fallback_id=other.id), team], opened)
        alert = open_alert(anna, opened)
        watch(opened + 5 * MINUTE)
        self.fail(alert, "centre", opened + 6 * MINUTE)
        assert Step.objects.filter(reason="fallback").count() == 0
        accept_alert(alert_id=alert.id, by="Jo", now=opened + 7 * MINUTE)
        self.fail(alert, "team", opened + 8 * MINUTE)
        assert watch(opened + 8 * MINUTE) == 0


class TestCarers:
    """Her absence leaves her step out, and the chain does not wait."""

    @pytest.fixture
    def marleen(self, cast, anna, now):
        return add_carer(
            organisation_id=cast.zorg.id, client_id=anna.client_id, name="Marleen", relation="dochter", now=now,
            consented=True,
        )  # fmt: skip

    def away(self, marleen, since, until):
        CarerAbsence.objects.create(
            id=new_id(since), organisation_id=marleen.organisation_id, carer=marleen, starts_at=since,
            ends_at=until, by="Marleen", created_at=since,
        )  # fmt: skip

    def route(self, cast, marleen):
        centre, carer, team = three_steps(cast.desks)
        return centre, replace(carer, carer_id=marleen.id), team

    def test_away_when_her_step_is_taken(self, cast, anna, marleen, opened):
        self.away(marleen, opened + MINUTE, opened + HOUR)
        agree(cast, anna.client_id, self.route(cast, marleen), opened)
        alert = open_alert(anna, opened)
        watch(opened + 5 * MINUTE)
        watch(opened + 5 * MINUTE + SECOND)
        assert walked(alert)[1:3] == [("carer", "SKIPPED", "carer_away"), ("team", "TAKEN", "pulled_forward")]

    def test_away_when_she_would_be_the_first(self, cast, anna, marleen, opened):
        _, carer, team = self.route(cast, marleen)
        self.away(marleen, opened - HOUR, opened + HOUR)
        agree(cast, anna.client_id, [carer, team], opened)
        alert = open_alert(anna, opened)
        assert walked(alert)[:2] == [("carer", "SKIPPED", "carer_away"), ("team", "TAKEN", "")]

    def test_away_when_the_route_goes_on(self, cast, anna, marleen, opened):
        agree(cast, anna.client_id, self.route(cast, marleen), opened)
        alert = open_alert(anna, opened)
        accept_alert(alert_id=alert.id, by="Jo", now=opened)
        self.away(marleen, opened, opened + HOUR)
        handle_alert(
            alert_id=alert.id,
            by="Jo",
            outcome="not_reached",
            cause="unknown",
            remote=True,
            now=opened + MINUTE,
        )
        assert [each[:2] for each in walked(alert) if each[1] == "TAKEN"] == [
            ("centre", "TAKEN"),
            ("team", "TAKEN"),
        ]
