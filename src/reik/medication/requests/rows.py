"""Rows of requests as the other modules of requests need them: locked in order, withdrawn, with their pharmacies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel import facts
from reik.kernel.rows import array
from reik.medication.facts import PlanTouched
from reik.medication.models import PharmacyRequest
from reik.medication.requests import letters as request_letters
from reik.medication.requests.rules import RequestRefused
from reik.people.models import Pharmacy
from reik.people.pharmacies import PharmacyCard, card_of
from reik.tasks.operations import DROPPED, end_tasks_about

UNDER_WAY = "answered_at IS NULL AND withdrawn_at IS NULL"


def locked(request_id: UUID, now: datetime) -> PharmacyRequest:
    """The request, locked after its client's dispenser: what follows from an answer writes to that (lock order)."""
    found = PharmacyRequest.objects.filter(id=request_id).first()
    if found is None:
        raise RequestRefused("unknown", "There is no such request, or you may not see it.")
    facts.publish([PlanTouched(organisation_id=found.organisation_id, client_id=found.client_id)], now)
    return PharmacyRequest.objects.select_for_update(no_key=True).get(id=request_id)


def cards_of(rows: Sequence[PharmacyRequest]) -> dict[UUID | None, PharmacyCard]:
    """Each pharmacy that was asked; for who had none, nothing."""
    ids = {each.pharmacy_id for each in rows if each.pharmacy_id}
    return {each.id: card_of(each) for each in Pharmacy.objects.filter(id__in=ids)}


WITHDRAW = f"""
UPDATE medication_pharmacyrequest AS r SET withdrawn_at = %(now)s, withdrawn_by = %(by)s, tell_at = NULL
FROM (SELECT id FROM medication_pharmacyrequest WHERE id = ANY(%(ids)s::uuid[]) AND {UNDER_WAY}
    ORDER BY id FOR NO KEY UPDATE) AS n
WHERE r.id = n.id RETURNING r.id
"""  # noqa: S608 - a condition of this module


def withdraw_rows(ids: Collection[UUID], by: str, now: datetime) -> int:
    """Withdraw those of these that still wait, with their tasks and unsent letters; gives how many."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, {"now": now, "by": by, "ids": array("uuid", ids)})
        gone = [row[0] for row in cursor.fetchall()]
    end_tasks_about(gone, as_=DROPPED, by=by, now=now)
    request_letters.take_back(gone, now)
    return len(gone)
