"""`/waarde/wat-als/<id>`: how far it is, what came out, both plans drawn, and whether the business case uses it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.case.toured import Offer, offers, use, used
from reik.value.tours.as_data import loads
from reik.value.tours.plan_csv import written
from reik.value.tours.rows import visits_of
from reik.value.tours.seen import WhatIfSeen, whatif_seen
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.value.asked import language
from reik.web.value.views import ROLES
from reik.web.whatif import shown
from reik.web.whatif.picture import legend, pictures
from reik.web.whatif.words import state_words, stopped_words

room = room_for(*ROLES)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest, id: UUID) -> HttpResponse:
    """By its state. `dag` chooses which day is drawn."""
    actor, now = actor_of(request), clock.now()
    found = whatif_seen(id, actor.organisation_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _used(request, found, now)
    viewed(request, f"whatif {id}", {found.organisation_id: [id]}, now, kind="whatif")
    if not found.outcome:
        page = {"found": found, "state": state_words(found.state), "why": stopped_words(found.refused)}
        return render(request, "whatif/busy.html", page)
    if request.headers.get("HX-Request") == "true":
        moved = HttpResponse()
        moved["HX-Refresh"] = "true"  # it is done: the page itself is another one now
        return moved
    return render(request, "whatif/result.html", _result(request, found))


def _result(request: ActingRequest, found: WhatIfSeen) -> dict[str, Any]:
    said = language()
    chosen = used(found.organisation_id)
    days = [_day_words(str(each["day"])) for each in found.rounds]
    at = request.GET.get("dag", "0")
    day = int(at) if at.isascii() and at.isdigit() and int(at) < len(days) else 0
    return {
        "found": found, "state": state_words(found.state), "rows": shown.told(shown.rows(found.outcome, said)),
        "heavy": shown.heavy_of(found.outcome, said),
        "changes": shown.changes(found.outcome), "freed": shown.freed_words(found.outcome, said),
        "choices": shown.choices_of(found, said), "sources": shown.sources_of(found.outcome),
        "travel_sources": found.outcome["travel_sources"],
        "alike": shown.alike(found.outcome), "loads": shown.loads_of(loads(found.rounds), said),
        "days": list(enumerate(days)), "day": day, "pictures": pictures(found.rounds[day], said) if days else [],
        "legend": legend(), "offers": [shown.offered(each, said) for each in _offers(found)],
        "is_used": chosen is not None and chosen.computed_id == found.computed_id,
        "used": chosen, "command": found.question.command("PLAN.csv"), "done": request.GET.get("klaar", ""),
        "nurses": len(loads(found.rounds)),
    }  # fmt: skip


def _day_words(name: str) -> str:
    """ "2026-10-05 Team Noord" as a person says it."""
    day, _space, team = name.partition(" ")
    try:
        said = date_format(date.fromisoformat(day), "l j F Y")
    except ValueError:
        return name
    return f"{said}, {team}" if team else said


def _offers(found: WhatIfSeen) -> list[Offer]:
    """Each with the planning it is from, and its days."""
    both = (found.question.first, found.question.last)
    days = " – ".join(dict.fromkeys(date_format(each, "j F Y") for each in both))
    source = _("eigen planning, %(file)s, %(days)s") % {"file": found.file, "days": days}
    date = (found.ended_at or found.created_at).date().isoformat()
    return offers(found.outcome, source, date, fewer=_("%(n)s bezoeken minder"))


def _used(request: ActingRequest, found: WhatIfSeen, now: datetime) -> HttpResponse:
    """Let the business case use it, or end that; what was used before stays to be read."""
    actor, act = actor_of(request), request.POST.get("act", "")
    if found.computed_id is None or act not in ("gebruik", "stop"):
        raise Http404
    use(
        actor.organisation_id,
        found.computed_id,
        _offers(found) if act == "gebruik" else [],
        by=actor.name,
        now=now,
    )
    acted(
        request, Act.CHANGE, "whatif", [found.id], now, organisation_id=actor.organisation_id,
        detail="used" if act == "gebruik" else "used no more",
    )  # fmt: skip
    return HttpResponseRedirect(f"/waarde/wat-als/{found.id}?klaar={act}#gebruik")


@room
@require_safe
@never_cache
def planning_file(request: ActingRequest, id: UUID) -> HttpResponse:
    """The visits of this question as `reik whatif` reads them: who computes them again gets the same figures."""
    actor, now = actor_of(request), clock.now()
    found = whatif_seen(id, actor.organisation_id)
    if found is None or not found.file_taken:
        raise Http404
    chosen = visits_of(found.file_id, found.organisation_id, found.question)
    viewed(
        request, f"whatif planning {id}", {found.organisation_id: [id]}, now, kind="whatif", act=Act.EXPORT
    )
    answer = HttpResponse(written(chosen.planned), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="PLAN.csv"'
    return answer
