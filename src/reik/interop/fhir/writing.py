"""FHIR R4 from the JSON form to bytes: JSON, or XML in the order of the standard. Pure: no Django, no I/O.

What `reading.read` gave comes out the same, digits and extensions of primitives included.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from lxml import etree

from reik.interop.fhir.element_order import part_of, place_of

NAMESPACE = "http://hl7.org/fhir"
_XHTML = "http://www.w3.org/1999/xhtml"


class Format(StrEnum):
    """The two forms of FHIR that Reik speaks, by their MIME types."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"


_PLAIN = msgspec.json.Encoder(decimal_format="number")
_CANONICAL = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def write(resource: Mapping[str, Any], form: Format) -> bytes:
    """One resource as UTF-8 bytes."""
    return to_json(resource) if form is Format.JSON else to_xml(resource)


def to_json(resource: Mapping[str, Any]) -> bytes:
    return _PLAIN.encode(resource)


def canonical(resource: Mapping[str, Any]) -> bytes:
    """JSON with sorted names: equal content gives equal bytes. Raises UnicodeEncodeError for half characters."""
    return _CANONICAL.encode(resource)


def from_json(text: bytes | str) -> dict[str, Any]:
    """What `to_json` or `canonical` wrote, with all digits of its numbers."""
    made: dict[str, Any] = _DECODER.decode(text)
    return made


def to_xml(resource: Mapping[str, Any]) -> bytes:
    kind = str(resource["resourceType"])
    root = etree.Element(f"{{{NAMESPACE}}}{kind}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _fill_resource(root, resource, kind)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _fill_resource(node: etree._Element, resource: Mapping[str, Any], kind: str) -> None:
    """In a resource `id` is an element; in every part of it an attribute."""
    parts = {name: value for name, value in resource.items() if name != "resourceType"}
    _fill(node, parts, kind)


def _fill(node: etree._Element, parts: Mapping[str, Any], owner: str) -> None:
    names = {name.removeprefix("_"): None for name in parts}
    for name in sorted(names, key=lambda name: place_of(owner, name)):
        kind, _ = part_of(owner, name)
        _add(node, name, kind, parts.get(name), parts.get(f"_{name}"))


def _add(node: etree._Element, name: str, kind: str, value: Any, beside: Any) -> None:
    values = value if isinstance(value, list) else [value]
    besides = beside if isinstance(beside, list) else [beside]
    for index in range(max(len(values), len(besides))):
        one = values[index] if index < len(values) else None
        more = besides[index] if index < len(besides) else None
        if one is not None or more is not None:
            _add_one(node, name, kind, one, more)


def _add_one(node: etree._Element, name: str, kind: str, value: Any, beside: Any) -> None:
    if name == "div" and isinstance(value, str):
        node.append(_narrative(value))
        return
    child = etree.SubElement(node, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, Mapping):
        if "resourceType" in value:
            inner = str(value["resourceType"])
            _fill_resource(etree.SubElement(child, f"{{{NAMESPACE}}}{inner}"), value, inner)
        else:
            _fill_part(child, value, kind)
        return
    if value is not None:
        child.set("value", _text(value))
    if isinstance(beside, Mapping):
        _fill_part(child, beside, kind)


def _fill_part(node: etree._Element, parts: Mapping[str, Any], kind: str) -> None:
    """`id` of a part and `url` of an extension are attributes."""
    attributes = ("id", "url") if kind == "Extension" else ("id",)
    for name in attributes:
        if isinstance(parts.get(name), str):
            node.set(name, parts[name])
    _fill(node, {name: value for name, value in parts.items() if name not in attributes}, kind)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _narrative(text: str) -> etree._Element:
    """The XHTML of a narrative; what is no XHTML is shown as text."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        made = etree.fromstring(text.encode(), parser)
        if made.tag == f"{{{_XHTML}}}div":
            return made
    except (etree.XMLSyntaxError, ValueError):
        pass
    made = etree.Element(f"{{{_XHTML}}}div", nsmap={None: _XHTML})  # type: ignore[dict-item]
    made.text = text
    return made
