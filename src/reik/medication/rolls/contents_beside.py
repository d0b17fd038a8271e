"""What the pharmacy's agreements put beside the sachets of a client's roll (R23): read, then compared purely."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from reik.medication import queries
from reik.medication.agreed.contents import agreed_contents
from reik.medication.rolls.contents import ContentDifference, content_differences
from reik.medication.rolls.sachets import SachetOnRoll


def differing_contents(client_id: UUID, sachets: Sequence[SachetOnRoll]) -> list[ContentDifference]:
    """Nothing while no contents are known, or no agreements: then only times and numbers can be compared."""
    days = [each.day for each in sachets if each.contents and each.day is not None]
    agreements = queries.agreements_of([client_id]).get(client_id) if days else None
    if not agreements:
        return []
    zone = queries.zones_of([client_id])[client_id]
    agreed = agreed_contents(agreements, min(days), max(days) + timedelta(days=1), zone)
    return content_differences(agreed, sachets)
