"""What the figures of a business case are called, what they mean and what they are made of, in two languages. Pure.

The words are data, because screens, PDF, workbook and CSV say the same, and some of them are made where no screen is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DUTCH, ENGLISH = "nl", "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One figure. `name` and `what` by language; `needs`: assumptions; `parts`: the figures that it is the sum of."""

    key: str
    name: Mapping[str, str]
    what: Mapping[str, str]
    needs: tuple[str, ...]
    parts: tuple[str, ...]


@cache
def figures_said() -> Mapping[str, Said]:
    """By key, in the order of the definitions."""
    found = tomllib.loads(Path(__file__).with_name("report_words.toml").read_text("utf-8"))
    return {
        key: Said(
            key=key, name={DUTCH: each["nl"], ENGLISH: each["en"]},
            what={DUTCH: each["what_nl"], ENGLISH: each["what_en"]},
            needs=tuple(each.get("needs", ())), parts=tuple(each.get("parts", ())),
        )
        for key, each in found.items()
    }  # fmt: skip


def name_of(key: str, language: str) -> str:
    """Raises KeyError for a figure that there is not."""
    return figures_said()[key].name[language]


def inputs_of(key: str) -> tuple[str, ...]:
    """All assumptions that a figure is made of, of its parts too, each once."""
    said = figures_said()[key]
    found = dict.fromkeys(said.needs)
    for part in said.parts:
        found |= dict.fromkeys(inputs_of(part))
    return tuple(found)


def number(value: float, language: str, decimals: int = 0) -> str:
    """As a person writes it: 1.250,5 in Dutch, 1,250.5 in English; never minus zero."""
    said = f"{value:,.{decimals}f}"
    if not said.strip("-0.,"):
        said = said.lstrip("-")
    said = said.replace("-", "\N{MINUS SIGN}")
    return said if language == ENGLISH else said.translate(str.maketrans(",.", ".,"))


def percent(value: float, language: str) -> str:
    return f"{number(value, language, 0 if float(value).is_integer() else 1)} %"


def euros(value: float, language: str, decimals: int = 0) -> str:
    return f"€ {number(value, language, decimals)}"
