"""SCAIP's two XML documents: the request is written, the response is read. Pure; entities are never resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from reik.interop.scaip.mapping import Told
from reik.kernel.foreign_xml import foreign_parser

CONTENT_TYPE = "application/scaip+xml"
MOST_BYTES = 8192
_ORDER = ("cid", "dty", "did", "stc", "stt")
_NUMBER = re.compile(r"[0-9]{1,4}")
_REF = re.compile(r"[A-Za-z0-9]{1,16}")


def request(told: Told) -> bytes:
    """`<mrq>` with what is known; what is left out has the receiver's default. There is no voice call back."""
    root = etree.Element("mrq")
    _put(root, "ref", told.ref)
    _put(root, "ver", "01.00")
    _put(root, "mty", told.mty)
    for name in _ORDER:
        _put(root, name, getattr(told, name))
    _put(root, "crd", "no-voice:")
    _put(root, "lco", told.lco)
    _put(root, "pri", told.pri)
    return etree.tostring(root, encoding="utf-8")


def _put(root: etree._Element, name: str, value: str) -> None:
    if value:
        etree.SubElement(root, name).text = value


@dataclass(frozen=True, slots=True)
class Response:
    """What of `<mrs>` is used. `hbi`: the heartbeat interval that the centre wishes, in a unit that was agreed."""

    ref: str
    snu: int
    hbi: int | None = None


class NoResponse(Exception):
    """What came is no SCAIP response."""


def response(data: bytes) -> Response:
    """Read `<mrs>`, also within `<scaip>` or with `<scaip>` for itself. Raises NoResponse for all else.

    Namespaces and unknown elements are overlooked; a document type is not: nothing honest has one.
    """
    mrs = _mrs(_root(data))
    found: dict[str, str] = {}
    for each in mrs.iterchildren(etree.Element):
        name = etree.QName(each).localname
        if name in found and name in ("ref", "snu"):
            raise NoResponse("a response that says two things")
        found[name] = (each.text or "").strip()
    if not _REF.fullmatch(found.get("ref", "")) or not _NUMBER.fullmatch(found.get("snu", "")):
        raise NoResponse("a response without ref or snu")
    hbi = found.get("hbi", "")
    return Response(found["ref"], int(found["snu"]), int(hbi) if re.fullmatch(r"[0-9]{1,6}", hbi) else None)


def _root(data: bytes) -> etree._Element:
    if len(data) > MOST_BYTES:
        raise NoResponse("a response of too many bytes")
    try:
        root = etree.fromstring(data.strip(), foreign_parser())
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise NoResponse("no XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoResponse("a response with a document type")
    return root


def _mrs(root: etree._Element) -> etree._Element:
    name = etree.QName(root).localname
    if name == "scaip":
        inner = [each for each in root.iterchildren(etree.Element) if etree.QName(each).localname == "mrs"]
        if len(inner) > 1:
            raise NoResponse("two responses in one")
        return inner[0] if inner else root
    if name != "mrs":
        raise NoResponse("no response")
    return root
