"""The mapping file: how one packer's CSV, fixed-width or XML says what the canonical roll format needs. Pure.

It is TOML; `docs/reference/roll.md` lists every key. A file that could be understood in two ways is refused here,
before any roll is read with it.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from lxml import etree
from msgspec import Meta, Struct

Level = Literal["roll", "sachet", "contents"]
TEXT_ENCODINGS = ("utf-8", "utf-8-sig", "ascii", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "cp850")
_POSITIONS = re.compile(r"(\d{1,4})-(\d{1,4})")


class MappingRefused(ValueError):
    """This mapping file cannot be used; the message names the key and what to write."""


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A misspelled key is refused, not ignored."""


class Field(Base, frozen=True, kw_only=True):
    """Where a value stands: a column's name or number, positions "1-10" (counted from 1, both included), or an XPath.

    `value` is said for every row instead. `words` translates what stands there, `decimals` are implied ("0050": 2).
    """

    where: str = ""
    value: str = ""
    words: dict[str, str] = msgspec.field(default_factory=dict)
    decimals: Annotated[int, Meta(ge=0, le=3)] = 0


Where = str | Field


class IdentifierField(Field, frozen=True, kw_only=True):
    system: str


class RollFields(Base, frozen=True, kw_only=True):
    number: Where
    barcode: Where = ""
    packer: Where = ""
    format: Where = ""
    expires_on: Where = ""
    count: Where = ""
    since: Where = ""
    until: Where = ""


class ClientFields(Base, frozen=True, kw_only=True):
    bsn: Where = ""
    birth_date: Where = ""
    name: Where = ""
    identifiers: tuple[IdentifierField, ...] = ()


class SachetFields(Base, frozen=True, kw_only=True):
    day: Where
    at: Where
    sequence: Where = ""
    kind: Where = ""
    k: Where = ""
    n: Where = ""
    barcode: Where = ""


class ContentFields(Base, frozen=True, kw_only=True):
    text: Where
    code: Where = ""
    system: Where = ""
    amount: Where = ""
    unit: Where = ""
    lot: Where = ""


class Lines(Base, frozen=True, kw_only=True):
    """Lines of several kinds: `record` is where a line says its own, the others what it then says."""

    record: str
    roll: str = ""
    sachet: str
    contents: str = ""
    ignore: tuple[str, ...] = ()


class Csv(Base, frozen=True, kw_only=True):
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ";"
    quote: Annotated[str, Meta(min_length=1, max_length=1)] = '"'
    header: bool = True
    lines: Lines | None = None


class Fixed(Base, frozen=True, kw_only=True):
    """`skip`: so many lines at the top say nothing of a roll. `width`: every line is exactly so long."""

    skip: Annotated[int, Meta(ge=0, le=100)] = 0
    width: Annotated[int, Meta(ge=0, le=10_000)] = 0
    lines: Lines | None = None


class Xml(Base, frozen=True, kw_only=True):
    """`row`: an XPath that gives one element for each medicine (or sachet); other XPaths start from there."""

    row: str
    namespaces: dict[str, str] = msgspec.field(default_factory=dict)


class Empty(Base, frozen=True, kw_only=True):
    """Which sachets are header or trailer (R16)."""

    rule: Literal["none", "kind", "no_time", "counted"] = "none"
    first: Annotated[int, Meta(ge=0, le=10)] = 0
    last: Annotated[int, Meta(ge=0, le=10)] = 0


