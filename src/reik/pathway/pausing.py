"""Pausing and resuming a path: one act with the client's absence (R9 to R12).

Who pauses a path reports the absence, and who reports an absence pauses the path; the path goes on when the
dispenser does, after the checks of the absence. The absence keeps reason, beginning, expected end and who resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.dispensing.away.keeping import NewAbsence, declare
from reik.dispensing.facts import AbsenceBegan, AbsenceEnded
from reik.pathway.moving import Happened, follow
from reik.pathway.path import Event, PathRefused, State
from reik.pathway.queries import paths_by_id


@transaction.atomic
def pause(
    path_id: UUID,
    *,
    reason: str,
    starts_at: datetime,
    expected_end: datetime,
    said_by: str,
    resumes: str,
    by: str,
    now: datetime,
    resumes_phone: str = "",
    version: int | None = None,
) -> UUID:
    """The client is, or will be, away: gives the absence's id. The path is paused from its beginning.

    Raises PathRefused when the dispenser is not in use, and dispensing's AwayRefused for what is not complete.
    """
    # Not locked: dispensers are locked before paths, and the absence locks hers; its handler then moves the path.
    row = paths_by_id([path_id]).get(path_id)
    if row is None or row.state != State.IN_USE:
        raise PathRefused("not_from_here", "Only a dispenser that is in use can be paused.")
    if version is not None and row.version != version:
        raise PathRefused("changed", "Somebody else changed this care path meanwhile: look at it again.")
    return declare(
        NewAbsence(
            client_id=row.client_id, reason=reason, starts_at=starts_at, expected_end=expected_end,
            said_by=said_by, resumes=resumes, resumes_phone=resumes_phone,
        ),
        by=by,
        now=now,
    )  # fmt: skip


def follow_begun(begun: Sequence[AbsenceBegan], now: datetime) -> None:
    """Handler: an absence began; a path in use is paused."""
    follow([_of(each, Event.PAUSE) for each in begun], now)


def follow_ended(ended: Sequence[AbsenceEnded], now: datetime) -> None:
    """Handler: the dispenser goes on; so does the path, with the checks that were done."""
    follow([_of(each, Event.RESUME, checks=dict(each.checks)) for each in ended], now)


def _of(fact: AbsenceBegan | AbsenceEnded, event: Event, **more: object) -> Happened:
    because = {"because": fact.reason} if event is Event.PAUSE else {}
    return Happened(
        client_id=fact.client_id, event=event, by=fact.by,
        detail={**because, "reason": fact.reason, "absence": str(fact.absence_id), **more},
    )  # fmt: skip
