"""`/clienten/<id>/financiering`: who pays for her care; `/financiering/lijst`: a whole list, with a preview."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.times.lists import MOST_BYTES, decoded
from reik.medication.times.schedule import local_day
from reik.pathway.selection.indication_list import MOST_LINES, ListRefused
from reik.people.queries import ClientCard, cards
from reik.value.declaring import funding_list
from reik.value.declaring.keeping import CSV, FundingRefused, NewFunding, fund, funding_of, insurers_of
from reik.value.declaring.rules import LAWS
from reik.web.acting import ActingRequest
from reik.web.declaring.shown import MANAGES
from reik.web.declaring.words import funding_refused, law_words, source_words
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.clients import date_of

room = room_for(*MANAGES)


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:200]


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """All that was written down; the newest that has begun counts."""
    now, actor = clock.now(), actor_of(request)
    card = cards(actor, [client_id]).get(client_id)
    if card is None or card.organisation_id != actor.organisation_id:
        raise Http404
    if request.method != "POST":
        viewed(request, f"funding {client_id}", {card.organisation_id: [client_id]}, now)
        return _shown(request, card, now)
    try:
        made = fund([_typed(request, client_id)], by=actor.name, now=now)
    except FundingRefused as refused:
        return _shown(request, card, now, error=funding_refused(refused.code), field=refused.code)
    if made:
        acted(
            request,
            Act.CREATE,
            "client_funding",
            [*made, client_id],
            now,
            organisation_id=card.organisation_id,
        )
    return HttpResponseRedirect(f"/clienten/{client_id}/financiering?klaar={'ja' if made else 'zelfde'}")


def _typed(request: ActingRequest, client_id: UUID) -> NewFunding:
    post = request.POST
    since, last = date_of(post.get("vanaf", "")), post.get("tot", "").strip()
    until = date_of(last) if last else None
    if since is None or (last and until is None):
        raise FundingRefused("day", "Write a day as 31-12-2026.")
    return NewFunding(
        client_id=client_id, insurer=_plain(post.get("verzekeraar", "")), law=post.get("wet", ""), since=since,
        until=until, also_paid_by=_plain(post.get("ook", "")),
    )  # fmt: skip


def _shown(
    request: ActingRequest, card: ClientCard, now: datetime, *, error: str = "", field: str = ""
) -> HttpResponse:
    rows = funding_of(card.id)
    today = local_day(now, ZONE)
    counts = next((each for each in rows if each.since <= today), None)
    seen = {
        "card": card, "rows": [(each, law_words(each.law), source_words(each.source)) for each in rows],
        "counts": counts, "over": bool(counts and counts.until and counts.until < today), "today": today,
        "insurers": insurers_of(card.organisation_id), "laws": [(each, law_words(each)) for each in LAWS],
        "typed": request.POST, "error": error, "field": field, "done": request.GET.get("klaar", ""),
    }  # fmt: skip
    return render(request, "declaring/funding.html", seen, status=422 if error else 200)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_list(request: ActingRequest) -> HttpResponse:
    """A file is read and shown line by line; nothing is kept until it is confirmed."""
    now = clock.now()
    seen: dict[str, Any] = {"example": funding_list.EXAMPLE}
    if request.method == "POST" and request.POST.get("act") == "keep":
        seen |= _kept(request, now)
    elif request.method == "POST":
        seen |= _read(request, now)
    return render(request, "declaring/funding_list.html", seen, status=422 if "error" in seen else 200)


def _read(request: ActingRequest, now: datetime) -> dict[str, Any]:
    actor, file = actor_of(request), request.FILES.get("file")
    if file is None or not file.size:
        return {"error": _("Kies een bestand.")}
    if file.size > MOST_BYTES:
        return {"error": _("Dit bestand is groter dan 5 MB: splits de lijst.")}
    known = cards(actor)
    try:
        lines = funding_list.read(
            decoded(file.read()), actor.organisation_id, list(known), local_day(now, ZONE)
        )
    except ListRefused:
        return {
            "error": _(
                "De eerste regel noemt de kolommen: bsn (of naam en geboortedatum), verzekeraar, wet, vanaf."
            )
        }
    good = [(known[each.funding.client_id], each.funding) for each in lines if each.funding]
    viewed(request, "funding list", {actor.organisation_id: [card.id for card, _new in good]}, now)
    return {
        "read": True, "good": [(card, new, law_words(new.law), _packed(new)) for card, new in good],
        "refused": [(each.number, funding_refused(each.refused)) for each in lines if not each.funding],
    }  # fmt: skip


def _packed(new: NewFunding) -> str:
    """A line in a field of the preview: without a name, and without a BSN."""
    return "|".join(
        [str(new.client_id), new.law, str(new.since), str(new.until or ""),
         new.insurer.replace("|", "/"), new.also_paid_by.replace("|", "/")]
    )  # fmt: skip


def _unpacked(text: str, known: dict[UUID, ClientCard]) -> NewFunding | None:
    cells = text.split("|")
    client = next((id for id in known if str(id) == cells[0]), None)
    since: date | None = date_of(cells[2]) if len(cells) == 6 else None
    if client is None or since is None:
        return None
    return NewFunding(
        client_id=client, law=cells[1], since=since, until=date_of(cells[3]) if cells[3] else None,
        insurer=_plain(cells[4]), also_paid_by=_plain(cells[5]),
    )  # fmt: skip


def _kept(request: ActingRequest, now: datetime) -> dict[str, Any]:
    actor = actor_of(request)
    known = cards(actor)
    new = [each for text in request.POST.getlist("regel")[:MOST_LINES] if (each := _unpacked(text, known))]
    new = list({each.client_id: each for each in new}.values())
    try:
        made = fund(new, by=actor.name, now=now, source=CSV)
    except FundingRefused as refused:
        return {"error": funding_refused(refused.code)}
    if made:
        ids = [*made, *(each.client_id for each in new)]
        acted(
            request,
            Act.CREATE,
            "client_funding",
            ids,
            now,
            organisation_id=actor.organisation_id,
            detail="list",
        )
    return {"kept": len(made), "same": len(new) - len(made)}
