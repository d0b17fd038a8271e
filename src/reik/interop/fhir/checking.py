"""Whether Reik can understand what a message says: built as R4, nothing that changes its meaning unknown. Pure.

One walk over the whole message; every finding has its place as FHIRPath. A finding never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from reik.interop.fhir.elements import INTEGERS, NUMBERS, PRIMITIVES, XHTML, Part, parts_of
from reik.interop.fhir.identifiers import BSN, SNOMED, is_bsn, plain_system
from reik.interop.fhir.mapping import CYCLE, STOP_TYPE, STOPS
from reik.interop.fhir.outcome import Issue

ZONE = ZoneInfo("Europe/Amsterdam")
MOST_ISSUES = 20
# The resources that Reik exchanges; of any other type it does not know what it would have to do with it.
EXCHANGED = frozenset(
    {
        "Bundle", "CapabilityStatement", "Communication", "Condition", "Device", "Location", "Medication",
        "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation",
        "OperationOutcome", "Organization", "Patient", "Practitioner", "PractitionerRole", "Provenance",
        "RelatedPerson", "ServiceRequest",
    }
)  # fmt: skip
_MAY_STOP = frozenset({"MedicationDispense", "MedicationRequest", "MedicationStatement"})
_ZONE_EXTENSIONS = frozenset(
    "http://hl7.org/fhir/StructureDefinition/" + name for name in ("timezone", "tz-code")
)
_UNDERSTOOD = frozenset({"implicitRules", "url"})
_PERIODS = frozenset({"valuePeriod", "boundsPeriod", "occurrencePeriod"})
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")
_WHOLE_DAYS = ("00:00", "00:00:00", "23:59:59")
# What neither XML nor JSON of FHIR may hold, half characters included.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Spot(NamedTuple):
    """One value: where it stands, the type that holds it, its name there, and the type it should have."""

    place: str
    owner: str
    name: str
    kind: str
    value: Any
    # How far below an entry's resource: 0 is the resource itself.
    depth: int


def findings(bundle: Mapping[str, Any]) -> list[Issue]:
    """Everything for which this message cannot be understood, at most 20; empty when all is well."""
    found: list[Issue] = []
    for issue in _findings(bundle):
        found.append(issue)
        if len(found) == MOST_ISSUES:
            break
    return found


def _findings(bundle: Mapping[str, Any]) -> Iterator[Issue]:
    left: list[tuple[str, str, Mapping[str, Any], int]] = [("Bundle", "Bundle", bundle, -2)]
    while left:
        place, owner, holder, depth = left.pop()
        if owner == "Bundle" and depth != -2:
            yield Issue(text="A Bundle in a Bundle is not taken.", code="not-supported", place=place)
            continue
        parts = parts_of(owner)
        for name, value in holder.items():
            part = parts[name[1:] if name.startswith("_") else name]
            if name != "resourceType" and not _is_plain_text(part, name, value):
                yield from _element(place, owner, name, part, value, depth, left)


def _is_plain_text(part: Part, name: str, value: Any) -> bool:
    """Most of a message: one text where a text belongs, which says nothing that must be understood."""
    return (
        part.text
        and not part.many
        and type(value) is str
        and name not in _UNDERSTOOD
        and not name.startswith("_")
        and not _NOT_TEXT.search(value)
    )


def _element(
    place: str,
    owner: str,
    name: str,
    part: Part,
    value: Any,
    depth: int,
    left: list[tuple[str, str, Mapping[str, Any], int]],
) -> Iterator[Issue]:
    """One name of a holder: its shape, then each of its values; what is below is put on `left`."""
    where = f"{place}.{name}"
    kind, many = part.kind, part.many
    if not part.known or (name.startswith("_") and not part.primitive):
        yield Issue(text="FHIR R4 has no such element here.", code="structure", place=where)
        return
    if isinstance(value, list) is not many:
        text = "This must be a list." if many else "This must not be a list."
        yield Issue(text=text, code="structure", place=where)
        return
    if value == []:
        yield Issue(text="A list must not be empty.", code="structure", place=where)
    for index, each in enumerate(value if many else [value]):
        spot = Spot(f"{where}[{index}]" if many else where, owner, name, kind, each, depth)
        issues = [*_shape(spot), *_meaning(spot)]
        yield from issues
        if isinstance(each, Mapping) and not issues:
            inner = str(each["resourceType"]) if kind == "Resource" else kind
            left.append((spot.place, inner, each, _depth_below(owner, name, depth)))


def _depth_below(owner: str, name: str, depth: int) -> int:
    if owner == "Bundle.entry" and name == "resource":
        return 0
    return depth + 1 if depth >= 0 else -1


def _shape(spot: Spot) -> Iterator[Issue]:
    """Whether the value has the form that its element has in R4."""
    value = spot.value
    if value is None:
        if not (spot.place.endswith("]") and spot.kind in PRIMITIVES):
            yield Issue(text="This must not be null.", code="structure", place=spot.place)
    elif spot.name.startswith("_") or (spot.kind not in PRIMITIVES and spot.kind != XHTML):
        if not isinstance(value, Mapping):
            yield Issue(text=f"This must be an object ({spot.kind}).", code="structure", place=spot.place)
        elif spot.kind == "Resource" and str(value.get("resourceType")) not in EXCHANGED:
            yield Issue(
                text="Reik does not take this type of resource.", code="not-supported", place=spot.place
            )
    elif not _is_primitive(value, spot.kind):
        yield Issue(text=f"This must be a {spot.kind}.", code="structure", place=spot.place)
    elif isinstance(value, str) and _NOT_TEXT.search(value):
        yield Issue(text="This text holds a character that FHIR forbids.", code="value", place=spot.place)


def _is_primitive(value: Any, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in NUMBERS:
        return not isinstance(value, (bool, str, Mapping, list))
    return isinstance(value, str)


def _meaning(spot: Spot) -> Iterator[Issue]:
    """Whether the value says something that Reik must understand and does not."""
    value, name = spot.value, spot.name
    if name == "implicitRules":
        yield Issue(text="Reik knows no implicit rules.", code="not-supported", place=spot.place)
    elif name == "modifierExtension" and isinstance(value, Mapping) and not _known_modifier(spot):
        yield Issue(
            text="Reik does not know this modifierExtension, so it cannot know what the resource means.",
            code="extension",
            place=spot.place,
        )
    elif spot.kind == "Identifier" and isinstance(value, Mapping):
        yield from _bsn(spot)
    elif name in _PERIODS and isinstance(value, Mapping):
        for edge in ("start", "end"):
            yield from _zone(value.get(edge), f"{spot.place}.{edge}")
    elif spot.owner == "Timing" and name == "event":
        yield from _zone(value, spot.place)
    elif spot.owner == "Extension" and name == "url" and value in _ZONE_EXTENSIONS:
        yield Issue(text="Times are those of Europe/Amsterdam.", code="not-supported", place=spot.place)


def _known_modifier(spot: Spot) -> bool:
    """Plan contract B6: two, directly on the agreement; a stop has a code of E1."""
    if spot.depth != 0 or spot.owner not in _MAY_STOP:
        return False
    if spot.value.get("url") != STOP_TYPE:
        return bool(spot.value.get("url") == CYCLE)
    concept = spot.value.get("valueCodeableConcept")
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    return any(
        isinstance(each, Mapping) and plain_system(each.get("system")) == SNOMED and each.get("code") in STOPS
        for each in (codings if isinstance(codings, list) else [])
    )


def _bsn(spot: Spot) -> Iterator[Issue]:
    value = spot.value.get("value")
    if plain_system(spot.value.get("system")) == BSN and value is not None and not is_bsn(value):
        text = "This is not a valid BSN (11-test): check the nine digits."
        yield Issue(text=text, code="value", place=f"{spot.place}.value")


def _zone(value: Any, place: str) -> Iterator[Issue]:
    """Times of use are Dutch ones: +01:00 or +02:00 in any season; UTC only where it is one clear instant (C4)."""
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return
    clock, offset = match.groups()
    if offset in ("Z", "+00:00", "-00:00"):
        if clock not in _WHOLE_DAYS:
            return
    elif offset in _offsets(int(value[:4])):
        return
    yield Issue(
        text="This time is of another time zone than Europe/Amsterdam, so the day it means is not sure.",
        code="value",
        place=place,
    )


def _offsets(year: int) -> set[str]:
    made = set()
    for month in (1, 7):
        text = datetime(max(year, 1), month, 1, 12, tzinfo=ZONE).isoformat()
        made.add(text[-6:])
    return made
