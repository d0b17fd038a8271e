"""The least interval between two hand-overs (R31): what would come too soon is held, and somebody owns it.

The dispenser keeps the interval after what it handed out itself. What it cannot know is a dose that was given by
hand: then Reik has the next moment's sachets held, and released when the interval is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.dispensing.by_hand import blocking
from reik.dispensing.commands.giving import give as give_command
from reik.dispensing.facts import MomentEnded
from reik.dispensing.models import HandGiving
from reik.dispensing.outcomes import OUT, Outcome
from reik.kernel.rows import array
from reik.medication.queries import zones_of
from reik.medication.rolls.supply_tasks import said
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.tasks.operations import NewTask, open_tasks
from reik_dispenser.messages import CommandType

TASK = "gap_held"
NEAR = timedelta(days=2)
"""Hand-overs longer ago than any interval reaches."""

GIVEN_AT = "greatest(o.last_out_at, o.by_hand_at)"
TOO_SOON = f"""
SELECT max({GIVEN_AT}) + make_interval(secs => m.gap_s) FROM dispensing_moment AS m
JOIN dispensing_moment AS o ON o.client_id = m.client_id AND o.id <> m.id
    AND o.due_at > %(at)s - %(near)s::interval AND o.due_at < %(at)s + %(near)s::interval
WHERE m.id = %(moment)s AND m.gap_s > 0 AND {GIVEN_AT} <= %(at)s GROUP BY m.gap_s
"""  # noqa: S608 - an expression of this module


def too_soon_until(moment_id: UUID, at: datetime) -> datetime | None:
    """The end of this moment's least interval after the newest hand-over of any other one, by `at`; None: none."""
    with connection.cursor() as cursor:
        cursor.execute(TOO_SOON, {"moment": moment_id, "at": at, "near": str(NEAR)})
        row = cursor.fetchone()
    return row[0] if row else None


# The next moment of the same client that is not over, when it falls due inside its own interval. Asked of every
# batch of device messages: it begins at the few open moments that have an interval (index `moment_with_gap`).
FOLLOWS = f"""
SELECT n.id, n.organisation_id, n.client_id, n.dispenser_id, n.key, n.due_at, n.latest_at,
    {GIVEN_AT} + make_interval(secs => n.gap_s), o.id, o.due_at, {GIVEN_AT}
FROM dispensing_moment AS o JOIN dispensing_moment AS n
    ON n.client_id = o.client_id AND n.due_at > o.due_at AND n.outcome IS NULL AND n.gap_s > 0
WHERE o.id = ANY(%s::uuid[]) AND n.out = 0
    AND n.due_at < {GIVEN_AT} + make_interval(secs => n.gap_s) AND n.latest_at > %s
    AND NOT EXISTS (SELECT FROM dispensing_moment AS b WHERE b.client_id = o.client_id AND b.due_at > o.due_at
        AND (b.due_at, b.id) < (n.due_at, n.id))
ORDER BY n.id
"""  # noqa: S608 - an expression of this module


def _following(moment_ids: Sequence[UUID], now: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWS, [array("uuid", moment_ids), now])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def follow_moments(ended: Sequence[MomentEnded], now: datetime) -> None:
    """Handler of MomentEnded: a moment that falls inside the interval after a late hand-over is somebody's (R31).

    A late press shifts nothing by itself: whoever owns the task asks the pharmacy.
    """
    given = [each.moment_id for each in ended if each.outcome in OUT or each.outcome is Outcome.BY_HAND]
    if given:
        _own(_following(given, now), now)


def _own(rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
    if not rows:
        return
    pharmacies = pharmacies_of({row[2] for row in rows})
    zones = zones_of({row[2] for row in rows})
    open_tasks([_task(row, pharmacies.get(row[2]), zones[row[2]], now) for row in rows], now)


def _task(row: tuple[Any, ...], pharmacy: PharmacyCard | None, zone: ZoneInfo, now: datetime) -> NewTask:
    (
        id,
        organisation_id,
        client_id,
        _dispenser,
        key,
        due_at,
        latest_at,
        until,
        _before,
        before_due,
        given_at,
    ) = row
    name, phone = pharmacy.number_at(now) if pharmacy else ("", "")
    detail: Mapping[str, object] = {
        "at": said(due_at, zone), "moment": str(id), "due_at": due_at.isoformat(), "latest_at": latest_at.isoformat(),
        "until": until.isoformat(), "given_at": given_at.isoformat(), "before_due_at": before_due.isoformat(),
        "pharmacy": name, "phone": phone,
    }  # fmt: skip
    return NewTask(
        organisation_id=organisation_id, client_id=client_id, kind=TASK, key=key, about=id,
        owner_role="pharmacist" if pharmacy and pharmacy.partner_id else "nurse", due_at=due_at, by="reik",
        detail=detail, high_risk=until > latest_at,
    )  # fmt: skip


def hold_next(giving: HandGiving, now: datetime) -> None:
    """After a giving by hand, of which the device knows nothing: have the next moment held where it comes too soon.

    Where the type cannot hold single sachets the task alone says so.
    """
    for row in _following([giving.moment_id], now):
        _id, organisation_id, _client, dispenser_id, key, _due, latest_at, until, *_rest = row
        where = blocking.lying(dispenser_id, key)
        if where is None or not blocking.can_hold_single(dispenser_id):
            continue
        whole = (1 << len(where.sachets)) - 1
        giving.held_command_id = blocking.hold(
            organisation_id=organisation_id, dispenser_id=dispenser_id, where=where, places=whole,
            by="reik", now=now,
        )  # fmt: skip
        giving.held_roll, giving.held_sachets = where.roll, list(where.sachets)
        giving.held_until = until if until < latest_at else None  # else it stays in the dispenser


@transaction.atomic
def release_held(now: datetime, most: int = 100) -> int:
    """Release what was held for an interval that is over, unless it is held for another reason; gives how many.

    For `reik watch`.
    """
    due = list(
        HandGiving.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(held_until__lte=now)
        .order_by("id")[:most]
    )
    for each in due:
        assert each.held_command_id is not None
        if not blocking.held_by_another(
            dispenser_id=each.dispenser_id, roll=each.held_roll, sachets=each.held_sachets,
            command_id=each.held_command_id,
        ):  # fmt: skip
            give_command(
                organisation_id=each.organisation_id, dispenser_id=each.dispenser_id,
                type=CommandType.RELEASE_SACHETS, data={"roll": each.held_roll, "sachets": each.held_sachets},
                by="reik", now=now,
            )  # fmt: skip
    HandGiving.objects.filter(id__in=[each.id for each in due]).update(held_until=None)
    return len(due)
