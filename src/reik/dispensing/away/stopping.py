"""Writes of stopping: a client who died, or of whom an alert tells that she is away (R49)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.dispensing.away import cover as away_cover
from reik.dispensing.away import path as away
from reik.dispensing.away.keeping import (
    BY,
    CALL,
    DETAILS,
    RETURN,
    begin,
    insert,
    lock,
    lock_absence,
    note,
    task_of,
)
from reik.dispensing.away.path import Event, State
from reik.dispensing.by_hand.blocking import pause
from reik.dispensing.models import Absence
from reik.tasks.operations import end_tasks, open_tasks

BRING_BACK = "return_roll_and_device"
BROUGHT_WITHIN = timedelta(days=7)
DETAILS_WITHIN = timedelta(hours=2)
RENEWED_BEFORE = timedelta(days=6)
SAID = {away.DIED: "stopped", away.USE_STOPPED: "stopped_use"}
"""The line of its history, by reason."""


@transaction.atomic
def pause_the_stopped(now: datetime, most: int = 100) -> None:
    """A client who died has no end: her dispenser is paused anew as long as it stands there. For `reik watch`."""
    stopped = Absence.objects.filter(
        state=State.STOPPED, dispenser__isnull=False, confirmed_at__lte=now - RENEWED_BEFORE
    ).order_by("dispenser_id")[:most]
    for id in list(stopped.values_list("id", flat=True)):
        absence = lock_absence(id)
        if absence.dispenser_id is None or absence.state != State.STOPPED:
            continue
        absence.confirmed_at = now
        absence.pause_id = pause(
            organisation_id=absence.organisation_id, dispenser_id=absence.dispenser_id, until=None, by=BY, now=now
        )  # fmt: skip
        absence.save()


@transaction.atomic
def stop_client(*, client_id: UUID, reason: str, by: str, now: datetime, ends: Collection[str] = ()) -> UUID:
    """R49: the client died (`died`), or is away and nobody knows until when (`not_said`): nothing more is handed out.
    R13: she stops with the dispenser (`use_stopped`).

    Ends her open tasks of the kinds `ends`, and opens those that follow from it. Gives the absence's id.
    """
    _organisation, dispenser_id = lock(client_id)
    died = reason in away.FOR_GOOD
    absence = (
        Absence.objects.select_for_update(no_key=True).filter(client_id=client_id, ended_at=None).first()
    )
    if absence is None:
        absence = insert(
            client_id, reason, State.STOPPED if died else State.AWAY, now, None, said_by=by, by=by, now=now
        )  # fmt: skip
    elif died and absence.state != State.STOPPED:
        absence.state = away.step(State(absence.state), Event.STOP).value
        absence.reason, absence.until, absence.expected_end = reason, None, None
        absence.starts_at, absence.confirmed_at = min(absence.starts_at, now), now
    elif absence.state == State.PLANNED:
        absence.starts_at = now
        absence.until = away.covered_until(now, absence.expected_end, now)
    elif absence.state in (State.BACK, State.RESUMING):
        absence.state = away.step(State(absence.state), Event.AWAY_AGAIN).value
        absence.returned_at, absence.checks, absence.reason = None, {}, reason
        absence.until, absence.confirmed_at = away.covered_until(now, None, now), now
        end_tasks([client_id], RETURN, as_="dropped", by=by, now=now)
    note(absence, SAID.get(reason, "told_away"), by, now)
    absence.dispenser_id = dispenser_id
    begin(absence, by, now)
    for kind in sorted(ends):
        end_tasks([client_id], kind, as_="dropped", by=by, now=now)
    if died:
        end_tasks([client_id], CALL, as_="dropped", by=by, now=now)
        if reason == away.DIED:
            open_tasks([task_of(absence, BRING_BACK, by, now + BROUGHT_WITHIN)], now)
    elif absence.reason == away.NOT_SAID:
        open_tasks([task_of(absence, DETAILS, by, now + DETAILS_WITHIN, high_risk=True)], now)
    away_cover.cover([client_id], absence.starts_at, now)
    return absence.id
