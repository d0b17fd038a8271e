"""Parts of FHIR values, read without trusting their shape. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reik.medication.agreed.agreements import UNREADABLE, comparable

Json = dict[str, Any]

NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
SNOMED = frozenset({"http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"})  # B1
NULL_FLAVORS = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
        "http://hl7.org/fhir/v3/NullFlavor",
        "2.16.840.1.113883.5.1008",
    }
)


def objects(value: object) -> list[Json]:
    """The objects of a list; one object alone counts as a list of it."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def one(value: object) -> Json:
    """The object, also when it stands alone in a list; empty when there is none, or more than one."""
    found = objects(value)
    return found[0] if len(found) == 1 else {}


def texts(value: object) -> list[str]:
    """The texts of a list; one alone counts as a list of it."""
    given = value if isinstance(value, list) else [value]
    return [each for each in given if isinstance(each, str)]


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def number(value: object) -> Decimal | None:
    """A number with its digits; UNREADABLE when something else stands there."""
    if value is None:
        return None
    if isinstance(value, Decimal) and value.is_finite():
        return value if type(value) is Decimal else Decimal(value)  # without how it was written
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(repr(value)) if isinstance(value, float) and abs(value) < float("inf") else UNREADABLE


def extensions(value: Json, name: str) -> list[Json]:
    """Its extensions of Nictiz with this name, or with this whole address."""
    url = name if name.startswith("http") else NICTIZ + name
    return [each for each in objects(value.get("extension")) if each.get("url") == url]


def identifier(value: Json) -> str | None:
    """A8: `system|value` as written."""
    given = text(value.get("value"))
    return f"{text(value.get('system')) or ''}|{given}" if given is not None else None


def codings(concept: Json) -> list[Json]:
    return objects(concept.get("coding"))


def has_code(coding: Json, systems: frozenset[str], code: str | None) -> bool:
    return coding.get("code") == code and text(coding.get("system")) in systems


def is_null_flavor(coding: Json) -> bool:
    return comparable(text(coding.get("system")) or "") in NULL_FLAVORS
