"""Who may open a screen: nobody goes to the door, another role finds nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from reik.alerting.claims.who import Who
from reik.kernel.tenancy import Actor
from reik.web import staying
from reik.web.acting import ActingRequest

Screen = Callable[..., HttpResponseBase]


def room_for(*roles: str) -> Callable[[Screen], Screen]:
    """For screens of these roles. A fragment asked for by a page whose session ended says so with 401."""

    def of(view: Screen) -> Screen:
        @functools.wraps(view)
        def asked(request: ActingRequest, *values: object, **named: object) -> HttpResponseBase:
            if request.actor is None:
                return to_the_door(request)
            if request.actor.role not in roles:
                raise Http404
            return view(request, *values, **named)

        return asked

    return of


def actor_of(request: ActingRequest) -> Actor:
    """The actor of a screen behind `room_for`."""
    assert request.actor is not None
    return request.actor


def who(actor: Actor) -> Who:
    """As whom alerts know her: by her account, with her name as it is now."""
    return Who(actor.account_id, actor.name)


def who_of_request(request: ActingRequest) -> Who:
    """Who asks for a screen behind `room_for`, as alerts know her."""
    return who(actor_of(request))


def to_the_door(request: ActingRequest) -> HttpResponseBase:
    """To logging in, and from there back to this page."""
    door = "/inloggen?" + urlencode({"next": request.get_full_path()})
    if "HX-Request" in request.headers:
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = "/inloggen?" + urlencode({"next": staying.page_of(request)})
        return answer
    return HttpResponseRedirect(door)
