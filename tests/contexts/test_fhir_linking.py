"""A message whose client is not known waits for a person, who links or refuses once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reik.interop.fhir.store import operations, queries
from reik.interop.fhir.store.operations import NothingToLink
from reik.kernel.database import Role, become
from reik.kernel.tenancy import acting_for
from reik.people.matching import NotThisClient
from reik.people.operations import register_client
from tests.contexts.fhir_kept import handed, register_as_worker, send_later, tables_holding, waiting
from tests.contexts.fhir_letters import ANNA, BOB, CARLA, patient, usual
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker, pharmacy

__all__ = ["pharmacy"]


def test_an_unknown_client_waits_and_plans_nothing_until_a_person_links_her(pharmacy: Pharmacy) -> None:
    first = pharmacy.send(usual(of=patient(BOB)))
    second = send_later(pharmacy, usual(number="TA-2", of=patient(BOB)))
    assert first.client_id is None
    (one,) = waiting(pharmacy)
    assert (one.reason, one.name, one.birth_date, one.has_bsn, one.messages) == (
        "client-unknown", "A. Bakker", date(1950, 2, 3), True, 2,
    )  # fmt: skip
    assert handed() == []
    bob = register_as_worker(pharmacy, "Bob")
    with acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=bob, now=pharmacy.now)  # type: ignore[arg-type]
    assert handed() == [str(first.message_id), str(second.message_id)]
    assert waiting(pharmacy) == []
    # From now on her BSN finds her.
    assert send_later(pharmacy, usual(number="TA-3", of=patient(BOB)), 2).client_id == bob
    assert as_worker("SELECT act, detail FROM kernel_accessentry WHERE object_kind = 'to link'") == [
        ("change", "linked")
    ]


def test_a_patient_without_bsn_is_found_by_her_number_once_linked(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(of=patient(None, number="K-17")))
    (one,) = waiting(pharmacy)
    assert (one.reason, one.has_bsn) == ("no-bsn", False)
    with acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=pharmacy.anna.id, now=pharmacy.now)
    taken = send_later(pharmacy, usual(number="TA-2", of=patient(None, number="K-17")))
    assert taken.client_id == pharmacy.anna.id
    assert tables_holding("K-17") == ["fhir_token"]


def test_a_refusal_stands_and_a_new_message_asks_again(pharmacy: Pharmacy) -> None:
    bundle = usual(of=patient(BOB))
    pharmacy.send(bundle)
    (one,) = waiting(pharmacy)
    with acting_for(pharmacy.actor):
        operations.refuse_link(pharmacy.actor, to_link_id=one.id, reason="niet van ons", now=pharmacy.now)
    assert send_later(pharmacy, bundle).again
    assert waiting(pharmacy) == []
    send_later(pharmacy, usual(number="TA-2", of=patient(BOB)), 2)
    assert len(waiting(pharmacy)) == 1
    assert handed() == []


def test_nobody_decides_twice(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(of=patient(BOB)))
    (one,) = waiting(pharmacy)
    with acting_for(pharmacy.actor):
        operations.refuse_link(pharmacy.actor, to_link_id=one.id, reason="", now=pharmacy.now)
    with acting_for(pharmacy.actor), pytest.raises(NothingToLink):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=pharmacy.anna.id, now=pharmacy.now)
    stranger = replace(pharmacy.actor, organisations=())
    with acting_for(pharmacy.actor), pytest.raises(NothingToLink):
        operations.refuse_link(stranger, to_link_id=one.id, reason="", now=pharmacy.now)


def test_a_message_waits_no_more_when_its_client_is_registered_and_it_comes_again(
    pharmacy: Pharmacy,
) -> None:
    bundle = usual(of=patient(BOB))
    first = pharmacy.send(bundle)
    bob = register_as_worker(pharmacy, "Bob", bsn=BOB)
    again = send_later(pharmacy, bundle)
    assert (again.again, again.client_id) == (True, bob)
    assert handed() == [str(first.message_id)]
    assert waiting(pharmacy) == []
    assert as_worker("SELECT state, decided_by FROM fhir_tolink") == [(1, "found by number")]


def test_another_birth_date_is_for_a_person_to_judge(pharmacy: Pharmacy) -> None:
    register_as_worker(pharmacy, "Carla", bsn=CARLA, birth_date=date(1940, 5, 6))
    pharmacy.send(usual(of=patient(CARLA, born="1941-05-06")))
    assert [each.reason for each in waiting(pharmacy)] == ["birth-date-differs"]
    assert send_later(pharmacy, usual(number="TA-2", of=patient(CARLA, born="1940"))).client_id


def test_numbers_of_two_clients_are_for_a_person_and_a_wrong_choice_is_refused(pharmacy: Pharmacy) -> None:
    bob = register_as_worker(pharmacy, "Bob", bsn=BOB)
    pharmacy.send(usual(of=patient(None, number="K-17")))
    with acting_for(pharmacy.actor):
        (one,) = queries.to_be_linked(pharmacy.actor)
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=bob, now=pharmacy.now)  # type: ignore[arg-type]
    both = send_later(pharmacy, usual(number="TA-2", of=patient(ANNA, number="K-17")))
    assert both.unsure == "two-clients"
    (one,) = waiting(pharmacy)
    for wrong in (bob, pharmacy.anna.id):
        with pytest.raises(NotThisClient), acting_for(pharmacy.actor):
            operations.link(pharmacy.actor, to_link_id=one.id, client_id=wrong, now=pharmacy.now)  # type: ignore[arg-type]
    assert len(waiting(pharmacy)) == 1


def test_a_client_of_another_organisation_cannot_be_chosen(pharmacy: Pharmacy) -> None:
    from reik.kernel.operations import found_organisation

    become(Role.WORKER)
    eva = found_organisation(name="Eva", kind="care", now=pharmacy.now)
    theirs = register_client(organisation_id=eva.id, name="Bob", now=pharmacy.now)
    become(Role.WEB)
    pharmacy.send(usual(of=patient(BOB)))
    (one,) = waiting(pharmacy)
    with pytest.raises(NotThisClient), acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=theirs.id, now=pharmacy.now)
