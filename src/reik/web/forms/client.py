"""`/clienten/<id>/formulieren`: a client's forms and the card beside her dispenser, on screen and on paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.interop.print.leaflet import card_pdf, form_pdf
from reik.interop.print.port import PaperFailed
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.forms import beside, printing
from reik.pathway.forms.catalogue import FORMS, LANGUAGES
from reik.pathway.forms.fields import Filled
from reik.pathway.forms.gathering import gather
from reik.pathway.forms.known import Known
from reik.pathway.forms.printing import PrintedSeen
from reik.pathway.forms.printing_rules import CARD
from reik.pathway.forms.versions import Holding, holding
from reik.pathway.selection.selection_seen import wants_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.forms.own import READS
from reik.web.forms.paper_words import changes_words
from reik.web.forms.shown import filled_for, on_screen
from reik.web.forms.words import form_words, to_fill_in, tongue_words
from reik.web.frame import Frame, is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of


@room_for(*TEAM)
@require_safe
@never_cache
def listing(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """What can be read and printed for this client, and what the card still needs."""
    now = clock.now()
    card = client_of(actor_of(request), client_id)
    viewed(request, f"forms {client_id}", {card.organisation_id: [client_id]}, now)
    return _listing(request, card, now)


def _listing(request: ActingRequest, card: ClientCard, now: datetime, *, status: int = 200) -> HttpResponse:
    known = gather(card, now)
    hers = known.language if known.language in beside.LANGUAGES else "nl"
    missing = to_fill_in(beside.missing_for(known), card.id)
    papers = said_of(printing.printed_for(card, known))
    page: dict[str, Any] = {
        "card": card, "missing": missing, "hers": hers, "hers_unknown": known.language not in beside.LANGUAGES,
        "printed": papers.get(CARD, []),
        "hers_words": tongue_words(known.language), "refused": status != 200,
        "reads": actor_of(request).role in READS,
        "forms": [(each, *form_words(each), papers.get(each, [])) for each in FORMS],
        "tongues": [(each, tongue_words(each), beside.is_translated(each)) for each in beside.LANGUAGES],
    }  # fmt: skip
    return render(request, "forms/client.html", page, status=status)


@room_for(*TEAM)
@require_safe
@never_cache
def form(request: ActingRequest, client_id: UUID, form: str) -> HttpResponse:
    """`?taal=`: one form with her own data."""
    now = clock.now()
    card, language, held = _asked(request, client_id, form)
    viewed(request, f"form {form} {client_id}", {card.organisation_id: [client_id]}, now)
    filled = filled_for(held.blocks, gather(card, now), language, wants_of(card.organisation_id))
    return _page(request, card, form, language, held, filled)


def _page(
    request: ActingRequest, card: ClientCard, form: str, language: str, held: Holding, filled: Filled,
    *, status: int = 200, failed: bool = False,
) -> HttpResponse:  # fmt: skip
    page: dict[str, Any] = {
        "card": card, "form": form, "language": language, "title": filled.title, "blocks": on_screen(filled),
        "missing": to_fill_in(filled.missing, card.id), "held": held,
        "name": form_words(form)[0], "refused": status != 200 and not failed, "failed": failed,
        "tongues": [(each, tongue_words(each)) for each in LANGUAGES],
    }  # fmt: skip
    return render(request, "forms/client_form.html", page, status=status)


@room_for(*TEAM)
@require_safe
@never_cache
def paper(request: ActingRequest, client_id: UUID, form: str) -> HttpResponse:
    """The same as PDF; while something is missing the page says what to fill in, and nothing is printed."""
    now = clock.now()
    card, language, held = _asked(request, client_id, form)
    known = gather(card, now)
    filled = filled_for(held.blocks, known, language, wants_of(card.organisation_id))
    if filled.missing:
        _refused(request, card, f"form {form}", now)
        return _page(request, card, form, language, held, filled, status=409)
    try:
        body = form_pdf(
            filled, language, source=_source(held), made_at=now, zone=ZoneInfo(card.zone), demo=is_demo()
        )
    except PaperFailed:
        return _page(request, card, form, language, held, filled, status=500, failed=True)
    _printed(request, card, known, form, language, f"form {form}", now)
    return _pdf(body, f"{form}-{language}")


def _source(held: Holding) -> str:
    if held.own is None or held.flawed:
        return _("Tekst van Reik")
    return _("Eigen tekst, versie %(n)s") % {"n": held.own.version}


@room_for(*TEAM)
@require_safe
@never_cache
def card_paper(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`?taal=`: the large card; while a name or number is missing nothing is printed."""
    now = clock.now()
    card = client_of(actor_of(request), client_id)
    known = gather(card, now)
    if beside.missing_for(known):
        _refused(request, card, "card beside the dispenser", now)
        return _listing(request, card, now, status=409)
    language = _language(request, beside.LANGUAGES, known.language)
    body = card_pdf(beside.card_of(known, language), made_at=now, demo=is_demo())
    _printed(request, card, known, CARD, language, f"card beside the dispenser {language}", now)
    return _pdf(body, f"kaart-{language}")


def _printed(
    request: ActingRequest,
    card: ClientCard,
    known: Known,
    what: str,
    language: str,
    detail: str,
    now: datetime,
) -> None:
    """Who printed it, and what stood on it."""
    acted(request, Act.PRINT, "client", [card.id], now, organisation_id=card.organisation_id, detail=detail)
    if request.method == "GET":
        printing.note(card, known, what, language, by=actor_of(request).name, now=now)


def said_of(papers: Sequence[PrintedSeen]) -> dict[str, list[dict[str, Any]]]:
    """Each paper that was printed, in words."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in papers:
        found.setdefault(each.what, []).append(
            {"seen": each, "tongue": tongue_words(each.language), "since": changes_words(each.changes)}
        )
    return found


def _refused(request: ActingRequest, card: ClientCard, what: str, now: datetime) -> None:
    acted(request, Act.PRINT, "client", [card.id], now, organisation_id=card.organisation_id,
          detail=what, outcome="incomplete")  # fmt: skip


def _asked(request: ActingRequest, client_id: UUID, form: str) -> tuple[ClientCard, str, Holding]:
    card = client_of(actor_of(request), client_id)
    if form not in FORMS:
        raise Http404
    language = _language(request, LANGUAGES, Frame(request).language)
    return card, language, holding(card.organisation_id, form, language)


def _language(request: ActingRequest, of: Collection[str], otherwise: str) -> str:
    said = request.GET.get("taal", "")
    return said if said in of else otherwise if otherwise in of else "nl"


def _pdf(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
