"""What dispensing tells medication about rolls: what a client's dispenser can take, and what its ledger has left.

Medication cannot look upward, so it is given these functions (`HOME_SIDE`) by whoever calls it; nothing of a
dispenser's abilities is copied, and a dispenser that was replaced counts at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.queries import DispenserSeen, dispensers_of
from reik.dispensing.rolls import balance as ledger_balance
from reik.dispensing.rolls.balance import RollBalance
from reik.dispensing.rolls.twin import Verdict
from reik.kernel.rows import array
from reik.medication.facts import RollLeft
from reik.medication.rolls.life import leftovers_known
from reik.medication.rolls.matrix import DeviceAbility
from reik.medication.rolls.supply import HomeSide
from reik_dispenser.capabilities import Capabilities


def abilities_of(client_ids: Collection[UUID]) -> dict[UUID, DeviceAbility]:
    """Of each client's dispenser: its model, the roll that it takes, and when that may be changed."""
    return {client_id: ability_of(each) for client_id, each in dispensers_of(client_ids).items()}


def ability_of(dispenser: DispenserSeen) -> DeviceAbility:
    """As `abilities_of`, of one that was looked up already."""
    said = Capabilities.from_data(dispenser.capabilities)
    model = dispenser.model
    return DeviceAbility(
        model=model if isinstance(model, str) else None,
        roll_format=said.roll_format,
        roll_change=said.roll_change,
    )


def left_of(balance: RollBalance) -> int | None:
    """Sachets that must be left of a roll: still on it, held back, or in the tray. None: not known.

    A ledger that does not balance says nothing: then a person counts.
    """
    if balance.verdict is not Verdict.BALANCES or balance.remaining is None:
        return None
    return balance.remaining + balance.retained + balance.presented


def follow_left(told: Sequence[RollLeft], now: datetime) -> None:
    """Handler: a roll left a dispenser; what its ledger has left is counted, by the dispenser or by a person."""
    out = [each for each in told if each.state in ("emptied", "delivered")]
    if not out:
        return
    homes = dispensers_of({each.client_id for each in out})
    balances = {
        (each.client_id, each.roll): each
        for each in ledger_balance.of_dispensers([each.id for each in homes.values()])
    }
    left = []
    for each in out:
        balance = balances.get((each.client_id, each.number))
        left.append((each.roll_id, left_of(balance) if balance is not None else None))
    leftovers_known(left, now)


def expected_leftovers(client_id: UUID, number: str) -> int | None:
    """What a person who counts this roll must find, by the dispenser's ledger (N6)."""
    home = dispensers_of([client_id]).get(client_id)
    if home is None:
        return None
    found = (each for each in ledger_balance.of_dispensers([home.id]) if each.roll == number)
    balance = next(found, None)
    return None if balance is None else left_of(balance)


AWAY = """
SELECT a.client_id, a.starts_at, least(coalesce(a.returned_at, %(until)s), coalesce(a.until, %(until)s))
FROM dispensing_absence AS a WHERE a.client_id = ANY(%(clients)s::uuid[]) AND a.state <> 'cancelled'
    AND a.starts_at < %(until)s AND coalesce(a.returned_at, %(until)s) > %(since)s ORDER BY a.starts_at
"""


def away_between(
    client_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """When these clients are away, [from, until): their rolls need not last then. Without an end: all that is asked."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(AWAY, {"clients": array("uuid", client_ids), "since": since, "until": until})
        for client_id, starts_at, ends_at in cursor.fetchall():
            found[client_id].append((starts_at, ends_at))
    return dict(found)


HOME_SIDE = HomeSide(devices_of=abilities_of, away_of=away_between)
