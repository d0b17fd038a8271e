"""What the FHIR door takes: raw first, then all or nothing, and the same again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reik.interop.fhir import port
from reik.interop.fhir.port import Parked
from reik.interop.fhir.store import handover
from reik.interop.fhir.store.operations import Taken
from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.operations import mark_installation
from tests.contexts.fhir_letters import (
    ANNA,
    Json,
    agreement,
    as_json,
    as_xml,
    medication,
    message,
    patient,
    usual,
)
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker, pharmacy, stored

__all__ = ["pharmacy"]


def test_a_message_is_stored_planned_and_logged(pharmacy: Pharmacy) -> None:
    taken = pharmacy.send(usual())
    assert (taken.client_id, taken.unsure, taken.again) == (pharmacy.anna.id, None, False)
    assert [each.became.value for each in taken.kept] == ["new", "new", "new"]
    assert as_worker("SELECT fate, interpreter, peer, reason FROM ingest_rawmessage") == [
        (1, "fhir/1", "Apotheek", "")
    ]
    ((client, message_id, said),) = as_worker(
        "SELECT client_id, message_id, agreements FROM medication_agreementmessage"
    )
    assert (client, message_id) == (pharmacy.anna.id, str(taken.message_id))
    assert "630586" in json.dumps(said)
    ((act, kind, ids),) = as_worker("SELECT act, object_kind, object_ids FROM kernel_accessentry")
    assert (act, kind) == ("create", "fhir message")
    assert {str(pharmacy.anna.id), *(str(each.id) for each in taken.kept)} <= set(
        json.loads(ids) if isinstance(ids, str) else ids
    )


def test_the_raw_message_is_committed_sealed_before_anybody_reads_it(
    pharmacy: Pharmacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, ...]] = []

    def look(*_values: object, **_named: object) -> None:
        import psycopg
        from django.db import connection

        settings = connection.get_connection_params()
        with psycopg.connect(
            host=settings["host"], port=settings["port"], user="reik_worker", dbname=settings["dbname"],
            password=pytest.importorskip("reik.kernel.home").Home.from_environment().password("postgres:reik_worker"),
        ) as other:  # fmt: skip
            seen.extend(other.execute("SELECT fate, body FROM ingest_rawmessage").fetchall())
        raise RuntimeError(f"breaks on {ANNA}")

    monkeypatch.setattr(port, "read_letter", look)
    with pytest.raises(Parked, match="It is kept as"):
        pharmacy.send(usual())
    ((fate, body),) = seen
    assert fate == 0
    assert vault().open(pharmacy.zorg.id, body) == as_json(usual())


def test_a_message_that_breaks_reik_is_parked_without_its_content_in_log_or_reason(
    pharmacy: Pharmacy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_values: object, **_named: object) -> None:
        raise RuntimeError(f"breaks on {ANNA}")

    monkeypatch.setattr(handover, "hand_over", breaks)
    monkeypatch.setattr("reik.interop.fhir.store.operations.hand_over", breaks)
    before = stored()
    with pytest.raises(Parked):
        pharmacy.send(usual())
    assert stored() == before
    assert as_worker("SELECT fate, reason FROM ingest_rawmessage") == [(2, "poison RuntimeError")]
    assert ANNA not in caplog.text
    assert "is parked" in caplog.text


def test_the_same_message_again_changes_nothing_in_either_form(pharmacy: Pharmacy) -> None:
    first = pharmacy.send(usual())
    before = stored()
    for body in (as_json(usual()), as_xml(usual())):
        again = pharmacy.send(body)
        assert again.again
        assert [(each.id, each.version) for each in again.kept] == [
            (each.id, each.version) for each in first.kept
        ]
        assert again.kept[0].resource == first.kept[0].resource
    assert stored() == before


def test_an_old_message_that_comes_again_late_does_not_bring_the_old_back(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(dose="1"))
    pharmacy.send(usual(dose="2"))
    again = pharmacy.send(usual(dose="1"))
    assert again.kept[0].version == 1
    assert as_worker("SELECT version FROM fhir_resource WHERE type = 'MedicationDispense'") == [(2,)]


def test_only_what_differs_gets_a_new_version(pharmacy: Pharmacy) -> None:
    first = pharmacy.send(usual())
    second = pharmacy.send(usual(dose="2"))
    assert [(each.became.value, each.version) for each in second.kept] == [
        ("changed", 2),
        ("same", 1),
        ("same", 1),
    ]
    assert [each.id for each in first.kept] == [each.id for each in second.kept]


def test_digits_count_half_a_tablet_written_longer_is_another_content(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(dose="0.5"))
    taken = pharmacy.send(as_json(usual(dose="0.5")).replace(b"0.5", b"0.50"))
    assert taken.kept[0].became == "changed"
    assert b"0.50" in intake_json(taken)


def intake_json(taken: Taken) -> bytes:
    from reik.interop.fhir.writing import to_json

    return to_json(taken.kept[0].resource)


def test_ta_and_mve_under_one_number_are_two_things(pharmacy: Pharmacy) -> None:
    supply = agreement()
    supply["category"]["coding"][0]["code"] = "373784005"
    taken = pharmacy.send(message(agreement(), supply, medication()))
    assert len({each.id for each in taken.kept}) == 4


def test_the_same_medicine_of_two_messages_is_one_and_two_nameless_people_are_two(
    pharmacy: Pharmacy,
) -> None:
    first = pharmacy.send(usual(of=patient(None)))
    other = usual(number="TA-2", of=patient(None))
    for each in other["entry"]:
        each["fullUrl"] = each["fullUrl"].replace("patient", "somebody")
    other["entry"][0]["resource"]["subject"]["reference"] = "urn:uuid:somebody"
    second = pharmacy.send(other)
    assert first.kept[1].id == second.kept[1].id
    assert first.kept[2].id != second.kept[2].id


def test_references_point_into_the_store(pharmacy: Pharmacy) -> None:
    dispense, product, person = pharmacy.send(usual()).kept
    assert dispense.resource["medicationReference"]["reference"] == f"Medication/{product.id}"
    assert dispense.resource["subject"]["reference"] == f"Patient/{person.id}"


def test_if_none_exist_leaves_what_is_known_as_it_is(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual())
    bundle = usual(of=patient(born="1951-01-01"))
    bundle["entry"][2]["request"]["ifNoneExist"] = f"identifier=http://fhir.nl/fhir/NamingSystem/bsn|{ANNA}"
    taken = pharmacy.send(bundle)
    assert taken.kept[2].became == "same"
    assert taken.kept[2].resource["birthDate"] == "1950-02-03"


@pytest.mark.parametrize("form", [as_json, as_xml])
def test_unplannable_dosing_is_accepted(pharmacy: Pharmacy, form: Callable[[Json], bytes]) -> None:
    bundle = usual()
    del bundle["entry"][0]["resource"]["dosageInstruction"]
    assert pharmacy.send(form(bundle)).client_id == pharmacy.anna.id
    ((unplannable,),) = as_worker("SELECT unplannable FROM medication_agreementmessage")
    assert "no-dosage" in json.dumps(unplannable)


def test_dutch_time_in_any_season_and_clear_instants_in_utc_are_taken(pharmacy: Pharmacy) -> None:
    for number, start in enumerate(
        ["2026-11-23T08:00:00+02:00", "2026-07-01T00:00:00+01:00", "2026-11-23T07:30:00Z", "2026-11-23"]
    ):
        assert pharmacy.send(usual(number=f"TA-{number}", start=start)).client_id


def test_a_demo_takes_made_up_people_only(pharmacy: Pharmacy) -> None:
    become(Role.WORKER)
    mark_installation("demo", pharmacy.now)
    become(Role.WEB)
    refusal = pharmacy.refused(usual(of=patient("123456782")))
    assert refusal.issues[0].place == "Bundle.entry[2].resource.identifier[0].value"
    assert pharmacy.send(usual()).client_id
