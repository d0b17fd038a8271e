"""A form or instruction as PDF, and the large card for beside the dispenser: tagged, with the fonts of this folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reik.interop.print.port import set_paper
from reik.interop.print.words import Words
from reik.pathway.forms.beside import BesideCard
from reik.pathway.forms.fields import Filled
from reik.pathway.forms.markup import Block, Line


class NotComplete(ValueError):
    """Something is not filled in, so nothing is printed; `missing` names the fields."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("Fill in first: " + ", ".join(missing))
        self.missing = tuple(missing)


def form_pdf(
    form: Filled, language: str, *, source: str, made_at: datetime, zone: ZoneInfo, demo: bool = False
) -> bytes:
    """A form. `source`: whose text it is and which version, for the foot. Raises NotComplete and PaperFailed."""
    if form.missing:
        raise NotComplete(form.missing)
    words = Words(language)
    data = {
        "title": form.title, "lang": words.language, "blocks": [_block(each) for each in form.blocks[1:]],
        "demo": words.say("demo") if demo else "", "foot": f"{source} · {words.instant(made_at, zone)}",
        "words": {"page": words.say("page"), "of": words.say("of")},
    }  # fmt: skip
    return set_paper(json.dumps(data), made_at, "form.typ")


def _block(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind, "level": block.level, "pieces": _line(block.pieces),
        "items": [{"tick": each.tick, "pieces": _line(each.pieces)} for each in block.items],
        "rows": [[_line(cell) for cell in row] for row in block.rows],
    }  # fmt: skip


def _line(line: Line) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "text": each.text, "bold": each.bold} for each in line]


def card_pdf(card: BesideCard, *, made_at: datetime, demo: bool = False) -> bytes:
    """The card, A4 on its side, at least 24 points. Raises PaperFailed."""
    data = {**asdict(card), "demo": Words(card.language).say("demo") if demo else ""}
    return set_paper(json.dumps(data), made_at, "beside.typ")
