"""FHIR R4 bytes, XML or JSON, to the JSON form as a dict. Pure: no Django, nothing is fetched.

Numbers keep their digits (0.50 stays 0.50: `decimal.Decimal`), extensions of primitives stand beside them as
`_name`. What is not FHIR at all is `Unreadable`, with the place; whether a resource is right is not judged here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from reik.interop.fhir.elements import NUMBERS, PRIMITIVES, element

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LARGEST = 10 * 1024 * 1024  # bytes
DEEPEST = 100
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,29})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?")
_UNPRINTABLE = frozenset(map(chr, range(32))) - frozenset("\t\r\n")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """This is not one FHIR resource in XML or JSON; `place` says where it goes wrong."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(f"{message} ({place})")
        self.message = message
        self.place = place


def read(data: bytes) -> dict[str, Any]:
    """One resource as its JSON form; the format is found from the content (plan contract A1)."""
    if len(data) > LARGEST:
        raise Unreadable(f"This is larger than {LARGEST // 1024 // 1024} MB.", f"{len(data)} bytes")
    start = data
    for mark in _MARKS:
        start = start.removeprefix(mark)
    start = start.lstrip(b"\x00 \t\r\n")
    if not start:
        raise Unreadable("This is empty.", "line 1 column 1")
    return _from_xml(data) if start.startswith(b"<") else _from_json(data)


# JSON


class _Twice(dict[str, Any]):
    """An object in which a name stands twice: which of the two counts would be a guess."""

    name = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = [name for name, _ in pairs]
    twice = _Twice(made)
    twice.name = next(name for name in names if names.count(name) > 1)
    return twice


