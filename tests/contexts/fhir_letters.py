"""Small MP9 messages, made up here: a pharmacy's TA with its product, for whoever a test is about."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

BSN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"
NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
ANNA, BOB, CARLA = "999900857", "999900742", "999900791"
TA_ROOT = "urn:oid:2.16.840.1.113883.2.4.3.11.999.77.422037009.1"

Json = dict[str, Any]


def patient(bsn: str | None = ANNA, *, number: str | None = None, born: str = "1950-02-03") -> Json:
    identifiers = [{"system": BSN_SYSTEM, "value": bsn}] if bsn else []
    if number:
        identifiers.append({"system": "https://apotheek.example/nummers", "value": number})
    made: Json = {
        "resourceType": "Patient",
        "name": [{"text": "A. Bakker", "family": "Bakker", "given": ["A."]}],
        "telecom": [{"system": "phone", "value": "0301234567"}],
        "gender": "female",
        "birthDate": born,
    }
    return {**made, "identifier": identifiers} if identifiers else made


def medication(display: str = "METOPROLOL TABLET 50MG", code: str = "630586") -> Json:
    coding = {"system": "urn:oid:2.16.840.1.113883.2.4.4.7", "code": code, "display": display}
    return {"resourceType": "Medication", "code": {"coding": [coding], "text": display}}


def agreement(
    number: str = "TA-1",
    *,
    start: str = "2026-11-23T00:00:00+01:00",
    times: tuple[str, ...] = ("08:00:00",),
    registered: str = "2026-11-20T10:00:00+01:00",
    dose: str = "1",
) -> Json:
    """A TA in a roll (GDS), so many times a day."""
    repeat = {"timeOfDay": list(times), "frequency": len(times), "period": 1, "periodUnit": "d"}
    quantity = {"value": "DOSE", "unit": "stuk", "system": "http://unitsofmeasure.org", "code": "1"}
    gds = {"system": "urn:oid:2.16.840.1.113883.2.4.3.11.60.20.77.5.3.8", "code": "1"}
    made = {
        "resourceType": "MedicationDispense",
        "extension": [
            {"url": NICTIZ + "ext-RegistrationDateTime", "valueDateTime": registered},
            {"url": NICTIZ + "ext-TimeInterval.Period", "valuePeriod": {"start": start}},
            {
                "url": NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
                "valueIdentifier": {"system": "urn:oid:1.2.3", "value": "MBH-" + number},
            },
            {
                "url": NICTIZ + "ext-MedicationDispense.DistributionForm",
                "valueCodeableConcept": {"coding": [gds]},
            },
        ],
        "identifier": [{"system": TA_ROOT, "value": number}],
        "status": "unknown",
        "category": {"coding": [{"system": "http://snomed.info/sct", "code": "422037009"}]},
        "medicationReference": {"reference": "urn:uuid:product", "display": "METOPROLOL"},
        "subject": {"reference": "urn:uuid:patient", "type": "Patient"},
        "dosageInstruction": [
            {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity}]},
        ],
    }
    made["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = json.loads(dose)  # type: ignore[index]
    return made


def message(*resources: Json, of: Json | None = None) -> Json:
    """A transaction Bundle about `of`; the Patient is `urn:uuid:patient`, a Medication `urn:uuid:product`."""
    entries = [_entry(number, deepcopy(each)) for number, each in enumerate((*resources, of or patient()))]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(number: int, resource: Json) -> Json:
    kind = resource["resourceType"]
    name = {"Patient": "patient", "Medication": "product"}.get(kind, f"{kind}-{number}")
    return {
        "fullUrl": f"urn:uuid:{name}",
        "resource": resource,
        "request": {"method": "POST", "url": kind},
    }


def usual(**changes: Any) -> Json:
    """One TA with its product."""
    of = changes.pop("of", None)
    return message(agreement(**changes), medication(), of=of)


def as_json(bundle: Json) -> bytes:
    return json.dumps(bundle).encode()


def as_xml(bundle: Json) -> bytes:
    from reik.interop.fhir.reading import read
    from reik.interop.fhir.writing import to_xml

    return to_xml(read(as_json(bundle)))
