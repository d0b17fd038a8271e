"""Who has a live page open is there to hear of an alert (N3); the hub says so for all of them together."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from reik.kernel import clock
from reik.kernel.tenancy import Actor, acting_for
from reik.people import presence


def nobody_in(organisations: Collection[UUID]) -> Actor:
    """As whom the hub works: nobody, for the organisations of those who listen now."""
    nobody = UUID(int=0)
    return Actor(
        account_id=nobody,
        name="live",
        role="live",
        organisation_id=nobody,
        organisations=tuple(organisations),
    )


def note_seen(account_ids: Collection[UUID], organisations: Collection[UUID]) -> None:
    """These people's pages are open now."""
    with acting_for(nobody_in(organisations)):
        presence.seen(account_ids, clock.now())
