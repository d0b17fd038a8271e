"""Sachets of a changed plan are kept from being handed out: held one by one, or the whole device paused (N5, R22).

Found is withheld: a hold goes at once, for withholding is never held back. A device that cannot hold single
sachets gets at once a plan that ends before the first affected moment, so that it has nothing to hand out even if
it is out of reach when that moment comes; it is paused after the last unaffected moment before it, and sent that
until it confirms. Only `HoldLifted` lets it go on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.by_hand.blocking import paused_by_others
from reik.dispensing.commands.lists import NewCommand, give_all
from reik.dispensing.facts import CommandAnswered, MomentEnded
from reik.dispensing.plans.keeping import WAITED_FOR, Dispenser, keep, lock
from reik.dispensing.rolls.at_home import capabilities_of
from reik.kernel.rows import array
from reik.medication.changes import device as change_device
from reik.medication.changes import held as changes_held
from reik.medication.facts import HoldLifted, SachetsToHold
from reik.medication.models import Change
from reik_dispenser.messages import CommandType
from reik_dispenser.wire import write_at

BY = "change"
LEAD = timedelta(minutes=15)
"""At the latest so long before the first affected moment a device is paused, so that it can still be told."""
PAUSED_FOR = timedelta(days=7)
PAUSED_AGAIN = timedelta(days=1)
"""So long before a pause ends it is given again."""


def withhold(asked: Sequence[SachetsToHold], now: datetime) -> None:
    """Handler: hold exactly these sachets or, where the device cannot, stop it before the first of them."""
    at = {each.client_id: each for each in lock({each.client_id for each in asked})}
    can = capabilities_of([each.id for each in at.values()])
    changes = changes_held.locked([each.change_id for each in asked])
    commands: list[tuple[Change, NewCommand]] = []
    to_pause: list[Change] = []
    for each in asked:
        change, dispenser = changes[each.change_id], at.get(each.client_id)
        if dispenser is None or not each.sachets:
            change.device_state = "none"
        elif can[dispenser.id].can_hold_single_sachets:
            change.device_state = "asked"
            commands.append((change, _hold(dispenser, each)))
        else:
            change.device_state = "planned"
            to_pause.append(change)
    _give(commands, now)
    for id, when in _pause_times(to_pause, {id: each.id for id, each in at.items()}, now).items():
        changes[id].pause_at = when
    change_device.note_asked(list(changes.values()))
    pause_due(now, client_ids={each.client_id for each in to_pause})


def _hold(dispenser: Dispenser, asked: SachetsToHold) -> NewCommand:
    return NewCommand(
        organisation_id=dispenser.organisation_id, dispenser_id=dispenser.id, type=CommandType.HOLD_SACHETS,
        data={"roll": asked.roll, "sachets": list(asked.sachets)},
    )  # fmt: skip


def _give(commands: Sequence[tuple[Change, NewCommand]], now: datetime) -> None:
    ids = give_all([command for _, command in commands], by=BY, now=now)
    for (change, _), id in zip(commands, ids, strict=True):
        change.command_id = id


LAST_BEFORE = """
SELECT n.id, max(m.latest_at) FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS n(id, dispenser_id, first_at)
JOIN dispensing_moment AS m ON m.dispenser_id = n.dispenser_id AND m.due_at < n.first_at AND m.latest_at > %s
    AND (m.outcome IS NULL OR m.outcome NOT IN ('in_time', 'early', 'late', 'by_hand'))
