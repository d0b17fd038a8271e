"""Whether what lies on the rolls at home is what is planned now, with what is known of each device (N5, R35).

Dispensers are locked first, then what medication keeps of rolls and changes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.plans.for_device import under_way
from reik.dispensing.plans.keeping import lock
from reik.dispensing.rolls import twin as roll_twin
from reik.kernel.rows import array
from reik.medication.changes import found as changes_found
from reik.medication.changes import held as changes_held
from reik.medication.changes.sachets import AtHome
from reik.medication.facts import AgreementsReceived, ClientFact, PlanChanged, RollsToCompare
from reik_dispenser.capabilities import Capabilities, RollChange

AGREEMENTS = "agreements"


def follow(changed: Sequence[ClientFact], now: datetime) -> None:
    """Handler of whatever changes a plan, or what is at home: is anything on a roll not what is planned now?

    That agreements came in is announced first, so that their change of the plan needs no second look.
    """
    because = {each.client_id: _because(each) for each in changed if not _looked_at(each)}
    for reason in sorted(set(because.values())):
        _compare([id for id, why in because.items() if why == reason], now, reason)


def _because(fact: ClientFact) -> str:
    if isinstance(fact, AgreementsReceived):
        return AGREEMENTS
    return fact.because if isinstance(fact, PlanChanged) else "roll"


def _looked_at(fact: ClientFact) -> bool:
    return isinstance(fact, PlanChanged) and fact.because == AGREEMENTS


def compare(asked: Sequence[RollsToCompare], now: datetime) -> None:
    """Handler: the same, for whoever asks."""
    for reason in sorted({each.because for each in asked}):
        some = [each for each in asked if each.because == reason]
        recalled = {id for each in some for id in each.recalled}
        _compare([each.client_id for each in some], now, reason, recalled)


def _compare(
    client_ids: Collection[UUID], now: datetime, because: str, recalled: Collection[UUID] = ()
) -> None:
    if changes_held.have_rolls(client_ids):
        changes_found.compare(homes(client_ids, now), now, because, recalled)


def homes(client_ids: Collection[UUID], now: datetime) -> dict[UUID, AtHome]:
    """What each client's device can do, and which sachets it has handed out or is about to; it is locked."""
    dispensers = lock(client_ids)
    can = capabilities_of([each.id for each in dispensers])
    gone = _gone([each.id for each in dispensers])
    found = {id: AtHome() for id in client_ids}
    for each in dispensers:
        out = gone.get(each.id, frozenset())
        begun = under_way(each.given, now)
        lying = {
            (str(one["roll"]), int(str(number)))
            for one in begun
            for number in one["sachets"]  # type: ignore[attr-defined]
        }
        found[each.client_id] = AtHome(
            has_dispenser=True, can_hold=can[each.id].can_hold_single_sachets,
            changes_after_last=_after_last(can[each.id]), under_way=frozenset(lying - out), gone=out,
        )  # fmt: skip
    return found


def _after_last(can: Capabilities) -> bool | None:
    return None if can.roll_change is None else can.roll_change == RollChange.AFTER_LAST_SACHET


def capabilities_of(dispenser_ids: Sequence[UUID]) -> dict[UUID, Capabilities]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, started->'capabilities' FROM dispensing_dispenser WHERE id = ANY(%s::uuid[])",
            [array("uuid", dispenser_ids)],
        )
        rows = [(id, json.loads(said) if isinstance(said, str) else said) for id, said in cursor.fetchall()]
    return {id: Capabilities.from_data(said if isinstance(said, dict) else {}) for id, said in rows}


def _gone(dispenser_ids: Sequence[UUID]) -> dict[UUID, frozenset[tuple[str, int]]]:
    """The sachets that left each roll in its newest stay: presented counts, for it comes only once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dispenser_id, roll, said::text FROM dispensing_rollstay"
            " WHERE dispenser_id = ANY(%s::uuid[]) AND state = 'loaded'",
            [array("uuid", dispenser_ids)],
        )
        rows = cursor.fetchall()
    found: dict[UUID, frozenset[tuple[str, int]]] = {}
    for dispenser_id, roll, said in rows:
        stays = roll_twin.stays(roll_twin.from_json(json.loads(said)))
        if stays:
            out = frozenset((roll, number) for number in stays[-1].fates)
            found[dispenser_id] = found.get(dispenser_id, frozenset()) | out
    return found
