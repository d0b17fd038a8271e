"""The front door: who are you, in which language, by day or by night.

Logging in by choosing a persona works only on a data folder that `reik demo` made (a row in the database).
"""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock, queries
from reik.kernel.login import attempts
from reik.kernel.tenancy import Actor
from reik.web.entrance.ways import login_page, way_back, where_of
from reik.web.frame import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES, is_demo, rooms_of
from reik.web.push.phone import leave_phone, wipe

BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR_S = 365 * 24 * 3600


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """`/`: the first room of who is logged in, else the door."""
    actor: Actor | None = getattr(request, "actor", None)
    rooms = rooms_of(actor.role) if actor else []
    return HttpResponseRedirect(rooms[0].address if rooms else "/inloggen")


@require_safe
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """The people one can be in the demo; on a real installation, a passkey, or a name and a password."""
    if not is_demo():
        if getattr(request, "actor", None) is not None:  # logged in in another tab
            return HttpResponseRedirect(way_back(request, "/"))
        return login_page(request)
    people = queries.personas()
    houses = [(name, list(rows)) for name, rows in groupby(people, key=lambda each: each.organisation)]
    return render(request, "entrance/door.html", {"houses": houses, "next": way_back(request, "")})


@require_POST
def enter_as(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Become a persona of the demo; anywhere else this address does not exist."""
    account = queries.persona(account_id) if is_demo() else None
    if account is None:
        raise Http404
    login(request, account, backend=BACKEND)
    rooms = rooms_of(account.role)
    return HttpResponseRedirect(way_back(request, rooms[0].address if rooms else "/"))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Log out; this phone gets no notifications any more, and nothing stays on it."""
    leave_phone(request)
    if (actor := getattr(request, "actor", None)) is not None:
        attempts.note("left", "ok", clock.now(), where=where_of(request), account_id=actor.account_id)
    logout(request)
    response = HttpResponseRedirect("/inloggen" if is_demo() else "/inloggen?weg")
    wipe(response)
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Dutch or English from now on, on this device."""
    return _remember(request, LANGUAGE_COOKIE, request.POST.get("taal", ""), LANGUAGES)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """By day, by night, or (empty) as the device itself prefers."""
    return _remember(request, THEME_COOKIE, request.POST.get("weergave", ""), THEMES)


def _remember(request: HttpRequest, cookie: str, value: str, known: tuple[str, ...]) -> HttpResponse:
    response = HttpResponseRedirect(way_back(request, "/"))
    if value in known:
        response.set_cookie(cookie, value, max_age=YEAR_S, samesite="Lax")
    else:
        response.delete_cookie(cookie)
    return response
