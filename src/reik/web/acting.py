"""Who is asking: a bearer token or a logged-in account becomes an actor, and the view runs in its transaction."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from reik.kernel import clock
from reik.kernel.tenancy import Actor, NoActor, acting_for
from reik.people.access import actor_for, actor_for_token
from reik.web import staying

View = Callable[..., HttpResponseBase]
DEVICE_DOOR = "/device/"
BY_TOKEN = "token"  # noqa: S105
"""The session of an actor that came with a token: it has none."""


class ActingRequest(HttpRequest):
    """A request as views get it: with its actor, or None when nobody is logged in."""

    actor: Actor | None


class ActingMiddleware:
    """Sets `request.actor`, and runs the view inside `acting_for`: one transaction, rolled back when it raises.

    Without an actor the view runs outside of any, and row-level security shows it nothing. An asynchronous
    view gets its actor and no transaction: it has to hand its database work to a thread of its own. So does a
    view that sees to its own transactions (`own_transactions`).
    """

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: ActingRequest) -> HttpResponseBase:
        request.actor = actor_of_request(request)
        if (
            (actor := request.actor) is not None
            and actor.session != BY_TOKEN
            and staying.counts(request, actor.role)
        ):
            staying.note_seen(request.session, clock.now())
        return self._get_response(request)

    def process_view(
        self, request: ActingRequest, view: View, values: tuple[object, ...], named: dict[str, object]
    ) -> HttpResponseBase | None:
        if request.actor is None:
            return None
        if request.actor.session != BY_TOKEN:
            asked = staying.ask_again(request, request.actor.role, clock.now())
            if asked is not None:
                return asked
        if iscoroutinefunction(view) or getattr(view, "own_transactions", False):
            return None
        with acting_for(request.actor):
            response = view(request, *values, **named)
            if isinstance(response, SimpleTemplateResponse):
                response.render()  # while its rows may still be read
            return response


def actor_of_request(request: HttpRequest) -> Actor | None:
    """A token goes before a session; one that is not valid leaves the request without an actor."""
    if request.path.startswith(DEVICE_DOOR):
        return None  # its bearer is a device's password, which is nobody's token
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() == "bearer":
            actor = actor_for_token(token.strip(), clock.now())
            # A browser never adds this header by itself, so no other site can have sent this request.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
            return actor
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            key = request.session.session_key or ""
            now, digest = clock.now(), hashlib.sha256(key.encode()).hexdigest()[:16]
            actor = actor_for(request.user.pk, now, session=digest)
            return actor if staying.holds(request.session, actor.role, now) else None
    except NoActor:
        pass
    return None


def needs_actor(view: View) -> View:
    """For views that answer nobody in particular with 401."""

    @functools.wraps(view)
    def asked(request: ActingRequest, *values: object, **named: object) -> HttpResponseBase:
        if request.actor is None:
            refusal = JsonResponse({"error": "Send a valid token, or log in first."}, status=401)
            refusal["WWW-Authenticate"] = 'Bearer realm="reik"'
            return refusal
        return view(request, *values, **named)

    return asked
