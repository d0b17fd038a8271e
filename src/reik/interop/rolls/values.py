"""Values as a packer writes them: dates, times, whole numbers and amounts, never guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

_Read = TypeVar("_Read")


class Wrong(ValueError):
    """A value that cannot be read: a word for screens, and a sentence that does not repeat the value."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(slots=True)
class Wrongs:
    """What is wrong in one roll: (place, code, sentence), in the order of the file."""

    found: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, place: str, code: str, sentence: str) -> None:
        self.found.append((place, code, sentence))

    def read(self, place: str, reader: Callable[[], _Read], otherwise: _Read) -> _Read:
        """What the reader gives; when it cannot, that is noted and `otherwise` takes its place."""
        try:
            return reader()
        except Wrong as wrong:
            self.add(place, wrong.code, wrong.sentence)
            return otherwise


def dated(text: str, written: str, name: str = "day") -> str:
    """A day as YYYY-MM-DD."""
    found = _parsed(text, written)
    if found is None:
        raise Wrong("date", f"The date of {name} cannot be read as {written}.")
    return found.date().isoformat()


def timed(text: str, written: str) -> str:
    """A time of the day as HH:MM; a moment has no seconds."""
    found = _parsed(text, written)
    if found is None or found.second:
        raise Wrong("time", f"The time cannot be read as {written}.")
    return f"{found:%H:%M}"


def _parsed(text: str, written: str) -> datetime | None:
    """Without separators every digit must be there: "1122026" could be two days."""
    try:
        found = datetime.strptime(text, written)  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    separated = not re.search(r"%.%", written)
    return found if text.isascii() and (separated or found.strftime(written) == text) else None


def whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Wrong("number", f"{name} is no whole number.")
    return int(text)


def amount(text: str, decimal: str, implied: int = 0) -> str:
    """An amount as plain decimal text; `decimal` is the sign before decimals, `implied` how many are not marked."""
    whole_part = re.fullmatch(rf"\d{{1,8}}(?:{re.escape(decimal)}\d{{1,3}})?", text, re.ASCII)
    if whole_part is None or (implied and decimal in text):
        raise Wrong("amount", f'An amount is a number, with "{decimal}" before decimals.')
    plain = f"{Decimal(text.replace(',', '.')).scaleb(-implied):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
