"""A letter of a page or two in plain words, as PDF: title, parts with lines, and where people sign."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reik.interop.print.port import set_paper
from reik.interop.print.words import Words

TEMPLATE = "letter.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with its sentences."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`name`: to or about whom; `signs`: who signs below, each with a line."""

    title: str
    language: str
    name: str
    parts: Sequence[Part]
    signs: Sequence[str] = ()


def letter_of(letter: Letter, *, made_at: datetime, zone: ZoneInfo, demo: bool = False) -> bytes:
    """The PDF. Raises PaperFailed."""
    words = Words(letter.language)
    data = {
        **asdict(letter), "demo": words.say("demo") if demo else "", "made": words.instant(made_at, zone),
        "words": {"page": words.say("page"), "of": words.say("of")},
    }  # fmt: skip
    return set_paper(json.dumps(data), made_at, TEMPLATE)
