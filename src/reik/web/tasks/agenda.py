"""`/werklijst/agenda`: one's own tasks in a calendar; `/taken/<token>.ics` is what the calendar reads."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import acting_for
from reik.pathway.lists import task_feed
from reik.people.rosters.calendars import actor_of_token
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.task_links import TEAM

TOKEN_MOST = 100


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def agenda(request: ActingRequest) -> HttpResponse:
    """A new address (told once), or none any more."""
    actor, now, address = actor_of(request), clock.now(), ""
    if request.method == "POST":
        made = request.POST.get("act") == "maak"
        if made:
            token = task_feed.open_feed(actor.account_id, actor.organisation_id, now)
            address = request.build_absolute_uri(f"/taken/{token}.ics")
        else:
            task_feed.end_feed(actor.account_id, now)
        acted(
            request, Act.EXPORT if made else Act.CHANGE, "task feed", [actor.account_id], now,
            organisation_id=actor.organisation_id, detail="opened" if made else "ended",
        )  # fmt: skip
        if not made:
            return HttpResponseRedirect("/werklijst/agenda")
    page = {"since": task_feed.feed_since(actor.account_id), "feed": address}
    return render(request, "tasks/agenda.html", page)


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Due tasks of one person, for who knows the token; it opens nothing else. An address that ended is not there."""
    actor = actor_of_token(token) if len(token) <= TOKEN_MOST else None
    if actor is None:
        raise Http404
    door = request.build_absolute_uri("/werklijst/taken?lijst=mijn#t-")
    with acting_for(actor):
        text = task_feed.feed(
            token, clock.now(), title=_("Reik: mijn taken"), word=_("Taak %(who)s"), door=door
        )
    if text is None:
        raise Http404
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="taken.ics"'
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
