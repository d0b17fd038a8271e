"""The rows beside rolls: steps, recalls, what was agreed, the organisation's own matrix, the last sachets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.kernel.rows import array
from reik.medication.models import RollArrangement, RollFit, RollRecall, RollStep
from reik.medication.rolls.matrix import FitRow
from reik.medication.times.schedule import instant_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyStep:
    """One step. `at`: when it happened. `count` and `expected` count sachets; None: not said."""

    step: str
    at: datetime
    told_at: datetime
    by: str
    role: str
    how: str
    to_whom: str
    place: str
    note: str
    count: int | None
    expected: int | None

    @property
    def differs(self) -> bool:
        """Whether a count was made that is not what it must be (N6)."""
        return self.count is not None and self.expected is not None and self.count != self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallSeen:
    """Sachets of a roll that may not be used: `sequences` still to come when it was said."""

    code: str
    lot: str
    sequences: tuple[int, ...]
    because: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementSeen:
    """How a client's rolls are made and brought; `set_at` None: nothing was agreed, these are the defaults."""

    pharmacy_kept: bool | None = None
    packer: str = ""
    roll_format: str = ""
    weeks: int = 1
    lead_days: int | None = None
    change_day: int | None = None
    letterbox: str = "not_asked"
    delivery: str = "appointment"
    receiver: str = ""
    loader_role: str = "nurse"
    loader: str = ""
    set_by: str = ""
    set_role: str = ""
    set_at: datetime | None = None


def steps_of(roll_ids: Collection[UUID]) -> dict[UUID, list[CustodyStep]]:
    found: dict[UUID, list[CustodyStep]] = defaultdict(list)
    names = CustodyStep.__slots__
    for each in RollStep.objects.filter(roll_id__in=roll_ids).order_by("number"):
        found[each.roll_id].append(CustodyStep(**{name: getattr(each, name) for name in names}))
    return found


def recalls_of(roll_ids: Collection[UUID]) -> dict[UUID, list[RecallSeen]]:
    found: dict[UUID, list[RecallSeen]] = defaultdict(list)
    for each in RollRecall.objects.filter(roll_id__in=roll_ids).order_by("at", "id"):
        found[each.roll_id].append(
            RecallSeen(
                code=each.code, lot=each.lot, sequences=tuple(each.sequences), because=each.because, by=each.by,
                at=each.at,
            )
        )  # fmt: skip
    return found


def recalled_sequences(roll_ids: Collection[UUID]) -> dict[UUID, frozenset[int]]:
    """The sachets of these rolls that were recalled; a roll without any is missing."""
    found: dict[UUID, set[int]] = defaultdict(set)
    for roll_id, sequences in RollRecall.objects.filter(roll_id__in=roll_ids).values_list(
        "roll_id", "sequences"
    ):
        found[roll_id].update(sequences)
    return {roll_id: frozenset(each) for roll_id, each in found.items()}


LAST_SACHETS = """
SELECT s.roll_id, c.zone, max(s.day + s.at) FROM medication_sachet AS s JOIN medication_roll AS r ON r.id = s.roll_id
JOIN people_client AS c ON c.id = r.client_id
WHERE s.roll_id = ANY(%s::uuid[]) AND NOT s.empty GROUP BY s.roll_id, c.zone
"""


def last_sachets(roll_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The planned instant of the last sachet with contents on each roll."""
    if not roll_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LAST_SACHETS, [array("uuid", roll_ids)])
        return {
            row[0]: instant_of(row[2].date(), row[2].time(), ZoneInfo(row[1])) for row in cursor.fetchall()
        }


def arrangements_of(client_ids: Collection[UUID]) -> dict[UUID, ArrangementSeen]:
    """What was agreed of each client's rolls; clients without an arrangement are missing."""
    found: dict[UUID, ArrangementSeen] = {}
    names = ArrangementSeen.__slots__
    for each in RollArrangement.objects.filter(client_id__in=client_ids).order_by("set_at", "id"):
        found[each.client_id] = ArrangementSeen(**{name: getattr(each, name) for name in names})
    return found


def fits_of(organisation_ids: Iterable[UUID]) -> dict[UUID, list[FitRow]]:
    """Each organisation's own lines of the matrix; a later line on the same three goes before an earlier one."""
    found: dict[UUID, list[FitRow]] = defaultdict(list)
    for each in RollFit.objects.filter(organisation_id__in=list(organisation_ids)).order_by("set_at", "id"):
        found[each.organisation_id].append(
            FitRow(
                packer=each.packer, roll_format=each.roll_format, model=each.model, fit=each.fit, source=each.source,
                said_on=each.said_on,
            )
        )  # fmt: skip
    return found
