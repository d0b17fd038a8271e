"""What a person has to see of a planning before she says what its columns mean. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from reik.value.planning.guessing import guess
from reik.value.planning.mapping import WORDS, as_json
from reik.value.planning.reading import counted_parts
from reik.value.planning.sheets import Sheet

SEEN_ROWS = 300
MOST_TEXTS = 300
"""A column with more different texts than this is no list of activities, unless its words are."""


def look_at(sheet: Sheet) -> dict[str, Any]:
    """JSON: header, first rows with their lines, the guessed mapping, and per column how often each text occurs."""
    lines: list[int] = []
    rows: list[list[str]] = []
    texts: dict[int, Counter[str] | None] = {place: Counter() for place in range(len(sheet.header))}
    guessed, sure, words = None, False, Counter[str]()
    free, total = -1, 0
    for lot_lines, lot in sheet.lots():
        total += len(lot)
        if guessed is None:
            lines, rows = lot_lines[:SEEN_ROWS], [list(row) for row in lot[:SEEN_ROWS]]
            guessed, sure = guess(sheet.header, lot[:2000])
            if guessed.activity_as == WORDS:
                free = (
                    sheet.header.index(guessed.columns["activity"]) if "activity" in guessed.columns else -1
                )
        for place in list(texts):
            counted = texts[place]
            if counted is not None:
                counted.update(row[place] for row in lot if len(row) > place)
                texts[place] = counted if len(counted) <= MOST_TEXTS else None
        if free >= 0:
            parts = counted_parts(Counter(row[free] for row in lot if len(row) > free), WORDS)[1]
            words.update(parts)
    columns = {sheet.header[place]: dict(each.most_common()) for place, each in texts.items() if each}
    return {
        "header": list(sheet.header), "said": sheet.said, "lines": lines, "rows": rows, "total": total, "sure": sure,
        "texts": columns, "words": dict(words.most_common(MOST_TEXTS)),
        "words_of": sheet.header[free] if free >= 0 else "",
        "guessed": as_json(guessed) if guessed else None,
    }  # fmt: skip
