"""Agreements that cannot be planned wait for a person by name of a role, until a message comes that can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from reik.medication.facts import AgreementsReceived
from reik.people.pharmacies import pharmacies_of
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

TASK = "unplannable"
WITHIN = timedelta(hours=4)
"""A medicine that stands in no plan is given by nobody: it does not wait for the next day."""


@transaction.atomic
def follow(received: Sequence[AgreementsReceived], now: datetime) -> None:
    """Handler: the client's own pharmacy has to look, or her nurse where the pharmacy has no account.

    Set-wise. A later message that can be planned ends the task.
    """
    newest = {each.client_id: each for each in received}
    lacking = {id: each for id, each in newest.items() if each.unplannable}
    cards = pharmacies_of(lacking)
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=id, kind=TASK, about=id, due_at=now + WITHIN,
                by="reik", high_risk=True, detail={"count": each.unplannable},
                owner_role="pharmacist" if id in cards and cards[id].partner_id else "nurse",
            )
            for id, each in lacking.items()
        ],
        now,
    )  # fmt: skip
    end_tasks([id for id in newest if id not in lacking], TASK, as_=DONE, by="reik", now=now)
