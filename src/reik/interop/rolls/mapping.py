"""A file of a packer to rolls in the canonical format: each roll whole, or refused with what is wrong where. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reik.interop.rolls.assembly import assembled
from reik.interop.rolls.mapping_file import MappingFile
from reik.interop.rolls.roll_format import NotARoll, RollFile, read_roll
from reik.interop.rolls.rows import MOST_BYTES, FileRefused, Row, decoded, rows_of

MOST_ROLLS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a roll is refused: its number ("" when even that is not known), the line or element, a word, a sentence."""

    number: str
    place: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadRoll:
    """A roll that was read whole, and where it begins."""

    place: str
    roll: RollFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says. A roll is in one of the two, never in both."""

    rolls: tuple[ReadRoll, ...] = ()
    refused: tuple[Flaw, ...] = ()


def read_rolls(data: bytes, mapping: MappingFile | None) -> Reading:
    """The rolls of a file: by its mapping, or canonical JSON without one. Raises FileRefused for all of it."""
    return _of_json(data) if mapping is None else _of_rows(data, mapping)


# Canonical JSON


def _of_json(data: bytes) -> Reading:
    if len(data) > MOST_BYTES:
        raise FileRefused("too_large", "", f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it.")
    try:
        value = json.loads(decoded(data, "utf-8"), object_pairs_hook=_once)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno} column {wrong.colno}"
        raise FileRefused("json", place, "This is not JSON: choose the packer's mapping.") from None
    except RecursionError:
        raise FileRefused("json", "", "This JSON is nested too deep.") from None
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= MOST_ROLLS:
        raise FileRefused("too_long", "", f"A file has 1 to {MOST_ROLLS} rolls.")
    rolls, refused = [], list[Flaw]()
    for index, each in enumerate(values):
        where = f"roll {index + 1}" if isinstance(value, list) else ""
        try:
            _printable(each)
            rolls.append(ReadRoll(where, read_roll(each)))
        except NotARoll as wrong:
            place = ", ".join(part for part in (where, wrong.place) if part)
            refused.append(
                Flaw(number=_number_of(each), place=place, code=wrong.code, sentence=wrong.sentence)
            )
    return _all_or_nothing(rolls, refused)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise FileRefused(
            "json", "", "A name stands twice in one object: which of the two counts is a guess."
        )
    return made


def _printable(value: Any) -> None:
    if re.search(r"\\u00[01][0-9a-f]|\\u007f|\\ud[89a-f]", json.dumps(value).replace("\\\\", "")):
        raise NotARoll("control", "roll", "There are control characters in it.")


def _number_of(value: Any) -> str:
    number = value.get("number") if isinstance(value, dict) else None
    return number[:64] if isinstance(number, str) else ""


def _all_or_nothing(rolls: list[ReadRoll], refused: list[Flaw]) -> Reading:
    """Two rolls of one number: neither is taken, which of the two lies on the table is a guess."""
    numbers = [each.roll.number for each in rolls]
    twice = {number for number in numbers if numbers.count(number) > 1}
    refused += [
        Flaw(number=each.roll.number, place=each.place, code="twice", sentence="Two rolls have this number.")
        for each in rolls
        if each.roll.number in twice
    ]
    return Reading(
        rolls=tuple(each for each in rolls if each.roll.number not in twice), refused=tuple(refused)
    )


# Rows


def _of_rows(data: bytes, mapping: MappingFile) -> Reading:
    of_rolls: dict[str, list[Row]] = {}
    for row in rows_of(data, mapping):
        number = row.cells.get("number", "")
        if not number or len(number) > 64:
            raise FileRefused(
                "no_number", row.place,
                "This line does not say to which roll it belongs, so every roll may lack a sachet: have it mended.",
            )  # fmt: skip
        of_rolls.setdefault(number, []).append(row)
    if not 1 <= len(of_rolls) <= MOST_ROLLS:
        raise FileRefused("no_rows", "", f"A file has 1 to {MOST_ROLLS} rolls; this has {len(of_rolls)}.")
    rolls, refused = [], list[Flaw]()
    for number, rows in of_rolls.items():
        made, flaws = assembled(rows, mapping)
        if made is not None:
            rolls.append(ReadRoll(rows[0].place, made))
        refused += [Flaw(number=number, place=each[0], code=each[1], sentence=each[2]) for each in flaws]
    return Reading(rolls=tuple(rolls), refused=tuple(refused))


def flaws_by_roll(refused: Sequence[Flaw]) -> Iterator[tuple[str, list[Flaw]]]:
    """The refusals, roll by roll in the order of the file."""
    groups: dict[str, list[Flaw]] = {}
    for each in refused:
        groups.setdefault(each.number, []).append(each)
    yield from groups.items()
