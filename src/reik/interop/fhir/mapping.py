"""MP9 3.0 resources (FHIR R4, JSON form) to agreements (plan contract A8 to A12, B). Pure; never raises on content.

What has an unexpected shape is read in the way that refuses most, never in a way that plans more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reik.interop.fhir.mapping_dosage import dosage, span
from reik.interop.fhir.mapping_file import IN_ERROR, File
from reik.interop.fhir.mapping_values import (
    NICTIZ,
    SNOMED,
    Json,
    codings,
    extensions,
    has_code,
    identifier,
    is_null_flavor,
    objects,
    one,
    text,
)
from reik.medication.agreed.agreements import (
    Agreement,
    Block,
    Period,
    Product,
    Reference,
    Stop,
    StopKind,
    comparable,
)

STOPS = {  # E1
    "410546004": StopKind.ENDED,
    "113371000146109": StopKind.ENDED,
    "385655000": StopKind.SUSPENDED,
    "113381000146106": StopKind.SUSPENDED,
    "89925002": StopKind.CANCELLED,
}
DISTRIBUTION_FORM = "2.16.840.1.113883.2.4.3.11.60.20.77.5.3.8"
STOP_TYPE = NICTIZ + "ext-StopType"
CYCLE = NICTIZ + "ext-InstructionsForUse.RepeatPeriodCyclicalSchedule"
# What a resource that an agreement points at is pointed at by (E2, E7).
PRIOR = {Block.WDS: "priorPrescription", Block.MA: "priorPrescription"}
CARRIED_OUT = {Block.TA: "authorizingPrescription", Block.WDS: "basedOn"}


def agreements(*documents: dict[str, Any], in_error: bool = False) -> tuple[Agreement, ...]:
    """All TAs, WDSs and MAs of bundles or single resources, in the order of the file (B1, B3).

    One file is judged without what was entered in error. Who keeps agreements over many messages asks for
    those too (`in_error`): they take back what an earlier message said.
    """
    file = File(documents, in_error=in_error)
    return tuple(
        replace(_agreement(block, resource, file), in_error=resource.get("status") == IN_ERROR)
        for block, resource in file.agreements
    )


def _agreement(block: Block, resource: Json, file: File) -> Agreement:
    stops = [each for each in objects(resource.get("modifierExtension")) if each.get("url") == STOP_TYPE]
    kinds = [_stop_kind(each) for each in stops]
    told = set(kinds)
    stop = Stop(kind=kinds[0] if len(told) == 1 else None) if kinds else None
    unknown = _unknown_modifier(resource) or (stop is not None and stop.kind is None)
    rendered = [
        text(each.get("valueString")) for each in extensions(resource, "ext-RenderedDosageInstruction")
    ]
    return Agreement(
        block=block,
        id=_name(resource),
        treatment=_treatment(resource),
        registered=_registered(resource),
        unknown_modifier=unknown,
        stop=stop,
        acts_on=_acts_on(block, resource, file),
        prescriptions=_prescriptions(block, resource, file),
        period=_period(resource),
        condition=_condition(resource),
        cycle=_cycle(resource),
        dosages=tuple(dosage(each) for each in objects(resource.get("dosageInstruction"))),
        product=_product(resource, file),
        packable=block is Block.TA and _packable(resource),
        text=next((each for each in rendered if each is not None), None),  # A12
    )


def _name(resource: Json) -> str:
    """A8: the first identifier, else the resource's id."""
    written = (identifier(each) for each in objects(resource.get("identifier")))
    first = next((each for each in written if each is not None), None)
    return first if first is not None else f"id:{text(resource.get('id')) or ''}"


def _treatment(resource: Json) -> str | None:
    for each in extensions(resource, "ext-PharmaceuticalTreatment.Identifier"):
        return identifier(one(each.get("valueIdentifier")))
    return None


def _registered(resource: Json) -> str | None:
    for each in extensions(resource, "ext-RegistrationDateTime"):
        return text(each.get("valueDateTime"))
    return None


def _stop_kind(extension: Json) -> StopKind | None:
    """E1; None for a code that is not known, and for codes that say different things."""
    coded = codings(one(extension.get("valueCodeableConcept")))
    kinds = {
        STOPS[code]
        for each in coded
        if (code := text(each.get("code"))) in STOPS and has_code(each, SNOMED, code)
    }
    return kinds.pop() if len(kinds) == 1 else None