def _from_json(data: bytes) -> dict[str, Any]:
    try:
        made = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_number,
        )
    except UnicodeDecodeError as error:
        raise Unreadable("This JSON is not UTF-8.", f"byte {error.start}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Unreadable(f"This is neither XML nor valid JSON: {error.msg}.", where) from None
    except RecursionError:
        raise Unreadable(f"This is nested deeper than {DEEPEST} levels.", "whole message") from None
    if not isinstance(made, dict):
        raise Unreadable("This JSON is not an object.", "line 1 column 1")
    for place, value, kind, depth in _walk(made):
        _judge(place, value, kind, depth)
    name = made.get("resourceType")
    if not isinstance(name, str) or not name:
        raise Unreadable("This is not a FHIR resource: resourceType is missing.", "line 1 column 1")
    return made


def _walk(root: dict[str, Any]) -> Iterator[tuple[str, Any, str, int]]:
    """Every value with its place, its type in the table of elements, and how deep it stands."""
    left: list[tuple[str, Any, str, int]] = [(str(root.get("resourceType", "")), root, "Resource", 0)]
    while left:
        place, value, kind, depth = left.pop()
        yield place, value, kind, depth
        if isinstance(value, dict):
            kind = str(value.get("resourceType", kind)) if kind == "Resource" else kind
            left += [
                (f"{place}.{name}", inner, element(kind, name)[0], depth + 1) for name, inner in value.items()
            ]
        elif isinstance(value, list):
            left += [(f"{place}[{index}]", inner, kind, depth + 1) for index, inner in enumerate(value)]


def _judge(place: str, value: Any, kind: str, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable(f"This is nested deeper than {DEEPEST} levels.", place[:200])
    if isinstance(value, _Twice):
        raise Unreadable(f'The name "{value.name}" stands twice in one object.', place)
    if isinstance(value, _Strange):
        raise Unreadable(f"{value} is no number of FHIR.", place)
    if isinstance(value, str) and (not _UNPRINTABLE.isdisjoint(value) if value.isascii() else _broken(value)):
        raise Unreadable("This text holds characters that FHIR does not allow.", place)
    if kind in NUMBERS and isinstance(value, str | bool | dict):
        raise Unreadable(f"This is no {kind}.", place)
    if kind == "boolean" and value is not None and not isinstance(value, bool | list):
        raise Unreadable("This is neither true nor false.", place)


def _broken(text: str) -> bool:
    return not _UNPRINTABLE.isdisjoint(text) or any("\ud800" <= letter <= "\udfff" for letter in text)


class _Strange(str):
    """A number that FHIR does not allow; refused with its place once that is known."""


def _number(text: str) -> int | Decimal | _Strange:
    """Whole numbers as int, others with all their digits; at most 30 digits before and after the point."""
    if not _NUMBER.fullmatch(text):
        return _Strange(text[:40])
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


# XML


def _from_xml(data: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        where = f"line {line} column {column}"
        raise Unreadable(f"This is not valid XML: {error.msg or 'no content'}.", where) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("A DOCTYPE is not allowed in FHIR.", "line 1 column 1")
    return _resource(root, 0)


def _resource(node: etree._Element, depth: int) -> dict[str, Any]:
    kind = _name(node)
    if not kind[:1].isupper():
        raise Unreadable(f"<{kind}> is not a FHIR resource.", _place(node))
    return {"resourceType": kind, **_value(node, kind, depth)}


def _value(node: etree._Element, kind: str, depth: int) -> dict[str, Any]:
    """A resource or a composed value; `kind` is its type in the table of elements."""
    if depth > DEEPEST:
        raise Unreadable(f"This is nested deeper than {DEEPEST} levels.", _place(node))
    made: dict[str, Any] = {name: str(node.attrib[name]) for name in ("id", "url") if name in node.attrib}
    groups: dict[str, list[etree._Element]] = {}
    for child in node:
        groups.setdefault(_name(child), []).append(child)
    for name, nodes in groups.items():
        part, many = element(kind, name)
        many = many or len(nodes) > 1
        if part in PRIMITIVES and all(_is_primitive(each) for each in nodes):
            _put_primitives(made, name, [_primitive(each, part, depth) for each in nodes], many)
        elif part == "string" and nodes[0].tag.startswith(XHTML):
            made[name] = etree.tostring(nodes[0], encoding="unicode", with_tail=False)
        else:
            values = [_composed(each, part, depth + 1) for each in nodes]
            made[name] = values if many else values[0]
    return made


def _composed(node: etree._Element, part: str, depth: int) -> dict[str, Any]:
    if part != "Resource" and not (len(node) == 1 and _name(node[0])[:1].isupper()):
        return _value(node, part, depth)
    if len(node) != 1:
        raise Unreadable(f"<{_name(node)}> must hold one resource.", _place(node))
    return _resource(node[0], depth)


def _is_primitive(node: etree._Element) -> bool:
    if node.tag.startswith(XHTML):
        return False
    return "value" in node.attrib or all(_name(child) == "extension" for child in node)


def _primitive(node: etree._Element, part: str, depth: int) -> tuple[Any, dict[str, Any] | None]:
    beside = _value(node, part, depth + 1) if len(node) or "id" in node.attrib else None
    return _typed(node, part), beside


def _typed(node: etree._Element, part: str) -> Any:
    text = node.get("value")
    if text is None or part == "string":
        return text
    if part == "boolean" and text in ("true", "false"):
        return text == "true"
    number = _number(text) if part in NUMBERS else _Strange(text)
    if isinstance(number, _Strange):
        raise Unreadable(f'"{number}" is no {part}.', _place(node))
    return number


def _put_primitives(
    made: dict[str, Any], name: str, values: list[tuple[Any, dict[str, Any] | None]], many: bool
) -> None:
    plain, beside = [value for value, _ in values], [each for _, each in values]
    if any(value is not None for value in plain):
        made[name] = plain if many else plain[0]
    if any(each is not None for each in beside):
        made[f"_{name}"] = beside if many else beside[0]


def _name(node: etree._Element) -> str:
    tag = str(node.tag)
    for space in (FHIR, XHTML):
        if tag.startswith(space):
            return tag.removeprefix(space)
    raise Unreadable(f"<{etree.QName(tag).localname}> is not in the namespace of FHIR.", _place(node))


def _place(node: etree._Element) -> str:
    return f"line {node.sourceline}"
