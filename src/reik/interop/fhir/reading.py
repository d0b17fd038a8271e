"""FHIR R4 bytes, XML or JSON, to the JSON form as a dict. Pure: no Django, nothing is fetched.

Nothing that a message says is lost: numbers keep their digits (0.50 stays 0.50, 1e2 stays 1e2), extensions of
primitives stand beside them as `_name`, and what cannot be kept (text between elements, a name twice) is not read.
What is not FHIR at all is `Unreadable`, with the place; whether a resource is right is not judged here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from reik.interop.fhir.digits import Strange, read_number
from reik.interop.fhir.elements import INTEGERS, NUMBERS, XHTML, Part, parts_of
from reik.kernel.foreign_xml import foreign_parser

FHIR = "{http://hl7.org/fhir}"
XHTML_SPACE = "{http://www.w3.org/1999/xhtml}"
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # schemaLocation says nothing of the resource
LARGEST = 10 * 1024 * 1024  # bytes
DEEPEST = 100
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
            parse_float=read_number,
            parse_int=read_number,
            parse_constant=read_number,
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
            parts = parts_of(kind)
            left += [(f"{place}.{name}", inner, parts[name].kind, depth + 1) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [(f"{place}[{index}]", inner, kind, depth + 1) for index, inner in enumerate(value)]


def _judge(place: str, value: Any, kind: str, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable(f"This is nested deeper than {DEEPEST} levels.", place[:200])
    if isinstance(value, _Twice):
        raise Unreadable(f'The name "{value.name}" stands twice in one object.', place)
    if isinstance(value, Strange):
        raise Unreadable(f"{value} is no number of FHIR.", place)
    if isinstance(value, str) and (not _UNPRINTABLE.isdisjoint(value) if value.isascii() else _broken(value)):
        raise Unreadable("This text holds characters that FHIR does not allow.", place)
    if kind in NUMBERS and isinstance(value, str | bool | dict):
        raise Unreadable(f"This is no {kind}.", place)
    if kind in INTEGERS and isinstance(value, Decimal):
        raise Unreadable(f"This is no {kind}.", place)
    if kind == "boolean" and value is not None and not isinstance(value, bool | list):
        raise Unreadable("This is neither true nor false.", place)


def _broken(text: str) -> bool:
    return not _UNPRINTABLE.isdisjoint(text) or any("\ud800" <= letter <= "\udfff" for letter in text)


# XML


def _from_xml(data: bytes) -> dict[str, Any]:
    try:
        root = etree.fromstring(data, foreign_parser())
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
    if "value" in node.attrib or "id" in node.attrib:
        raise Unreadable("The id of a resource is an element, and it has no value.", _place(node))
    return {"resourceType": kind, **_value(node, kind, depth)}


def _value(node: etree._Element, kind: str, depth: int) -> dict[str, Any]:
    """A resource or a composed value; `kind` is its type in the table of elements."""
    if depth > DEEPEST:
        raise Unreadable(f"This is nested deeper than {DEEPEST} levels.", _place(node))
    made = _attributes(node, kind)
    if node.text is not None and not node.text.isspace():
        raise Unreadable("Text stands here, where FHIR has elements only.", _place(node))
    groups: dict[str, list[etree._Element]] = {}
    for child in node:
        tail = child.tail
        if tail is not None and not tail.isspace():
            raise Unreadable("Text stands behind this element.", _place(child))
        groups.setdefault(_name(child), []).append(child)
    parts = parts_of(kind)
    for name, nodes in groups.items():
        _put(made, name, nodes, parts[name], depth)
    return made


def _attributes(node: etree._Element, kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in node.attrib.items():
        name = str(name)
        if name == "id" or (name == "url" and kind == "Extension"):
            made[name] = str(text)
        elif name != "value" and not name.startswith(_INSTANCE):
            raise Unreadable("FHIR has no such attribute here.", _place(node))
    return made


def _put(made: dict[str, Any], name: str, nodes: list[etree._Element], part: Part, depth: int) -> None:
    """All elements of one name, as their value in JSON."""
    many = part.many or len(nodes) > 1
    primitive = part.primitive or not part.known
    if primitive and all(_is_primitive(each) for each in nodes):
        _put_primitives(made, name, [_primitive(each, part, depth) for each in nodes], many)
    elif part.kind == XHTML and len(nodes) == 1 and nodes[0].tag.startswith(XHTML_SPACE):
        made[name] = etree.tostring(nodes[0], encoding="unicode", with_tail=False)
    else:
        values = [_composed(each, part, depth + 1) for each in nodes]
        made[name] = values if many else values[0]


def _composed(node: etree._Element, part: Part, depth: int) -> dict[str, Any]:
    if "value" in node.attrib:
        raise Unreadable("This has a value and parts: FHIR knows the one or the other.", _place(node))
    if part.kind != "Resource" and (part.known or not (len(node) == 1 and _name(node[0])[:1].isupper())):
        return _value(node, part.kind, depth)
    if len(node) != 1 or node.attrib:
        raise Unreadable(f"<{_name(node)}> must hold one resource.", _place(node))
    return _resource(node[0], depth)


def _is_primitive(node: etree._Element) -> bool:
    if node.tag.startswith(XHTML_SPACE):
        return False
    return len(node) == 0 or all(_name(child) == "extension" for child in node)


def _primitive(node: etree._Element, part: Part, depth: int) -> tuple[Any, dict[str, Any] | None]:
    attributes = node.attrib
    if len(node) or node.text or len(attributes) > 1 or "value" not in attributes:
        return _typed(node, part), _value(node, part.kind, depth + 1) or None
    return _typed(node, part), None


def _typed(node: etree._Element, part: Part) -> Any:
    text, kind = node.get("value"), part.kind
    if text is None:
        return None
    if kind in NUMBERS:
        number = read_number(text)
        if isinstance(number, Strange) or (kind in INTEGERS and isinstance(number, Decimal)):
            raise Unreadable(f'"{text[:40]}" is no {kind}.', _place(node))
        return number
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Unreadable(f'"{text[:40]}" is neither true nor false.', _place(node))
        return text == "true"
    return text


def _put_primitives(
    made: dict[str, Any], name: str, values: list[tuple[Any, dict[str, Any] | None]], many: bool
) -> None:
    if not many:
        plain, beside = values[0]
        if plain is not None or beside is None:
            made[name] = plain
        if beside is not None:
            made[f"_{name}"] = beside
        return
    made[name] = [value for value, _ in values]
    if any(each is not None for _, each in values):
        made[f"_{name}"] = [each for _, each in values]
        if all(value is None for value in made[name]):
            del made[name]


def _name(node: etree._Element) -> str:
    tag: str = node.tag
    if tag.startswith(FHIR):
        return tag[len(FHIR) :]
    if tag.startswith(XHTML_SPACE):
        return tag[len(XHTML_SPACE) :]
    raise Unreadable(f"<{etree.QName(tag).localname}> is not in the namespace of FHIR.", _place(node))


def _place(node: etree._Element) -> str:
    """The line of an element, and its path: an element that stands more than once has its number."""
    names: list[str] = []
    at, above = node, node.getparent()
    while above is not None:
        name = etree.QName(at.tag).localname
        same = [each for each in above if each.tag == at.tag]
        if not name[:1].isupper():  # the name of a resource within another is no step of a path
            names.append(name + (f"[{same.index(at)}]" if len(same) > 1 else ""))
        at, above = above, above.getparent()
    names.append(etree.QName(at.tag).localname)
    return f"line {node.sourceline}: {'.'.join(reversed(names))}"[:300]
