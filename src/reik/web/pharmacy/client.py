"""One client as her pharmacy sees her: plan beside roll, agreements, limits, rolls, questions, who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.changes.seen import open_changes
from reik.medication.pharmacies.serving import stopping
from reik.medication.requests.seen import RequestSeen, requests_of
from reik.medication.rolls.life_seen import rolls_seen
from reik.medication.seen.audit import AuditLine, audit_of
from reik.medication.seen.overview import Agreed, agreed_of
from reik.medication.times.schedule import local_day
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.answer.words import answer_words, how_words, kind_words
from reik.web.client.file import need_words
from reik.web.failures import not_found
from reik.web.pharmacy import beside, differences, limits, waiting
from reik.web.pharmacy.asked_words import choice_words, device_words
from reik.web.pharmacy.audit_words import audit_words, step_words, subjects, who_words
from reik.web.pharmacy.whose import PHARMACIST, client_of, is_ours, may_answer, served_by
from reik.web.pharmacy.words import request_state_words, stopped_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.words import state_words, unplannable_words

ASKED_SINCE = timedelta(days=90)
ROLLS = 6


@room_for(PHARMACIST)
@require_safe
@never_cache
def client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/apotheek/client/<uuid>`"""
    now, actor = clock.now(), actor_of(request)
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        return _refused(request, client_id, now)
    return page(request, card, now)


def page(
    request: ActingRequest, card: ClientCard, now: datetime, *, typed: limits.Typed | None = None,
    stop: Mapping[str, str] | None = None, error: str = "", error_at: str = "",
) -> HttpResponse:  # fmt: skip
    """The whole page; with what was typed and what is not right about it, after a form that cannot be."""
    actor, zone = actor_of(request), ZoneInfo(card.zone)
    viewed(request, f"pharmacy client {card.id}", {card.organisation_id: [card.id]}, now)
    today = local_day(now, zone)
    groups = differences.groups_of(card.id)
    values: dict[str, Any] = {
        "card": card, "age": card.age(today), "now": now, "beside": beside.shown(card.id, now, zone),
        "times": limits.rows(card.id, today, typed), "limits": limits.history(card.id),
        "asked": [_asked(each) for each in requests_of([card.id], now - ASKED_SINCE)],
        "rolls": _rolls(card, now),
        "stop": stop or {}, "error": error, "error_at": error_at, "limit_error": typed.error if typed else "",
        "may": may_answer(actor, card.id), "differences": groups, "differing": sum(each.total for each in groups),
        **_waiting(actor, card, now), **_agreed(card, now, zone), **_serving(actor, card), **_history(request, card),
    }  # fmt: skip
    wrong = bool(error or (typed and typed.error))
    with timezone.override(zone):
        return render(request, "pharmacy/client.html", values, status=422 if wrong else 200)


@require_POST
@room_for(PHARMACIST)
def set_for_time(request: ActingRequest, client_id: UUID, key: str) -> HttpResponse:
    """`/apotheek/client/<uuid>/grens/<HHMM>`: the pharmacy sets what holds for this time of every day."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    at = limits.clock_of(key)
    if at is None:
        raise Http404
    limit, typed = limits.read(request.POST.dict(), at)
    if not may_answer(actor, client_id):
        return page(request, card, now, error=_not_ours())
    if limit is not None:
        typed.error = limits.store(card, limit, actor.name, actor.role, now)
    if typed.error:
        return page(request, card, now, typed=typed)
    acted(
        request, Act.CHANGE, "limit", [client_id], now, organisation_id=card.organisation_id, detail=f"limit of {key}"
    )  # fmt: skip
    return HttpResponseRedirect(f"/apotheek/client/{client_id}#grenzen")


@require_POST
@room_for(PHARMACIST)
def accept_differences(request: ActingRequest, client_id: UUID, key: str) -> HttpResponse:
    """`/apotheek/client/<uuid>/verschil/<roll or "schema">`: all of it may be so, and why (R23)."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    group = next((each for each in differences.groups_of(client_id) if each.key == key), None)
    if group is None:
        return HttpResponseRedirect(f"/apotheek/client/{client_id}")  # somebody settled it meanwhile
    if not may_answer(actor, client_id):
        return page(request, card, now, error=_not_ours())
    because = request.POST.get("because", "").strip()[:1000]
    if not because:
        return page(request, card, now, error=_("Schrijf op waarom dit verschil mag."), error_at=key)
    differences.accept(group, actor.name, because, now)
    acted(
        request, Act.CHANGE, "finding", [*group.ids[:100], card.id], now, organisation_id=card.organisation_id,
        detail="settled",
    )  # fmt: skip
    return HttpResponseRedirect(f"/apotheek/client/{client_id}#naast")


