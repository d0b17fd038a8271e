"""Reik's own texts: which forms there are, in which languages, and the mark of each version. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reik.pathway.forms.sentences import LANGUAGES

__all__ = ["FORMS", "LANGUAGES", "OwnText", "own_text"]
SELECTION, ENROLMENT, LOADING, FAULT, POWER_CUT, AWAY, STOP = FORMS = (
    "selection", "enrolment", "loading", "fault", "power_cut", "away", "stop",
)  # fmt: skip
TEXTS = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True, slots=True)
class OwnText:
    """Reik's text of a form. `digest` changes when the text does."""

    body: str
    digest: str


@cache
def own_text(form: str, language: str) -> OwnText:
    """Raises KeyError for a form or language that Reik does not have."""
    if form not in FORMS or language not in LANGUAGES:
        raise KeyError(f"{form} in {language}")
    body = (TEXTS / language / f"{form}.md").read_text(encoding="utf-8")
    return OwnText(body, hashlib.sha256(body.encode()).hexdigest()[:16])
