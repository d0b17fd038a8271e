"""`/werklijst/dispensers`: to which network, supplier and region dispensers belong, as one list in and out (N4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.dispensing.devices import shares_list
from reik.dispensing.devices.shares_list import NO_DEVICE, TOO_LONG, TWICE, UNKNOWN, ListRefused, Looked
from reik.interop.print.tables import csv_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.times.lists import decoded
from reik.people.queries import visible_to
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.whose import TEAM

ADDRESS = "/werklijst/dispensers"
SHOWN = 200
"""So many changes are drawn; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a list would do. `text` goes along to the yes."""

    text: str
    looked: Looked
    refused: list[tuple[int, str]]


@require_http_methods(["GET", "POST"])
@room_for(*TEAM)
@never_cache
def dispensers(request: ActingRequest) -> HttpResponse:
    """A file is shown first, with what it refuses; only on a yes the rest is written."""
    actor, now = actor_of(request), clock.now()
    if request.method != "POST":
        return _page(request, actor)
    try:
        text = _text(request)
        if "ja" in request.POST:
            return _write(request, actor, text, now)
        looked = shares_list.look(shares_list.read(text), actor.organisation_id, _whom(actor))
    except ListRefused as why:
        return _page(request, actor, error=_refused(why.code))
    refused = [(number, _why(looked.refused[number])) for number in sorted(looked.refused)]
    return _page(request, actor, preview=Preview(text=text, looked=looked, refused=refused))


@require_safe
@room_for(*TEAM)
@never_cache
def export(request: ActingRequest) -> HttpResponse:
    """The list as it is now, in the form in which it is read in."""
    actor, now = actor_of(request), clock.now()
    rows = shares_list.listed(actor.organisation_id, _whom(actor))
    acted(
        request, Act.EXPORT, "dispenser", [each[0] for each in rows], now, organisation_id=actor.organisation_id,
        detail="network, supplier, region",
    )  # fmt: skip
    body = csv_of(
        shares_list.HEADER,
        [[device, shares.network, shares.supplier, shares.region] for _, device, shares in rows],
    )
    answer = HttpResponse("\ufeff" + body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="dispensers.csv"'
    return answer


def _whom(actor: Actor) -> list[UUID]:
    return list(visible_to(actor).values_list("id", flat=True))


def _text(request: ActingRequest) -> str:
    """The file, or on a yes the text that was shown. Raises ListRefused."""
    if "ja" in request.POST:
        return request.POST.get("tekst", "")[: shares_list.MOST_BYTES]
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise ListRefused("file", "Choose a file.")
    if file.size > shares_list.MOST_BYTES:
        raise ListRefused("big", "The file is larger than 500 kB: split the list.")
    return decoded(file.read()).replace("\x00", "")


def _write(request: ActingRequest, actor: Actor, text: str, now: datetime) -> HttpResponse:
    done = shares_list.take(shares_list.read(text), actor.organisation_id, _whom(actor))
    ids = [each.dispenser_id for each in done.changes]
    if ids:
        acted(
            request, Act.CHANGE, "dispenser", ids, now, organisation_id=actor.organisation_id,
            detail="network, supplier, region (list)",
        )  # fmt: skip
    return HttpResponseRedirect(f"{ADDRESS}?klaar={len(ids)}")


def _page(
    request: ActingRequest, actor: Actor, *, preview: Preview | None = None, error: str = ""
) -> HttpResponse:
    rows = shares_list.listed(actor.organisation_id, _whom(actor))
    done = request.GET.get("klaar", "")
    values = {
        "preview": preview, "error": error, "count": len(rows), "address": ADDRESS,
        "empty": sum(1 for *_ids, each in rows if not (each.network and each.supplier and each.region)),
        "changes": preview.looked.changes[:SHOWN] if preview else [], "shown": SHOWN,
        "done": int(done) if done.isdecimal() and len(done) < 6 else None,
        "example": "dispenser;netwerk;leverancier;regio\nREIK-0001;netwerk A;Voorbeeld Dispensers;postcode 75\n",
    }  # fmt: skip
    return render(request, "work/belongs.html", values, status=422 if error else 200)


def _refused(code: str) -> str:
    return {
        "file": _("Kies een bestand."),
        "big": _("Dit bestand is groter dan 500 kB: splits de lijst."),
        "csv": _("Dit bestand is geen CSV: bewaar de lijst als CSV en kies haar opnieuw."),
        "columns": _("De eerste regel noemt de kolommen: dispenser, en netwerk, leverancier of regio."),
        "nothing": _("Er staat geen regel onder de namen van de kolommen."),
    }[code]


def _why(code: str) -> str:
    return {
        NO_DEVICE: _("de naam van de dispenser ontbreekt."),
        UNKNOWN: _("deze dispenser is niet bekend, of niet bij cliënten van u."),
        TWICE: _("deze dispenser stond al eerder in de lijst."),
        TOO_LONG: _("schrijf netwerk, leverancier en regio elk in ten hoogste 60 letters."),
    }[code]