class MappingFile(Base, frozen=True, kw_only=True):
    """One packer's file, described. `date` and `time` are strptime's, of %Y %y %m %d %H %M %S only."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Literal["csv", "fixed", "xml"]
    roll: RollFields
    client: ClientFields
    sachet: SachetFields
    packer: str = ""
    encoding: str = "utf-8"
    date: str = "%Y-%m-%d"
    time: str = "%H:%M"
    decimal: Literal[".", ","] = "."
    sachet_by: Literal["sequence", "moment", "row"] = "sequence"
    k_of_n: Literal["counted", "fields"] = "counted"
    until_is: Literal["last_day", "exclusive"] = "last_day"
    contents: tuple[ContentFields, ...] = ()
    empty: Empty = Empty()
    csv: Csv = Csv()
    fixed: Fixed = Fixed()
    xml: Xml | None = None

    @property
    def lines(self) -> Lines | None:
        return {"csv": self.csv.lines, "fixed": self.fixed.lines}.get(self.kind)


def field_of(where: Where) -> Field | None:
    """The field, or None for what this packer does not say."""
    if isinstance(where, str):
        return Field(where=where) if where else None
    return where if where.where or where.value else None


def fields_of(mapping: MappingFile) -> Iterator[tuple[str, Level, Field]]:
    """Every field that the packer says: its name here, on which kind of line, and where."""
    groups: list[tuple[str, Level, Any]] = [
        ("", "roll", mapping.roll), ("client.", "roll", mapping.client), ("", "sachet", mapping.sachet),
        *((f"contents.{index}.", "contents", each) for index, each in enumerate(mapping.contents)),
    ]  # fmt: skip
    for prefix, level, group in groups:
        for name in group.__struct_fields__:
            found = None if name == "identifiers" else field_of(getattr(group, name))
            if found is not None:
                yield (
                    ("roll.barcode" if (level, name) == ("roll", "barcode") else f"{prefix}{name}"),
                    level,
                    found,
                )
    for index, each in enumerate(mapping.client.identifiers):
        yield f"client.identifiers.{index}", "roll", each


def read_mapping(text: str) -> MappingFile:
    """Raises MappingRefused with the key."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), MappingFile)
    except tomllib.TOMLDecodeError as wrong:
        raise MappingRefused(f"This mapping is not TOML: {wrong}.") from wrong
    except msgspec.ValidationError as wrong:
        said, _, path = str(wrong).partition(" - at `$")
        raise MappingRefused(f"{path.rstrip('`').lstrip('.') or 'mapping'}: {said}.") from wrong
    for flaw in _flaws(mapping):
        raise MappingRefused(flaw)
    return mapping


def _flaws(mapping: MappingFile) -> Iterator[str]:
    yield from (f"date: {flaw}" for flaw in _format(mapping.date, "Yymd"))
    yield from (f"time: {flaw}" for flaw in _format(mapping.time, "HMS"))
    try:
        known = codecs.lookup(mapping.encoding).name
    except LookupError:
        known = ""
    if known not in TEXT_ENCODINGS:
        yield f"encoding: write one of {', '.join(TEXT_ENCODINGS)}."
    if mapping.sachet_by == "sequence" and field_of(mapping.sachet.sequence) is None:
        yield "sachet.sequence: say where the number stands, or choose sachet_by moment or row."
    if mapping.k_of_n == "fields" and None in (field_of(mapping.sachet.k), field_of(mapping.sachet.n)):
        yield "sachet.k and sachet.n: say where they stand, or choose k_of_n counted."
    if mapping.empty.rule == "kind" and field_of(mapping.sachet.kind) is None:
        yield "sachet.kind: say where it stands, or choose another rule in empty."
    if (field_of(mapping.roll.since) is None) != (field_of(mapping.roll.until) is None):
        yield "roll.since and roll.until: say both or neither."
    if not mapping.client.identifiers and field_of(mapping.client.bsn) is None:
        yield "client: say an identifier or the BSN, else nobody's roll can be found."
    yield from _of_kind(mapping)


def _format(written: str, allowed: str) -> Iterator[str]:
    found = re.findall(r"%(.)", written)
    if not found or not set(found) <= set(allowed) or "%" in re.sub(r"%.", "", written):
        yield f"write it with {' '.join('%' + each for each in allowed)} only."
    elif {"H", "M"} & set(allowed) and not {"H", "M"} <= set(found):
        yield "it needs %H and %M."
    elif "d" in allowed and not ({"m", "d"} <= set(found) and {"Y", "y"} & set(found)):
        yield "it needs %Y, %m and %d."


def _of_kind(mapping: MappingFile) -> Iterator[str]:
    if mapping.kind == "xml" and mapping.xml is None:
        yield "xml: say which elements are the rows, as row = an XPath."
        return
    for name, _level, found in fields_of(mapping):
        if found.where and mapping.kind == "fixed" and positions(found.where) is None:
            yield f"{name}: write positions, such as 1-10."
        if found.where and mapping.kind == "xml" and mapping.xml is not None:
            yield from (f"{name}: {flaw}" for flaw in _xpath(found.where, mapping.xml))
    if mapping.kind == "xml" and mapping.xml is not None:
        yield from (f"xml.row: {flaw}" for flaw in _xpath(mapping.xml.row, mapping.xml))
    if mapping.kind == "fixed" and mapping.lines is not None and positions(mapping.lines.record) is None:
        yield "fixed.lines.record: write positions, such as 1-1."


def positions(written: str) -> tuple[int, int] | None:
    """ "3-7" as a slice; None for anything else."""
    found = _POSITIONS.fullmatch(written)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        return None
    return int(found[1]) - 1, int(found[2])


def _xpath(written: str, xml: Xml) -> Iterator[str]:
    try:
        etree.XPath(written, namespaces=xml.namespaces or None)(etree.Element("row"))
    except etree.XPathError:
        yield "this is no XPath, or its prefix is not in xml.namespaces."
