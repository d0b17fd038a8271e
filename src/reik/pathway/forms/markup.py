"""The little Markdown that forms are written in: a title, headings, paragraphs, lists, tick boxes, tables, bold. Pure.

    # Title
    ## Part
    A sentence with **bold** words, the field {client}, and ____ to write on. {times?} leaves room when not known.
    - item      - [ ] to tick      1. numbered
    | a | b |
    |---|---|
    | c | d |

There is no HTML, no link, no picture and no code: a text is read into blocks of pieces, never into markup, so that
nothing that a person typed is ever run. What is wrong with a text comes with the number of its line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

WORDS, FIELD, OPTIONAL, BLANK = "words", "field", "optional", "blank"
TITLE, HEADING, PARAGRAPH, BULLETS, NUMBERS, TABLE = (
    "title",
    "heading",
    "paragraph",
    "bullets",
    "numbers",
    "table",
)
LONGEST = 20_000
MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words, the name of a field, or a line to write on."""

    kind: str
    text: str = ""
    bold: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list. `tick`: with a box to tick, as all of its list."""

    pieces: Line
    tick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`level` 2 or 3 of a heading; `rows` of a table, the head first."""

    kind: str
    level: int = 0
    pieces: Line = ()
    items: tuple[Item, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong on which line (from 1). `what`: the field or the piece of text."""

    line: int
    code: str
    what: str = ""


class FormFlawed(ValueError):
    """This text cannot be a form; `flaws` says what on which line."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(f"line {each.line}: {each.code} {each.what}".strip() for each in flaws))
        self.flaws = tuple(flaws)


def read(text: str, fields: Collection[str]) -> tuple[Block, ...]:
    """The blocks of a text, the title first. Raises FormFlawed with everything that is wrong."""
    reader = _Reader(text.replace("\r\n", "\n").split("\n"), fields)
    blocks = tuple(reader.blocks())
    flaws = [*reader.flaws, *_order(reader.starts, blocks)]
    if len(text) > LONGEST:
        flaws.append(Flaw(1, "too_long", str(LONGEST)))
    if flaws:
        raise FormFlawed(sorted(flaws, key=lambda each: each.line))
    return blocks


def fields_of(blocks: Sequence[Block]) -> frozenset[str]:
    """The fields that these blocks ask for."""
    return frozenset(
        each.text for line in lines_of(blocks) for each in line if each.kind in (FIELD, OPTIONAL)
    )


def lines_of(blocks: Sequence[Block]) -> Iterator[Line]:
    for block in blocks:
        yield block.pieces
        yield from (each.pieces for each in block.items)
        yield from (cell for row in block.rows for cell in row)


def _order(starts: Sequence[int], blocks: Sequence[Block]) -> Iterator[Flaw]:
    """One title, first of all; no heading of the third level without one of the second (PDF/UA)."""
    if not blocks or blocks[0].kind != TITLE:
        yield Flaw(starts[0] if starts else 1, "no_title")
    level = 1
    for start, block in list(zip(starts, blocks, strict=True))[1:]:
        if block.kind == TITLE:
            yield Flaw(start, "second_title")
        if block.kind == HEADING:
            if block.level > level + 1:
                yield Flaw(start, "heading_jump")
            level = block.level


_HEADING = re.compile(r"(#+)\s+(.*\S)\s*$")
_BULLET = re.compile(r"[-*]\s+(\[[ xX]?\]\s+)?(.*\S)\s*$")
_NUMBER = re.compile(r"\d{1,3}\.\s+(.*\S)\s*$")
_RULE = re.compile(r"\|?(\s*:?-{3,}:?\s*\|)*\s*:?-{3,}:?\s*\|?\s*$")
_FORBIDDEN = (
    ("html", re.compile(r"<[a-zA-Z/!?][^>]*>?")),
    ("link", re.compile(r"!?\[[^\]]*\]\([^)]*\)?")),
    ("code", re.compile(r"`+")),
    ("letter", re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")),
)
_PIECE = re.compile(r"\*\*|_{3,}|\{([^{}]*)\}|[{}]")


@dataclass(slots=True)
class _Reader:
    lines: Sequence[str]
    fields: Collection[str]
    flaws: list[Flaw] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    at: int = 0

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            if not self.lines[self.at].strip():
                self.at += 1
                continue
            self.starts.append(self.at + 1)
            yield self._block(self.lines[self.at].strip())

    def _block(self, line: str) -> Block:
        if line.startswith("#"):
            return self._heading(line)
        if line.startswith("|"):
            return self._table()
        for kind, pattern in ((BULLETS, _BULLET), (NUMBERS, _NUMBER)):
            if pattern.match(line):
                return self._list(kind, pattern)
        return self._paragraph()

    def _heading(self, line: str) -> Block:
        found = _HEADING.match(line)
        level, words = (len(found[1]), found[2]) if found else (0, line)
        if not 1 <= level <= 3:
            self.flaws.append(Flaw(self.at + 1, "heading"))
        pieces = self._pieces(words)
        self.at += 1
        return Block(kind=TITLE if level == 1 else HEADING, level=level, pieces=pieces)

    def _list(self, kind: str, pattern: re.Pattern[str]) -> Block:
        items: list[Item] = []
        while self.at < len(self.lines) and (found := pattern.match(self.lines[self.at].strip())):
            tick = kind == BULLETS and found[1] is not None
            if items and items[0].tick != tick:
                break
            items.append(Item(self._pieces(found[found.re.groups]), tick))
            self.at += 1
        return Block(kind=kind, items=tuple(items))

    def _paragraph(self) -> Block:
        pieces: list[Piece] = []
        while self.at < len(self.lines) and (line := self.lines[self.at].strip()):
            if line[0] in "#|" or (pieces and (_BULLET.match(line) or _NUMBER.match(line))):
                break
            pieces += [Piece(WORDS, " ")] if pieces else []
            pieces += self._pieces(line)
            self.at += 1
        return Block(kind=PARAGRAPH, pieces=tuple(pieces))

    def _table(self) -> Block:
        start, rows = self.at + 1, []
        while self.at < len(self.lines) and self.lines[self.at].strip().startswith("|"):
            line = self.lines[self.at].strip()
            if self.at + 1 != start + 1 or not _RULE.match(line):
                rows.append(tuple(self._pieces(cell.strip()) for cell in line.strip("|").split("|")))
                if len(rows[-1]) != len(rows[0]):
                    self.flaws.append(Flaw(self.at + 1, "columns"))
            self.at += 1
        ruled = start < len(self.lines) and _RULE.match(self.lines[start].strip())
        if not ruled or len(rows[0]) > MOST_COLUMNS:
            self.flaws.append(Flaw(start, "table"))
        return Block(kind=TABLE, rows=tuple(rows))

    def _pieces(self, words: str) -> Line:
        for code, pattern in _FORBIDDEN:
            if found := pattern.search(words):
                self.flaws.append(Flaw(self.at + 1, code, found[0] if code != "letter" else ""))
        pieces, bold, end = [], False, 0
        for found in _PIECE.finditer(words):
            pieces.append(Piece(WORDS, words[end : found.start()], bold))
            end, said = found.end(), found[0]
            if said == "**":
                bold = not bold
            elif said.startswith("_"):
                pieces.append(Piece(BLANK))
            else:
                pieces.append(self._field(said, found[1], bold))
        if bold:
            self.flaws.append(Flaw(self.at + 1, "bold"))
        return tuple(each for each in [*pieces, Piece(WORDS, words[end:])] if each.text or each.kind == BLANK)

    def _field(self, said: str, name: str | None, bold: bool) -> Piece:
        if name is None:
            self.flaws.append(Flaw(self.at + 1, "brace", said))
        elif name.removesuffix("?") not in self.fields:
            self.flaws.append(Flaw(self.at + 1, "field", name))
        name = name or said
        return Piece(OPTIONAL if name.endswith("?") else FIELD, name.removesuffix("?"), bold)
