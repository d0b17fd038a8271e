"""No BSN in any table, and on output it is back."""

from __future__ import annotations

import pytest

from reik.interop.fhir.search import parse
from reik.interop.fhir.store import queries
from reik.interop.fhir.store.sealing import HIDDEN, hidden, put_back, take_out
from reik.kernel.tenancy import acting_for
from tests.contexts.fhir_kept import register_as_worker, tables_holding
from tests.contexts.fhir_letters import (
    ANNA,
    BOB,
    BSN_SYSTEM,
    Json,
    agreement,
    medication,
    message,
    patient,
    usual,
)
from tests.contexts.fhir_pharmacy import Pharmacy, pharmacy

__all__ = ["pharmacy"]


def everywhere(bsn: str) -> Json:
    """A message that has the BSN wherever one could think of."""
    dispense, person = agreement(), patient(bsn)
    dispense["identifier"].append({"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": bsn})
    dispense["text"] = {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">voor {bsn}.</div>',
    }
    dispense["note"] = [{"text": f"BSN:{bsn}"}]
    dispense["extension"].append(
        {
            "url": "http://nictiz.nl/fhir/StructureDefinition/ext-RenderedDosageInstruction",
            "valueString": f"1 tablet voor {bsn}",
        }
    )
    dispense["subject"] = {"identifier": {"system": BSN_SYSTEM, "value": bsn}, "display": f"Anna ({bsn})"}
    dispense["authorizingPrescription"] = [
        {"reference": f"MedicationRequest?patient.identifier={BSN_SYSTEM}|{bsn}"}
    ]
    bundle = message(dispense, medication(), of=person)
    bundle["identifier"] = {"system": "https://apotheek.example/bericht", "value": bsn}
    bundle["entry"][2]["request"]["ifNoneExist"] = f"identifier={BSN_SYSTEM}|{bsn}"
    return bundle


@pytest.mark.parametrize("bsn", [ANNA, BOB])
def test_no_table_holds_a_bsn_and_on_output_it_is_back(pharmacy: Pharmacy, bsn: str) -> None:
    bundle = everywhere(bsn)
    taken = pharmacy.send(bundle)
    pharmacy.send(bundle)
    bad = usual(of=patient(bsn))
    bad["entry"][0]["resource"][bsn] = "x"
    pharmacy.refused(bad)
    with acting_for(pharmacy.actor):
        queries.to_be_linked(pharmacy.actor)
        found = queries.read(pharmacy.actor, "MedicationDispense", taken.kept[0].id)
        message_of = queries.search(pharmacy.actor, parse("Bundle", [])).page[0]
    assert tables_holding(bsn) == []
    assert tables_holding("0301234567") == []
    assert found is not None
    assert found.resource["text"]["div"].endswith(f"voor {bsn}.</div>")
    assert found.resource["note"] == [{"text": f"BSN:{bsn}"}]
    assert message_of.resource["identifier"]["value"] == bsn
    assert message_of.resource["entry"][2]["resource"]["identifier"][0]["value"] == bsn


def test_tables_holding_would_find_one(pharmacy: Pharmacy) -> None:
    register_as_worker(pharmacy, f"Mevrouw {ANNA}")
    assert tables_holding(ANNA) == ["people_client"]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"a":"{ANNA}"}}',
        f'{{"a":{ANNA},"b":"1.2.{BOB}.{ANNA}"}}',
        '{"a":"\\u0001 0\\u0002"}',
        '{"a":"12345678901"}',
    ],
)
def test_what_is_taken_out_comes_back(pharmacy: Pharmacy, text: str) -> None:
    with acting_for(pharmacy.actor):
        plain, sealed = take_out(pharmacy.zorg.id, text)
        assert put_back(pharmacy.zorg.id, plain, sealed) == text
    assert ANNA not in plain
    assert BOB not in plain


def test_a_log_line_shows_no_long_number() -> None:
    assert hidden(f"identifier=x|{ANNA}") == f"identifier=x|{HIDDEN}"
