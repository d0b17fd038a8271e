"""`/leveranciers`: who delivers dispensers to this organisation, and how an order gets there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.enrolment import suppliers
from reik.pathway.enrolment.ordering import CHANNELS, FIELDS
from reik.pathway.enrolment.suppliers import NewSupplier, SupplierRefused
from reik.web.acting import ActingRequest
from reik.web.enrolment.words import channel_words, done_words, refusal_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted

ZONE = ZoneInfo("Europe/Amsterdam")
only_manager = room_for("team_manager")
LONGEST = 4000


class _Line(ValueError):
    """A line of the mapping that is none."""


@require_http_methods(["GET", "POST"])
@never_cache
@only_manager
def page(request: ActingRequest) -> HttpResponse:
    """The list, and a form for one more."""
    if request.method != "POST":
        return _show(request)
    actor, now = actor_of(request), clock.now()
    try:
        new = _typed(request)
        id, secret = suppliers.add_supplier(
            organisation_id=actor.organisation_id, new=new, by=actor.name, now=now, today=now.astimezone(ZONE).date()
        )  # fmt: skip
    except _Line:
        return _show(request, error="mapping_line", status=422)
    except SupplierRefused as refused:
        code = {"name": "supplier_name"}.get(refused.code, refused.code)
        return _show(request, error=code, status=422)
    acted(
        request, Act.CHANGE, "supplier", [id], now, organisation_id=actor.organisation_id, detail=f"added {new.channel}"
    )  # fmt: skip
    if secret:
        return _show(request, secret=secret, done="supplier")
    return HttpResponseRedirect("/leveranciers?klaar=supplier")


def _typed(request: ActingRequest) -> NewSupplier:
    def said(name: str) -> str:
        return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]

    agreed_on = None
    with suppress(ValueError):
        agreed_on = date.fromisoformat(said("agreed_on"))
    days = said("lead_days")
    return NewSupplier(
        name=said("name"), types=[each.strip() for each in said("types").splitlines() if each.strip()],
        channel=said("channel"), phone=said("phone"), agreed_on=agreed_on,
        lead_days=int(days[:4]) if days.isdecimal() else 0, email=said("email"), url=said("url"),
        mapping=_lines(said("mapping")),
    )  # fmt: skip


def _lines(text: str) -> dict[str, str]:
    """ "order = reference" on each line; raises _Line."""
    made: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip():
            ours, equals, theirs = line.partition("=")
            if not equals or ours.strip() in made:
                raise _Line
            made[ours.strip()] = theirs.strip()
    return made


@require_POST
@only_manager
def end(request: ActingRequest, supplier_id: UUID) -> HttpResponse:
    """Nothing more is ordered there."""
    actor, now = actor_of(request), clock.now()
    try:
        suppliers.end_supplier(actor.organisation_id, supplier_id, now)
    except SupplierRefused:
        return _show(request, error="gone", status=422)
    acted(
        request,
        Act.CHANGE,
        "supplier",
        [supplier_id],
        now,
        organisation_id=actor.organisation_id,
        detail="ended",
    )
    return HttpResponseRedirect("/leveranciers?klaar=ended")


def _show(
    request: ActingRequest, *, error: str = "", secret: str = "", done: str = "", status: int = 200
) -> HttpResponse:
    known = suppliers.suppliers_of(actor_of(request).organisation_id)
    context = {
        "suppliers": [(each, channel_words(each.channel)) for each in known], "secret": secret,
        "error": refusal_words(error) if error else "", "typed": {} if secret else request.POST,
        "channels": [(each, channel_words(each)) for each in CHANNELS], "fields": FIELDS,
        "done": done_words(done or request.GET.get("klaar", "")),
    }  # fmt: skip
    response = render(request, "enrolment/suppliers.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
