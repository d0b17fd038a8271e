"""Frames and XML of ESPA-X 1.00, both ways. Pure; entities are never resolved.

A frame is `EX`, the whole length (4 bytes, big-endian, the ten of the head included), the invokeID (4 bytes) and XML.
What comes in is read leniently: unknown elements are overlooked, because servers add their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from reik.kernel.foreign_xml import foreign_parser

NAMESPACE = "http://ns.espa-x.org/espa-x"
HEAD, MOST_BYTES = 10, 65_536
MOST_VALUES, MOST_VALUE = 64, 20_000
_NSMAP: Any = {None: NAMESPACE}
_INVOKE = re.compile(r"[0-9]{1,20}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Broken(Exception):
    """What comes in is no row of frames (any more): the connection cannot be used further."""


class NoMessage(Exception):
    """A whole frame of which the content is no ESPA-X message."""


@dataclass(frozen=True, slots=True)
class Frame:
    invoke: int
    xml: bytes


class Frames:
    """Cuts a stream of bytes into frames, however they are split on the way."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """What is whole now. Raises Broken for another start, or a length that cannot be."""
        self._held += data
        found: list[Frame] = []
        while True:
            if not b"EX".startswith(self._held[:2]):
                raise Broken("no ESPA-X frame")
            if len(self._held) < 6:
                return found
            length = int.from_bytes(self._held[2:6])
            if not HEAD < length <= MOST_BYTES:
                raise Broken("a frame of a length that cannot be")
            if len(self._held) < length:
                return found
            found.append(Frame(int.from_bytes(self._held[6:HEAD]), bytes(self._held[HEAD:length])))
            del self._held[:length]


def framed(invoke: int, xml: bytes) -> bytes:
    return b"EX" + (len(xml) + HEAD).to_bytes(4) + invoke.to_bytes(4) + xml


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `kind` such as `IND.P-EVENT`, and its elements by name, without white space around."""

    kind: str
    invoke: int
    session: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """RSP-CODE; 0 where there is none that can be read."""
        text = self.values.get("RSP-CODE", "")
        return int(text) if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) else 0

    @property
    def ref(self) -> str:
        return self.values.get("CP-PR-REF", "")


def written(kind: str, values: Mapping[str, str], *, invoke: int | None, session: str) -> bytes:
    """The XML of one message. `invoke` is None for an indication. There is no time in it: that is optional."""
    root = etree.Element(f"{{{NAMESPACE}}}ESPA-X", nsmap=_NSMAP)
    root.set("version", "1.00")
    body = etree.SubElement(root, f"{{{NAMESPACE}}}{kind}")
    if invoke is not None:
        body.set("invokeID", str(invoke))
    if session:
        body.set("sessionID", session)
    for name, value in values.items():
        etree.SubElement(body, f"{{{NAMESPACE}}}{name}").text = _CONTROLS.sub(" ", value)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def read(frame: Frame) -> Said:
    """The message in a frame. Raises NoMessage."""
    body = _body(_root(frame.xml))
    values: dict[str, str] = {}
    for each in body.iterchildren(etree.Element):
        name = etree.QName(each).localname
        if name == "PROPRIETARY":
            continue
        text = (each.text or "").strip()
        if name in values or len(values) == MOST_VALUES or len(text) > MOST_VALUE:
            raise NoMessage("a message that says a thing twice, or too much")
        values[name] = text
    invoke = body.get("invokeID", "")
    number = int(invoke) if _INVOKE.fullmatch(invoke) else frame.invoke
    return Said(etree.QName(body).localname, number, body.get("sessionID", ""), values)


def _root(xml: bytes) -> etree._Element:
    try:
        root = etree.fromstring(xml.strip(b"\0 \t\r\n"), foreign_parser())
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise NoMessage("no XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoMessage("a message with a document type")
    if etree.QName(root).localname != "ESPA-X":
        raise NoMessage("no ESPA-X message")
    return root


def _body(root: etree._Element) -> etree._Element:
    inner = list(root.iterchildren(etree.Element))
    if len(inner) != 1:
        raise NoMessage("not one message")
    return inner[0]
