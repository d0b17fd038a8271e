"""A recall: which sachets that are still to come hold the product or lot, and who has to act (R22).

What is not known is not excluded: a roll whose contents nobody gave is told to the pharmacist, to be looked at.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.medication.facts import PlanTouched, RollRecalled, RollsToCompare
from reik.medication.requests import operations as requests
from reik.medication.requests.operations import NewRequest
from reik.medication.requests.rules import URGENT
from reik.medication.rolls.check import Refusal, RollRefused
from reik.medication.rolls.supply import look
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.tasks.operations import NewTask, open_tasks

RECALL, CHECK = "recall", "recall_check"
ACT_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A roll that a recall is about. `sequences`: its sachets still to come that hold it; none: contents unknown."""

    organisation_id: UUID
    client_id: UUID
    roll_id: UUID
    number: str
    sequences: tuple[int, ...]
    first_at: datetime


# A content without a lot may be of any lot.
AFFECTED = """
SELECT r.organisation_id, r.client_id, r.id, r.number, s.sequence,
    (s.day + s.at) AT TIME ZONE c.zone AS due_at, s.contents IS NULL AND %(numbers)s::text[] IS NULL AS unknown
FROM medication_sachet AS s JOIN medication_roll AS r ON r.id = s.roll_id JOIN people_client AS c ON c.id = r.client_id
WHERE r.organisation_id = ANY(%(organisations)s::uuid[])
    AND (%(clients)s::uuid[] IS NULL OR r.client_id = ANY(%(clients)s::uuid[]))
    AND r.state IN ('registered', 'delivered', 'loaded')
    AND r.ends_at > %(now)s AND NOT s.empty AND (s.day + s.at) AT TIME ZONE c.zone > %(now)s
    AND (%(numbers)s::text[] IS NULL OR r.number = ANY(%(numbers)s::text[]))
    AND (%(numbers)s::text[] IS NOT NULL OR s.contents IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(s.contents) AS m
        WHERE (%(code)s = '' OR m->>'code' = %(code)s) AND (%(text)s = '' OR m->>'text' = %(text)s)
            AND (%(lot)s = '' OR coalesce(m->>'lot', '') IN ('', %(lot)s))))
ORDER BY r.id, due_at, s.sequence
"""


@transaction.atomic
def recall_rolls(
    *,
    organisation_ids: Collection[UUID],
    because: str,
    by: str,
    now: datetime,
    code: str = "",
    text: str = "",
    lot: str = "",
    numbers: Sequence[str] = (),
    client_ids: Collection[UUID] | None = None,
) -> list[Recalled]:
    """Recall a product (`code`), a lot of it, or whole rolls (`numbers`) of these organisations; gives the rolls.

    `text`: a product without a code, exactly as the packer names it. `client_ids`: of these clients only. Opens
    high-risk tasks for pharmacist and nurse, and has the change flow look at every roll. Raises RollRefused.
    """
    if not because.strip() or not by.strip() or not (code or text or lot or numbers):
        raise RollRefused([Refusal("recall", "Say what is recalled (product, lot or rolls), and why.")])
    found = affected(
        organisation_ids, now, code=code, text=text, lot=lot, numbers=numbers, client_ids=client_ids
    )
    because = f"{text.strip()}: {because.strip()}" if text.strip() else because
    clients = sorted(
        {(each.organisation_id, each.client_id) for each in found}, key=lambda each: str(each[1])
    )
    facts.publish([PlanTouched(organisation_id=house, client_id=client) for house, client in clients], now)
    certain = [each for each in found if each.sequences]
    _keep(certain, code, lot, because, by, now)
    cards = pharmacies_of([client for _, client in clients])
    open_tasks([task for each in found for task in _tasks(each, cards, because, by, now)], now)
    requests.ask([asked for each in certain if (asked := _request(each, cards, because, by, now))], now)
    _announce(certain, because, now)
    look([client for _, client in clients], now)
    return found


