"""How long every client's rolls last: reckoned when it is due, told by stages, again until acknowledged (R20, R21).

One row per client that is served (`RollSupply`); `reik watch` takes those whose time has come, so a restart
forgets nothing. Whatever changes a plan or a roll brings that time forward.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, Table
from reik.medication.facts import ClientFact, RequestAnswered, RollLoaded, RollNearlyEmpty
from reik.medication.models import RollSupply
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import open_requests
from reik.medication.rolls.forecast import Stage, told_again_at
from reik.medication.rolls.matrix import DeviceAbility
from reik.medication.rolls.reckoning import Reckoned, reckon
from reik.medication.rolls.supply_tasks import (
    BRING,
    CHANGE,
    MISSING,
    ORDER,
    TIGHT,
    request_of,
    task_of_change,
    tasks_of,
)
from reik.people.opening import OFFICE_HOURS
from reik.tasks.facts import TaskEnded
from reik.tasks.operations import DONE, DROPPED, end_tasks, open_tasks

DAY = timedelta(days=1)
BY = "reik"
Away = Mapping[UUID, Sequence[tuple[datetime, datetime]]]


class SupplyRefused(ValueError):
    """There is nothing to acknowledge; the message says what to look at."""


def _no_devices(_ids: Collection[UUID]) -> Mapping[UUID, DeviceAbility]:
    return {}


def _never_away(_ids: Collection[UUID], _since: datetime, _until: datetime) -> Away:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSide:
    """What dispensing knows and medication does not: dispensers, and when a client is away [from, until)."""

    devices_of: Callable[[Collection[UUID]], Mapping[UUID, DeviceAbility]] = _no_devices
    away_of: Callable[[Collection[UUID], datetime, datetime], Away] = _never_away


_ASKED = Columns(id="uuid", client_id="uuid")
LOOK = f"""
INSERT INTO medication_rollsupply (id, organisation_id, client_id, look_at, stage, acknowledged_by,
    acknowledged_note)
SELECT n.id, c.organisation_id, c.id, %s, 0, '', ''
FROM {_ASKED.unnest} AS n({_ASKED.names}) JOIN people_client AS c ON c.id = n.client_id
WHERE EXISTS (SELECT FROM medication_roll AS r WHERE r.client_id = c.id
    AND r.state IN ('delivered', 'loaded', 'emptied')) ORDER BY c.id
ON CONFLICT (client_id) DO UPDATE SET look_at = least(medication_rollsupply.look_at, excluded.look_at)
"""  # noqa: S608 - column names of this module


def follow(told: Sequence[ClientFact], now: datetime) -> None:
    """Handler: something of these clients' plans or rolls changed, so look again at once."""
    look(sorted({each.client_id for each in told}), now)


def look(client_ids: Collection[UUID], now: datetime) -> None:
    """Reckon these clients at the next round; who is not served yet gets no row."""
    values = _ASKED.values((new_id(now), id) for id in client_ids)
    if values:
        with connection.cursor() as cursor:
            cursor.execute(LOOK, [now, *values])


def follow_loaded(told: Sequence[RollLoaded], now: datetime) -> None:
    """Handler: the next roll is in, so its change is done."""
    clients = {each.client_id for each in told}
    for kind in (CHANGE, TIGHT):
        end_tasks(clients, kind, as_=DONE, by=told[0].by if len(told) == 1 else BY, now=now)


def follow_answers(told: Sequence[RequestAnswered], now: datetime) -> None:
    """Handler: a pharmacy that says it makes the roll has acknowledged it."""
    agreed = {
        each.client_id: each.by for each in told if each.kind == "roll_needed" and each.answer == "agreed"
    }
    _acknowledge(agreed, "", now)


def follow_tasks(told: Sequence[TaskEnded], now: datetime) -> None:
    """Handler: who did the task of ordering has acknowledged it."""
    done = {each.client_id: each.by for each in told if each.kind == ORDER and each.ended_as == DONE}
    _acknowledge(done, "", now)


def acknowledge(client_id: UUID, *, by: str, note: str, now: datetime) -> None:
    """A person has it in hand: it is told no more until it gets worse. Raises SupplyRefused."""
    if not by.strip():
        raise SupplyRefused("Say who has this in hand.")
    with transaction.atomic():
        if not _acknowledge({client_id: by.strip()}, note.strip(), now):
            raise SupplyRefused("This client's rolls are not running out: look at the roll's page.")
        end_tasks([client_id], ORDER, as_=DONE, by=by.strip(), now=now)


_SAID = Columns(client_id="uuid", by="text")
ACKNOWLEDGE = f"""
UPDATE medication_rollsupply AS s SET acknowledged_at = %s, acknowledged_by = n.by, acknowledged_note = %s,
    tell_again_at = NULL
FROM {_SAID.unnest} AS n({_SAID.names}) WHERE s.client_id = n.client_id AND s.stage > 0
    AND s.acknowledged_at IS NULL AND n.by <> ''
"""  # noqa: S608 - column names of this module


def _acknowledge(said: Mapping[UUID, str], note: str, now: datetime) -> int:
    values = _SAID.values(sorted(said.items()))
    if not values:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ACKNOWLEDGE, [now, note, *values])
        return int(cursor.rowcount)


