"""A made-up pharmacy's messages for the benches: TAs in a roll, their hand-out, product, Patient, Organization."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from reik.interop.fhir.identifiers import BSN, is_bsn

Json = dict[str, Any]
NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
_SNOMED = "http://snomed.info/sct"
_ROOT = "urn:oid:2.16.840.1.113883.2.4.3.11.999.77"
_TIMES = (("08:00:00",), ("08:00:00", "20:00:00"), ("08:00:00", "13:00:00", "18:00:00"))
_PRODUCTS = (
    ("METOPROLOL TABLET 50MG", "630586"), ("SIMVASTATINE TABLET 40MG", "1206087"), ("FUROSEMIDE TABLET 40MG", "57770"),
    ("OMEPRAZOL CAPSULE MSR 20MG", "1023128"),
)  # fmt: skip


def made_up_bsns() -> Iterator[str]:
    """BSNs of the range that belongs to nobody, in rising order: a thousand or so."""
    return (str(number) for number in range(999900000, 999999999) if is_bsn(str(number)))


def letters(bsns: list[str], messages: int, first: date) -> Iterator[Json]:
    """`messages` transaction Bundles, round the clients: each brings a new treatment of one of them."""
    for number, bsn in zip(range(messages), (bsns[each % len(bsns)] for each in count()), strict=False):
        yield letter(f"{number:06d}", bsn, first, kind=number)


def letter(number: str, bsn: str, first: date, *, kind: int = 0) -> Json:
    """One message: two TAs of one treatment (a taper of two steps, and a fixed one) and their hand-out."""
    display, code = _PRODUCTS[kind % len(_PRODUCTS)]
    times = _TIMES[kind % len(_TIMES)]
    resources = [
        ("ta-1", _agreement(f"TA-{number}-1", number, first, [(times, "1"), (times[:1], "0.50")])),
        ("ta-2", _agreement(f"TA-{number}-2", f"{number}-2", first, [(times, "2")])),
        ("mve", _hand_out(f"MVE-{number}", number, first)),
        ("product", _product(display, code)),
        ("patient", _patient(bsn)),
        ("pharmacy", _pharmacy()),
    ]
    entries = [
        {
            "fullUrl": f"urn:uuid:{name}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for name, resource in resources
    ]
    profile = {"profile": [NICTIZ + "mp-MedicationPrescriptionProcessing-Bundle"]}
    return {"resourceType": "Bundle", "meta": profile, "type": "transaction", "entry": entries}


def _coding(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _dispense(number: str, kind: str, treatment: str, first: date) -> Json:
    gds = _coding("urn:oid:2.16.840.1.113883.2.4.3.11.60.20.77.5.3.8", "1", "GDS")
    return {
        "resourceType": "MedicationDispense",
        "extension": [
            {
                "url": NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
                "valueIdentifier": {"system": f"{_ROOT}.1.1", "value": f"MBH-{treatment}"},
            },
            {"url": NICTIZ + "ext-MedicationDispense.DistributionForm", "valueCodeableConcept": gds},
            {
                "url": NICTIZ + "ext-RegistrationDateTime",
                "valueDateTime": f"{first - timedelta(days=3)}T10:00:00+01:00",
            },
        ],
        "identifier": [{"system": f"{_ROOT}.{kind}.1", "value": number}],
        "category": _coding(_SNOMED, kind, "toedieningsafspraak" if kind == "422037009" else "verstrekking"),
        "medicationReference": {
            "reference": "urn:uuid:product",
            "type": "Medication",
            "display": "zie product",
        },
        "subject": {"reference": "urn:uuid:patient", "type": "Patient"},
        "performer": [{"actor": {"reference": "urn:uuid:pharmacy", "type": "Organization"}}],
    }


def _agreement(number: str, treatment: str, first: date, steps: list[tuple[tuple[str, ...], str]]) -> Json:
    made = _dispense(number, "422037009", treatment, first)
    made["extension"] += [
        {"url": NICTIZ + "ext-TimeInterval.Period", "valuePeriod": {"start": f"{first}T00:00:00+01:00"}},
        {"url": NICTIZ + "ext-RenderedDosageInstruction", "valueString": "volgens schema, oraal"},
    ]
    made["status"] = "unknown"
    made["dosageInstruction"] = [
        _dosage(place, len(steps), times, dose) for place, (times, dose) in enumerate(steps, 1)
    ]
    return made


def _dosage(place: int, of: int, times: tuple[str, ...], dose: str) -> Json:
    repeat: Json = {"frequency": len(times), "period": 1, "periodUnit": "d", "timeOfDay": list(times)}
    if place < of:
        days = {"value": 10, "unit": "dag", "system": "http://unitsofmeasure.org", "code": "d"}
        repeat["boundsDuration"] = days
    number = float(dose) if "." in dose else int(dose)
    pieces = {
        "value": number,
        "unit": "stuk",
        "system": "urn:oid:2.16.840.1.113883.2.4.4.1.900.2",
        "code": "245",
    }
    translation = {
        "url": "http://hl7.org/fhir/StructureDefinition/iso21090-PQ-translation",
        "valueQuantity": pieces,
    }
    quantity = {
        "extension": [translation], "value": number, "unit": "stuk", "system": "http://unitsofmeasure.org", "code": "1",
    }  # fmt: skip
    return {
        "sequence": place,
        "text": "volgens schema, oraal",
        "timing": {"repeat": repeat},
        "route": _coding("urn:oid:2.16.840.1.113883.2.4.4.9", "9", "oraal"),
        "doseAndRate": [{"doseQuantity": quantity}],
    }


def _hand_out(number: str, treatment: str, first: date) -> Json:
    made = _dispense(number, "373784005", treatment, first)
    days = {"value": 14, "unit": "dag", "system": "http://unitsofmeasure.org", "code": "d"}
    made |= {"status": "completed", "quantity": {"value": 28, "unit": "stuk"}, "daysSupply": days}
    return {**made, "whenHandedOver": f"{first}T09:00:00+01:00"}


def _product(display: str, code: str) -> Json:
    coded = _coding("urn:oid:2.16.840.1.113883.2.4.4.7", code, display)
    return {"resourceType": "Medication", "code": {**coded, "text": display}}


def _patient(bsn: str) -> Json:
    own = "http://hl7.org/fhir/StructureDefinition/humanname-own-name"
    name = {
        "use": "official", "text": f"A. Verzonnen-{bsn[-4:]}", "family": f"Verzonnen-{bsn[-4:]}",
        "_family": {"extension": [{"url": own, "valueString": f"Verzonnen-{bsn[-4:]}"}]}, "given": ["A."],
    }  # fmt: skip
    return {
        "resourceType": "Patient",
        "identifier": [{"system": BSN, "value": bsn}],
        "name": [name],
        "gender": "female",
        "birthDate": "1940-05-06",
    }


def _pharmacy() -> Json:
    return {
        "resourceType": "Organization",
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": "90000123"}],
        "name": "Apotheek De Verzonnen Vijzel",
        "telecom": [{"system": "phone", "value": "030 000 00 00"}],
    }