def affected(
    organisation_ids: Collection[UUID],
    now: datetime,
    *,
    code: str = "",
    text: str = "",
    lot: str = "",
    numbers: Sequence[str] = (),
    client_ids: Collection[UUID] | None = None,
) -> list[Recalled]:
    """The rolls that such a recall is about, as `recall_rolls` takes them; changes nothing."""
    values: dict[str, Any] = {
        "organisations": array("uuid", organisation_ids), "now": now, "code": code.strip(), "text": text.strip(),
        "lot": lot.strip(), "numbers": array("text", numbers) if numbers else None,
        "clients": array("uuid", client_ids) if client_ids is not None else None,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, values)
        rows = cursor.fetchall()
    of_roll: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        of_roll[row[2]].append(row)
    found = []
    for each in of_roll.values():
        house, client, roll, number = each[0][:4]
        known = tuple(row[4] for row in each if not row[6])
        first = min(row[5] for row in each if not row[6] or not known)
        found.append(
            Recalled(
                organisation_id=house, client_id=client, roll_id=roll, number=number, sequences=known,
                first_at=first,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRolls:
    """A product as packers wrote it on sachets still to come. `code` empty: recall it by its `text`."""

    code: str
    text: str
    numbers: tuple[str, ...]


PRODUCTS = """
SELECT coalesce(m->>'code', ''), m->>'text', array_agg(DISTINCT r.number)
FROM medication_roll AS r JOIN medication_sachet AS s ON s.roll_id = r.id JOIN people_client AS c ON c.id = r.client_id
    CROSS JOIN LATERAL jsonb_array_elements(s.contents) AS m
WHERE r.client_id = ANY(%(clients)s::uuid[]) AND r.state IN ('registered', 'delivered', 'loaded')
    AND r.ends_at > %(now)s AND NOT s.empty AND s.contents IS NOT NULL AND (s.day + s.at) AT TIME ZONE c.zone > %(now)s
    AND (m->>'code' = %(words)s OR position(lower(%(words)s) IN lower(coalesce(m->>'text', ''))) > 0)
GROUP BY 1, 2 ORDER BY 2, 1 LIMIT %(most)s
"""


def products_on_rolls(
    client_ids: Collection[UUID], words: str, now: datetime, most: int = 50
) -> list[OnRolls]:
    """The products on rolls of these clients whose code is, or whose name holds, these words."""
    values: dict[str, Any] = {
        "clients": array("uuid", client_ids), "words": words.strip(), "now": now, "most": most
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS, values)
        return [OnRolls(code=row[0], text=row[1] or "", numbers=tuple(row[2])) for row in cursor.fetchall()]


_ROWS = Table(
    "medication_rollrecall",
    id="uuid", organisation_id="uuid", client_id="uuid", roll_id="uuid", code="text", lot="text", sequences="jsonb",
    because="text", by="text", at="timestamptz",
)  # fmt: skip


def _keep(found: Sequence[Recalled], code: str, lot: str, because: str, by: str, now: datetime) -> None:
    _ROWS.insert(
        (new_id(now), each.organisation_id, each.client_id, each.roll_id, code.strip(), lot.strip(),
         json.dumps(list(each.sequences)), because.strip(), by.strip(), now)
        for each in found
    )  # fmt: skip


def _tasks(
    each: Recalled, cards: Mapping[UUID, PharmacyCard], because: str, by: str, now: datetime
) -> list[NewTask]:
    """The pharmacist replaces it, and the nurse sees to it that it is not handed out. Unknown contents: look first."""
    due = max(now, min(now + ACT_WITHIN, each.first_at))
    card = cards.get(each.client_id)
    kind = RECALL if each.sequences else CHECK
    roles = ["pharmacist"] if card is not None and card.partner_id is not None else []
    if each.sequences or not roles:
        roles.append("nurse")
    return [
        NewTask(
            organisation_id=each.organisation_id, client_id=each.client_id, kind=kind, about=each.roll_id,
            key=f"{role} {each.number}", owner_role=role, due_at=due, by=by, high_risk=True,
            detail={"roll": each.number, "count": len(each.sequences), "because": because},
        )
        for role in roles
    ]  # fmt: skip


def _request(
    each: Recalled, cards: Mapping[UUID, PharmacyCard], because: str, by: str, now: datetime
) -> NewRequest | None:
    """A pharmacy that does not work in Reik is asked by letter or phone."""
    card = cards.get(each.client_id)
    if card is not None and card.partner_id is not None:
        return None
    return NewRequest(
        organisation_id=each.organisation_id, client_id=each.client_id, kind="recall", about=each.roll_id,
        urgency=URGENT, answer_by=now + ACT_WITHIN, by=by,
        detail={"roll": each.number, "sachets": list(each.sequences), "because": because},
    )  # fmt: skip


def _announce(found: Sequence[Recalled], because: str, now: datetime) -> None:
    facts.publish(
        [
            RollRecalled(
                organisation_id=each.organisation_id, client_id=each.client_id, roll_id=each.roll_id,
                number=each.number, sequences=each.sequences, first_at=each.first_at, because=because,
            )
            for each in found
        ],
        now,
    )  # fmt: skip
    rolls: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for each in found:
        rolls[each.organisation_id, each.client_id].append(each.roll_id)
    compare = [
        RollsToCompare(organisation_id=house, client_id=client, because="recall", recalled=tuple(of_client))
        for (house, client), of_client in rolls.items()
    ]
    facts.publish(compare, now)
