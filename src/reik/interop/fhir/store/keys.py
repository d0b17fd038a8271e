"""When two resources are the same thing, and the rows by which a resource is found. No database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from reik.interop.fhir.identifiers import BSN, identifier_pair, identifiers, plain_system
from reik.interop.fhir.store.sealing import token_value
from reik.interop.fhir.writing import canonical
from reik.kernel.crypto import vault

# The same text is the same thing: two messages that describe one medicine mean one medicine. Of people this
# does not hold: without an identifier, two messages are about two people unless they are one message twice.
_THINGS = frozenset({"Medication", "Organization", "Location", "Device"})
Row = tuple[str, str, str]


def fingerprint(organisation_id: UUID, content: Mapping[str, Any]) -> bytes:
    """Equal for equal content of one organisation; says nothing without the installation's key."""
    return vault().blind_index(organisation_id, canonical(content).decode())


def business_identity(organisation_id: UUID, resource: Mapping[str, Any]) -> bytes | None:
    """The identity that a resource's own identifier gives it (a BSN goes first); None without identifier.

    TA and MVE are one FHIR type, so the category belongs to it.
    """
    pairs = sorted(identifiers(resource), key=lambda pair: pair[0] != BSN)
    if not pairs:
        return None
    kind, (system, value) = resource["resourceType"], pairs[0]
    category = next((code for _, code in _codings(resource.get("category"))), "")
    return vault().blind_index(organisation_id, "|".join(("identifier", kind, category, system, value)))


def content_identity(organisation_id: UUID, full_url: str, content: Mapping[str, Any]) -> bytes:
    """The identity of a resource without identifier: what it says, and for people also the address it had."""
    kind = content["resourceType"]
    address = "" if kind in _THINGS else full_url
    said = fingerprint(organisation_id, content).hex()
    return vault().blind_index(organisation_id, "|".join(("content", kind, address, said)))


def rows_of(organisation_id: UUID, content: Mapping[str, Any]) -> set[Row]:
    """(parameter, system, value) for the search parameters that are kept as rows."""
    rows = {
        ("identifier", system, token_value(organisation_id, value)) for system, value in identifiers(content)
    }
    rows |= {("category", *each) for each in _codings(content.get("category"))}
    for name in ("subject", "patient"):
        subject = content.get(name)
        pair = identifier_pair(subject.get("identifier")) if isinstance(subject, Mapping) else None
        if pair:
            rows.add(("patient.identifier", pair[0], token_value(organisation_id, pair[1])))
    return rows


def _codings(concepts: Any) -> Iterator[tuple[str, str]]:
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        codings = concept.get("coding") if isinstance(concept, Mapping) else None
        for each in codings if isinstance(codings, list) else []:
            if isinstance(each, Mapping) and isinstance(each.get("code"), str):
                yield plain_system(each.get("system")), each["code"]


def content_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a resource says, without what the store itself says of it: id, version and time."""
    content = {name: value for name, value in resource.items() if name != "id"}
    meta = {
        name: value
        for name, value in resource.get("meta", {}).items()
        if name not in ("versionId", "lastUpdated", "_versionId", "_lastUpdated")
    }
    content.pop("meta", None)
    return {**content, "meta": meta} if meta else content


def pointing_at(value: Any, known: Mapping[str, str]) -> Any:
    """The value with each literal reference that `known` names changed to the address in the store."""
    if isinstance(value, dict):
        return {
            name: known.get(inner, inner)
            if name == "reference" and isinstance(inner, str)
            else (pointing_at(inner, known) if isinstance(inner, (dict, list)) else inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [pointing_at(each, known) if isinstance(each, (dict, list)) else each for each in value]
    return value


def literal_references(value: Any) -> Iterator[str]:
    """Every literal reference in a value, at any depth."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            reference = part.get("reference")
            if isinstance(reference, str):
                yield reference
            left += [each for each in part.values() if isinstance(each, (dict, list))]
        else:
            left += [each for each in part if isinstance(each, (dict, list))]
