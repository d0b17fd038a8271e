"""Who may open the pages about logging in: who is logged in herself, and for changes lately showed who she is."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import JsonResponse
from django.http.response import HttpResponseBase

from reik.kernel import clock
from reik.web import staying
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.rooms import Screen, to_the_door


def hers(view: Screen) -> Screen:
    """For who is logged in herself, whatever her role: not for a token, which has no ways in of its own."""

    @functools.wraps(view)
    def asked(request: ActingRequest, *values: object, **named: object) -> HttpResponseBase:
        if request.actor is None or not request.user.is_authenticated:
            return to_the_door(request)
        return view(request, *values, **named)

    return asked


def sure_enough(request: ActingRequest) -> bool:
    """Whether she showed lately who she is. A demo's people have nothing to show: there everybody may."""
    return staying.is_sure(request.session, clock.now()) or (is_demo() and not staying.asks(request.session))


def sure(page: str) -> Callable[[Screen], Screen]:
    """For changes: within a quarter of an hour after she showed who she is; else she does so, and is back on `page`."""

    def of(view: Screen) -> Screen:
        @functools.wraps(view)
        def asked(request: ActingRequest, *values: object, **named: object) -> HttpResponseBase:
            if sure_enough(request):
                return view(request, *values, **named)
            if request.headers.get("Content-Type", "").startswith("application/json"):
                return JsonResponse({"go": f"{staying.AGAIN}?next={page}"}, status=403)
            return staying.to_again(request, page)

        return hers(asked)

    return of
