"""Steps in the chain of custody of rolls, written: by whichever door a roll moved (R18, N6).

A person's step is refused where it cannot follow (`custody`); what a dispenser says of itself has happened, and
is written down as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from django.db import connection
from django.db.models import Max

from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.medication.models import RollStep
from reik.medication.rolls.custody import START, Step, checked_count, follow

PERSON, DEVICE = "person", "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who did a step, and how. `to_whom`: of custody.RECEIVERS; `place`: in words. `count`: sachets."""

    by: str
    role: str = ""
    to_whom: str = ""
    place: str = ""
    note: str = ""
    count: int | None = None
    expected: int | None = None
    at: datetime | None = None  # when it happened; None: now


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    organisation_id: UUID
    client_id: UUID
    roll_id: UUID
    step: Step
    hand: Hand
    how: str = PERSON


_STEPS = Table(
    "medication_rollstep",
    id="uuid", organisation_id="uuid", client_id="uuid", roll_id="uuid", number="int", step="text", at="timestamptz",
    told_at="timestamptz", by="text", role="text", how="text", to_whom="text", place="text", note="text",
    count="int", expected="int",
)  # fmt: skip


def note(steps: Sequence[NewStep], now: datetime) -> None:
    """Write steps down, in the order given; their rolls are locked. Without a look at what was before: `take`."""
    numbers = _numbers({each.roll_id for each in steps})
    _STEPS.insert(
        (new_id(now), each.organisation_id, each.client_id, each.roll_id, next(numbers[each.roll_id]), each.step.value,
         each.hand.at or now, now, each.hand.by, each.hand.role, each.how, each.hand.to_whom, each.hand.place,
         each.hand.note, each.hand.count, each.hand.expected)
        for each in steps
    )  # fmt: skip


def _numbers(roll_ids: Collection[UUID]) -> dict[UUID, Iterator[int]]:
    """For each roll the numbers from its next step on."""
    before = dict(
        RollStep.objects.filter(roll_id__in=roll_ids).values_list("roll_id").annotate(most=Max("number"))
    )
    return {id: count(before.get(id, 0) + 1) for id in roll_ids}


LAST = """
SELECT DISTINCT ON (s.roll_id) s.roll_id, s.step, s.to_whom FROM medication_rollstep AS s
WHERE s.roll_id = ANY(%s::uuid[]) ORDER BY s.roll_id, s.number DESC
"""


def states_of(roll_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """The last step of each roll, and to whom it went then; a roll of which nothing is recorded is missing."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [array("uuid", roll_ids)])
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def last_count(roll_id: UUID) -> int | None:
    """What was counted last of what is left of this roll."""
    counted = RollStep.objects.filter(roll_id=roll_id, step=Step.COUNTED.value)
    return counted.order_by("-number").values_list("count", flat=True).first()


def take(step: NewStep, now: datetime) -> None:
    """A person's step: written when it may follow. The roll is locked. Raises custody.StepRefused."""
    state, _ = states_of([step.roll_id]).get(step.roll_id, (START, ""))
    follow(state, step.step)
    checked_count(step.step, step.hand.count)
    note([step], now)
