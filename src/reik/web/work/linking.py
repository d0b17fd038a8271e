"""Whose message is this? A person links it to a client, or refuses it with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reik.interop.fhir.outcome import Refused
from reik.interop.fhir.store import operations
from reik.interop.fhir.store.operations import NothingToLink
from reik.interop.fhir.store.queries import ToBeLinked
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.matching import NotThisClient
from reik.people.queries import ClientCard, cards, search
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.path import may_type
from reik.web.work.whose import EVERYONE, client_of
from reik.web.work.words import unsure_words
from reik.web.work.worklist import to_link_of

MOST = 12


@require_safe
@room_for(*EVERYONE)
def link(request: ActingRequest, to_link_id: UUID) -> HttpResponse:
    """`/koppelen/<uuid>`: who could it be?"""
    return _page(request, to_link_of(actor_of(request), to_link_id), clock.now())


def _page(
    request: ActingRequest, one: ToBeLinked, now: datetime, *, error: str = "", because: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    asked = (request.GET.get("q") or request.POST.get("q") or "").strip()[:100]
    found = _candidates(actor, one, asked)
    viewed(
        request,
        f"to link {one.id}",
        {one.organisation_id: [one.id, *(each.id for each in found)]},
        now,
        kind="to link",
    )
    values = {
        "one": one, "why": unsure_words(one.reason), "found": found, "q": asked, "error": error, "because": because,
        "chosen": request.POST.get("client", ""), "may_type": may_type(actor),
    }  # fmt: skip
    return render(request, "work/link.html", values, status=422 if error else 200)


def _candidates(actor: Actor, one: ToBeLinked, asked: str) -> list[ClientCard]:
    """Those with the same birth date first, then those whose name is asked for (else the message's last word)."""
    of_house = [each for each in cards(actor).values() if each.organisation_id == one.organisation_id]
    same_day = (
        [] if asked else [each for each in of_house if one.birth_date and each.birth_date == one.birth_date]
    )
    words = asked or (one.name.split() or [""])[-1]
    named = (
        [each for each in search(actor, words) if each.organisation_id == one.organisation_id]
        if words
        else []
    )
    return list({each.id: each for each in [*same_day, *named]}.values())[:MOST]


@require_POST
@room_for(*EVERYONE)
def decide(request: ActingRequest, to_link_id: UUID, what: str) -> HttpResponse:
    """koppel or weiger."""
    if what not in ("koppel", "weiger"):
        raise Http404
    actor, now = actor_of(request), clock.now()
    one = to_link_of(actor, to_link_id)
    because = request.POST.get("because", "").strip()[:1000]
    try:
        if what == "weiger":
            if not because:
                return _page(
                    request, one, now, error=_("Schrijf op waarom dit bericht niet van een cliënt van u is.")
                )
            operations.refuse_link(actor, to_link_id=one.id, reason=because, now=now)
            return HttpResponseRedirect("/werklijst")
        return _link(request, actor, one, now)
    except NothingToLink:
        return HttpResponseRedirect("/werklijst")


def _link(request: ActingRequest, actor: Actor, one: ToBeLinked, now: datetime) -> HttpResponse:
    try:
        client_id = UUID(request.POST.get("client", ""))
    except ValueError:
        return _page(request, one, now, error=_("Kies een cliënt."))
    card = client_of(actor, client_id)
    try:
        with transaction.atomic():
            operations.link(actor, to_link_id=one.id, client_id=client_id, now=now)
    except (NotThisClient, Refused) as refused:
        acted(
            request, Act.REFUSED, "to link", [one.id, client_id], now, organisation_id=card.organisation_id,
            detail="link", outcome="refused",
        )  # fmt: skip
        return _page(request, one, now, error=refusal_words(refused))
    return HttpResponseRedirect(f"/clienten/{client_id}/werk")


def refusal_words(refused: NotThisClient | Refused) -> str:
    """Why it was not linked, and what to do. Nothing was changed: the message waits as before."""
    said = str(refused)
    if isinstance(refused, Refused):
        if "is of another client" in said:
            return _(
                "De indicatie in dit bericht staat in Reik al bij een andere cliënt. Kies die cliënt. Is het toch"
                " deze cliënt? Weiger dan het bericht en vraag de afzender om een nieuw bericht met het juiste nummer."
            )
        return _(
            "De indicatie in dit bericht past niet bij het zorgpad van deze cliënt. Kies een andere cliënt, of weiger"
            " het bericht en bel de afzender."
        )
    if said.startswith("The message carries"):
        return _("Het bericht draagt een nummer van een andere cliënt: kies die, of weiger het bericht.")
    if said.startswith("This client has another BSN"):
        return _("Deze cliënt heeft een ander BSN: kies een andere cliënt, of weiger het bericht.")
    if said.startswith("This client is not"):
        return _("Deze cliënt staat niet in de dossiers van deze organisatie: kies een andere.")
    return said
