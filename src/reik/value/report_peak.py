"""The morning peak by quarter of an hour: bars of visits that begin then, on an average day of a planning. Pure (N10).

The same quarters for the screen, the report and the picture to take along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from reik.value.report_charts import FONT, INK, SOFT, Chart
from reik.value.report_tables import Column, Table
from reik.value.report_text import say
from reik.value.report_words import number

FROM, UNTIL = 6 * 4, 12 * 4
"""Quarters of the day that are shown: 6:00 up to 12:00."""
KINDS = ("unique", "combined", "other")
FILLS = {"unique": "#0B6E66", "combined": "#8CBDB6", "other": "#C9D4D2"}
WIDTH, HEIGHT, LEFT, TOP, FOOT = 720, 240, 44, 34, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """Visits that begin within a quarter of an hour, on an average day."""

    at: str
    unique: float
    combined: float
    other: float

    @property
    def total(self) -> float:
        return self.unique + self.combined + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One rectangle of the picture, in its own measures."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture: rectangles, lines with their number, hours below."""

    pieces: tuple[Piece, ...]
    lines: tuple[tuple[float, str], ...]
    hours: tuple[tuple[float, str], ...]


def quarters(rows: Sequence[tuple[int, int, int, int]], days: int) -> list[Quarter]:
    """Of `planning.queries.by_quarter`; empty where nothing begins in these hours."""
    found = {row[0]: row[1:] for row in rows if FROM <= row[0] < UNTIL}
    if not found or days < 1:
        return []
    return [
        Quarter(
            at=f"{quarter // 4}:{quarter % 4 * 15:02}",
            **{kind: n / days for kind, n in zip(KINDS, found.get(quarter, (0, 0, 0)), strict=True)},
        )
        for quarter in range(FROM, UNTIL)
    ]


def drawn(bars: Sequence[Quarter], language: str) -> Drawn:
    """Where each piece stands, in a field of WIDTH by HEIGHT."""
    most = max(each.total for each in bars) or 1.0
    floor, step = HEIGHT - FOOT, (WIDTH - LEFT) / len(bars)
    scale = (floor - TOP) / most
    pieces = []
    for n, each in enumerate(bars):
        y = float(floor)
        for kind in KINDS:
            height = getattr(each, kind) * scale
            y -= height
            if height > 0:
                pieces.append(
                    Piece(kind=kind, x=round(LEFT + n * step + 2, 1), y=round(y, 1), width=round(step - 4, 1),
                          height=round(height, 1))
                )  # fmt: skip
    lines = tuple(
        (round(floor - most * part * scale, 1), number(most * part, language, 1)) for part in (0.5, 1)
    )
    hours = tuple(
        (round(LEFT + n * step, 1), each.at) for n, each in enumerate(bars) if each.at.endswith(":00")
    )
    return Drawn(pieces=tuple(pieces), lines=lines, hours=hours)


def peak_words(bars: Sequence[Quarter], language: str) -> str:
    """What the picture says: when most begin, and how many of those are there for the medication alone."""
    most = max(bars, key=lambda each: each.total)
    return say(
        "peak_alt", language, at=most.at, n=number(most.total, language, 1),
        unique=number(most.unique, language, 1),
    )  # fmt: skip


def peak_chart(bars: Sequence[Quarter], language: str) -> Chart:
    """To take along: explicit colours, words in text."""
    title, alt, made = say("peak", language), peak_words(bars, language), drawn(bars, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" font-family="{FONT}" font-size="13"><title>{escape(title)}</title><desc>{escape(alt)}</desc>'
    ]
    parts += [
        f'<path d="M{LEFT} {y}H{WIDTH}" stroke="#C9D4D2"/><text x="{LEFT - 6}" y="{y + 4}" text-anchor="end"'
        f' fill="{SOFT}">{word}</text>'
        for y, word in made.lines
    ]
    parts += [
        f'<rect x="{each.x}" y="{each.y}" width="{each.width}" height="{each.height}" fill="{FILLS[each.kind]}"/>'
        for each in made.pieces
    ]
    parts += [f'<text x="{x}" y="{HEIGHT - 10}" fill="{SOFT}">{word}</text>' for x, word in made.hours]
    for n, kind in enumerate(KINDS):
        x = LEFT + n * 210
        parts.append(
            f'<rect x="{x}" y="6" width="14" height="14" fill="{FILLS[kind]}"/>'
            f'<text x="{x + 20}" y="18" fill="{INK}">{escape(say(f"peak_{kind}", language))}</text>'
        )
    return Chart(title=title, alt=alt, svg="".join([*parts, "</svg>"]))


def peak_table(bars: Sequence[Quarter], language: str, file: str) -> Table:
    """The numbers behind it. `file`: the name of the planning."""
    words = ("peak_quarter", "peak_unique", "peak_combined", "peak_other", "total")
    columns = tuple(Column(say(key, language), None if n == 0 else 1) for n, key in enumerate(words))
    rows = tuple((each.at, each.unique, each.combined, each.other, each.total) for each in bars)
    note = say("peak_note", language, file=file)
    return Table(key="peak", title=say("peak", language), note=note, columns=columns, rows=rows)
