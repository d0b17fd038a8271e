"""Reads of the messages that were understood: about which client each is, or what waits to be linked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from reik.interop.fhir.store.models import Message
from reik.kernel.tenancy import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodMessage:
    """One message by its raw id. `to_link_id`: it waits for a person to say which client it is about.

    `refused`: a person said that it is about nobody here. `why` is a people.matching.Unsure while it waits.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID | None
    handed: bool
    to_link_id: UUID | None
    refused: bool
    why: str


def understood(actor: Actor, ids: Collection[UUID]) -> dict[UUID, UnderstoodMessage]:
    """What became of these raw messages; those that were refused, or that came a second time, are missing."""
    rows = Message.objects.filter(id__in=ids, organisation_id__in=actor.organisations)
    return {each.id: _seen(each) for each in rows.select_related("patient", "to_link")}


def _seen(row: Message) -> UnderstoodMessage:
    waiting = row.to_link
    is_open = waiting is not None and waiting.state == 0
    return UnderstoodMessage(
        id=row.id, organisation_id=row.organisation_id, client_id=row.patient.client_id,
        handed=row.handed_at is not None, to_link_id=waiting.id if waiting is not None and is_open else None,
        refused=waiting is not None and waiting.state == 2 and row.handed_at is None,
        why=waiting.reason if waiting is not None and is_open else "",
    )  # fmt: skip
