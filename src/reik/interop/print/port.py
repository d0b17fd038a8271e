"""Paper made by Typst, in this process: tagged PDF with the fonts of this folder and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

UNIVERSAL: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: tags, language and a title, so that a screen reader can read the card."""
_HERE = Path(__file__).resolve().parent


class PaperFailed(Exception):
    """The paper cannot be made; the message is without content of the card."""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(_HERE / "fonts")])


def pdf_of(document: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of a document of `mapping`. Raises PaperFailed.

    Nothing but the template and the fonts of this folder is read, and nothing is fetched. A letter that no font
    has makes PDF/UA impossible; the card is then made all the same, tagged, with a box in its place.
    """
    return set_paper(json.dumps(document), made_at, "cards.typ")


def set_paper(data: str, made_at: datetime, template: str) -> bytes:
    """As `pdf_of`, for data that a template of this folder sets."""
    try:
        return _set(data, made_at, [UNIVERSAL], template)
    except typst.TypstError:
        pass
    try:
        return _set(data, made_at, [], template)
    except typst.TypstError as failure:
        raise PaperFailed(
            "The card could not be set: read it on the screen, and tell who keeps Reik."
        ) from failure


def _set(data: str, made_at: datetime, standards: list[Literal["ua-1"]], template: str) -> bytes:
    made = typst.compile(
        _HERE / template, root=_HERE, font_paths=_fonts(), ignore_system_fonts=True, format="pdf",
        sys_inputs={"data": data}, timestamp=int(made_at.timestamp()), pdf_standards=[*standards],
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made
