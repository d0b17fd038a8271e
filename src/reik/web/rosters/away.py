"""`/naaste/zelf-weg`: an informal carer says when she herself is not called (R45)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.absence import AbsenceRefused, away_of, carers_by, take_back_away, tell_away
from reik.people.queries import cards
from reik.people.rosters.refusals import RosterRefused
from reik.web.acting import ActingRequest
from reik.web.carer.names import called, dialled
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.rosters.forms import instant_of
from reik.web.rosters.instead import instead_of
from reik.web.rosters.words import span_words
from reik.web.seen import acted


@room_for("informal_carer")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own(request: ActingRequest) -> HttpResponse:
    """Holds for all for whom she cares: she is away, not a client."""
    now, actor = clock.now(), actor_of(request)
    carers = carers_by(actor.account_id)
    if not carers:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            _act(request, carers, now)
        except (AbsenceRefused, RosterRefused) as refusal:
            error = _words(refusal.code)
        else:
            acted(
                request, Act.CHANGE, "carer", carers, now, organisation_id=actor.organisation_id,
                detail="own absence",
            )  # fmt: skip
            return HttpResponseRedirect(request.get_full_path())
    return _page(request, carers, now, error)


def _act(request: ActingRequest, carers: Sequence[UUID], now: datetime) -> None:
    post = request.POST
    if post.get("act") == "back":
        for each in away_of(carers, now):
            if f"{each.starts_at.isoformat()} {each.ends_at.isoformat()}" == post.get("which"):
                take_back_away(each.id, carers, now)
        return
    starts_at, ends_at = (instant_of(post.get(name, ""), ZONE) for name in ("starts_at", "ends_at"))
    for carer in carers:
        tell_away(carer_id=carer, starts_at=starts_at, ends_at=ends_at, by=actor_of(request).name, now=now)


def _page(request: ActingRequest, carers: Sequence[UUID], now: datetime, error: str) -> HttpResponse:
    mine = cards(actor_of(request))
    wanted = request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    spans = {(each.starts_at, each.ends_at) for each in away_of(carers, now)}
    away = [
        (span_words(*each, ZONE), f"{each[0].isoformat()} {each[1].isoformat()}") for each in sorted(spans)
    ]
    page = {
        "card": card, "called": called(card), "others": [], "phone": dialled(card.phone), "tab": "", "error": error,
        "away": away, "typed": request.POST, "local_now": now.astimezone(ZONE).strftime("%Y-%m-%dT%H:00"),
        "address": request.get_full_path(), "instead": instead_of(carers, actor_of(request).name, list(mine.values())),
    }  # fmt: skip
    return render(request, "rosters/away.html", page, status=422 if error else 200)


def _words(code: str) -> str:
    return {
        "ends_before": _("Het einde ligt voor het begin."),
        "past": _("Deze uren zijn voorbij."),
        "too_long": _("Dit duurt langer dan drie maanden. Overleg met het wijkteam."),
        "time": _("Vul een datum en een tijd in."),
    }.get(code, _("Dit kan nu niet. Bel het wijkteam."))
