"""An agreement that cannot be planned is somebody's task until a message comes that can be."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from reik.kernel import facts
from reik.kernel.operations import found_organisation
from reik.medication.facts import AgreementsReceived
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests.cast import gather, welcome


@transaction.atomic
def received(client, number, now):
    facts.publish(
        [
            AgreementsReceived(
                organisation_id=client.organisation_id, client_id=client.id, message_id=str(now),
                unplannable=number, differences=0,
            )
        ],
        now,
    )  # fmt: skip


def test_it_waits_for_the_nurse_or_the_pharmacy_that_has_an_account(database, now):
    cast = gather(now)
    anna, bert = welcome(cast.zorg, "Anna de Vries", now), welcome(cast.zorg, "Bert Smit", now)
    vijzel = found_organisation(name="De Vijzel", kind="pharmacy", now=now)
    give_pharmacy(
        bert.id,
        register_pharmacy(organisation_id=cast.zorg.id, name="De Vijzel", partner_id=vijzel.id, now=now),
    )
    for client in (anna, bert):
        received(client, 2, now)
        received(client, 2, now)
    found = {each.client_id: each for each in open_tasks_of([anna.id, bert.id])}
    assert len(open_tasks_of([anna.id, bert.id])) == 2
    assert (found[anna.id].owner_role, found[bert.id].owner_role) == ("nurse", "pharmacist")
    assert found[anna.id].detail["count"] == 2
    received(anna, 0, now + timedelta(hours=1))
    assert [each.client_id for each in open_tasks_of([anna.id, bert.id])] == [bert.id]