GROUP BY n.id
"""


def _pause_times(changes: Sequence[Change], at: Mapping[UUID, UUID], now: datetime) -> dict[UUID, datetime]:
    """When each device is paused: when nothing unaffected can come any more, and in time before what is affected."""
    if not changes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            LAST_BEFORE,
            [
                array("uuid", (each.id for each in changes)),
                array("uuid", (at[each.client_id] for each in changes)),
                array("timestamptz", (each.first_at for each in changes)), now,
            ],
        )  # fmt: skip
        last = dict(cursor.fetchall())
    return {each.id: max(now, min(last.get(each.id, now), each.first_at - LEAD)) for each in changes}


@transaction.atomic
def pause_due(now: datetime, most: int = 500, client_ids: Collection[UUID] | None = None) -> int:
    """Pause the devices whose time has come, and again before a pause ends; gives how many. For `reik watch`."""
    clients = changes_held.clients_to_pause(now, now + PAUSED_AGAIN, most, client_ids)
    if not clients:
        return 0
    at = {each.client_id: each for each in lock(clients)}
    due = [each for each in changes_held.to_pause(clients, now, now + PAUSED_AGAIN) if each.client_id in at]
    until = now + PAUSED_FOR
    commands = [
        (
            each,
            NewCommand(
                organisation_id=each.organisation_id, dispenser_id=at[each.client_id].id, type=CommandType.PAUSE,
                data={"until": write_at(until), "by": BY},
            ),
        )
        for each in due
    ]  # fmt: skip
    _give(commands, now)
    for each in due:
        each.device_state, each.paused_until = "pausing", until
    change_device.note_asked(due)
    return len(due)


def after_moments(ended: Sequence[MomentEnded], now: datetime) -> None:
    """Handler: the last unaffected moment may be over sooner than its latest hand-out time; then pause at once.

    Moments are locked here and dispensers may not be any more: the next look of `reik watch` pauses.
    """
    at = {each.client_id: each.dispenser_id for each in ended}
    waiting = changes_held.waiting_to_pause(set(at))
    if waiting:
        times = _pause_times(waiting, at, now)
        for each in waiting:
            each.pause_at = times[each.id]
        change_device.note_asked(waiting)


# -- going on -----------------------------------------------------------------------------------------


def lift(told: Sequence[HoldLifted], now: datetime) -> None:
    """Handler: these may be handed out, or are no longer there. What is withheld for another reason stays so."""
    at = {each.client_id: each for each in lock({each.client_id for each in told})}
    changes = changes_held.locked([each.change_id for each in told])
    nothing_sent = {each.change_id for each in told if changes[each.change_id].device_state == "planned"}
    for each in told:
        changes[each.change_id].device_state = "lifting"
    change_device.note_asked(list(changes.values()))
    others = _held_otherwise([each for each in told if not each.paused], at)
    paused = paused_by_others([each.id for each in at.values()], [])
    commands = []
    for each in told:
        dispenser = at.get(each.client_id)
        command = None
        if dispenser is not None and each.change_id not in nothing_sent:
            free = [one for one in each.sachets if one not in others.get((dispenser.id, each.roll), ())]
            command = _go_on(dispenser, each, free, dispenser.id in paused)
        if command is not None:
            commands.append((changes[each.change_id], command))
    _give(commands, now)
    told_device = {change.id for change, _ in commands}
    change_device.note_asked([change for change, _ in commands])
    change_device.note_lifted([each.change_id for each in told if each.change_id not in told_device], now)
    keep({each.client_id for each in told if each.paused}, now)  # the whole plan again


def _go_on(dispenser: Dispenser, told: HoldLifted, free: Sequence[int], paused: bool) -> NewCommand | None:
    data: dict[str, object]
    if told.paused:
        if paused:
            return None
        kind, data = CommandType.RESUME, {"by": BY}
    elif free:
        kind, data = CommandType.RELEASE_SACHETS, {"roll": told.roll, "sachets": list(free)}
    else:
        return None
    return NewCommand(
        organisation_id=dispenser.organisation_id, dispenser_id=dispenser.id, type=kind, data=data
    )


def _held_otherwise(
    told: Sequence[HoldLifted], at: Mapping[UUID, Dispenser]
) -> dict[tuple[UUID, str], set[int]]:
    """Sachets that someone else had held and not released, by dispenser and roll: they are not for us to release."""
    asked = [(at[each.client_id].id, each.roll) for each in told if each.client_id in at]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.dispenser_id, c.data->>'roll', c.type, c.data->>'sachets' FROM dispensing_devicecommand AS c"
            " JOIN unnest(%s::uuid[], %s::text[]) AS n(dispenser_id, roll)"
            " ON n.dispenser_id = c.dispenser_id AND n.roll = c.data->>'roll'"
            " WHERE c.type IN ('hold_sachets', 'release_sachets') AND c.given_by <> %s"
            " AND c.state NOT IN ('expired', 'replaced') ORDER BY c.given_at, c.id",
            [array("uuid", (each[0] for each in asked)), array("text", (each[1] for each in asked)), BY],
        )
        rows = cursor.fetchall()
    held: dict[tuple[UUID, str], set[int]] = {}
    for dispenser_id, roll, kind, sachets in rows:
        numbers = {int(each) for each in json.loads(sachets)}
        there = held.setdefault((dispenser_id, roll), set())
        held[dispenser_id, roll] = there | numbers if kind == "hold_sachets" else there - numbers
    return held


# -- answers ------------------------------------------------------------------------------------------

OF_CHANGES = frozenset(
    {CommandType.HOLD_SACHETS, CommandType.RELEASE_SACHETS, CommandType.PAUSE, CommandType.RESUME}
)


WITHHOLDING = frozenset({CommandType.HOLD_SACHETS, CommandType.PAUSE})


def note_answers(answers: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler: what devices did with holds, pauses and what ends them; which sachets they could not hold."""
    about = [each for each in answers if each.type in OF_CHANGES]
    if not about:
        return
    refused = _not_held([each.command_id for each in about if each.state == "refused"])
    said = []
    for each in about:
        asked = _numbers(each.data.get("sachets"))
        missed = tuple(refused.get(each.command_id, asked)) if each.state != "confirmed" else ()
        said.append(
            change_device.DeviceSaid(
                command_id=each.command_id, state=each.state, not_held=missed,
                held=tuple(one for one in asked if one not in missed),
            )
        )  # fmt: skip
    change_device.note_device(said, now)
    held = {each.dispenser_id for each in about if each.state == "confirmed" and each.type in WITHHOLDING}
    _keep_waiting(held, now)


