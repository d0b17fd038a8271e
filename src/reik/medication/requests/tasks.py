"""The tasks that belong to requests to pharmacies: who has to do what before when."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reik.medication.models import PharmacyRequest
from reik.medication.requests.rules import ACCOUNT, IN_WRITING, LINK, NOBODY, TOLD_WITHIN, URGENT, Route
from reik.people.pharmacies import PharmacyCard
from reik.tasks.operations import NewTask

ZONE = ZoneInfo("Europe/Amsterdam")
READ_WITHIN = timedelta(hours=4)
DENIED_WITHIN = timedelta(hours=1)
FOR_PHARMACY, ASKED, PHONE, UNKNOWN = (
    "pharmacy_request",
    "pharmacy_asked",
    "pharmacy_phone",
    "pharmacy_unknown",
)
TO_WRITE, DENIED = "pharmacy_in_writing", "pharmacy_denies"
LATE, LOCKED, READ = "pharmacy_unanswered", "pharmacy_code_locked", "pharmacy_answered"


def tasks_of_asking(
    row: PharmacyRequest, card: PharmacyCard | None, route: Route, now: datetime
) -> list[NewTask]:
    """Who waits for this answer, who gives it, and who phones because nobody is there to read it."""
    urgent = row.urgency == URGENT
    if card is None:
        assert route.channel == NOBODY
        return [_task(row, UNKNOWN, now + TOLD_WITHIN[row.urgency], now, high_risk=True)]
    made = []
    if route.channel == ACCOUNT:
        made.append(
            _task(row, FOR_PHARMACY, row.answer_by, now, card=card, role="pharmacist", high_risk=urgent)
        )
    elif row.kind == IN_WRITING:
        made.append(_task(row, TO_WRITE, row.answer_by, now, card=card))
    elif route.channel == LINK:
        made.append(_task(row, ASKED, row.answer_by, now, card=card, high_risk=urgent))
    if route.phone_now and row.kind != IN_WRITING:
        made.append(phone_task(row, card, now))
    return made


def phone_task(row: PharmacyRequest, card: PharmacyCard, now: datetime) -> NewTask:
    """A person phones the number that is open now (R23)."""
    within = min(row.answer_by, now + TOLD_WITHIN[row.urgency])
    return _task(row, PHONE, within, now, card=card, high_risk=row.urgency == URGENT)


def late_task(row: PharmacyRequest, card: PharmacyCard | None, now: datetime) -> NewTask:
    """No answer came: a person phones the number that is open now, or finds out whom to ask."""
    due = now + TOLD_WITHIN[row.urgency]
    if card is None:
        return _task(row, UNKNOWN, due, now, high_risk=True)
    return _task(row, LATE, due, now, card=card, high_risk=row.urgency == URGENT)


def locked_task(row: PharmacyRequest, card: PharmacyCard | None, now: datetime) -> NewTask:
    """Five wrong codes: somebody guesses, or the code was misheard."""
    return _task(row, LOCKED, now + TOLD_WITHIN[row.urgency], now, card=card)


def read_task(row: PharmacyRequest, now: datetime) -> NewTask:
    """The pharmacy wrote something that a person has to read."""
    return _task(row, READ, now + min(READ_WITHIN, TOLD_WITHIN[row.urgency]), now)


def denied_task(row: PharmacyRequest, card: PharmacyCard | None, now: datetime) -> NewTask:
    """The pharmacy writes that it did not say so on the telephone."""
    return _task(row, DENIED, now + DENIED_WITHIN, now, card=card, high_risk=True)


def _task(
    row: PharmacyRequest,
    kind: str,
    due_at: datetime,
    now: datetime,
    *,
    card: PharmacyCard | None = None,
    role: str = "nurse",
    high_risk: bool = False,
) -> NewTask:
    who, number = card.number_at(now) if card else ("", "")
    return NewTask(
        organisation_id=row.organisation_id, client_id=row.client_id, kind=kind, key=str(row.id), about=row.id,
        owner_role=role, due_at=due_at, by=row.asked_by, high_risk=high_risk,
        detail={
            "pharmacy": card.name if card else "", "who": who, "number": number, "request": row.kind,
            "answer_by": row.answer_by.isoformat(), "urgency": row.urgency,
            "at": f"{row.answer_by.astimezone(ZONE):%d-%m %H:%M}",
        },
    )  # fmt: skip
