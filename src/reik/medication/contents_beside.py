"""What the pharmacy's agreements put beside the sachets of a client's roll (R23): read, then compared purely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from reik.medication import queries
from reik.medication.roll_check import Content, SachetOnRoll
from reik.medication.roll_contents import ContentDifference, agreed_contents, content_differences


def differing_contents(client_id: UUID, sachets: Sequence[SachetOnRoll]) -> list[ContentDifference]:
    """Nothing while no contents are known, or no agreements: then only times and numbers can be compared."""
    days = [each.day for each in sachets if each.contents and each.day is not None]
    agreements = queries.agreements_of([client_id]).get(client_id) if days else None
    if not agreements:
        return []
    zone = queries.zones_of([client_id])[client_id]
    agreed = agreed_contents(agreements, min(days), max(days) + timedelta(days=1), zone)
    return content_differences(agreed, sachets)


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
