"""The fields that a form may ask for, a closed list, and how they are filled. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reik.pathway.forms.markup import BLANK, FIELD, OPTIONAL, WORDS, Block, Item, Line, Piece

MISSING, QUESTIONS = "missing", "questions"
Value = str | tuple[str, ...]
"""One text, or several: then an item of a list that is this field alone becomes several items."""

FIELDS: Mapping[str, str] = {
    "client": "", "born": "details", "today": "", "organisation": "", "team": "details",
    "pharmacy": "details", "pharmacy_phone": "pharmacies",
    "who_care": "numbers", "phone_care": "numbers", "who_fault": "numbers", "phone_fault": "numbers",
    "times": "schedule", "window": "schedule", "dispenser": "dispenser",
    "first_responder": "follow_up", "follow_up": "follow_up",
    "signal": "", "knows": "", "battery": "", "roll_change": "", "early": "", "questions": "",
}  # fmt: skip
"""Each field, and the place where it is filled in when it is missing; empty: it always has words."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with a client's own data. `missing`: fields that nobody filled in yet; then it is not printed."""

    blocks: tuple[Block, ...]
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        return plain(self.blocks[0].pieces)


def fill(blocks: Sequence[Block], values: Mapping[str, Value]) -> Filled:
    """Every field replaced by its value as words, never read as markup.

    A missing one stays visible as missing; an optional one becomes a line to write on.
    """
    missing: dict[str, None] = {}
    made = tuple(_block(each, values, missing) for each in blocks)
    return Filled(made, tuple(missing))


def plain(line: Line) -> str:
    """The words of a line."""
    return "".join("____" if each.kind == BLANK else each.text for each in line).strip()


def _block(block: Block, values: Mapping[str, Value], missing: dict[str, None]) -> Block:
    return replace(
        block,
        pieces=_line(block.pieces, values, missing),
        items=tuple(one for each in block.items for one in _items(each, values, missing)),
        rows=tuple(tuple(_line(cell, values, missing) for cell in row) for row in block.rows),
    )


def _items(item: Item, values: Mapping[str, Value], missing: dict[str, None]) -> list[Item]:
    if len(item.pieces) == 1 and item.pieces[0].kind in (FIELD, OPTIONAL):
        value = values.get(item.pieces[0].text)
        if isinstance(value, tuple) and value:
            bold = item.pieces[0].bold
            return [Item((Piece(WORDS, each, bold),), item.tick) for each in value]
    return [Item(_line(item.pieces, values, missing), item.tick)]


def _line(line: Line, values: Mapping[str, Value], missing: dict[str, None]) -> Line:
    return tuple(_piece(each, values, missing) if each.kind in (FIELD, OPTIONAL) else each for each in line)


def _piece(piece: Piece, values: Mapping[str, Value], missing: dict[str, None]) -> Piece:
    value = values.get(piece.text, "")
    words = value if isinstance(value, str) else " ".join(value)
    if words.strip():
        return Piece(WORDS, words, piece.bold)
    if piece.kind == OPTIONAL:
        return Piece(BLANK)
    missing[piece.text] = None
    return Piece(MISSING, piece.text, piece.bold)
