"""The care team's page of a client's home: language, who lives there, video call, and how one gets in (R81)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.alerting import house_access
from reik.alerting.house_access import AccessNotShown
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people import homes, homes_access
from reik.people import queries as people
from reik.people.homes import HomeRefused
from reik.people.homes_access import HOWS, AccessRefused
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.home_words import LANGUAGES, entry_words, language_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

only_care = room_for("nurse", "caregiver", "team_manager")


def _card(request: ActingRequest, client_id: UUID) -> ClientCard:
    card = people.cards(actor_of(request), [client_id]).get(client_id)
    if card is None:
        raise Http404
    return card


@require_safe
@never_cache
@only_care
def home(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """What is kept; how one gets in without its words: those are shown for a visit only."""
    return _show(request, _card(request, client_id))


def _show(request: ActingRequest, card: ClientCard, *, error: str = "", at: str = "") -> HttpResponse:
    now = clock.now()
    access = homes_access.accesses_of([card.id]).get(card.id)
    viewed(request, f"clienten/{card.id}/thuis", {card.organisation_id: [card.id]}, now)
    context = {
        "card": card, "home": homes.homes_of([card.id]).get(card.id, homes.UNKNOWN), "access": access,
        "entry": entry_words(access.how) if access else "", "error": error, "at": at, "given": request.POST,
        "languages": [(code, language_words(code) or _("Nederlands")) for code in LANGUAGES],
        "hows": [(how, entry_words(how)) for how in HOWS], "now": now,
    }  # fmt: skip
    return render(request, "homes/client.html", context)


@require_POST
@only_care
def keep(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Language, company, video call."""
    now, card = clock.now(), _card(request, client_id)
    language = request.POST.get("taal", "nl")
    try:
        changed = homes.keep_home(
            card.id, language=language if language in LANGUAGES else "xx", by=actor_of(request).name, now=now,
            lives_with=_said(request, "woont"), video_link=_said(request, "video"),
        )  # fmt: skip
    except HomeRefused:
        error = _("De link van het beeldbellen begint met https:// en heeft geen spaties. Houd de rest kort.")
        return _show(request, card, error=error, at="video")
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"home {' '.join(changed)}",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/thuis")


@require_POST
@only_care
def access(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """From now on one gets in like this; what was written before is not shown again."""
    now, card = clock.now(), _card(request, client_id)
    try:
        house_access.keep_access(
            client_id=card.id, how=request.POST.get("hoe", ""), words=_said(request, "woorden"),
            by=actor_of(request).name, now=now,
        )  # fmt: skip
    except AccessRefused:
        error = _("Kies hoe men binnenkomt, en schrijf waar de sleutel is of welke code de deur opent.")
        return _show(request, card, error=error, at="woorden")
    acted(
        request, Act.CHANGE, "house_access", [card.id], now, organisation_id=card.organisation_id,
        detail="replaced",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/thuis")


@require_POST
@only_care
def checked(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Somebody stood there and it holds."""
    now, card = clock.now(), _card(request, client_id)
    kept = homes_access.accesses_of([card.id]).get(card.id)
    if kept is None:
        raise Http404
    house_access.confirm_access(kept.id, by=actor_of(request).name, now=now)
    acted(
        request, Act.CHANGE, "house_access", [card.id], now, organisation_id=card.organisation_id,
        detail="checked",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/thuis")


@require_http_methods(["GET", "POST"])
@never_cache
@only_care
def visit(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """How one gets in, for who has this visit; shown on asking only, and logged, a refusal too."""
    now, actor = clock.now(), actor_of(request)
    if request.method != "POST":
        return render(request, "homes/visit.html", {"alert_id": alert_id})
    try:
        seen, words = house_access.show_for_visit(alert_id, actor, now)
    except AccessNotShown as refusal:
        acted(
            request, Act.REFUSED, "house_access", [], now, organisation_id=actor.organisation_id,
            detail=f"alert {alert_id}", outcome="refused",
        )  # fmt: skip
        return render(request, "homes/visit.html", {"alert_id": alert_id, "why": refusal.why})
    acted(
        request, Act.VIEW, "house_access", [seen.client_id], now, organisation_id=actor.organisation_id,
        detail=f"alert {alert_id}",
    )  # fmt: skip
    context = {"alert_id": alert_id, "words": words, "how": entry_words(seen.how), "access": seen}
    return render(request, "homes/visit.html", context)


def _said(request: ActingRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
