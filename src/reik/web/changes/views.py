"""`/clienten/<id>/wijziging/<id>`: what changes in the middle of a roll, who decides, and what becomes of it (N5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.changes import deciding as changing
from reik.medication.changes.path import ChangeRefused
from reik.medication.changes.sachets import sachets_of
from reik.medication.changes.seen import ChangeSeen
from reik.medication.changes.seen import change as change_of
from reik.people.pharmacies import pharmacies_of
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.changes import words
from reik.web.changes.shown import alike, local, moment_rows, option_rows
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

room = room_for("nurse", "caregiver", "team_manager", "pharmacist")
MAY_CHOOSE = ("nurse", "pharmacist")
CHOOSABLE = ("open", "undecided", "chosen", "confirmed")
LONGEST = 200


@require_safe
@room
@never_cache
def change(request: ActingRequest, client_id: UUID, change_id: UUID) -> HttpResponse:
    """What changes, per moment what else is in it, the ways out, and how far it is."""
    now = clock.now()
    card, found = _of(request, client_id, change_id)
    viewed(request, f"change {change_id}", {card.organisation_id: [client_id]}, now)
    return _page(request, card, found, now)


def _of(request: ActingRequest, client_id: UUID, change_id: UUID) -> tuple[ClientCard, ChangeSeen]:
    card = cards(actor_of(request), [client_id]).get(client_id)
    found = change_of(change_id)
    if card is None or found is None or found.client_id != client_id:
        raise Http404
    return card, found


def _page(
    request: ActingRequest, card: ClientCard, found: ChangeSeen, now: datetime, flaw: str = ""
) -> HttpResponse:
    typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    typed["who_all"] = typed.get("who-all", "")
    pharmacy = pharmacies_of([card.id]).get(card.id)
    rows = moment_rows(found, typed, now)
    may_choose = actor_of(request).role in MAY_CHOOSE and found.state in CHOOSABLE
    values = {
        "card": card, "change": found, "rows": rows, "alike": alike(rows), "options": option_rows(found), "flaw": flaw,
        "first": local(found.first_at, card), "is_late": found.first_at <= now, "typed": typed,
        "state": words.state_words(found.state), "next": words.next_words(found),
        "device": words.device_words(found, local(found.pause_at, card) if found.pause_at else ""),
        "because": words.because_words(found.because), "choice": words.choice_words(found.choice),
        "how": words.how_words(found.confirmed_how), "sachets": len(sachets_of(found.affected)),
        "picked": typed.get("choice") or found.choice or found.proposed, "may_choose": may_choose,
        "may_take_out": found.state == "confirmed" and found.choice in ("take_out", "replace_roll"),
        "asks_givers": any(each.field for each in rows), "several": sum(bool(each.field) for each in rows) > 1,
        "given_apart": any(each.field and each.who for each in rows),
        "number": pharmacy.number_at(now) if pharmacy else None,
    }  # fmt: skip
    with timezone.override(ZoneInfo(card.zone)):
        return render(request, "changes/change.html", values, status=422 if flaw else 200)


@require_POST
@room
def choose(request: ActingRequest, client_id: UUID, change_id: UUID) -> HttpResponse:
    """A nurse or the pharmacy chooses; the pharmacy is asked to confirm."""
    actor, now = actor_of(request), clock.now()
    card, found = _of(request, client_id, change_id)
    if actor.role not in MAY_CHOOSE:
        raise Http404
    everywhere = _typed(request, "who-all")
    others = {
        each.key: who
        for number, each in enumerate(found.affected)
        if (who := _typed(request, f"who-{number}") or everywhere)
    }
    try:
        with transaction.atomic():
            changing.choose(
                change_id, _typed(request, "choice"), actor.name, _typed(request, "because"), others, now,
                carried_out_by=_typed(request, "carried_out_by"),
            )  # fmt: skip
    except ChangeRefused as refused:
        _log(request, card, change_id, now, "choose", "refused")
        return _page(request, card, found, now, words.flaw_words(refused.code))
    _log(request, card, change_id, now, f"chose {_typed(request, 'choice')}")
    return HttpResponseRedirect(f"/clienten/{client_id}/wijziging/{change_id}")


@require_POST
@room
def taken_out(request: ActingRequest, client_id: UUID, change_id: UUID) -> HttpResponse:
    """A named person took the sachets out, or replaced the roll, and counted them."""
    now = clock.now()
    card, found = _of(request, client_id, change_id)
    count = _typed(request, "count")
    try:
        if not (count.isascii() and count.isdigit()):
            raise ChangeRefused("Count the sachets.", "count")
        with transaction.atomic():
            changing.note_removed(change_id, _typed(request, "by"), int(count[:4]), now)
    except ChangeRefused as refused:
        _log(request, card, change_id, now, "taken out", "refused")
        return _page(request, card, found, now, words.flaw_words(refused.code))
    _log(request, card, change_id, now, f"taken out {count[:4]}")
    return HttpResponseRedirect(f"/clienten/{client_id}/wijziging/{change_id}")


def _typed(request: ActingRequest, name: str) -> str:
    value = request.POST.get(name, "")
    return " ".join(value.split())[:LONGEST] if isinstance(value, str) else ""


def _log(
    request: ActingRequest, card: ClientCard, id: UUID, now: datetime, detail: str, outcome: str = "ok"
) -> None:
    acted(
        request, Act.REFUSED if outcome == "refused" else Act.CHANGE, "change", [id, card.id], now,
        organisation_id=card.organisation_id, detail=detail, outcome=outcome,
    )  # fmt: skip
