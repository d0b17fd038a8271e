"""What an organisation agreed with who answers its alerts: open numbers, protocols, and codes of who leaves."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import protocols
from reik.alerting.causes import CAUSES
from reik.alerting.protocols import ProtocolRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people import homes_access, homes_numbers
from reik.people.homes_numbers import KINDS, NumberRefused
from reik.web.acting import ActingRequest
from reik.web.home_words import entry_words, number_kind_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import cause_words

PAGE = "bereikbaar"
OF_MOMENTS = ("not_out", "partly", "unknown", "withheld", "device_failure", "no_notice")
only_managers = room_for("team_manager", "nurse")


def _days() -> list[tuple[str, str]]:
    names = (_("ma"), _("di"), _("wo"), _("do"), _("vr"), _("za"), _("zo"), _("feestdag"))
    return list(zip((*"1234567", "h"), names, strict=True))


@require_safe
@never_cache
@only_managers
def page(request: ActingRequest) -> HttpResponse:
    """Everything on one page."""
    return _show(request)


def _show(request: ActingRequest, *, error: str = "", at: str = "") -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    who = None
    with suppress(ValueError):
        who = UUID(request.GET.get("wie", ""))
    known = homes_access.codes_known_by(who, [actor.organisation_id]) if who else []
    if known:
        viewed(request, PAGE, {actor.organisation_id: [each.client_id for each in known]}, now)
    days = dict(_days())
    numbers = [
        (each, number_kind_words(each.kind), [(days[day], *span) for day, span in sorted(each.hours.items())])
        for each in homes_numbers.numbers_of(actor.organisation_id)
    ]
    written = protocols.protocols_of(actor.organisation_id)
    context = {
        "numbers": numbers, "kinds": [(each, number_kind_words(each)) for each in KINDS], "days": _days(),
        "protocols": [(each, cause_words(each.cause) if each.cause else _("elke melding")) for each in written],
        "causes": [(each, cause_words(each)) for each in (*OF_MOMENTS, *sorted(CAUSES))],
        "people": homes_access.who_knows_codes(actor.organisation_id), "who": who,
        "known": [(each, entry_words(each.how)) for each in known], "error": error, "at": at,
        "given": request.POST, "asked": who is not None,
    }  # fmt: skip
    return render(request, "homes/organisation.html", context)


@require_POST
@only_managers
def add(request: ActingRequest) -> HttpResponse:
    """A number into the list. No day chosen: always."""
    now, actor = clock.now(), actor_of(request)
    span = (request.POST.get("van", ""), request.POST.get("tot", ""))
    try:
        homes_numbers.add_number(
            organisation_id=actor.organisation_id, kind=request.POST.get("soort", ""), now=now,
            name=request.POST.get("naam", "").replace("\x00", ""), phone=request.POST.get("nummer", ""),
            hours=dict.fromkeys(request.POST.getlist("dagen"), span),
        )  # fmt: skip
    except NumberRefused:
        error = _("Vul in wie opneemt, een heel nummer, en bij de gekozen dagen van wanneer tot wanneer.")
        return _show(request, error=error, at="nummer")
    return _done(request, "number added")


@require_POST
@only_managers
def end(request: ActingRequest, number_id: UUID) -> HttpResponse:
    with suppress(NumberRefused):
        homes_numbers.end_number(actor_of(request).organisation_id, number_id, clock.now())
    return _done(request, "number ended")


@require_POST
@only_managers
def protocol(request: ActingRequest) -> HttpResponse:
    """A new version: one step on each line. Empty: none for this cause from now on."""
    now, actor = clock.now(), actor_of(request)
    try:
        protocols.write_protocol(
            organisation_id=actor.organisation_id, cause=request.POST.get("oorzaak", "")[:40], by=actor.name, now=now,
            steps=request.POST.get("stappen", "").splitlines(),
        )  # fmt: skip
    except ProtocolRefused:
        error = _("Hooguit 12 stappen, elk op een eigen regel van hooguit 200 tekens.")
        return _show(request, error=error, at="stappen")
    return _done(request, "protocol written")


def _done(request: ActingRequest, what: str) -> HttpResponse:
    actor = actor_of(request)
    acted(
        request, Act.CHANGE, "organisation", [actor.organisation_id], clock.now(),
        organisation_id=actor.organisation_id, detail=what,
    )  # fmt: skip
    return HttpResponseRedirect(f"/{PAGE}")
