"""What the FHIR door refuses: every refusal has a place, and repeats nothing of the message."""

from __future__ import annotations

from typing import Any

import pytest

from reik.interop.fhir import intake
from reik.interop.fhir.outcome import Refused
from reik.interop.fhir.reading import LARGEST
from reik.kernel.crypto import vault
from tests.contexts.fhir_letters import NICTIZ, Json, agreement, as_json, medication, message, patient, usual
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker, pharmacy

__all__ = ["pharmacy"]


def changed(path: str, value: object, bundle: Json | None = None) -> Json:
    """The usual message with one element set; `path` as entry/name/…"""
    made = bundle or usual()
    *steps, last = path.split("/")
    holder: Any = made["entry"]
    for step in steps:
        holder = holder[int(step) if step.isdigit() else step]
    holder[int(last) if last.isdigit() else last] = value
    return made


MODIFIER = [{"url": "https://example.org/not", "valueBoolean": True}]
PERIOD = "0/resource/extension/1/valuePeriod/"
CANNOT_BE_UNDERSTOOD = {
    "unknown modifier": (
        changed("0/resource/modifierExtension", MODIFIER),
        "Bundle.entry[0].resource.modifierExtension[0]",
    ),
    "known modifier too deep": (
        changed(
            "0/resource/dosageInstruction/0/modifierExtension",
            [{"url": NICTIZ + "ext-StopType", "valueCodeableConcept": {"coding": [{"code": "410546004"}]}}],
        ),
        "Bundle.entry[0].resource.dosageInstruction[0].modifierExtension[0]",
    ),
    "unknown way of stopping": (
        changed(
            "0/resource/modifierExtension",
            [
                {
                    "url": NICTIZ + "ext-StopType",
                    "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]},
                }
            ],
        ),
        "Bundle.entry[0].resource.modifierExtension[0]",
    ),
    "modifier on a person": (
        changed("2/resource/modifierExtension", MODIFIER),
        "Bundle.entry[2].resource.modifierExtension[0]",
    ),
    "implicit rules": (
        changed("0/resource/implicitRules", "https://example.org/rules"),
        "Bundle.entry[0].resource.implicitRules",
    ),
    "bsn": (
        usual(of=patient("999900858")),
        "Bundle.entry[2].resource.identifier[0].value",
    ),
    "bsn as oid in a logical reference": (
        changed(
            "0/resource/authorizingPrescription",
            [{"identifier": {"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": "123"}}],
        ),
        "Bundle.entry[0].resource.authorizingPrescription[0].identifier.value",
    ),
    "other zone": (
        changed(PERIOD + "start", "2026-11-23T08:00:00+09:00"),
        "Bundle.entry[0].resource.extension[1].valuePeriod.start",
    ),
    "midnight in utc": (
        changed(PERIOD + "end", "2026-12-23T00:00:00Z"),
        "Bundle.entry[0].resource.extension[1].valuePeriod.end",
    ),
    "unknown element": (
        changed("0/resource/dosage", "3x"),
        "Bundle.entry[0].resource.dosage",
    ),
    "wrong shape": (
        changed("0/resource/dosageInstruction", {"text": "3x"}),
        "Bundle.entry[0].resource.dosageInstruction",
    ),
    "name that cannot be written": (
        changed("0/resource/a\x00\ud800", "x"),
        "Bundle.entry[0].resource.a\x00\ud800",
    ),
    "character that no XML holds": (
        changed("2/resource/name/0/text", "A.\ufffe"),
        "Bundle.entry[2].resource.name[0].text",
    ),
    "other type": (
        changed("0/resource", {"resourceType": "Appointment", "status": "booked"}),
        "Bundle.entry[0].resource",
    ),
    "type that is no type": (changed("0/resource", {"resourceType": ["x"]}), "Bundle.entry[0].resource"),
    "put": (changed("0/request/method", "PUT"), "Bundle.entry[0].request.method"),
    "other address": (changed("0/request/url", "Patient"), "Bundle.entry[0].request.url"),
    "no patient": (
        {**usual(), "entry": usual()["entry"][:2]},
        "Bundle.entry",
    ),
    "two patients": (
        message(agreement(), medication(), patient("999900742")),
        "Bundle.entry[3].resource",
    ),
    "somebody else": (
        changed("0/resource/subject", {"reference": "urn:uuid:other"}),
        "Bundle.entry[0].resource.subject",
    ),
    "of nobody": (changed("0/resource/subject", None), "Bundle.entry[0].resource.subject"),
    "no entries": ({"resourceType": "Bundle", "type": "transaction"}, "Bundle.entry"),
    "batch": ({**usual(), "type": "batch"}, "Bundle.type"),
    "patient alone": (patient(), "Patient"),
}


@pytest.mark.parametrize("case", CANNOT_BE_UNDERSTOOD, ids=str)
def test_what_cannot_be_understood_is_refused_with_its_place(pharmacy: Pharmacy, case: str) -> None:
    bundle, place = CANNOT_BE_UNDERSTOOD[case]
    refusal = pharmacy.refused(bundle)
    assert refusal.status == 422
    assert place in [each.place for each in refusal.issues]
    ((fate, reason),) = as_worker("SELECT fate, reason FROM ingest_rawmessage")
    assert fate == 3
    assert reason.startswith("422 ")
    assert as_worker("SELECT act, outcome FROM kernel_accessentry") == [("refused", "refused")]


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (as_json(changed("2/resource/name/0/text", "A.\x00 Bakker")), 400, "resource.name[0].text"),
        (as_json(changed("2/resource/name/0/text", "A.\ud800")), 400, "resource.name[0].text"),
        (b"", 400, "line 1 column 1"),
        (b'{"resourceType": "Bundle", ', 400, "line 1"),
        (b"<Bundle xmlns='http://hl7.org/fhir'><type", 400, "line 1"),
        (b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Bundle xmlns='http://hl7.org/fhir'/>", 400, "line 1"),
        (b"\xff\xfe\x00\x01", 400, ""),
        (as_json(changed("0/resource/dosageInstruction/0/sequence", "1")), 400, "Instruction[0].sequence"),
        (b" " * LARGEST + as_json(usual()), 413, "bytes"),
    ],
)  # fmt: skip
def test_what_is_no_fhir_is_refused_and_kept(
    pharmacy: Pharmacy, body: bytes, status: int, place: str
) -> None:
    refusal = pharmacy.refused(body)
    assert refusal.status == status
    assert place in refusal.issues[0].place
    ((fate, kept),) = as_worker("SELECT fate, body FROM ingest_rawmessage")
    assert fate == 3
    assert vault().open(pharmacy.zorg.id, bytes(kept)) == body[:LARGEST]


def test_no_refusal_repeats_what_the_message_said() -> None:
    for bundle, _ in CANNOT_BE_UNDERSTOOD.values():
        with pytest.raises(Refused) as refusal:
            intake.read_letter(as_json(bundle))
        assert "9999" not in str(refusal.value)
        assert "Bakker" not in str(refusal.value)
