"""Identifiers as FHIR writes them: their systems in one form, and what a BSN is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
SNOMED = "http://snomed.info/sct"
# One system has two names: the URI of Nictiz or HL7, and its OID.
_BY_OID = {
    "2.16.840.1.113883.2.4.6.3": BSN,
    "2.16.528.1.1007.3.3": "http://fhir.nl/fhir/NamingSystem/ura",
    "2.16.528.1.1007.3.1": "http://fhir.nl/fhir/NamingSystem/uzi-nr-pers",
    "2.16.840.1.113883.2.4.6.1": "http://fhir.nl/fhir/NamingSystem/agb-z",
    "2.16.840.1.113883.6.96": SNOMED,
}
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def plain_system(system: Any) -> str:
    """A system without `urn:oid:` (plan contract B5), and with its URI where it has one; "" without."""
    if not isinstance(system, str):
        return ""
    bare = system.strip().removeprefix("urn:oid:")
    return _BY_OID.get(bare, bare)


def is_bsn(value: Any) -> bool:
    """Whether this text is nine digits that pass the 11-test."""
    if not isinstance(value, str) or len(value) != 9 or not (value.isascii() and value.isdigit()):
        return False
    if value == "000000000":
        return False
    return sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=True)) % 11 == 0


def identifiers(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The (system, value) of a resource's own identifiers that have both."""
    given = resource.get("identifier")
    for each in given if isinstance(given, list) else [given]:
        pair = identifier_pair(each)
        if pair:
            yield pair


def identifier_pair(identifier: Any) -> tuple[str, str] | None:
    """(system, value) of one Identifier; None when either is missing or it was only used before."""
    if not isinstance(identifier, Mapping) or identifier.get("use") == "old":
        return None
    system, value = plain_system(identifier.get("system")), identifier.get("value")
    return (system, value) if system and isinstance(value, str) and value else None
