"""A client moves house: everything that hangs on her address is looked at by a person (R14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.crypto import vault
from reik.people.models import Client
from reik.tasks.operations import NewTask, open_tasks

LOOK_WITHIN = timedelta(hours=24)
MOVED = "moved"


class MoveRefused(ValueError):
    """This address cannot be entered; the message says what to do."""


@transaction.atomic
def relocate(client_id: UUID, *, address: str, by: str, now: datetime) -> None:
    """She lives at this address from now on; a task of high risk names what has to be checked there.

    Raises MoveRefused without an address or a name.
    """
    if not address.strip() or not by.strip():
        raise MoveRefused("Give the new address, and who enters it.")
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    client.address = vault().seal_text(client.organisation_id, address.strip())
    client.save(update_fields=["address"])
    open_tasks(
        [
            NewTask(
                organisation_id=client.organisation_id, client_id=client_id, kind=MOVED, owner_role="nurse",
                due_at=now + LOOK_WITHIN, by=by.strip(), high_risk=True,
            )
        ],
        now,
    )  # fmt: skip
