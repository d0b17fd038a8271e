"""Numbers of FHIR as they were written: 0.50 is not 0.5, and 1e2 stays 1e2. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,29})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?")


class Strange(str):
    """A number that FHIR does not allow; refused with its place once that is known."""


class Digits(Decimal):
    """A number that Python would write in another way (1e2, 0.0000001, -0): as it was written."""

    text: str

    def __new__(cls, text: str) -> Digits:
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text


def as_written(text: str) -> int | Decimal:
    """Whole numbers as int, others with all their digits: `str` gives back the text."""
    if text.lstrip("-").isdigit() and text != "-0":
        return int(text)
    made = Decimal(text)
    return made if str(made) == text and text != "-0" else Digits(text)


def read_number(text: str) -> int | Decimal | Strange:
    """A number of FHIR: at most 30 digits before and after the point."""
    return as_written(text) if _NUMBER.fullmatch(text) else Strange(text[:40])
