"""Keeps moments and device plans in step with what is planned and what is at home (R32, R40, R41).

From the day that a client's first roll comes home every planned moment is followed, 28 days ahead, also one
whose sachets are not there: a dose that was not taken out always reaches a person. The device gets those whose
sachets are on a roll at home. Everything is set-wise: the same number of statements for 1 client and for 300.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.dispensing.commands.lists import NewCommand, give_all
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.moments import followed as followed_moments
from reik.dispensing.plans.for_device import (
    AHEAD,
    DeviceMoment,
    Wanted,
    device_moments,
    is_to_be_given,
    set_plan_data,
    under_way,
)
from reik.dispensing.withholding import first as withheld_first
from reik.kernel.operations import pace
from reik.kernel.rows import Table, array
from reik.medication import queries as medication
from reik.medication.changes.held import cuts
from reik.medication.facts import ClientFact
from reik.medication.times.schedule import Place, PlannedDose
from reik_dispenser.messages import CommandType
from reik_dispenser.wire import write_at

BY = "reik"
RENEWED_EVERY = timedelta(days=1)
TRIED_AGAIN_AFTER = timedelta(hours=1)
WAITED_FOR = timedelta(minutes=1)
"""So soon a plan is looked at again that waits for a hold or a pause to be confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispenser:
    """A locked dispenser with its client, and the newest plan that it was given (None: none that counts)."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    zone: str
    version: int
    given: Sequence[DeviceMoment] | None
    sha256: str
    command_id: UUID | None


LOCK = """
SELECT d.id, d.organisation_id, d.client_id, c.zone, greatest(p.version, (d.beat_data->>'plan_version')::bigint, 0),
    p.moments::text, coalesce(p.sha256, ''), p.command_id
