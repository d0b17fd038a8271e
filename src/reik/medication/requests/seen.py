"""Reads of requests to pharmacies, of clients whom the caller may see already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from reik.medication.models import PharmacyRequest
from reik.medication.requests.rules import ANSWERED, OPEN, UNANSWERED, WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSeen:
    """One question to a pharmacy and its answer. `state`: open, unanswered, answered or withdrawn.

    `channel`: account, link, phone or none; `how` is how the answer came: account, link, phone or paper.
    `told`: how often "no answer" was announced. `late`: it was answered after `answer_by`.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    kind: str
    about: UUID | None
    urgency: str
    detail: Mapping[str, object]
    answers: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    answer_by: datetime
    channel: str
    answered_at: datetime | None
    answered_by: str
    answer: str
    text: str
    how: str
    read_back_by: str
    state: str
    pharmacy_id: UUID | None
    pharmacy_name: str
    told: int
    withdrawn_at: datetime | None
    withdrawn_by: str

    @property
    def late(self) -> bool:
        return self.answered_at is not None and self.answered_at > self.answer_by


def open_requests(client_ids: Collection[UUID]) -> list[RequestSeen]:
    """What waits for an answer, the one to be answered first first."""
    rows = PharmacyRequest.objects.filter(client_id__in=client_ids, tell_at__isnull=False)
    return _seen(rows.order_by("answer_by", "id"))


def requests_of(client_ids: Collection[UUID], since: datetime) -> list[RequestSeen]:
    """What was asked since then, and what still waits, the newest first."""
    rows = PharmacyRequest.objects.filter(client_id__in=client_ids)
    return _seen(
        (rows.filter(asked_at__gte=since) | rows.filter(tell_at__isnull=False)).order_by("-asked_at", "-id")
    )


def requests_about(ids: Collection[UUID]) -> dict[UUID, list[RequestSeen]]:
    """All requests about each of these rows, the oldest first."""
    found: dict[UUID, list[RequestSeen]] = {}
    for each in _seen(PharmacyRequest.objects.filter(about__in=ids).order_by("asked_at", "id")):
        assert each.about is not None
        found.setdefault(each.about, []).append(each)
    return found


def request(request_id: UUID) -> RequestSeen | None:
    """One request, as far as the caller may see it."""
    return next(iter(_seen(PharmacyRequest.objects.filter(id=request_id))), None)


_SAME = tuple(
    name for name in RequestSeen.__dataclass_fields__ if name not in ("answers", "state", "pharmacy_name")
)


def _seen(rows: QuerySet[PharmacyRequest]) -> list[RequestSeen]:
    return [
        RequestSeen(
            **{name: getattr(each, name) for name in _SAME}, answers=tuple(each.answers), state=state_of(each),
            pharmacy_name=each.pharmacy.name if each.pharmacy else "",
        )
        for each in rows.select_related("pharmacy")
    ]  # fmt: skip


def state_of(row: PharmacyRequest) -> str:
    if row.answered_at is not None:
        return ANSWERED
    if row.withdrawn_at is not None:
        return WITHDRAWN
    return UNANSWERED if row.told else OPEN
