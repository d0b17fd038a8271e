"""The ways in: a passkey alone, or a user name and password and then a code. Nothing says whether a name exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock, queries
from reik.kernel.login import attempts, passkeys, passwords
from reik.kernel.login.attempts import Where
from reik.kernel.login.passkeys import Site
from reik.kernel.login.refusals import LoginRefused
from reik.web import staying
from reik.web.acting import ActingRequest
from reik.web.frame import rooms_of
from reik.web.told import told_in

HALF, HALF_FOR = "half_in", timedelta(minutes=5)
USED_PASSKEY = "reik_sleutel"
"""A cookie: somebody came in with a passkey on this device, so the page asks for it at once."""
YEAR_S = 365 * 24 * 3600


def site_of(request: HttpRequest) -> Site:
    """The site as the browser that asks knows it."""
    host = request.get_host()
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return Site(host=name, origin=f"{request.scheme}://{host}")


def where_of(request: HttpRequest) -> Where:
    return Where.of(request.META.get("REMOTE_ADDR", ""))


def way_back(request: HttpRequest, otherwise: str, wanted: object = None) -> str:
    """The page that was asked for (`next`), when it is one of ours."""
    asked = wanted or request.POST.get("next") or request.GET.get("next") or ""
    if isinstance(asked, str) and asked and _ours(request, asked):
        return asked
    return otherwise


def _ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())


def first_room(role: str) -> str:
    rooms = rooms_of(role)
    return rooms[0].address if rooms else "/mijn-toegang"


def refused_words(refused: LoginRefused) -> str:
    """What a person reads who did not come in."""
    return {
        "wrong": _("Dit klopt niet. Kijk of u alles goed hebt getypt."),
        "slowed": _(
            "Dit is te vaak misgegaan. Wacht even en probeer het dan opnieuw; met een toegangssleutel kan het meteen."
        ),
        "challenge": _("Dit duurde te lang of is al gebruikt. Probeer het opnieuw."),
        "unknown": _("Deze toegangssleutel is hier niet bekend. Neem een andere, of log in met uw wachtwoord."),
        "known": _("Deze sleutel is hier al bekend."),
        "most": _("U hebt al tien toegangssleutels. Haal er eerst een weg."),
        "counter": _("Deze beveiligingssleutel is nagemaakt en wordt niet vertrouwd. Meld het uw beheerder."),
        "last": _("Dit is uw laatste manier om in te loggen. Voeg eerst een andere toe."),
        "code": _("Dit is niet de code die de app nu toont. Typ de volgende."),
        "invitation": _("Deze uitnodiging is al gebruikt of verlopen. Vraag een nieuwe."),
        "twice": _("De twee wachtwoorden zijn niet gelijk."),
        "password_too_short": _("Dit wachtwoord is te kort: neem minstens 12 tekens. Een zinnetje is goed."),
        "password_too_long": _("Dit wachtwoord is te lang: neem hooguit 1000 tekens."),
        "password_too_similar": _("Dit wachtwoord lijkt te veel op uw naam. Neem een ander."),
        "password_too_common": _("Dit wachtwoord gebruiken te veel mensen. Neem een ander."),
        "app": _("Uw app is hier niet meer bekend. Vraag een nieuwe uitnodiging."),
    }.get(refused.code, _("Dit lukte niet. Probeer het opnieuw."))  # fmt: skip


def login_page(
    request: HttpRequest, refused: str = "", username: str = "", status: int = 200
) -> HttpResponse:
    """The front door of a real installation."""
    told = {
        "next": way_back(request, ""), "refused": refused, "username": username,
        "auto": USED_PASSKEY in request.COOKIES and request.method == "GET" and "weg" not in request.GET,
    }  # fmt: skip
    return render(request, "entrance/login.html", told, status=status)


@sensitive_post_parameters("password")
@require_POST
@never_cache
def with_password(request: HttpRequest) -> HttpResponseBase:
    """User name and password: half of it. The next page asks for the other half."""
    now, username = clock.now(), request.POST.get("username", "")[:200]
    try:
        account = passwords.with_password(username, request.POST.get("password", ""), where_of(request), now)
    except LoginRefused as refused:
        return login_page(request, refused_words(refused), username, 429 if refused.code == "slowed" else 403)
    request.session.flush()
    request.session[HALF] = {"account": str(account.id), "at": now.isoformat()}
    request.session.set_expiry(int(HALF_FOR.total_seconds()))
    return HttpResponseRedirect("/inloggen/code?" + urlencode({"next": way_back(request, "")}))


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@never_cache
def with_code(request: HttpRequest) -> HttpResponseBase:
    """The other half: a code of the app or one on paper; or a passkey, which needs no half."""
    now = clock.now()
    account_id = _half_of(request, now)
    if account_id is None:
        return HttpResponseRedirect("/inloggen?" + urlencode({"weg": "", "next": way_back(request, "")}))
    refused = ""
    if request.method == "POST":
        try:
            account = passwords.with_code(
                account_id, request.POST.get("code", "")[:40], where_of(request), now
            )
        except LoginRefused as not_yet:
            refused = refused_words(not_yet)
        else:
            staying.come_in(request, account, now)
            request.session.pop(HALF, None)
            return HttpResponseRedirect(way_back(request, first_room(account.role)))
    told = {"next": way_back(request, ""), "refused": refused, "app": passwords.has_app(account_id)}
    return render(request, "entrance/code.html", told, status=403 if refused else 200)


def _half_of(request: HttpRequest, now: datetime) -> UUID | None:
    half = request.session.get(HALF)
    if not half or now >= datetime.fromisoformat(half["at"]) + HALF_FOR:
        return None
    return UUID(half["account"])


@require_POST
@never_cache
def passkey_question(request: HttpRequest) -> JsonResponse:
    """What a browser needs to come in with a passkey. Writes nothing."""
    return JsonResponse(passkeys.to_answer(site_of(request), clock.now()))


@require_POST
@never_cache
def passkey_answer(request: HttpRequest) -> JsonResponse:
    """`{"answer", "next"}`: come in with a passkey alone; it is the thing and its lock, two factors."""
    now, told, where = clock.now(), told_in(request), where_of(request)
    try:
        found = recognised(request, told, where, now, "passkey")
    except LoginRefused as refused:
        return JsonResponse({"error": refused_words(refused)}, status=403)
    account = queries.living_account(found)
    assert account is not None
    staying.come_in(request, account, now)
    request.session.pop(HALF, None)
    answer = JsonResponse({"go": way_back(request, first_room(account.role), told.get("next"))})
    remember_passkey(answer)
    return answer


def recognised(request: HttpRequest, told: dict[str, Any], where: Where, now: datetime, what: str) -> UUID:
    """Whose passkey answered, with its row in the security log. Raises LoginRefused."""
    try:
        found = passkeys.recognise(_mapping(told.get("answer")), site_of(request), now)
    except LoginRefused as refused:
        attempts.note(what, "failed", now, where=where, detail=refused.code)
        raise
    attempts.note(what, "ok", now, where=where, account_id=found.account_id, detail=str(found.passkey_id))
    return found.account_id


def remember_passkey(response: HttpResponseBase) -> None:
    response.set_cookie(USED_PASSKEY, "1", max_age=YEAR_S, samesite="Lax", httponly=True)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@never_cache
def again(request: ActingRequest) -> HttpResponseBase:
    """Who is logged in shows again who she is; then back to the page where she was."""
    actor, now, refused = request.actor, clock.now(), ""
    if actor is None:
        return HttpResponseRedirect("/inloggen?" + urlencode({"next": way_back(request, "")}))
    if request.method == "POST":
        try:
            passwords.with_code(actor.account_id, request.POST.get("code", "")[:40], where_of(request), now)
            staying.be_sure(request, now)
            return HttpResponseRedirect(way_back(request, "/"))
        except LoginRefused as not_yet:
            refused = refused_words(not_yet)
    told = {
        "next": way_back(request, "/"), "refused": refused, "app": passwords.has_app(actor.account_id),
        "keys": bool(passkeys.passkeys_of(actor.account_id)), "auto": request.method == "GET",
    }  # fmt: skip
    return render(request, "entrance/again.html", told, status=403 if refused else 200)


again.own_transactions = True  # type: ignore[attr-defined]  # a wrong code is written down also when it is refused


@require_POST
@never_cache
def again_answer(request: ActingRequest) -> JsonResponse:
    """`{"answer", "next"}`: the passkey of who is logged in, and nobody else's."""
    actor, now, told = request.actor, clock.now(), told_in(request)
    if actor is None:
        return JsonResponse({"go": "/inloggen"})
    try:
        found = recognised(request, told, where_of(request), now, "again")
        if found != actor.account_id:
            raise LoginRefused("This is somebody else's passkey.", "unknown")
    except LoginRefused as refused:
        return JsonResponse({"error": refused_words(refused)}, status=403)
    account = queries.living_account(found)
    assert account is not None
    staying.come_in(request, account, now)  # two factors: as good as logging in, so the session begins anew
    return JsonResponse({"go": way_back(request, "/", told.get("next"))})


again_answer.own_transactions = True  # type: ignore[attr-defined]
