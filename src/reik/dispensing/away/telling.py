"""A word that a client will be away, from somebody who may not pause a dispenser herself: a task for the nurse.

The dispenser goes on, and so do alerts, until the nurse has looked (R9): a wrong date may never stop medicines.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.dispensing.away import path as away
from reik.dispensing.away.keeping import TOLD, NewAbsence
from reik.dispensing.away.path import AwayRefused
from reik.dispensing.models import Absence
from reik.people.models import Client
from reik.tasks.operations import NewTask, open_tasks
from reik.tasks.queries import TaskSeen, open_tasks_of

LOOKED_AT = timedelta(hours=2)
"""How long the nurse has when it begins later; what has begun is looked at within the hour."""
AT_ONCE = timedelta(hours=1)


@transaction.atomic
def tell(new: NewAbsence, *, by: str, now: datetime) -> None:
    """The nurse hears who is away from when until when, and decides; telling again replaces what was told.

    Raises AwayRefused for what is not complete, and while an absence is open.
    """
    away.check_declared(
        reason=new.reason, starts_at=new.starts_at, expected_end=new.expected_end, said_by=new.said_by,
        resumes=new.resumes, now=now,
    )  # fmt: skip
    if Absence.objects.filter(client_id=new.client_id, ended_at=None).exists():
        raise AwayRefused("An absence of this client is open already: change that one.")
    client = Client.objects.get(id=new.client_id)
    zone = ZoneInfo(client.zone)
    begun = new.starts_at <= now
    task = NewTask(
        organisation_id=client.organisation_id, client_id=client.id, kind=TOLD, owner_role="nurse", by=by,
        due_at=now + (AT_ONCE if begun else LOOKED_AT), high_risk=begun,
        detail={
            "who": by, "reason": new.reason, "resumes": new.resumes, "phone": new.resumes_phone,
            "starts": new.starts_at.isoformat(), "until": new.expected_end.isoformat(),
            "from_at": f"{new.starts_at.astimezone(zone):%d-%m %H:%M}",
            "until_at": f"{new.expected_end.astimezone(zone):%d-%m %H:%M}",
        },
    )  # fmt: skip
    open_tasks([task], now)


def told_of(client_id: UUID) -> TaskSeen | None:
    """What was told and nobody has looked at yet."""
    return next((each for each in open_tasks_of([client_id]) if each.kind == TOLD), None)
