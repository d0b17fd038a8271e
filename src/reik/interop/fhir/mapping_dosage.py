"""One `dosageInstruction` of FHIR R4 to a dosage (plan contract F to H). Pure; never raises on content."""

from __future__ import annotations

from decimal import Decimal

from reik.interop.fhir.mapping_values import (
    Json,
    codings,
    extensions,
    is_null_flavor,
    number,
    objects,
    one,
    text,
    texts,
)
from reik.medication.agreed.agreements import (
    UNREADABLE,
    Amount,
    AsNeeded,
    Bounds,
    Dosage,
    MostPer,
    Period,
    Span,
    Timing,
    comparable,
)

TIMING_EXACT = "http://hl7.org/fhir/StructureDefinition/timing-exact"
NHG_25 = ("nhg-tabel-25", "2.16.840.1.113883.2.4.4.5")
FOR_THE_NIGHT = "1128"


def dosage(given: Json) -> Dosage:
    timing = one(given.get("timing"))
    doses = objects(given.get("doseAndRate"))
    first = doses[0] if doses else {}
    ranges = [one(each.get("doseRange")) for each in doses if each.get("doseRange")]
    quantity = one(first.get("doseQuantity"))
    varies = ranges[0] if ranges else None
    return Dosage(
        sequence=number(given.get("sequence")),
        bounds=_bounds(one(timing.get("repeat"))),
        timing=_timing(timing),
        dose=_amount(quantity) if quantity else None,
        dose_compared="comparator" in quantity,
        dose_low=_amount(one(varies.get("low"))) if varies is not None else None,
        dose_high=_amount(one(varies.get("high"))) if varies is not None else None,
        as_needed=_as_needed(given),
        limit=_limit(one(given.get("maxDosePerPeriod"))),
        for_the_night=_for_the_night(given),
    )


def span(quantity: Json) -> Span:
    """A Duration: its code, else its unit. With a comparator it is no length."""
    value = UNREADABLE if "comparator" in quantity else number(quantity.get("value"))
    return Span(value=value, unit=text(quantity.get("code")) or text(quantity.get("unit")))


def _amount(quantity: Json) -> Amount:
    """A10"""
    return Amount(
        value=number(quantity.get("value")), unit=text(quantity.get("unit")) or text(quantity.get("code"))
    )


def _bounds(repeat: Json) -> Bounds | None:
    """F2, F5, F6"""
    if "boundsRange" in repeat:
        return Bounds(vague=True)
    if "boundsDuration" in repeat:
        return Bounds(lasts=span(one(repeat["boundsDuration"])))
    if "boundsPeriod" in repeat:
        period = one(repeat["boundsPeriod"])
        return Bounds(period=Period(start=text(period.get("start")), end=text(period.get("end"))))
    return None


def _timing(given: Json) -> Timing:
    """G1: what is there, as written."""
    repeat = one(given.get("repeat"))
    return Timing(
        coded=bool(given.get("code")),
        events=_events(given),
        repeats=bool(given.get("repeat")),
        times=tuple(texts(repeat.get("timeOfDay"))),
        dayparts=tuple(texts(repeat.get("when"))),
        weekdays=tuple(texts(repeat.get("dayOfWeek"))),
        frequency=number(repeat.get("frequency")),
        frequency_varies="frequencyMax" in repeat,
        period=number(repeat.get("period")),
        period_varies="periodMax" in repeat,
        unit=text(repeat.get("periodUnit")),
        count=number(repeat.get("count")),
        count_varies="countMax" in repeat,
        offset=_offset(repeat),
        exact=_exact(given) or _exact(repeat),
    )


def _events(given: Json) -> tuple[str | None, ...]:
    """An event that has extensions only is one without a time."""
    events = given.get("event", [])
    made = [text(each) for each in (events if isinstance(events, list) else [events])]
    return tuple(made) if made else (None,) * bool(given.get("_event"))


def _offset(repeat: Json) -> Decimal | None:
    return number(repeat.get("offset"))


def _exact(place: Json) -> bool:
    """G10"""
    return any(each.get("valueBoolean") is True for each in extensions(place, TIMING_EXACT))


def _as_needed(given: Json) -> AsNeeded | None:
    """H2; the criteria are those of H3."""
    concepts = [one(each.get("valueCodeableConcept")) for each in extensions(given, "ext-Dosage-AsNeededFor")]
    said = given.get("asNeededBoolean") is True or bool(concepts)
    if "asNeededCodeableConcept" in given or "_asNeededCodeableConcept" in given:
        said = True
        concepts.append(one(given.get("asNeededCodeableConcept")))
    if not said:
        return None
    criteria = {criterion for each in concepts if (criterion := _criterion(each)) is not None}
    return AsNeeded(criteria=tuple(sorted(criteria)))


def _criterion(concept: Json) -> str | None:
    named = (text(each.get("display")) for each in codings(concept) if not is_null_flavor(each))
    return next((each for each in named if each is not None), None) or text(concept.get("text"))


def _limit(ratio: Json) -> MostPer | None:
    if not ratio:
        return None
    per = one(ratio.get("denominator"))
    return MostPer(
        most=_amount(one(ratio.get("numerator"))),
        per=number(per.get("value")),
        per_unit=text(per.get("code")) or text(per.get("unit")),
    )


def _for_the_night(given: Json) -> bool:
    """G11"""
    return any(
        coding.get("code") == FOR_THE_NIGHT and _is_nhg_25(text(coding.get("system")) or "")
        for each in objects(given.get("additionalInstruction"))
        for coding in codings(each)
    )


def _is_nhg_25(system: str) -> bool:
    return NHG_25[0] in system or comparable(system) == NHG_25[1]