def _not_ours() -> str:
    return _("Een andere apotheek levert aan deze cliënt: alleen die stelt dit in.")


def _waiting(actor: Actor, card: ClientCard, now: datetime) -> dict[str, Any]:
    """What of this client waits for the pharmacy, and the changes of her rolls that the care team has to decide."""
    served = served_by(actor, [card.id])
    items = waiting.of(served, now)
    ours = {about for each in items if each.kind == "change" for about in each.about}
    return {
        "items": items, "house": served.houses.get(card.organisation_id, ""),
        "changes": [
            {"each": each, "choice": choice_words(each.choice) if each.choice else "",
             "device": device_words(each.device_state), "count": sum(len(one.sequences) for one in each.affected)}
            for each in open_changes([card.id]) if each.id not in ours
        ],
    }  # fmt: skip


def _agreed(card: ClientCard, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The pharmacy's own agreements: what Reik could not plan and why, as needed, outside the roll, stopped."""
    agreed: Agreed = agreed_of(card.id, local_day(now, zone), zone)
    return {
        "agreed": agreed,
        "unplannable": [
            (
                agreed.names.get(str(each.get("agreement"))) or _("naam niet bekend"),
                str(each.get("text") or ""),
                unplannable_words(str(each.get("reason", ""))),
            )
            for each in agreed.unplannable
        ],
        "as_needed": [need_words(each) for each in agreed.as_needed],
        "outside": [(at, each) for at, of in agreed.outside.items() for each in of],
        "stopped": [stopped_words(each, agreed.names) for each in agreed.stopped],
    }


def _rolls(card: ClientCard, now: datetime) -> list[dict[str, Any]]:
    """The newest rolls, each with its chain."""
    return [
        {
            "id": each.id, "number": each.number, "state_word": state_words(each.state), "starts_at": each.starts_at,
            "until": each.last_sachet_at or each.ends_at - timedelta(seconds=1), "count": each.count,
            "recalled": bool(each.recalls), "steps": [
                {"word": step_words(one.step), "by": who_words(one.by), "at": one.at, "note": one.note,
                 "differs": one.differs, "count": one.count, "expected": one.expected}
                for one in each.steps
            ],
        }
        for each in rolls_seen([card.id], now)[card.id][:ROLLS]
    ]  # fmt: skip


def _asked(each: RequestSeen) -> dict[str, Any]:
    return {
        "each": each, "kind": kind_words(each.kind), "state": request_state_words(each.state),
        "answer": answer_words(each.answer) if each.answer else "", "how": how_words(each.how),
    }  # fmt: skip


def _serving(actor: Actor, card: ClientCard) -> dict[str, Any]:
    pharmacy: PharmacyCard | None = pharmacies_of([card.id]).get(card.id)
    return {
        "pharmacy": pharmacy,
        "ours": is_ours(actor, pharmacy),
        "stopping": stopping([card.id]).get(card.id),
    }


def _history(request: ActingRequest, card: ClientCard) -> dict[str, Any]:
    """Who changed what, a page at a time: `?over=<subject>&blad=<number>`."""
    subject = request.GET.get("over", "")
    subject = subject if subject in subjects() else ""
    found = audit_of(card.id, _number(request.GET.get("blad", "")), subject)
    return {
        "audit": found, "subjects": subjects(), "subject": subject,
        "audit_lines": [_line(each) for each in found.lines],
    }  # fmt: skip


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _line(line: AuditLine) -> dict[str, Any]:
    icon, word = subjects().get(line.subject, ("note", line.subject))
    return {
        "at": line.at, "icon": icon, "word": word, "by": who_words(line.by), "text": audit_words(line),
        "said": line.said,
    }  # fmt: skip


def _refused(request: ActingRequest, client_id: UUID, now: datetime) -> HttpResponse:
    """An outsider finds nothing; that she looked is written down."""
    acted(
        request, Act.REFUSED, "client", [client_id], now, organisation_id=actor_of(request).organisation_id,
        detail="pharmacy client", outcome="not found",
    )  # fmt: skip
    return not_found(request)