FROM dispensing_dispenser AS d JOIN people_client AS c ON c.id = d.client_id
LEFT JOIN dispensing_deviceplan AS p ON p.dispenser_id = d.id
WHERE d.client_id = ANY(%s::uuid[]) ORDER BY d.id FOR NO KEY UPDATE OF d
"""


def lock(client_ids: Collection[UUID]) -> list[Dispenser]:
    """The dispensers of these clients, locked in ascending id."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [array("uuid", sorted(client_ids))])
        return [
            Dispenser(
                id=row[0], organisation_id=row[1], client_id=row[2], zone=row[3], version=row[4],
                given=None if row[5] is None else json.loads(row[5]), sha256=row[6], command_id=row[7],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def take_turns(touched: Sequence[ClientFact], _now: datetime) -> None:
    """Handler of `PlanTouched`: dispensers are locked before anything else of their clients."""
    lock({each.client_id for each in touched})


def follow(changed: Sequence[ClientFact], now: datetime) -> None:
    """Handler of whatever changes a plan, or what is at home."""
    keep({each.client_id for each in changed}, now)


@transaction.atomic
def keep(client_ids: Collection[UUID], now: datetime) -> int:
    """Bring moments, device plans and expected rolls of these clients up to date; gives how many plans are new."""
    dispensers = lock(client_ids)
    if not dispensers:
        return 0
    clients = [each.client_id for each in dispensers]
    wanted, hurry = _wanted(clients, now), pace()
    unheld = withheld_first.unheld([each.id for each in dispensers], now)
    soon = set()
    for each in dispensers:
        allowed = withheld_first.permitted(wanted[each.client_id], unheld[each.id], each.given)
        if sum(one.place is None for one in allowed) > sum(
            one.place is None for one in wanted[each.client_id]
        ):
            soon.add(each.id)
        wanted[each.client_id] = allowed
    followed_moments.keep(
        [
            followed_moments.Followed(
                organisation_id=each.organisation_id, client_id=each.client_id, dispenser_id=each.id,
                wanted=wanted[each.client_id],
            )
            for each in dispensers
        ],
        now, pace=hurry,
    )  # fmt: skip
    commands = _rolls_to_expect(dispensers, now)
    plans = {each.id: _new_plan(each, wanted[each.client_id], now, hurry) for each in dispensers}
    ids = give_all(
        [*commands, *(_set_plan(each, data) for each in dispensers if (data := plans[each.id]) is not None)],
        by=BY, now=now,
    )[len(commands) :]  # fmt: skip
    _store(dispensers, plans, ids, soon, now)
    return len(ids)


def _wanted(client_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[Wanted]]:
    """What is to be followed of each client from now on, 28 days ahead."""
    first = (now - timedelta(days=1)).date()  # local days are at most one away
    served = medication.served_since(client_ids)
    at_home = medication.sachets_at_home(client_ids, first)
    doses = medication.planned_doses(client_ids, first, first + AHEAD + timedelta(days=3))
    cut = cuts(client_ids)
    return {
        id: [
            Wanted(dose=dose, place=_place(dose, at_home.get(id, {}), cut.get(id)))
            for dose in doses.get(id, ())
            if id in served and max(now, served[id] - timedelta(microseconds=1)) < dose.due_at < now + AHEAD
        ]
        for id in client_ids
    }


def _place(
    dose: PlannedDose, at_home: Mapping[tuple[date, time], Place], cut: datetime | None
) -> Place | None:
    """Where its sachets lie; from `cut` on a device that cannot hold single sachets is given nothing (N5)."""
    return None if cut is not None and dose.due_at >= cut else at_home.get((dose.day, dose.at))


def _new_plan(
    dispenser: Dispenser, wanted: Sequence[Wanted], now: datetime, pace: float
) -> dict[str, object] | None:
    moments = device_moments(wanted, under_way(dispenser.given, now), pace=pace)
    if not is_to_be_given(dispenser.given, moments, now):
        return None
    return set_plan_data(dispenser.version + 1, moments, str(ZoneInfo(dispenser.zone)))


def _set_plan(dispenser: Dispenser, data: Mapping[str, object]) -> NewCommand:
    return NewCommand(
        organisation_id=dispenser.organisation_id, dispenser_id=dispenser.id, type=CommandType.SET_PLAN, data=data
    )  # fmt: skip


def expect_anew(client_ids: Collection[UUID], now: datetime) -> None:
    """Tell these clients' devices again which rolls to expect: what they knew of rolls is not relied upon."""
    give_all(_rolls_to_expect(lock(client_ids), now, anew=True), by=BY, now=now)


def _rolls_to_expect(
    dispensers: Sequence[Dispenser], now: datetime, *, anew: bool = False
) -> list[NewCommand]:
    """`expect_roll` for rolls at home that the device has not been told of; a refused one is told again."""
    by_client = {each.client_id: each for each in dispensers}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dispenser_id, data->>'roll' FROM dispensing_devicecommand WHERE dispenser_id = ANY(%s::uuid[])"
            " AND type = 'expect_roll' AND state NOT IN ('refused', 'expired')",
            [array("uuid", (each.id for each in dispensers))],
        )
        told = set(cursor.fetchall())
    return [
        NewCommand(
            organisation_id=by_client[roll.client_id].organisation_id,
            dispenser_id=by_client[roll.client_id].id,
            type=CommandType.EXPECT_ROLL,
            data={
                "roll": roll.number, "first": roll.first, "last": roll.last, "count": roll.count,
                "from": write_at(roll.starts_at), "until": write_at(roll.ends_at),
            },
        )
        for roll in medication.rolls_at_home(list(by_client), now)
        if anew or (by_client[roll.client_id].id, roll.number) not in told
    ]  # fmt: skip


_PLANS = Table(
    "dispensing_deviceplan",
    dispenser_id="uuid", organisation_id="uuid", version="bigint", sha256="text", moments="jsonb",
    command_id="uuid", renew_at="timestamptz", applied_version="bigint", applied_sha256="text",
    applied_epoch="bigint", applied_seq="bigint",
)  # fmt: skip


def _store(
    dispensers: Sequence[Dispenser],
    plans: Mapping[UUID, Mapping[str, object] | None],
    ids: Sequence[UUID],
    soon: Collection[UUID],
    now: datetime,
) -> None:
    """Remember what each device was given, and when to look again: `soon` where something waits for a hold."""
    given = iter(ids)
    rows = []
    for each in dispensers:
        plan = plans[each.id]
        if plan is None:
            kept = None if each.given is None else json.dumps(each.given)
            newest = (each.version, each.sha256, kept, each.command_id)
        else:
            newest = (
                int(str(plan["version"])),
                str(plan["sha256"]),
                json.dumps(plan["moments"]),
                next(given),
            )
        again = now + (WAITED_FOR if each.id in soon else RENEWED_EVERY)
        rows.append((each.id, each.organisation_id, *newest, again, 0, "", 0, 0))
    _PLANS.insert(
        rows,
        then="ON CONFLICT (dispenser_id) DO UPDATE SET version = excluded.version, sha256 = excluded.sha256,"
        " moments = excluded.moments, command_id = excluded.command_id, renew_at = excluded.renew_at",
    )


def renew_plans(now: datetime, most: int = 100) -> int:
    """Keep the plans of up to `most` dispensers that are due to be looked at, once a day; gives how many were.

    To be called again and again by `reik watch`, in a transaction of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.client_id FROM dispensing_dispenser AS d"
            " LEFT JOIN dispensing_deviceplan AS p ON p.dispenser_id = d.id"
            " WHERE d.client_id IS NOT NULL AND (p.renew_at IS NULL OR p.renew_at <= %s)"
            " ORDER BY d.id LIMIT %s FOR NO KEY UPDATE OF d SKIP LOCKED",
            [now, most],
        )
        due = [row[0] for row in cursor.fetchall()]
    if due:
        keep(due, now)
    return len(due)


def renew_all(now: datetime) -> int:
    """Keep the plans of all dispensers now, because the pace of the demo is another; gives how many were."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispensing_deviceplan SET renew_at = %s WHERE renew_at > %s", [now, now])
    kept = 0
    while some := renew_plans(now):
        kept += some
    return kept


def note_answers(answers: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler: a plan or an expected roll that did not arrive is given again later; a person knows already (rule 9)."""
    lost = [
        each
        for each in answers
        if each.type in (CommandType.SET_PLAN, CommandType.EXPECT_ROLL) and each.state != "confirmed"
    ]
    if lost:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dispensing_deviceplan AS p SET renew_at = least(p.renew_at, %s),"
                " moments = CASE WHEN p.command_id = n.command_id THEN NULL ELSE p.moments END"
                " FROM unnest(%s::uuid[], %s::uuid[]) AS n(dispenser_id, command_id)"
                " WHERE p.dispenser_id = n.dispenser_id",
                [
                    now + TRIED_AGAIN_AFTER,
                    array("uuid", (each.dispenser_id for each in lost)),
                    array("uuid", (each.command_id for each in lost)),
                ],
            )
