"""An arrangement is agreed on in versions, and a way is tried before it is relied on (R45, R57)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reik.alerting import routes
from reik.alerting.arrangements import seen, trying
from reik.alerting.arrangements.choosing import Asked, OtherRoute
from reik.alerting.models import DeliveryTest
from reik.alerting.operations import EmergencyPath, agree_arrangement
from reik.alerting.policy import ArrangementInvalid
from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.people.models import Roster
from reik.people.operations import add_carer
from tests.cast import three_steps, three_webhooks, welcome
from tests.contexts.routes.routed import MINUTE, NIGHT, SECOND, agree, duty, publish

__all__ = ["duty"]


class TestAgreeing:
    """Versions are never edited; what cannot be reached is refused, with a sentence."""

    def test_a_version_keeps_its_words_its_path_and_its_routes(self, cast, anna, duty, opened):
        centre, _, team = three_steps(cast.desks)
        path = EmergencyPath(
            words="Bel 112 bij nood.", responder="Noodteam", destination_id=cast.desks["centre"].id
        )
        night = OtherRoute(name="Nacht", when=replace(NIGHT, weekdays=0b01100000), steps=(duty.step(),))
        agree(cast, anna.client_id, [team], opened)
        agree(
            cast, anna.client_id, [centre, team], opened + MINUTE, others=[night], emergency=path,
            words="Wij bellen u eerst zelf.", based_on=1,
        )  # fmt: skip
        newest, first = seen.versions(cast.zorg.id, anna.client_id)
        assert (newest.version, first.version, newest.agreed_by) == (2, 1, "Jo")
        assert (newest.words, newest.emergency_words) == ("Wij bellen u eerst zelf.", "Bel 112 bij nood.")
        assert [each.number for each in newest.routes] == [0, 1]
        assert newest.routes[1].when == night.when
        assert [each.step for each in newest.routes[1].steps] == list(night.steps)
        assert [each.step for each in newest.routes[0].steps] == [centre, team]
        assert newest.routes[1].steps[0].roster == "Team van dienst"
        assert seen.holding(anna.client_id) == newest
        late = opened.replace(hour=23)
        zone = routes.current([anna.client_id])[anna.client_id].zone
        assert seen.preview(newest, Asked(at=late), zone).route.number == 0  # a Monday
        saturday = late + timedelta(days=5)
        assert seen.preview(newest, Asked(at=saturday), zone).route.number == 1

    def test_who_agrees_on_an_older_version_hears_it(self, cast, anna, opened):
        team = three_steps(cast.desks)[2]
        agree(cast, anna.client_id, [team], opened, based_on=0)
        with pytest.raises(ArrangementInvalid, match="meantime") as refused:
            agree(cast, anna.client_id, [team], opened, based_on=0)
        assert refused.value.code == "overtaken"

    def refused(self, cast, route, now, client_id=None, **more) -> str:
        before = seen.versions(cast.zorg.id, client_id)
        with pytest.raises(ArrangementInvalid) as refusal:
            agree(cast, client_id, route, now, **more)
        assert seen.versions(cast.zorg.id, client_id) == before
        return refusal.value.code

    def test_a_destination_of_another_organisation(self, cast, now):
        theirs = three_webhooks(cast.eva.id, now)["team"]
        team = three_steps(cast.desks)[2]
        assert self.refused(cast, [replace(team, destination_id=theirs.id)], now) == "unknown"
        assert self.refused(cast, [replace(team, fallback_id=theirs.id)], now) == "unknown"
        path = EmergencyPath(responder="x", destination_id=theirs.id)
        assert self.refused(cast, [team], now, emergency=path) == "unknown"

    def test_a_roster_that_has_ended_or_is_anothers(self, cast, duty, now):
        Roster.objects.update(ended_at=now)
        assert self.refused(cast, [duty.step()], now) == "roster"
        Roster.objects.update(ended_at=None)
        agree(cast, None, [duty.step()], now)
        with pytest.raises(ArrangementInvalid):
            agree_arrangement(
                organisation_id=cast.eva.id, client_id=None, route=[duty.step()], agreed_by="Jo", now=now
            )

    def test_a_carer_of_another_or_without_consent(self, cast, anna, now):
        centre, carer, team = three_steps(cast.desks)
        stranger = add_carer(
            organisation_id=cast.zorg.id, client_id=welcome(cast.zorg, "Cor", now).id, name="Ad", relation="zoon",
            now=now, consented=True,
        )  # fmt: skip
        step = replace(carer, carer_id=stranger.id)
        assert self.refused(cast, [centre, step, team], now, anna.client_id) == "carer"
        assert self.refused(cast, [centre, step, team], now) == "carer"

    def test_the_last_resort_of_a_roster_is_the_end_that_counts(self, cast, duty, now):
        trying.try_destination(organisation_id=cast.zorg.id, destination_id=duty.resort.id, by="Jo", now=now)
        publish(MessageFailed(message_id=DeliveryTest.objects.get().id, error="550"), now=now)
        assert self.refused(cast, [duty.step()], now) == "test_failed"


class TestDeliveryTests:
    """A wrong number is found at entry."""

    def tried(self, cast, now, **told):
        team = cast.desks["team"]
        id = trying.try_destination(organisation_id=cast.zorg.id, destination_id=team.id, by="Jo", now=now)
        return id, team

    def test_it_goes_through_the_outbox_as_a_test(self, cast, now):
        id, team = self.tried(cast, now)
        message = OutboxMessage.objects.get(id=id)
        assert message.destination_id == team.id
        assert '"type":"test.message"' in message.body
        assert trying.tries_of([team.id])[team.id].state == "waiting"

    def test_what_did_not_arrive_is_refused_until_a_later_test_does(self, cast, now):
        id, team = self.tried(cast, now)
        publish(MessageFailed(message_id=id, error="550 no such user"), now=now + SECOND)
        seen_ = trying.tries_of([team.id])[team.id]
        assert (seen_.state, seen_.error) == ("failed", "550 no such user")
        with pytest.raises(ArrangementInvalid, match="did not arrive"):
            agree(cast, None, three_steps(cast.desks), now)
        again, _ = self.tried(cast, now + MINUTE)
        publish(MessageSent(message_id=again), now=now + MINUTE)
        assert trying.tries_of([team.id])[team.id].state == "delivered"
        agree(cast, None, three_steps(cast.desks), now)

    def test_a_later_try_of_the_same_message_counts(self, cast, now):
        id, team = self.tried(cast, now)
        publish(MessageFailed(message_id=id, error="421 later"), now=now + SECOND)
        publish(MessageSent(message_id=id), now=now + 10 * SECOND)
        assert trying.tries_of([team.id])[team.id].state == "delivered"

    def test_not_there_is_refused(self, cast, now):
        theirs = three_webhooks(cast.eva.id, now)["team"]
        with pytest.raises(trying.TryRefused):
            trying.try_destination(organisation_id=cast.zorg.id, destination_id=theirs.id, by="Jo", now=now)
