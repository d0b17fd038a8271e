"""The sachets of one roll, put together of a packer's rows: several medicines in one, several in one moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reik.interop.rolls.mapping_file import MappingFile, field_of
from reik.interop.rolls.rows import Row
from reik.interop.rolls.values import Wrong, Wrongs, amount, dated, timed, whole

_AGREEING = ("day", "at", "kind", "k", "n", "barcode")


@dataclass(slots=True)
class Gathered:
    """The rows of one sachet: the place and cells of the first, and the medicines of all."""

    place: str
    cells: Mapping[str, str]
    number: int = 0
    contents: list[dict[str, Any]] = field(default_factory=list)


def gather(rows: Sequence[Row], mapping: MappingFile, wrongs: Wrongs) -> list[Gathered]:
    """The rows of one roll sachet by sachet, numbered and in the order of the roll."""
    found: dict[object, Gathered] = {}
    for index, row in enumerate(rows):
        sachet = found.setdefault(_key(row, index, mapping), Gathered(row.place, row.cells))
        for name in _AGREEING:
            if row.cells.get(name) != sachet.cells.get(name):
                wrongs.add(row.place, "differs", f"Another {name} than at the first row of this sachet.")
        sachet.contents += _contents(row, mapping, wrongs)
    sachets = list(found.values())
    if mapping.sachet_by == "sequence":
        for each in sachets:
            said = each.cells.get("sequence", "")
            each.number = wrongs.read(each.place, lambda said=said: whole(said, "sequence"), 0)  # type: ignore[misc]
        return sorted(sachets, key=lambda each: each.number)
    if mapping.sachet_by == "moment":
        sachets.sort(key=lambda each: _moment(each, mapping))
    for number, each in enumerate(sachets, start=1):
        each.number = number
    return sachets


def _key(row: Row, index: int, mapping: MappingFile) -> object:
    if mapping.sachet_by == "row":
        return index
    if mapping.sachet_by == "moment":
        return row.cells.get("day"), row.cells.get("at")
    written = row.cells.get("sequence", "")
    return written.lstrip("0") or "0" if written.isdigit() else written


def _moment(sachet: Gathered, mapping: MappingFile) -> tuple[str, str]:
    """For the order only: what cannot be read is told where its value is read."""
    try:
        return dated(sachet.cells["day"], mapping.date), timed(sachet.cells["at"], mapping.time)
    except Wrong:
        return "", ""


def _contents(row: Row, mapping: MappingFile, wrongs: Wrongs) -> list[dict[str, Any]]:
    made = []
    for index, fields in enumerate(mapping.contents):
        cells = {name: row.cells.get(f"contents.{index}.{name}", "") for name in fields.__struct_fields__}
        if not any(cells[name] for name in ("text", "code", "amount")):
            continue
        if not cells["text"]:
            wrongs.add(row.place, "no_text", "A medicine has no name.")
        said: dict[str, Any] = {name: cells[name] for name in ("text", "code", "system", "unit", "lot")}
        if cells["amount"]:
            where = field_of(fields.amount)
            implied = where.decimals if where else 0
            said["amount"] = wrongs.read(
                row.place,
                lambda text=cells["amount"], implied=implied: amount(text, mapping.decimal, implied),  # type: ignore[misc]
                "0",
            )
        made.append(said)
    return made


def values_of(sachets: Sequence[Gathered], mapping: MappingFile, wrongs: Wrongs) -> list[dict[str, Any]]:
    """The sachets as values of the canonical format."""
    made: list[dict[str, Any]] = []
    for index, sachet in enumerate(sachets):
        dosed = any(each["kind"] == "dose" for each in made)
        kind = _kind(sachet, index, len(sachets), mapping, wrongs, dosed=dosed)
        value: dict[str, Any] = {
            "sequence": sachet.number,
            "kind": kind,
            "barcode": sachet.cells.get("barcode", ""),
        }
        if kind == "dose":
            value |= _dose(sachet, mapping, wrongs)
        elif sachet.contents:
            wrongs.add(sachet.place, "filled", "A header or trailer sachet names a medicine.")
        made.append(value)
    if mapping.k_of_n == "counted":
        _count(made)
    return made


def _kind(
    sachet: Gathered, index: int, count: int, mapping: MappingFile, wrongs: Wrongs, *, dosed: bool
) -> str:
    """By the rule of the mapping (R16); `dosed`: a sachet with a dose came before."""
    rule, cells = mapping.empty, sachet.cells
    if rule.rule == "kind":
        kind = cells.get("kind", "")
        if kind not in ("dose", "header", "trailer"):
            wrongs.add(sachet.place, "kind", "The kind of this sachet is not in `words` of sachet.kind.")
        return kind
    if rule.rule == "no_time" and not cells.get("day") and not cells.get("at"):
        return "trailer" if dosed else "header"
    if rule.rule == "counted" and index < rule.first:
        return "header"
    return "trailer" if rule.rule == "counted" and index >= count - rule.last else "dose"


def _dose(sachet: Gathered, mapping: MappingFile, wrongs: Wrongs) -> dict[str, Any]:
    place, cells = sachet.place, sachet.cells
    if mapping.contents and not sachet.contents:
        wrongs.add(place, "no_contents", "A sachet with a dose names no medicine: look at [empty].")
    value: dict[str, Any] = {
        "day": wrongs.read(place, lambda: dated(cells.get("day", ""), mapping.date), ""),
        "at": wrongs.read(place, lambda: timed(cells.get("at", ""), mapping.time), ""),
        "contents": sachet.contents or None,
    }
    if mapping.k_of_n == "fields":
        value["k"] = wrongs.read(place, lambda: whole(cells.get("k", ""), "k"), 1)
        value["n"] = wrongs.read(place, lambda: whole(cells.get("n", ""), "n"), 1)
    return value


def _count(values: Sequence[dict[str, Any]]) -> None:
    """k and n by the order of the sachets of one moment."""
    of_moments: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in values:
        if each["kind"] == "dose":
            of_moments.setdefault((each["day"], each["at"]), []).append(each)
    for group in of_moments.values():
        for k, each in enumerate(group, start=1):
            each |= {"k": k, "n": len(group)}
