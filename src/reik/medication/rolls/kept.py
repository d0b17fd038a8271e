"""Sachets as they are stored, and the other way: one reading and one writing of their contents (R15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from reik.medication.models import Sachet
from reik.medication.rolls.sachets import Content, SachetOnRoll


def kept_sachet(row: Sachet) -> SachetOnRoll:
    """As the comparisons take it."""
    return SachetOnRoll(
        sequence=row.sequence, empty=row.empty, day=row.day, at=row.at, k=row.k or 1, n=row.n or 1,
        contents=kept_contents(row.contents), barcode=row.barcode,
    )  # fmt: skip


def kept_contents(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Content, ...] | None:
    """The contents of a sachet as they were stored; None: not known."""
    if rows is None:
        return None
    names = Content.__slots__
    return tuple(
        Content(
            **({"code": "", "text": "", "amount": ""} | {name: row[name] for name in names if name in row})
        )
        for row in rows
    )


def to_keep(contents: Sequence[Content] | None) -> list[dict[str, str]] | None:
    """To be stored, as the packer said it: code, text and amount always, the rest where it is said."""
    return None if contents is None else [_said_of(each) for each in contents]


def _said_of(medicine: Content) -> dict[str, str]:
    values: dict[str, str] = msgspec.to_builtins(medicine)
    return {name: value for name, value in values.items() if value or name in ("code", "text", "amount")}
