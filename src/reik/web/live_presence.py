"""What the hub reads and writes for all open pages together, as nobody: who is there to hear of an alert (N3), and
when the newest line was added to one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from reik.alerting.queries import newest_remarks
from reik.kernel import clock
from reik.kernel.tenancy import Actor, acting_for
from reik.people import presence

LONG_AGO = datetime.min.replace(tzinfo=UTC)


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


def newest(organisations: frozenset[UUID]) -> dict[UUID, datetime]:
    """For the organisations of those who listen now; row-level security stays in force, which a function of the
    owner's would go round; of what it reads, nothing but "changed" gets out."""
    with acting_for(nobody_in(organisations)):
        found = newest_remarks(organisations)
    return {each: found.get(each, LONG_AGO) for each in organisations}