def _unknown_modifier(resource: Json) -> bool:
    """B6: anything but the two known ones directly on the agreement, and any one deeper."""
    own = resource.get("modifierExtension")
    if own and not isinstance(own, list):
        return True
    for each in own or ():
        if not isinstance(each, dict) or each.get("url") not in (STOP_TYPE, CYCLE):
            return True
    return any(_modified(value) for name, value in resource.items() if name != "modifierExtension") or any(
        _modified(each) for each in own or ()
    )


def _modified(value: object) -> bool:
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            if part.get("modifierExtension"):
                return True
            left += part.values()
        elif isinstance(part, list):
            left += part
    return False


def _cycle(resource: Json) -> Any:
    """F4; two of them are none that can be counted with."""
    given = [each for each in objects(resource.get("modifierExtension")) if each.get("url") == CYCLE]
    if not given:
        return None
    return span(one(given[0].get("valueDuration")) if len(given) == 1 else {})


def _period(resource: Json) -> Period | None:
    """D1: `end`, or a duration inside the period."""
    for each in extensions(resource, "ext-TimeInterval.Period"):
        period = one(each.get("valuePeriod"))
        lasts = [
            *extensions(period, "ext-TimeInterval.Duration"),
            *extensions(each, "ext-TimeInterval.Duration"),
        ]
        return Period(
            start=text(period.get("start")),
            end=text(period.get("end")),
            lasts=span(one(lasts[0].get("valueDuration"))) if lasts else None,
        )
    return None


def _condition(resource: Json) -> bool:
    """D3, wherever it stands on the agreement's period."""
    places = [resource]
    for each in extensions(resource, "ext-TimeInterval.Period"):
        places += [each, one(each.get("valuePeriod"))]
    return any(True for place in places for _ in extensions(place, "ext-PeriodOfUse.Condition"))


def _packable(resource: Json) -> bool:
    """B7"""
    return any(
        coding.get("code") == "1" and comparable(text(coding.get("system")) or "") == DISTRIBUTION_FORM
        for each in extensions(resource, "ext-MedicationDispense.DistributionForm")
        for coding in codings(one(each.get("valueCodeableConcept")))
    )


def _acts_on(block: Block, resource: Json, file: File) -> Reference | None:
    """E2"""
    if block is Block.TA:
        related = extensions(resource, "ext-RelationAdministrationAgreement")
        given = [one(each.get("valueReference")) for each in related]
    else:
        given = objects(resource.get(PRIOR[block]))
    for each in given:
        return _reference(each, resource, file)
    return None


def _prescriptions(block: Block, resource: Json, file: File) -> tuple[Reference, ...]:
    """E7"""
    name = CARRIED_OUT.get(block)
    given = objects(resource.get(name)) if name is not None else []
    return tuple(made for each in given if (made := _reference(each, resource, file)) is not None)


def _reference(given: Json, resource: Json, file: File) -> Reference | None:
    """B5: logical or literal. A literal one that leads nowhere still equals the same one elsewhere."""
    written = identifier(one(given.get("identifier")))
    literal = text(given.get("reference"))
    if written is None and literal is None:
        return None
    found = file.behind({"reference": literal}, resource, "") if literal is not None else None
    name = _name(found) if found is not None else literal
    return Reference(written=written, found=name)


def _product(resource: Json, file: File) -> Product:
    """A11"""
    reference = one(resource.get("medicationReference"))
    code = one(resource.get("medicationCodeableConcept"))
    if reference:
        medication = file.behind(reference, resource, "Medication")
        code = one(medication.get("code")) if medication is not None else {}
    named = text(code.get("text")) or text(reference.get("display"))
    left = [each for each in codings(code) if text(each.get("code")) and not is_null_flavor(each)]
    chosen = next((each for each in left if each.get("userSelected") is True), left[0] if left else None)
    if chosen is None:
        return Product(display=named)
    return Product(
        system=text(chosen.get("system")),
        code=text(chosen.get("code")),
        display=text(chosen.get("display")) or named,
    )
