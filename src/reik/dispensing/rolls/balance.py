"""Whether the sums of rolls in devices are right, and by how much not (N6, R24)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from reik.dispensing.rolls import twin as roll_twin
from reik.dispensing.rolls.twin import Balance, Fate, Stay, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBalance:
    """One roll in one dispenser, in its newest stay; the verdict is the worst of all its stays.

    `loaded` = `out` + `presented` + `retained` + `removed` + `remaining`. None: not known. `off_by`: sachets
    that nobody accounts for; below 0: more went than there were.
    """

    organisation_id: UUID
    dispenser_id: UUID
    client_id: UUID | None
    roll: str
    stays: int
    in_device: bool
    loaded: int | None
    out: int
    presented: int
    retained: int
    removed: int
    remaining: int | None
    verdict: Verdict
    off_by: int
    reason: str


# What a device itself says remains counts when Reik holds all it had said by then, and has heard nothing since.
ROWS = """
SELECT s.organisation_id, s.dispenser_id, d.client_id, s.roll, s.said::text, d.evidence <> 'pressed',
    CASE WHEN d.beat_data->>'roll' = s.roll AND d.beat_epoch = d.epoch AND d.upto = d.beat_last_seq
        AND d.highest = d.beat_last_seq THEN (d.beat_data->>'remaining')::int END
FROM dispensing_rollstay AS s JOIN dispensing_dispenser AS d ON d.id = s.dispenser_id
"""


def of_dispensers(dispenser_ids: Collection[UUID]) -> list[RollBalance]:
    """Every roll that these dispensers have had, the one that changed last first."""
    return list(
        _read(ROWS + "WHERE s.dispenser_id = ANY(%s) ORDER BY s.changed_at DESC, s.roll", list(dispenser_ids))
    )


def ledger_balance(organisation_id: UUID, *, only_off: bool = False) -> list[RollBalance]:
    """The rolls of an organisation's dispensers; `only_off`: those whose sum is not right."""
    found = _read(ROWS + "WHERE s.organisation_id = %s ORDER BY s.changed_at DESC, s.roll", organisation_id)
    return [each for each in found if each.verdict is Verdict.OFF or not only_off]


def _read(query: str, value: UUID | list[UUID]) -> Iterator[RollBalance]:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        rows = cursor.fetchall()
    for organisation_id, dispenser_id, client_id, roll, said, counts, reported in rows:
        judged = roll_twin.judged(roll_twin.from_json(json.loads(said)), reported=reported, counts=counts)
        yield _of(organisation_id, dispenser_id, client_id, roll, judged)


_WORST = (Verdict.OFF, Verdict.UNKNOWN, Verdict.BALANCES)


def _of(
    organisation_id: UUID,
    dispenser_id: UUID,
    client_id: UUID | None,
    roll: str,
    judged: list[tuple[Stay, Balance]],
) -> RollBalance:
    newest = judged[-1][0] if judged else None
    balances = [each for _, each in judged] or [Balance(Verdict.UNKNOWN, reason="nonsense")]
    worst = min(balances, key=lambda each: _WORST.index(each.verdict))
    return RollBalance(
        organisation_id=organisation_id, dispenser_id=dispenser_id, client_id=client_id, roll=roll,
        stays=len(judged), in_device=newest is not None and not newest.ended,
        loaded=newest.loaded if newest else None,
        out=newest.number_of(Fate.OUT) if newest else 0,
        presented=newest.number_of(Fate.PRESENTED) if newest else 0,
        retained=newest.number_of(Fate.RETAINED) if newest else 0,
        removed=newest.number_of(Fate.REMOVED) if newest else 0,
        remaining=newest.remaining if newest and newest.counted else None,
        verdict=worst.verdict, off_by=sum(each.off_by for each in balances), reason=worst.reason,
    )  # fmt: skip
