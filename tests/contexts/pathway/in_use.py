"""Clients whose dispenser is in use, for tests of what comes after the start."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from reik.dispensing.models import Moment
from reik.pathway.models import CarePath
from reik.pathway.moving import open_path
from tests import cast
from tests.cast import Voice


def started(
    voice: Voice, now: datetime, *, ago: timedelta = timedelta(days=60), state: str = "in_use"
) -> UUID:
    """A path in this state whose dispenser hands out since `ago`; its conditions are not what these tests are about."""
    path_id = open_path(client_id=voice.client_id, setting="zvw", by="Joke", role="nurse", now=now)
    step = {"in_use": 8, "paused": 8, "starting": 6, "delivering": 5, "stopping": 9}.get(state, 4)
    rows = CarePath.objects.filter(id=path_id)
    rows.update(state=state, step=step, started_at=now - ago, opened_at=now - ago - timedelta(days=9))
    return path_id


def ended(voice: Voice, n: int, now: datetime, ago: timedelta, outcome: str, criticality: int = 1) -> UUID:
    """A moment that was due so long ago, with its outcome."""
    due = now - ago
    id = cast.plan(voice, f"past-{n}", due, now=due - timedelta(hours=1))
    Moment.objects.filter(id=id).update(
        outcome=outcome, ended_at=due + timedelta(minutes=30), criticality=criticality
    )
    return id
