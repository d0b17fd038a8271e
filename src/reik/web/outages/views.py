"""`/storing`: the outages; one of them with its lines, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.alerting.outages import outages_seen
from reik.alerting.outages.sharing import HOW
from reik.kernel import clock
from reik.web.acting import ActingRequest
from reik.web.outages import banner as banner  # its tag is known to the templates from here on
from reik.web.outages.reading import (
    ROLES,
    by_organisation,
    find,
    networks,
    owners_of,
    rows_of,
    shown,
    takers,
    ticks_of,
    visible,
)
from reik.web.outages.words import choices, found_words, how_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed

NEXT, ENDED = 25, 25
room = room_for(*ROLES)


@room
@require_safe
@never_cache
def every(request: ActingRequest) -> HttpResponse:
    """`/storing`: what is going on, and what was lately. The only one that goes on opens at once."""
    now, actor = clock.now(), actor_of(request)
    going_on = outages_seen.open_outages(visible(actor))
    if len(going_on) == 1 and "alle" not in request.GET:
        return HttpResponseRedirect(f"/storing/{going_on[0].id}")
    page = {
        "open": [shown(each) for each in going_on],
        "lately": [shown(each) for each in outages_seen.outages_lately(visible(actor), now)],
        "now": now,
        "networks": networks(actor),
        "cut": request.GET.get("demo", ""),
    }
    return render(request, "outages/every.html", page)


@room
@require_safe
@never_cache
def one(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """`/storing/<id>`: one's own lines to tick off, who has the rest, and what nobody has yet."""
    now, actor = clock.now(), actor_of(request)
    seen, whom = find(actor, outage_id), visible(actor)
    mine = rows_of(actor, outages_seen.lines_of_person(seen.id, actor.account_id, whom))
    said = ticks_of(actor, outages_seen.ticks_of(seen.id, actor.account_id, whom, now))
    free = rows_of(actor, outages_seen.open_lines(seen.id, whom, unowned=True, most=NEXT))
    ended = rows_of(actor, outages_seen.ended_lines(seen.id, whom, ENDED))
    viewed(request, f"outage {seen.id}", by_organisation(mine, free, ended, [each.row for each in said]), now)
    page = {
        **shown(seen), "said": said, "mine": mine, "free": free, "ended": ended, "now": now, "hows": HOW,
        "owners": owners_of(seen.id, whom), "choices": choices(), "address": f"/storing/{seen.id}",
        "takers": takers(actor, now),
        "networks": networks(actor), "error": request.GET.get("fout", ""), "done": request.GET.get("klaar", ""),
    }  # fmt: skip
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "outages/standing.html" if fragment else "outages/one.html", page)


@room
@require_safe
@never_cache
def report(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """`/storing/<id>/verslag`: how long, how many lines, what became of them, who was told."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    made = outages_seen.report(seen.id, visible(actor), actor.organisations)
    page = {
        **shown(seen), "report": made, "now": now,
        "outcomes": [(found_words(outcome), how_words(how), n) for outcome, how, n in made.outcomes],
    }  # fmt: skip
    return render(request, "outages/report.html", page)
