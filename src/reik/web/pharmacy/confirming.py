"""`/apotheek/wijziging/<uuid>`: a choice of the care team that waits for the pharmacy's word, beside its sachets.

Usually the pharmacy answers the question that it was asked; here it confirms where that question is over: because it
asked to be phoned, or because it has learned of the change before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.medication.changes import deciding as changing
from reik.medication.changes.path import ChangeRefused
from reik.medication.changes.sachets import AffectedSachet
from reik.medication.changes.seen import ChangeSeen, change
from reik.medication.requests.seen import requests_about
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.answer.words import answer_words
from reik.web.pharmacy.asked_words import affected_words, choice_words, device_words, reason_words
from reik.web.pharmacy.whose import PHARMACIST, client_of, may_answer
from reik.web.pharmacy.words import answer_consequence
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

AGREED, REFUSED = "agreed", "refused"
CHOSEN = "chosen"
OPEN = ("open", "unanswered")
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The sachets of one affected moment, as the page shows them. `others`: what else is in them; None: not known."""

    when: str
    text: str
    sachets: str
    contents: Sequence[str] | None
    more: Sequence[str]
    less: Sequence[str]
    others: Sequence[str] | None
    others_by: str


def shown(of: ChangeSeen, zone: ZoneInfo) -> dict[str, Any]:
    """A change with its sachets, what else is in them, and the choice of the team, for the page."""
    reasons = next((each.reasons for each in of.options if each.choice == of.choice), ())
    return {
        "change": of, "affected": [_affected(each, of, zone) for each in of.affected],
        "choice": choice_words(of.choice or of.proposed), "device": device_words(of.device_state),
        "reasons": [reason_words(each) for each in reasons],
    }  # fmt: skip


def _affected(each: AffectedSachet, of: ChangeSeen, zone: ZoneInfo) -> Affected:
    return Affected(
        when=date_format(each.due_at.astimezone(zone), "D j F H:i"), text=affected_words(each),
        sachets=", ".join(map(str, each.sequences)), contents=each.contents, more=each.more, less=each.less,
        others=each.others, others_by=str(of.others_by.get(each.key, "")),
    )  # fmt: skip


@room_for(PHARMACIST)
@never_cache
@require_http_methods(["GET", "POST"])
def confirming(request: ActingRequest, change_id: UUID) -> HttpResponse:
    """The pharmacy's word on a choice, where no question about it waits (else: to that question)."""
    actor, now = actor_of(request), clock.now()
    found = change(change_id)
    if found is None:
        raise Http404
    card = client_of(actor, found.client_id)
    asked = next(
        (each for each in requests_about([change_id]).get(change_id, []) if each.state in OPEN), None
    )
    if asked is not None:
        return HttpResponseRedirect(f"/apotheek/vraag/{asked.id}")
    if request.method != "POST":
        return _page(request, card, found, now)
    typed = {name: request.POST.get(name, "").strip()[:LONGEST] for name in ("answer", "text", "read")}
    flaw = flaw_of(typed) if may_answer(actor, card.id) else _("Deze vraag is aan een andere apotheek.")
    flaw = flaw or _confirm(actor, found, typed, now)
    if flaw:
        return _page(request, card, found, now, typed=typed, error=flaw)
    acted(
        request, Act.CHANGE, "change", [found.id, card.id], now, organisation_id=card.organisation_id,
        detail=f"answered {typed['answer']}",
    )  # fmt: skip
    return HttpResponseRedirect(f"/apotheek/wijziging/{change_id}")


def flaw_of(typed: Mapping[str, str]) -> str:
    """A change is confirmed only by who says that she read the sachets, and declined only with a text (R23)."""
    if typed["answer"] not in (AGREED, REFUSED):
        return _("Kies een antwoord.")
    if typed["answer"] == REFUSED and not typed["text"]:
        return _("Schrijf erbij wat het team moet weten.")
    if typed["answer"] == AGREED and not typed["read"]:
        return _("Zet een vinkje: u hebt de zakjes hierboven nagekeken.")
    return ""


def _confirm(actor: Actor, found: ChangeSeen, typed: Mapping[str, str], now: datetime) -> str:
    """Empty, or why not."""
    try:
        with transaction.atomic():
            changing.confirm(
                found.id,
                agreed=typed["answer"] == AGREED,
                by=actor.name,
                how="account",
                text=typed["text"],
                now=now,
            )
    except ChangeRefused:
        return _("Er is geen keuze die op u wacht: kijk hieronder hoe het nu staat.")
    return ""


def _page(
    request: ActingRequest, card: ClientCard, found: ChangeSeen, now: datetime, *,
    typed: Mapping[str, str] | None = None, error: str = "",
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    viewed(request, f"pharmacy change {found.id}", {card.organisation_id: [card.id]}, now)
    waits = found.state == CHOSEN
    values: dict[str, Any] = {
        "card": card, "error": error, "typed": typed or {}, "by": actor.name,
        "waits": waits and may_answer(actor, card.id),
        "house": organisation_names([card.organisation_id]).get(card.organisation_id, ""),
        "answers": [
            (each, answer_words(each), answer_consequence("confirm_change", each)) for each in (AGREED, REFUSED)
        ],
        **shown(found, ZoneInfo(card.zone)),
    }  # fmt: skip
    with timezone.override(ZoneInfo(card.zone)):
        return render(request, "pharmacy/change.html", values, status=422 if error else 200)
