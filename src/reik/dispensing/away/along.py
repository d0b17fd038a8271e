"""Writes of taking along: sachets handed out ahead and counted, and reconciled on return (R11, R30, N6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.dispensing.away.keeping import lock_absence, note
from reik.dispensing.away.path import AwayRefused, State
from reik.dispensing.commands.giving import give as give_command
from reik.dispensing.models import Absence, Moment, TakeAlong
from reik.kernel.ids import new_id
from reik.tasks.operations import NewTask, end_tasks_about, open_tasks
from reik_dispenser.messages import CommandType, PresentReason

TASK = "take_along_count"
COUNTED_WITHIN = timedelta(hours=4)
AHEAD = timedelta(days=3)
MOST = 30


@transaction.atomic
def take_along(*, absence_id: UUID, moment_ids: Collection[UUID], by: str, now: datetime) -> UUID:
    """Have these moments' sachets handed out now, in order, to be taken along; gives its id.

    Before the dispenser is paused, and a person stands beside it: `present_now` goes round the time before a moment
    and the interval, never round a hold. The later reminder falls away with the sachet (R30). Raises AwayRefused.
    """
    absence = lock_absence(absence_id)
    if absence.state != State.PLANNED:
        raise AwayRefused("The dispenser is paused already: take the sachets from the roll, by hand.")
    if absence.dispenser_id is None:
        raise AwayRefused("This client has no dispenser.")
    rows = _to_come(absence, moment_ids, now)
    made = TakeAlong(
        id=new_id(now), organisation_id=absence.organisation_id, client_id=absence.client_id,
        absence_id=absence.id, asked_by=by, asked_at=now,
        moments=[
            {"id": str(each.id), "key": each.key, "due_at": each.due_at.isoformat(), "sachets": each.sachets}
            for each in rows
        ],
    )  # fmt: skip
    made.command_id = give_command(
        organisation_id=absence.organisation_id, dispenser_id=absence.dispenser_id, type=CommandType.PRESENT_NOW,
        data={"moments": [each.key for each in rows], "by": by, "reason": PresentReason.TAKE_ALONG.value},
        by=by, now=now, expires_after=timedelta(minutes=15),
    )  # fmt: skip
    made.save(force_insert=True)
    note(absence, "take_along", by, now, str(sum(each.sachets for each in rows)))
    open_tasks([_count_them(made, absence, sum(each.sachets for each in rows), now)], now)
    return made.id


def _to_come(absence: Absence, moment_ids: Collection[UUID], now: datetime) -> list[Moment]:
    """Those moments by instant, all of them open and of the next days."""
    rows = list(
        Moment.objects.filter(
            id__in=moment_ids, client_id=absence.client_id, outcome=None, due_at__lt=now + AHEAD
        ).order_by("due_at", "id")[:MOST]
    )
    if not rows or len(rows) != len(set(moment_ids)):
        raise AwayRefused("Choose moments of the next three days whose sachets are still in the dispenser.")
    return rows


def _count_them(made: TakeAlong, absence: Absence, sachets: int, now: datetime) -> NewTask:
    """What comes back is counted soon after she is back."""
    end = absence.expected_end or now
    return NewTask(
        organisation_id=absence.organisation_id, client_id=absence.client_id, kind=TASK, key=str(made.id),
        owner_role="nurse", due_at=max(now, end + COUNTED_WITHIN), by=made.asked_by, about=made.id,
        detail={"sachets": sachets, "absence": str(absence.id)},
    )  # fmt: skip


@transaction.atomic
def pack(*, along_id: UUID, handed_out: int, by: str, now: datetime) -> None:
    """Who stood beside the dispenser counts how many sachets went into the bag; none is an answer too."""
    row, most = _row(along_id)
    if not 0 <= handed_out <= most:
        raise AwayRefused(f"Count the sachets that went along: 0 to {most}.")
    TakeAlong.objects.filter(id=along_id).update(handed_out=handed_out, packed_by=by)
    absence = lock_absence(row.absence_id)
    note(absence, "packed", by, now, str(handed_out))


@transaction.atomic
def reconcile(*, along_id: UUID, came_back: int, by: str, now: datetime, text: str = "") -> int:
    """How many sachets came back unopened; gives how many went out of sight: whether those were taken is unknown.

    handed out = came back + out of sight (N6). Raises AwayRefused where nobody counted what went along.
    """
    row, _most = _row(along_id)
    if row.handed_out is None:
        raise AwayRefused("First count how many sachets went along.")
    if not 0 <= came_back <= row.handed_out:
        raise AwayRefused(f"Count the sachets that came back: 0 to {row.handed_out}.")
    gone = row.handed_out - came_back
    TakeAlong.objects.filter(id=along_id).update(
        came_back=came_back, out_of_sight=gone, counted_by=by, counted_at=now, note=text.strip()
    )
    absence = lock_absence(row.absence_id)
    note(absence, "reconciled", by, now, f"{came_back} / {row.handed_out}")
    end_tasks_about([along_id], as_="done", by=by, now=now)
    return gone


def _row(along_id: UUID) -> tuple[TakeAlong, int]:
    row = TakeAlong.objects.filter(id=along_id, counted_at=None).first()
    if row is None:
        raise AwayRefused("This was counted already: open the client's page again.")
    return row, sum(int(each["sachets"]) for each in row.moments)
