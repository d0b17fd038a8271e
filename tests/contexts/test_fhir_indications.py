"""An indication that a care record sends over FHIR: opens the form as the screen does, once, and ends as it began."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.interop.fhir.store import operations, queries
from reik.kernel.database import Role, become
from reik.kernel.tenancy import acting_for
from reik.pathway.models import CarePath, Indication
from reik.pathway.selection import indications
from reik.pathway.selection.indications import Entry
from reik.pathway.terms import set_terms
from reik.people.operations import register_client
from tests.contexts.fhir_letters import ANNA, BOB, Json, as_json, as_xml, message, patient, usual
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker, pharmacy

__all__ = ["pharmacy"]
OWN = {"system": "urn:reik:indication", "code": "medicatieaanreiking"}


def indication(number: str = "IND-1", status: str = "active", **more: Any) -> Json:
    made = {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "https://ecd.example/indicaties", "value": number}],
        "status": status,
        "intent": "order",
        "category": [{"coding": [{"system": "urn:reik:basis", "code": "zvw"}]}],
        "code": {"coding": [OWN]},
        "subject": {"reference": "urn:uuid:patient", "type": "Patient"},
        "occurrencePeriod": {"start": "2026-11-23", "end": "2027-05-31"},
        **more,
    }
    return {name: value for name, value in made.items() if value != []}


def held(pharmacy: Pharmacy) -> list[tuple[Any, ...]]:
    query = (
        "SELECT basis, starts_on::text, ends_on::text, source, source_key, ended_because, in_care_plan"
        " FROM pathway_indication ORDER BY ended_at IS NULL, source_key"
    )
    return as_worker(query)


def tasks() -> list[tuple[Any, ...]]:
    return as_worker("SELECT kind, owner_role FROM tasks_task WHERE ended_at IS NULL ORDER BY kind")


@pytest.mark.parametrize("form", [as_json, as_xml])
def test_an_indication_opens_the_form(pharmacy: Pharmacy, form: Any) -> None:
    taken = pharmacy.send(form(message(indication(basedOn=[{"type": "CarePlan", "display": "Zorgplan"}]))))
    assert taken.client_id == pharmacy.anna.id
    key = "https://ecd.example/indicaties|IND-1"
    assert held(pharmacy) == [("zvw", "2026-11-23", "2027-05-31", "fhir", key, "", True)]
    assert as_worker("SELECT state, setting FROM pathway_carepath") == [("selecting", "zvw")]
    assert ("path.selection", "nurse") in tasks()


def test_the_same_message_twice_is_once(pharmacy: Pharmacy) -> None:
    first, second = pharmacy.send(message(indication())), pharmacy.send(message(indication()))
    assert (first.again, second.again) == (False, True)
    assert len(held(pharmacy)) == 1
    assert as_worker("SELECT count(*) FROM pathway_carepath") == [(1,)]
    # ... and said in other words, but the same
    pharmacy.send(message(indication(note=[{"text": "nagekeken"}])))
    assert len(held(pharmacy)) == 1


def test_a_longer_indication_takes_the_place_of_the_one_before(pharmacy: Pharmacy) -> None:
    pharmacy.send(message(indication()))
    pharmacy.send(message(indication(occurrencePeriod={"start": "2026-11-23"})))
    assert [(each[2], each[5]) for each in held(pharmacy)] == [("2027-05-31", "replaced"), (None, "")]
    assert as_worker("SELECT count(*) FROM pathway_carepath") == [(1,)]


@pytest.mark.parametrize(
    ("status", "because"),
    [("revoked", "revoked"), ("completed", "completed"), ("entered-in-error", "entered_in_error")],
)
def test_what_is_over_ends_with_a_task(pharmacy: Pharmacy, status: str, because: str) -> None:
    pharmacy.send(message(indication()))
    pharmacy.send(message(indication(status=status)))
    assert [each[5] for each in held(pharmacy)] == [because]
    assert ("path.indication", "nurse") in tasks()
    # the first message again, late: it was handed over once
    pharmacy.send(message(indication()))
    assert [each[5] for each in held(pharmacy)] == [because]


def test_a_new_one_with_the_end_of_the_old_in_one_message(pharmacy: Pharmacy) -> None:
    pharmacy.send(message(indication()))
    new = indication("IND-2", occurrencePeriod={"start": "2026-11-24"})
    pharmacy.send(message(new, indication(status="completed")))
    assert [(each[4][-5:], each[5]) for each in held(pharmacy)] == [("IND-1", "completed"), ("IND-2", "")]
    assert ("path.indication", "nurse") not in tasks()


def test_the_end_of_one_that_reik_never_had_ends_nothing_but_asks_a_nurse(pharmacy: Pharmacy) -> None:
    with acting_for(pharmacy.actor):
        entry = Entry(client_id=pharmacy.anna.id, basis="zvw", starts_on=pharmacy.now.date())
        indications.enter(entry, by="Fatma Yılmaz", role="nurse", now=pharmacy.now)
    pharmacy.send(message(indication(status="revoked")))
    assert [each[5] for each in held(pharmacy)] == [""]
    assert ("path.indication_differs", "nurse") in tasks()


def test_what_was_typed_is_known_by_its_name_once_the_record_says_the_same(pharmacy: Pharmacy) -> None:
    pharmacy.send(message(indication(occurrencePeriod={"start": "2026-11-23"})))
    become(Role.WORKER)
    Indication.objects.update(source="typed", source_key="")
    become(Role.WEB)
    pharmacy.send(message(indication(occurrencePeriod={"start": "2026-11-23"}, priority="routine")))
    pharmacy.send(message(indication(status="revoked")))
    assert [each[5] for each in held(pharmacy)] == ["revoked"]


def test_an_unknown_client_waits_with_a_reason_and_nothing_is_lost(pharmacy: Pharmacy) -> None:
    taken = pharmacy.send(message(indication(), of=patient(BOB)))
    assert (taken.client_id, taken.unsure) == (None, "client-unknown")
    assert held(pharmacy) == []
    become(Role.WORKER)
    bob = register_client(organisation_id=pharmacy.zorg.id, name="B. Bos", now=pharmacy.now)
    become(Role.WEB)
    with acting_for(pharmacy.actor):
        (waiting,) = queries.to_be_linked(pharmacy.actor)
        operations.link(pharmacy.actor, to_link_id=waiting.id, client_id=bob.id, now=pharmacy.now)
    assert [each[3] for each in held(pharmacy)] == ["fhir"]
    assert as_worker("SELECT client_id FROM pathway_carepath") == [(bob.id,)]


def test_an_organisations_own_code_with_its_law(pharmacy: Pharmacy) -> None:
    code = {"system": "urn:oid:1.2.3.4", "code": "HB07"}
    bundle = message(indication(code={"coding": [code]}, category=[]))
    refusal = pharmacy.refused(bundle)
    assert "/zorgpad/instellingen" in str(refusal)
    assert [each.who.value for each in refusal.issues] == ["a team manager of this organisation"]
    rows = [{"system": "1.2.3.4", "code": "HB07", "basis": "wlz_home"}]
    with acting_for(pharmacy.actor):
        set_terms(
            organisation_id=pharmacy.zorg.id, names={}, terms={}, choices={"indication_codes": rows}, version=0,
            by="Els", now=pharmacy.now,
        )  # fmt: skip
    again = port.read_again(refusal.message_id, actor=pharmacy.actor, now=pharmacy.now)  # type: ignore[arg-type]
    assert again is not None
    assert [each[0] for each in held(pharmacy)] == ["wlz_home"]


def test_another_request_beside_it_is_left_aside_with_a_warning(pharmacy: Pharmacy) -> None:
    other = indication("ZORG-9", code={"coding": [{"system": "urn:oid:1.2.3.4", "code": "wond"}]})
    taken = pharmacy.send(message(indication(), other))
    assert [index for index, _ in taken.warnings] == [1]
    assert len(held(pharmacy)) == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"status": "draft"}, "status"),
        ({"intent": "proposal"}, "intent"),
        ({"doNotPerform": True}, "doNotPerform"),
        ({"identifier": []}, "identifier"),
        ({"identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": ANNA}]}, "identifier"),
        ({"occurrencePeriod": {"start": "2026-11"}}, "occurrencePeriod.start"),
        ({"occurrencePeriod": {"start": "1926-11-01"}}, "occurrencePeriod.start"),
        ({"occurrencePeriod": {"start": "2026-11-23", "end": "2026-11-01"}}, "occurrencePeriod.end"),
        ({"category": []}, "category"),
        ({"category": [{"coding": [{"system": "urn:reik:basis", "code": "gratis"}]}]}, "category"),
        ({"subject": {"reference": "urn:uuid:another"}}, "subject"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(
    pharmacy: Pharmacy, change: Json, place: str
) -> None:
    refusal = pharmacy.refused(message(indication(**change)))
    assert refusal.status == 422
    assert any(each.place == f"Bundle.entry[0].resource.{place}" for each in refusal.issues), refusal.issues
    assert held(pharmacy) == []


def test_two_at_once_are_refused(pharmacy: Pharmacy) -> None:
    refusal = pharmacy.refused(message(indication(), indication("IND-2")))
    assert "one indication" in str(refusal)


def test_the_name_of_another_clients_indication_is_refused(pharmacy: Pharmacy) -> None:
    become(Role.WORKER)
    register_client(organisation_id=pharmacy.zorg.id, name="B. Bos", bsn=BOB, now=pharmacy.now)
    become(Role.WEB)
    pharmacy.send(message(indication(), of=patient(BOB)))
    refusal = pharmacy.refused(message(indication()))
    assert "of another client" in str(refusal)
    assert len(held(pharmacy)) == 1


def test_one_whose_last_day_is_past_opens_nothing(pharmacy: Pharmacy) -> None:
    pharmacy.send(message(indication(occurrencePeriod={"start": "2026-01-01", "end": "2026-06-30"})))
    assert held(pharmacy) == []
    assert as_worker("SELECT count(*) FROM pathway_carepath") == [(0,)]


def test_agreements_and_an_indication_in_one_message(pharmacy: Pharmacy) -> None:
    bundle = usual()
    bundle["entry"].insert(
        0, {"fullUrl": "urn:uuid:ind", "resource": indication(), "request": {"method": "POST", "url": "ServiceRequest"}}
    )  # fmt: skip
    pharmacy.send(bundle)
    assert len(held(pharmacy)) == 1
    assert as_worker("SELECT count(*) FROM medication_agreementmessage") == [(1,)]


def test_of_a_partner_only_for_whose_record_it_is(pharmacy: Pharmacy) -> None:
    """An organisation that is not the actor's own is never opened a path in."""
    with pytest.raises(Refused):
        port.addressed(pharmacy.actor, "Een andere organisatie")
    pharmacy.send(message(indication()))
    become(Role.WORKER)
    assert {each.organisation_id for each in CarePath.objects.all()} == {pharmacy.zorg.id}
    assert CarePath.objects.get().opened_at - pharmacy.now < timedelta(seconds=1)
