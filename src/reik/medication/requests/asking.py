"""Asking pharmacies, set-wise: by account, by letter or by phone; and taking a question back (R22, R23)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.medication.models import PharmacyRequest
from reik.medication.requests import letters as request_letters
from reik.medication.requests.rows import locked, withdraw_rows
from reik.medication.requests.rules import (
    LINK,
    TODAY,
    URGENT,
    USUAL_ANSWERS,
    WEEK,
    RequestRefused,
    Route,
    answers_flaw,
    route,
    step,
)
from reik.medication.requests.seen import state_of
from reik.medication.requests.tasks import tasks_of_asking
from reik.people.models import Client
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.tasks.operations import DROPPED, end_tasks_about, open_tasks

REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """One question. `about`: the row above that it is about (a change, a roll). `detail`: JSON values, no BSN.

    `answers`: code words to choose from; empty: those usual for the kind.
    """

    organisation_id: UUID
    client_id: UUID
    kind: str
    urgency: str
    answer_by: datetime
    by: str
    about: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    answers: Sequence[str] = ()


_REQUESTS = Table(
    "medication_pharmacyrequest",
    id="uuid", organisation_id="uuid", client_id="uuid", pharmacy_id="uuid", kind="text", about="uuid",
    urgency="text", detail="jsonb", answers="jsonb", channel="text", asked_by="text", asked_at="timestamptz",
    answer_by="timestamptz", tell_at="timestamptz", told="smallint", answered_by="text", answer="text", text="text",
    how="text", read_back_by="text", withdrawn_by="text",
)  # fmt: skip


@transaction.atomic
def ask(rows: Sequence[NewRequest], now: datetime) -> list[UUID]:
    """Ask each client's pharmacy; gives the ids in the order of `rows`. Raises RequestRefused.

    The same question that still waits is asked once. Another question about the same row takes its place.
    """
    if not rows:
        return []
    _check(rows)
    clients = {each.client_id for each in rows}
    _take_turns(clients)
    cards = pharmacies_of(clients)
    writable = request_letters.writable(list(cards.values()))
    waiting = _waiting(rows)
    made: dict[tuple[object, ...], tuple[PharmacyRequest, Route]] = {}
    ids: list[UUID] = []
    outdated: set[UUID] = set()
    for each in rows:
        row, way = _row(each, cards.get(each.client_id), writable, now)
        key = (each.client_id, each.kind, each.about or row.id)
        before = made[key][0] if key in made else waiting.get(key)
        if before is not None and _same(before, row):
            ids.append(before.id)
            continue
        if key in waiting:
            outdated.add(waiting[key].id)
        made[key] = row, way
        ids.append(row.id)
    withdraw_rows(outdated, REPLACED, now)
    _store([row for row, _ in made.values()])
    _set_going(list(made.values()), cards, now)
    return ids


def _check(rows: Sequence[NewRequest]) -> None:
    houses = dict(
        Client.objects.filter(id__in={each.client_id for each in rows}).values_list("id", "organisation_id")
    )
    for each in rows:
        if houses.get(each.client_id) != each.organisation_id:
            raise RequestRefused("client", "This client is not in the records of this organisation.")
        if each.kind not in USUAL_ANSWERS or each.urgency not in (URGENT, TODAY, WEEK):
            raise RequestRefused("kind", "This is no kind or urgency of a request: see requests.rules.")
        flaw = answers_flaw(_answers(each))
        if flaw or not each.by.strip():
            raise RequestRefused("answers", flaw or "Say who asks.")


def _answers(asked: NewRequest) -> tuple[str, ...]:
    return tuple(asked.answers) or USUAL_ANSWERS[asked.kind]


def _take_turns(client_ids: Collection[UUID]) -> None:
    """Two that ask about one client at once wait for each other; no row is locked, so dispensers may be before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('request ' || u.id, 0))"
            " FROM (SELECT id::text AS id FROM unnest(%s::uuid[]) AS n(id) ORDER BY id) AS u",
            [array("uuid", client_ids)],
        )