def _keep_waiting(dispenser_ids: Collection[UUID], now: datetime) -> None:
    """These devices confirmed that they withhold: what waited for it goes into their plans. They are locked."""
    if not dispenser_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.client_id FROM dispensing_deviceplan AS p JOIN dispensing_dispenser AS d ON d.id = p.dispenser_id"
            " WHERE d.id = ANY(%s::uuid[]) AND d.client_id IS NOT NULL AND p.renew_at <= %s ORDER BY d.id",
            [array("uuid", dispenser_ids), now + WAITED_FOR],
        )
        waiting = [row[0] for row in cursor.fetchall()]
    if waiting:
        keep(waiting, now)


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(each for each in value if type(each) is int) if isinstance(value, list | tuple) else ()


NOT_HELD = """
SELECT c.id, e.data->>'sachets' FROM dispensing_devicecommand AS c
JOIN dispensing_deviceevent AS e ON e.dispenser_id = c.dispenser_id AND e.type = 'command_result'
    AND e.data->>'command' = c.number::text AND e.received_at >= c.given_at
WHERE c.id = ANY(%s::uuid[])
"""


def _not_held(command_ids: Collection[UUID]) -> dict[UUID, tuple[int, ...]]:
    """The sachets that a refusal names, from the ledger; where it names none, none was held."""
    if not command_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NOT_HELD, [array("uuid", command_ids)])
        rows = cursor.fetchall()
    return {id: _numbers(json.loads(sachets)) for id, sachets in rows if sachets}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """Where a dispenser put a sachet that it did not hand out: `roll`, `tray` or `bin`."""

    sachet: int
    where: str
    at: datetime | None


def retained_of(client_id: UUID, roll: str, sachets: Collection[int]) -> list[Retained]:
    """What the client's dispenser said of these sachets: where those went that it kept back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (e.data->>'sachet')::int, coalesce(e.data->>'where', ''), e.at FROM dispensing_deviceevent AS e"
            " JOIN dispensing_dispenser AS d ON d.id = e.dispenser_id WHERE d.client_id = %s"
            " AND e.type = 'sachet_retained' AND e.data->>'roll' = %s AND jsonb_typeof(e.data->'sachet') = 'number'"
            " AND (e.data->>'sachet')::numeric = ANY(%s::int[]) ORDER BY e.epoch, e.seq",
            [client_id, roll, array("int", sachets)],
        )
        return [Retained(sachet=row[0], where=row[1], at=row[2]) for row in cursor.fetchall()]