def tell_rolls_due(now: datetime, home: HomeSide | None = None, most: int = 300) -> int:
    """Reckon what is due to be looked at, and tell what is not told; gives how many clients. For `reik watch`."""
    with transaction.atomic():
        reckoned = _look_at(now, home or HomeSide(), most)
    _withdraw(reckoned, now)
    return len(reckoned)


def _look_at(now: datetime, home: HomeSide, most: int) -> dict[UUID, Reckoned]:
    """One round; the rows that it takes are locked before tasks and alerts, and no request is."""
    rows = list(
        RollSupply.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(look_at__lte=now)
        .order_by("look_at")[:most]
    )
    if not rows:
        return {}
    ids = [each.client_id for each in rows]
    reckoned = reckon(ids, home.devices_of(ids), home.away_of(ids, now, now + 60 * DAY), now)
    told = [each for each in rows if _renewed(each, reckoned[each.client_id], now)]
    _store(rows)
    _settle(reckoned, now)
    _tell([reckoned[each.client_id] for each in told], now)
    changes = [each for one in reckoned.values() if one.change and (each := task_of_change(one.change, now))]
    open_tasks(changes, now)
    return reckoned


def _renewed(row: RollSupply, reckoned: Reckoned, now: datetime) -> bool:
    """Bring one row up to date; whether something has to be told."""
    cast, stage = reckoned.forecast, reckoned.stage
    row.covered_until, row.uncovered_at, row.not_home_at = (
        cast.covered_until,
        cast.uncovered_at,
        cast.not_home_at,
    )
    row.order_at, row.alarm_at, row.last_alarm_at = cast.order_at, cast.alarm_at, cast.last_alarm_at
    row.next_due_at = reckoned.next_due_at
    if stage != row.stage:
        row.acknowledged_at, row.acknowledged_by, row.acknowledged_note = None, "", ""
    again = row.tell_again_at is not None and row.tell_again_at <= now and row.acknowledged_at is None
    telling = stage > Stage.FINE and (stage > row.stage or again)
    if telling:
        pharmacy = reckoned.need.pharmacy if reckoned.need else None
        row.told_at = now
        row.tell_again_at = told_again_at(stage, now, pharmacy.opening if pharmacy else OFFICE_HOURS)
    elif stage != row.stage:
        row.tell_again_at = None if stage is Stage.FINE else row.tell_again_at
    row.stage = stage
    times = [now + DAY, cast.next_after(now), row.tell_again_at]
    row.look_at = min(each for each in times if each is not None and each > now)
    return telling and reckoned.need is not None


_ROWS = Table(
    "medication_rollsupply",
    id="uuid", organisation_id="uuid", client_id="uuid", look_at="timestamptz", covered_until="timestamptz",
    uncovered_at="timestamptz", not_home_at="timestamptz", order_at="timestamptz", alarm_at="timestamptz",
    last_alarm_at="timestamptz", next_due_at="timestamptz", stage="smallint", told_at="timestamptz",
    tell_again_at="timestamptz", acknowledged_at="timestamptz", acknowledged_by="text", acknowledged_note="text",
)  # fmt: skip
_NAMES = (
    "look_at", "covered_until", "uncovered_at", "not_home_at", "order_at", "alarm_at", "last_alarm_at",
    "next_due_at", "stage", "told_at", "tell_again_at", "acknowledged_at", "acknowledged_by", "acknowledged_note",
)  # fmt: skip


def _store(rows: Sequence[RollSupply]) -> None:
    _ROWS.insert(
        [
            (each.id, each.organisation_id, each.client_id, *(getattr(each, name) for name in _NAMES[:8]),
             int(each.stage), *(getattr(each, name) for name in _NAMES[9:]))
            for each in rows
        ],
        then="ON CONFLICT (client_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _NAMES),
    )  # fmt: skip


def _tell(reckoned: Sequence[Reckoned], now: datetime) -> None:
    needs = [each.need for each in reckoned if each.need is not None]
    open_tasks([task for each in needs for task in tasks_of(each, now)], now)
    requests.ask([asked for each in needs if (asked := request_of(each, now)) is not None], now)
    facts.publish(
        [
            RollNearlyEmpty(
                organisation_id=each.organisation_id, client_id=each.client_id, roll_id=each.roll_id,
                number=each.number, ends_at=each.runs_out_at, stage=each.stage.name.lower(),
            )
            for each in needs
        ],
        now,
    )  # fmt: skip


def _settle(reckoned: Mapping[UUID, Reckoned], now: datetime) -> None:
    """What is no longer needed is no longer asked."""
    ordered = [id for id, each in reckoned.items() if each.need is None or each.need.is_made]
    brought = [id for id, each in reckoned.items() if each.need is None or not each.need.is_made]
    served = [id for id, each in reckoned.items() if each.stage is not Stage.NO_ROLL]
    for kind, clients in ((ORDER, ordered), (BRING, brought), (MISSING, served)):
        end_tasks(clients, kind, as_=DROPPED, by=BY, now=now)


def _withdraw(reckoned: Mapping[UUID, Reckoned], now: datetime) -> None:
    """Nobody has to answer about a roll that is made. By itself: who answers locks the request first."""
    made = [id for id, each in reckoned.items() if each.need is None or each.need.is_made]
    asked = [each.id for each in open_requests(made) if each.kind == "roll_needed"]
    if asked:
        requests.withdraw(asked, BY, now)
