"""FHIR R4 from the JSON form to bytes: JSON, or XML in the order of the standard. Pure: no Django, no I/O.

What `reading.read` gave comes out the same, digits and extensions of primitives included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from html.entities import html5
from typing import Any

import msgspec
from lxml import etree

from reik.interop.fhir.digits import Digits, as_written
from reik.interop.fhir.elements import XHTML, Part, parts_of
from reik.kernel.foreign_xml import foreign_parser

NAMESPACE = "http://hl7.org/fhir"
_XHTML = "http://www.w3.org/1999/xhtml"
_FHIR = f"{{{NAMESPACE}}}"


class Format(StrEnum):
    """The two forms of FHIR that Reik speaks, by their MIME types."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"


# Names of letters that HTML knows and XML does not.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(\w+;)")
# A minus before nothing is the one number that the decoder would write in another way.
_MINUS_NOTHING = re.compile(r"[:\[,]-0(?![.\d])")


def _digits(value: Any) -> msgspec.Raw:
    if not isinstance(value, Digits):
        raise TypeError(f"{type(value).__name__} is nothing that FHIR knows")
    return msgspec.Raw(str(value).encode())


_PLAIN = msgspec.json.Encoder(decimal_format="number", enc_hook=_digits)
_CANONICAL = msgspec.json.Encoder(decimal_format="number", order="deterministic", enc_hook=_digits)
_DECODER = msgspec.json.Decoder(float_hook=as_written)


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
    plain = text if isinstance(text, str) else text.decode()
    if _MINUS_NOTHING.search(plain):
        made: dict[str, Any] = json.loads(plain, parse_float=as_written, parse_int=as_written)
    else:
        made = _DECODER.decode(plain)
    return made


def to_xml(resource: Mapping[str, Any]) -> bytes:
    kind = str(resource["resourceType"])
    root = etree.Element(f"{_FHIR}{kind}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _fill(root, resource, kind)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _fill(node: etree._Element, holder: Mapping[str, Any], owner: str) -> None:
    """The elements of a resource or a part, in order. In a resource `id` is an element, in a part an attribute."""
    parts = parts_of(owner)
    of_resource = "resourceType" in holder
    found: dict[str, Part] = {}
    for name in holder:
        bare = name[1:] if name.startswith("_") else name
        if name == "resourceType" or (not of_resource and _is_attribute(bare, owner)):
            continue
        found[bare] = parts[bare]
    for name, part in sorted(found.items(), key=lambda each: each[1].place):
        _add(node, name, part, holder.get(name), holder.get(f"_{name}"))


def _is_attribute(name: str, owner: str) -> bool:
    return name == "id" or (name == "url" and owner == "Extension")


def _add(node: etree._Element, name: str, part: Part, value: Any, beside: Any) -> None:
    if not isinstance(value, list) and not isinstance(beside, list):
        if value is not None or beside is not None:
            _add_one(node, name, part, value, beside)
        return
    values = value if isinstance(value, list) else [value]
    besides = beside if isinstance(beside, list) else [beside]
    for index in range(max(len(values), len(besides))):
        one = values[index] if index < len(values) else None
        more = besides[index] if index < len(besides) else None
        if one is not None or more is not None:
            _add_one(node, name, part, one, more)


def _add_one(node: etree._Element, name: str, part: Part, value: Any, beside: Any) -> None:
    if part.kind == XHTML and isinstance(value, str):
        node.append(_narrative(value))
        return
    child = etree.SubElement(node, f"{_FHIR}{name}")
    if isinstance(value, Mapping):
        if "resourceType" in value:
            inner = str(value["resourceType"])
            _fill(etree.SubElement(child, f"{_FHIR}{inner}"), value, inner)
        else:
            _fill_part(child, value, part.kind)
        return
    if value is not None:
        child.set("value", _text(value))
    if isinstance(beside, Mapping):
        _fill_part(child, beside, part.kind)


def _fill_part(node: etree._Element, holder: Mapping[str, Any], kind: str) -> None:
    """`id` of a part and `url` of an extension are attributes."""
    for name in ("id", "url") if kind == "Extension" else ("id",):
        if isinstance(holder.get(name), str):
            node.set(name, holder[name])
    _fill(node, holder, kind)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _narrative(text: str) -> etree._Element:
    """The XHTML of a narrative; what is no XHTML is shown as text."""
    try:
        made = etree.fromstring(_NAMED.sub(_letter, text).encode(), foreign_parser(remarks=True))
        if made.tag == f"{{{_XHTML}}}div":
            return made
    except (etree.XMLSyntaxError, ValueError):
        pass
    made = etree.Element(f"{{{_XHTML}}}div", nsmap={None: _XHTML})  # type: ignore[dict-item]
    made.text = text
    return made


def _letter(named: re.Match[str]) -> str:
    return html5.get(named.group(1), named.group())
