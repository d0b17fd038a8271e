"""`/rooster/<token>.ics`: a roster as other calendars read it. Who knows the token may; it opens nothing else."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.kernel.tenancy import acting_for
from reik.people.rosters import calendars

TOKEN_MOST = 100


@never_cache
@require_safe
def calendar(_request: HttpRequest, token: str) -> HttpResponse:
    """The turns of three months, without anything of a client. An address that ended is not there."""
    actor = calendars.actor_of_token(token) if len(token) <= TOKEN_MOST else None
    if actor is None:
        raise Http404
    with acting_for(actor):
        text = calendars.feed(token, clock.now())
    if text is None:
        raise Http404
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="rooster.ics"'
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
