"""No answer by its time: told at once, and again at each next opening of the pharmacy (R22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.rows import array
from reik.medication.facts import PlanTouched, RequestUnanswered
from reik.medication.models import PharmacyRequest
from reik.medication.requests.rows import UNDER_WAY, cards_of
from reik.medication.requests.rules import step, tells_again_at
from reik.medication.requests.seen import state_of
from reik.medication.requests.tasks import late_task
from reik.people.opening import OFFICE_HOURS
from reik.tasks.operations import open_tasks

SILENT = f"""
SELECT organisation_id, client_id FROM medication_pharmacyrequest
WHERE tell_at <= %(now)s AND {UNDER_WAY} ORDER BY tell_at, id LIMIT %(most)s
"""  # noqa: S608


@transaction.atomic
def tell_unanswered(now: datetime, most: int = 500) -> int:
    """Announce each question without an answer by its time, and again at each next opening of the pharmacy.

    For `reik watch`; gives how many. The task names who can be phoned at this instant, and the number.
    """
    with connection.cursor() as cursor:
        cursor.execute(SILENT, {"now": now, "most": most})
        touched = {row[1]: row[0] for row in cursor.fetchall()}
    if not touched:
        return 0
    # What follows may hold sachets: the dispensers are locked before the requests (lock order).
    facts.publish([PlanTouched(organisation_id=house, client_id=id) for id, house in touched.items()], now)
    rows = list(
        PharmacyRequest.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(client_id__in=touched, tell_at__lte=now)
        .order_by("id")
    )
    cards = cards_of(rows)
    for each in rows:
        step(state_of(each), "tell")
        card = cards.get(each.pharmacy_id)
        each.tell_at = tells_again_at(card.opening if card else OFFICE_HOURS, now)
    _store_told(rows)
    open_tasks([late_task(each, cards.get(each.pharmacy_id), now) for each in rows], now)
    facts.publish([_unanswered(each) for each in rows], now)
    return len(rows)


def _store_told(rows: Sequence[PharmacyRequest]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE medication_pharmacyrequest AS r SET tell_at = n.at, told = least(r.told + 1, 32000)"
            " FROM unnest(%s::uuid[], %s::timestamptz[]) AS n(id, at) WHERE r.id = n.id",
            [
                array("uuid", (each.id for each in rows)),
                array("timestamptz", (each.tell_at for each in rows)),
            ],
        )


def _unanswered(row: PharmacyRequest) -> RequestUnanswered:
    return RequestUnanswered(
        organisation_id=row.organisation_id, client_id=row.client_id, request_id=row.id, kind=row.kind,
        about=row.about, urgency=row.urgency, answer_by=row.answer_by,
    )  # fmt: skip
