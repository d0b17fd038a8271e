"""`/clienten/<id>/naasten`: who looks along; inviting, sending the link again, withdrawing, ending a part (R59)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.alerting.arrangements import trying
from reik.alerting.arrangements.responders import Responders, WayRefused, add_way, responders
from reik.alerting.arrangements.trying import TrySeen
from reik.alerting.operations import try_destination
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import PERSONAS
from reik.people import carers
from reik.people.carers import CarerRefused, CarerSeen, NewCarer
from reik.people.queries import ClientCard
from reik.web import staying
from reik.web.acting import ActingRequest
from reik.web.entrance.sure import sure_enough
from reik.web.entrance.welcome import picture
from reik.web.followup.reach import CHECKS, written
from reik.web.followup.words import channel_words, way_refused
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

ROLES = ("nurse", "team_manager")
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An invitation, shown once. `text` and `mail`: addresses that write the message on this device."""

    whose: str
    address: str
    qr: SafeString
    text: str
    mail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One informal carer; `ways`: how she is reached, with the newest test of each. `persona`: of a demo."""

    carer: CarerSeen
    ways: tuple[tuple[str, TrySeen | None], ...]
    persona: bool


@room_for(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """A POST invites somebody (`add`), makes a new link (`again`), withdraws one, or ends a part (`end`)."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    if request.method != "POST":
        viewed(request, f"carers {card.id}", {card.organisation_id: [card.id]}, now)
        return _page(request, card, now)
    act = request.POST.get("act", "")
    if act in ("add", "again") and not sure_enough(request):
        return staying.to_again(request, request.path)
    try:
        with transaction.atomic():
            link = _do(request, card, act, now)
    except CarerRefused as refusal:
        return _page(request, card, now, error=_refused(refusal), at=refusal.code)
    except WayRefused as refusal:
        at = "email" if refusal.code == "not_email" else "phone"
        return _page(request, card, now, error=way_refused(refusal.code, str(refusal)), at=at)
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"carer {act}",
    )  # fmt: skip
    return (
        _page(request, card, now, link=link) if link else HttpResponseRedirect(f"{request.path}?klaar={act}")
    )


def _do(request: ActingRequest, card: ClientCard, act: str, now: datetime) -> Link | None:
    """Carry it out; gives the link of an invitation. Raises CarerRefused and WayRefused."""
    by, post = actor_of(request).name, request.POST
    if act == "add":
        return _add(request, card, now)
    try:
        carer_id = UUID(post.get("carer", ""))
    except ValueError:
        raise Http404 from None
    if act == "again":
        who = next((each for each in carers.taking_part(card.id, now) if each.id == carer_id), None)
        token = carers.invite_again(carer_id, card.id, lost=bool(post.get("lost")), by=by, now=now)
        return _link(request, token, who.name if who else "", who.phone if who else "", "")
    if act == "withdraw":
        carers.withdraw_invitation(carer_id, card.id, now)
    elif act == "end":
        carers.end_part(carer_id, card.id, by=by, now=now)
    else:
        raise Http404
    return None


def _add(request: ActingRequest, card: ClientCard, now: datetime) -> Link:
    """A new informal carer, with a test message to the number and the address that were typed (R57)."""
    post, by = request.POST, actor_of(request).name
    phone, email = _typed(request, "phone"), _typed(request, "email")
    if not phone and not email:
        raise CarerRefused("Give a number or an e-mail address.", "reach")
    new = NewCarer(
        name=_typed(request, "name"), relation=_typed(request, "relation"), phone=phone,
        consented=bool(post.get("consent")),
    )  # fmt: skip
    carer_id, token = carers.invite_carer(
        organisation_id=card.organisation_id, client_id=card.id, new=new, by=by, now=now
    )
    for channel, to in (("sms", phone), ("email", email)):
        if to:
            _reach(card, carer_id, channel, to, by, now)
    return _link(request, token, new.name, phone, email)


def _reach(card: ClientCard, carer_id: UUID, channel: str, to: str, by: str, now: datetime) -> None:
    """A way to call her, tried at once. Where the organisation sends no texts, her number stays on her card."""
    try:
        way = add_way(
            carer_id=carer_id, client_id=card.id, channel=channel, to=written(channel, to), by=by, now=now,
            check=CHECKS[channel],
        )  # fmt: skip
    except WayRefused as refusal:
        if refusal.code != "no_gateway" or channel != "sms":
            raise
    else:
        try_destination(organisation_id=card.organisation_id, destination_id=way, by=by, now=now)


def _link(request: ActingRequest, token: str, whose: str, phone: str, email: str) -> Link:
    address = f"{request.scheme}://{request.get_host()}/welkom/{token}"
    said = _("U bent uitgenodigd voor Reik. Kies hier hoe u inlogt: %(link)s (werkt één keer, 72 uur).") % {
        "link": address
    }
    number = written("sms", phone) if phone else ""
    return Link(
        whose=whose, address=address, qr=picture(address),
        text=f"sms:{number}?&body={quote(said)}" if number else "",
        mail=f"mailto:{quote(email)}?subject={quote(_('Uitnodiging voor Reik'))}&body={quote(said)}" if email else "",
    )  # fmt: skip


def _page(
    request: ActingRequest,
    card: ClientCard,
    now: datetime,
    *,
    error: str = "",
    at: str = "",
    link: Link | None = None,
) -> HttpResponse:
    rows = _rows(carers.taking_part(card.id, now), responders(card.organisation_id, card.id))
    told = {
        "card": card, "rows": rows, "error": error, "at": at, "link": link, "address": request.path,
        "typed": request.POST if error else {}, "said": request.GET.get("klaar", ""), "sure": sure_enough(request),
        "again": f"{staying.AGAIN}?next={quote(request.path)}",
        "waiting": any(test and test.state == "waiting" for row in rows for _how, test in row.ways),
    }  # fmt: skip
    name = "carers/_list.html" if "HX-Request" in request.headers else "carers/page.html"
    return render(request, name, told, status=422 if error else 200)


def _rows(found: list[CarerSeen], reached: Responders) -> list[Row]:
    ways = {each.id: each.ways for each in reached.carers}
    tests = trying.tries_of([way.destination_id for each in reached.carers for way in each.ways])
    return [
        Row(
            carer=each, persona=bool(each.account and each.account.username.startswith(PERSONAS)),
            ways=tuple(
                (f"{channel_words(way.channel)} {way.shown}".strip(), tests.get(way.destination_id))
                for way in ways.get(each.id, ())
            ),
        )
        for each in found
    ]  # fmt: skip


def _typed(request: ActingRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[: MOST + 1]


def _refused(refusal: CarerRefused) -> str:
    return {
        "name": _("Vul de naam in."),
        "relation": _("Vul in wie deze naaste is, bijvoorbeeld dochter of buurman."),
        "phone": _("Dit is geen heel telefoonnummer. Schrijf het als 06 12345678 of +31 6 12345678."),
        "reach": _("Vul een telefoonnummer of een e-mailadres in."),
        "consent": _("Vraag het eerst aan de cliënt. Zonder toestemming kijkt niemand mee."),
        "twice": _("Deze naaste doet al mee. Stuur in de lijst een nieuwe uitnodiging."),
        "gone": _("Deze naaste doet niet meer mee. Kijk opnieuw in de lijst."),
        "closed": _("Dit account is gesloten. Beëindig het meekijken en nodig opnieuw uit."),
        "has_ways": _("Deze naaste kan al inloggen. Vink aan dat het kwijt is, als dat zo is."),
    }.get(refusal.code, str(refusal))
