"""The pharmacy's messages of the demo: MP9 Bundles with TAs, taken in by the door that every message uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from reik.interop.fhir.port import take_in
from reik.kernel.tenancy import Actor
from reik.medication.times.schedule import TimeLine
from reik.ops.demo import cast
from reik.ops.demo.moving_in import Resident
from reik.ops.demo.prescribed import Use, is_written, uses

Json = dict[str, Any]
_NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
_GDS = {"system": "urn:oid:2.16.840.1.113883.2.4.3.11.60.20.77.5.3.8", "code": "1"}
_OWN = "urn:oid:2.16.840.1.113883.2.4.3.11.999.77"
"""OIDs below .999 are for tests."""
_PHARMACY = Actor(
    account_id=UUID(int=0),
    name=cast.PHARMACY,
    role="integration",
    organisation_id=UUID(int=0),
    organisations=(),
)


def send(residents: Sequence[Resident], lines: Mapping[UUID, Sequence[TimeLine]], now: datetime) -> None:
    """One message for everybody whose medication the pharmacy's system writes about."""
    for each in residents:
        if each.person is not cast.STORY and is_written(each.person):
            times = sorted({line.at for line in lines[each.client_id]})
            _send(each, dict(enumerate(uses(each.number, len(times)), start=1)), times, now)


def send_other_dose(resident: Resident, lines: Sequence[TimeLine], now: datetime) -> None:
    """Her second medicine of the morning is halved from now on, and an inhaler comes beside the roll."""
    times = sorted({line.at for line in lines})
    _, second, *_others = uses(resident.number, len(times))
    other = Use(text=f"{second.text} (half)", at=second.at)
    inhaler = Use(text="Salbutamol inhalator 100 microgram", at=(), packed=False, on_need=True)
    _send(resident, {2: other, NEW: inhaler}, times, now)


def send_unclear(resident: Resident, now: datetime) -> None:
    """An agreement once a week that does not say on which day: nobody may guess it."""
    weekly = Use(text="Alendroninezuur tablet 70 mg", at=(), packed=True, weekly=True)
    _send(resident, {NEW: weekly}, (), now)


NEW = 9
"""The number of an agreement that was not there before."""


def _send(resident: Resident, used: Mapping[int, Use], times: Sequence[time], now: datetime) -> None:
    body = json.dumps(_message(resident, used, times, now.date(), now)).encode()
    take_in(body, actor=_acting(resident), organisation_id=resident.organisation_id, now=now)


def _acting(resident: Resident) -> Actor:
    return Actor(
        account_id=_PHARMACY.account_id, name=_PHARMACY.name, role=_PHARMACY.role,
        organisation_id=resident.organisation_id, organisations=(resident.organisation_id,),
    )  # fmt: skip


def _message(
    resident: Resident, used: Mapping[int, Use], times: Sequence[time], first: date, now: datetime
) -> Json:
    entries = [_entry("patient", _patient(resident))]
    for number, each in used.items():
        entries.append(
            _entry(f"product-{number}", {"resourceType": "Medication", "code": {"text": each.text}})
        )
        agreed = _agreement(f"{resident.number}-{number}", each, times, first, now)
        agreed["medicationReference"] = {"reference": f"urn:uuid:product-{number}", "display": each.text}
        entries.append(_entry(f"agreement-{number}", agreed))
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(name: str, resource: Json) -> Json:
    request = {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": f"urn:uuid:{name}", "resource": resource, "request": request}


def _patient(resident: Resident) -> Json:
    person = resident.person
    bsn = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": cast.bsn(resident.number)}
    return {
        "resourceType": "Patient",
        "identifier": [bsn],
        "name": [{"text": person.name}],
        "birthDate": person.born,
    }


def _agreement(number: str, use: Use, times: Sequence[time], first: date, now: datetime) -> Json:
    extensions: list[Json] = [
        {"url": _NICTIZ + "ext-RegistrationDateTime", "valueDateTime": now.isoformat(timespec="seconds")},
        {"url": _NICTIZ + "ext-TimeInterval.Period", "valuePeriod": {"start": first.isoformat()}},
        {
            "url": _NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
            "valueIdentifier": {"system": f"{_OWN}.1.1", "value": f"MBH-demo-{number}"},
        },
    ]
    if use.packed:
        form = {"coding": [_GDS]}
        extensions.append(
            {"url": _NICTIZ + "ext-MedicationDispense.DistributionForm", "valueCodeableConcept": form}
        )
    return {
        "resourceType": "MedicationDispense",
        "extension": extensions,
        "identifier": [{"system": f"{_OWN}.422037009.1", "value": f"TA-demo-{number}"}],
        "status": "unknown",
        "category": {"coding": [{"system": "http://snomed.info/sct", "code": "422037009"}]},
        "subject": {"reference": "urn:uuid:patient", "type": "Patient"},
        "dosageInstruction": [_dosage(use, times)],
    }


def _dosage(use: Use, times: Sequence[time]) -> Json:
    one = {"value": 1, "unit": "druppel" if not use.packed and not use.on_need else "stuk"}
    dosage: Json = {"doseAndRate": [{"doseQuantity": one}]}
    if use.on_need:
        most = {
            "numerator": {"value": 4, "unit": "stuk"},
            "denominator": {"value": 1, "unit": "dag", "code": "d"},
        }
        return {**dosage, "asNeededBoolean": True, "maxDosePerPeriod": most}
    if use.weekly:
        return {**dosage, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}
    at = [f"{times[each]:%H:%M:%S}" for each in use.at]
    repeat = {"timeOfDay": at, "frequency": len(at), "period": 1, "periodUnit": "d"}
    return {**dosage, "timing": {"repeat": repeat}}
