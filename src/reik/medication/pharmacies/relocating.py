"""A client moves house, or another pharmacy serves her: everything that hangs on it is looked at by a person (R14).

People announces both, whichever screen or import was used; here the task is opened, so that no door can forget it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.people.facts import ClientMoved, PharmacyChanged
from reik.people.models import Client
from reik.people.operations import ClientRefused, change_client, details_of_client
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

LOOK_WITHIN = timedelta(hours=24)
MOVED, CHANGED = "moved", "pharmacy_changed"
UNKNOWN, STOPS = "pharmacy_unknown", "pharmacy_stops"
"""Tasks that end when a pharmacy serves the client: nobody was known to ask, or one had said that it stops."""


class MoveRefused(ValueError):
    """This address cannot be entered; the message says what to do."""


@transaction.atomic
def relocate(client_id: UUID, *, address: str, by: str, now: datetime) -> None:
    """She lives at this address from now on; a task of high risk names what has to be checked there.

    Raises MoveRefused without an address or a name.
    """
    if not address.strip() or not by.strip():
        raise MoveRefused("Give the new address, and who enters it.")
    before = details_of_client(client_id)
    try:
        change_client(client_id, replace(before, address=address), by=by, now=now)
    except ClientRefused as refused:
        raise MoveRefused(str(refused)) from refused
    if not before.address:  # whoever says that she moved is right, also where no address was known
        organisation_id = Client.objects.values_list("organisation_id", flat=True).get(id=client_id)
        told = ClientMoved(organisation_id=organisation_id, client_id=client_id, by=by.strip())
        facts.publish([told], now)


def follow_moved(told: Sequence[ClientMoved], now: datetime) -> None:
    """Handler: dispenser, delivery of the roll, key and route are checked at the new address."""
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=MOVED, owner_role="nurse",
                due_at=now + LOOK_WITHIN, by=each.by, high_risk=True,
            )
            for each in told
        ],
        now,
    )  # fmt: skip


def follow_pharmacy(told: Sequence[PharmacyChanged], now: datetime) -> None:
    """Handler: another pharmacy than before is a task of high risk; a client's very first one is none."""
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=CHANGED, owner_role="nurse",
                due_at=now + LOOK_WITHIN, by=each.by, high_risk=True,
                detail={"pharmacy": each.pharmacy, "before": each.before},
            )
            for each in told
            if each.before
        ],
        now,
    )  # fmt: skip
    for kind in (UNKNOWN, STOPS):
        for by in sorted({each.by for each in told}):
            clients = {each.client_id for each in told if each.by == by}
            end_tasks(clients, kind, as_=DONE, by=by, now=now)
