"""The pharmacy's answer, and what follows from it: in writing after the phone, and somebody who reads it (R23)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication.facts import RequestAnswered
from reik.medication.models import PharmacyRequest
from reik.medication.requests.asking import NewRequest, ask
from reik.medication.requests.rows import cards_of, locked
from reik.medication.requests.rules import (
    IN_WRITING,
    NOT_CORRECT,
    PHONE,
    TODAY,
    check_answer,
    in_writing_by,
    step,
)
from reik.medication.requests.seen import state_of
from reik.medication.requests.tasks import denied_task, read_task
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import pharmacies_of
from reik.tasks.operations import DONE, end_tasks_about, open_tasks

READ_BY_A_PERSON = frozenset({"question", "late_time"})
"""Kinds whose answer no other context acts on: the nurse reads it."""


@transaction.atomic
def answer(
    request_id: UUID,
    *,
    answer: str,
    text: str = "",
    by: str,
    how: str,
    now: datetime,
    read_back_by: str = "",
) -> None:
    """The pharmacy's answer; late still counts. Raises RequestRefused, also for a second answer.

    `by` is who of the pharmacy answers; by phone or on paper `read_back_by` is who of the team read it back. What
    was said by phone is asked for in writing within one working day (R23).
    """
    row = locked(request_id, now)
    step(state_of(row), "answer")
    check_answer(
        kind=row.kind,
        answers=row.answers,
        answer=answer,
        text=text,
        by=by,
        how=how,
        read_back_by=read_back_by,
    )
    row.answered_at, row.answered_by, row.answer, row.text = now, by.strip(), answer, text.strip()
    row.how, row.read_back_by, row.tell_at = how, read_back_by.strip(), None
    row.save(update_fields=["answered_at", "answered_by", "answer", "text", "how", "read_back_by", "tell_at"])
    end_tasks_about([row.id], as_=DONE, by=row.answered_by, now=now)
    _follow_up(row, now)
    facts.publish(
        [
            RequestAnswered(
                organisation_id=row.organisation_id, client_id=row.client_id, request_id=row.id, kind=row.kind,
                about=row.about, answer=answer, text=row.text, by=row.answered_by, how=how,
            )
        ],
        now,
    )  # fmt: skip


def _follow_up(row: PharmacyRequest, now: datetime) -> None:
    if row.kind == IN_WRITING:
        if row.answer == NOT_CORRECT:
            open_tasks([denied_task(row, cards_of([row]).get(row.pharmacy_id), now)], now)
        return
    if row.how == PHONE:
        _ask_in_writing(row, now)
    elif row.kind in READ_BY_A_PERSON or row.text or row.answer == "call_back":
        open_tasks([read_task(row, now)], now)


def _ask_in_writing(row: PharmacyRequest, now: datetime) -> None:
    card = pharmacies_of([row.client_id]).get(row.client_id)
    opening = card.opening if card else OFFICE_HOURS
    said = {
        "kind": row.kind, "asked": row.detail, "answer": row.answer, "text": row.text, "by": row.answered_by,
        "read_back_by": row.read_back_by, "at": now.isoformat(),
    }  # fmt: skip
    ask(
        [
            NewRequest(
                organisation_id=row.organisation_id, client_id=row.client_id, kind=IN_WRITING, about=row.id,
                urgency=TODAY, detail=said, answer_by=in_writing_by(opening, now), by=row.read_back_by,
            )
        ],
        now,
    )  # fmt: skip