def _waiting(rows: Sequence[NewRequest]) -> dict[tuple[object, ...], PharmacyRequest]:
    about = {each.about for each in rows if each.about}
    if not about:
        return {}
    found = PharmacyRequest.objects.filter(
        client_id__in={each.client_id for each in rows}, about__in=about, answered_at=None, withdrawn_at=None
    )
    return {(each.client_id, each.kind, each.about): each for each in found}


def _row(
    asked: NewRequest, card: PharmacyCard | None, writable: Collection[UUID], now: datetime
) -> tuple[PharmacyRequest, Route]:
    way = _way(card, writable, asked.urgency, now)
    answer_by = max(asked.answer_by, now)
    row = PharmacyRequest(
        id=new_id(now), organisation_id=asked.organisation_id, client_id=asked.client_id,
        pharmacy_id=card.id if card else None, kind=asked.kind, about=asked.about, urgency=asked.urgency,
        detail=json.loads(json.dumps(dict(asked.detail))), answers=list(_answers(asked)), channel=way.channel,
        asked_by=asked.by.strip(), asked_at=now, answer_by=answer_by, tell_at=answer_by,
    )  # fmt: skip
    return row, way


def _way(card: PharmacyCard | None, writable: Collection[UUID], urgency: str, now: datetime) -> Route:
    return route(
        known=card is not None,
        works_in_reik=card is not None and card.partner_id is not None,
        writable=card is not None and card.id in writable,
        urgency=urgency,
        is_open=card is not None and card.opening.is_open(now),
    )


def _same(before: PharmacyRequest, row: PharmacyRequest) -> bool:
    """Whether the pharmacy would read the same. The time is not part of it: it keeps the one it was told."""
    return all(
        getattr(before, name) == getattr(row, name)
        for name in ("pharmacy_id", "urgency", "detail", "answers")
    )


def _store(rows: Sequence[PharmacyRequest]) -> None:
    _REQUESTS.insert(
        (each.id, each.organisation_id, each.client_id, each.pharmacy_id, each.kind, each.about, each.urgency,
         json.dumps(each.detail), json.dumps(each.answers), each.channel, each.asked_by, each.asked_at,
         each.answer_by, each.tell_at, 0, "", "", "", "", "", "")
        for each in rows
    )  # fmt: skip


def _set_going(
    asked: Sequence[tuple[PharmacyRequest, Route]], cards: Mapping[UUID, PharmacyCard], now: datetime
) -> None:
    """The tasks, and the letters of what does not wait for the weekly one."""
    open_tasks(
        [task for row, way in asked for task in tasks_of_asking(row, cards.get(row.client_id), way, now)],
        now,
    )
    request_letters.send_letters(
        [(row, cards[row.client_id]) for row, way in asked if way.channel == LINK and row.urgency != WEEK],
        now,
    )


@transaction.atomic
def withdraw(about_ids: Collection[UUID], by: str, now: datetime) -> int:
    """Nobody needs an answer about these rows any more (or to these requests); gives how many were withdrawn."""
    rows = PharmacyRequest.objects.filter(answered_at=None, withdrawn_at=None)
    found = (rows.filter(about__in=about_ids) | rows.filter(id__in=about_ids)).values_list("id", flat=True)
    return withdraw_rows(set(found), by, now)


@transaction.atomic
def ask_again(request_id: UUID, *, by: str, now: datetime) -> str:
    """Send an open question out again, to the client's pharmacy of now; gives the channel. Earlier links end."""
    row = locked(request_id, now)
    if row.tell_at is None:
        step(state_of(row), "answer")
    card = pharmacies_of([row.client_id]).get(row.client_id)
    way = _way(card, request_letters.writable([card] if card else []), row.urgency, now)
    row.pharmacy_id, row.channel, row.asked_by = card.id if card else None, way.channel, by.strip()
    row.save(update_fields=["pharmacy_id", "channel", "asked_by"])
    end_tasks_about([row.id], as_=DROPPED, by=row.asked_by, now=now)
    open_tasks(tasks_of_asking(row, card, way, now), now)
    if card is not None and way.channel == LINK:
        request_letters.send_letters([(row, card)], now)
    return way.channel
