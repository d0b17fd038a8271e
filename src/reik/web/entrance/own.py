"""`/mijn-toegang`: how I log in, what was tried, and logging out everywhere. Changing asks first who one is."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth import logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.kernel import clock
from reik.kernel.login import accounts, attempts, passkeys, passwords
from reik.kernel.login.attempts import Tried
from reik.kernel.login.refusals import LoginRefused
from reik.kernel.queries import Account
from reik.people.leaving import end_phones
from reik.web.acting import ActingRequest
from reik.web.entrance.sure import hers, sure
from reik.web.entrance.ways import refused_words, remember_passkey, site_of, where_of
from reik.web.entrance.welcome import app_parts, check_twice, read_secret
from reik.web.push.phone import label_of, wipe
from reik.web.told import told_in

PAGE = "/mijn-toegang"
changing = sure(PAGE)


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


@hers
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The ways in that I have, and the newest tries."""
    return _page(request)


def _page(request: ActingRequest, refused: str = "") -> HttpResponse:
    account = _account(request)
    told = {
        "keys": passkeys.passkeys_of(account.id), "password": passwords.has_password(account),
        "app": passwords.has_app(account.id), "paper": passwords.paper_left(account.id),
        "tried": [_line(each) for each in attempts.lately(account.id, 10)], "refused": refused,
        "said": request.GET.get("klaar", ""), "username": account.username,
    }  # fmt: skip
    return render(request, "entrance/own.html", told, status=403 if refused else 200)


@changing
@require_POST
@never_cache
def key_question(request: ActingRequest) -> JsonResponse:
    return JsonResponse(passkeys.to_make(_account(request), site_of(request), clock.now()))


@changing
@require_POST
@never_cache
def key_answer(request: ActingRequest) -> JsonResponse:
    """`{"answer"}`: one more passkey."""
    now, account, answer = clock.now(), _account(request), told_in(request).get("answer")
    try:
        label = label_of(request.headers.get("User-Agent", ""))
        passkeys.make(account.id, answer if isinstance(answer, dict) else {}, site_of(request), label, now)
    except LoginRefused as refused:
        return JsonResponse({"error": refused_words(refused)}, status=403)
    _changed(request, "passkey added")
    made = JsonResponse({"go": f"{PAGE}?klaar=sleutel"})
    remember_passkey(made)
    return made


@changing
@require_POST
@never_cache
def key_away(request: ActingRequest, key_id: UUID) -> HttpResponseBase:
    """A passkey opens nothing any more; the last way in cannot be taken away."""
    account = _account(request)
    others = [each for each in passkeys.passkeys_of(account.id) if each.id != key_id]
    if not others and not (passwords.has_password(account) and passwords.has_app(account.id)):
        return _page(request, refused_words(LoginRefused("", "last")))
    if passkeys.remove(account.id, key_id, clock.now()):
        _changed(request, "passkey removed")
    return HttpResponseRedirect(f"{PAGE}?klaar=weg")


@sensitive_post_parameters("password", "again", "code", "secret")
@changing
@require_http_methods(["GET", "POST"])
@never_cache
def password(request: ActingRequest) -> HttpResponseBase:
    """A (new) password with an app; gives the codes on paper once. All other sessions end."""
    account, now, refused = _account(request), clock.now(), ""
    secret = read_secret(request.POST.get("secret", ""), str(account.id)) or passwords.new_secret()
    if request.method == "POST":
        try:
            check_twice(request)
            with transaction.atomic():
                passwords.set_password(account, request.POST.get("password", ""))
                codes = passwords.add_app(account.id, secret, request.POST.get("code", ""), now)
                _changed(request, "password and app set")
            update_session_auth_hash(request, account)
            return render(request, "entrance/paper.html", {"codes": codes, "next": PAGE})
        except LoginRefused as not_yet:
            refused = refused_words(not_yet)
    parts = app_parts(secret, account.username, str(account.id))
    return render(
        request, "entrance/password.html", {"refused": refused, **parts}, status=403 if refused else 200
    )


@changing
@require_POST
@never_cache
def paper(request: ActingRequest) -> HttpResponse:
    """New codes on paper; those before are void."""
    codes = passwords.paper_codes(_account(request).id, clock.now())
    _changed(request, "codes on paper made")
    return render(request, "entrance/paper.html", {"codes": codes, "next": PAGE})


@hers
@require_POST
@never_cache
def everywhere(request: ActingRequest) -> HttpResponse:
    """Log out on all devices, this one too; no phone gets notifications any more."""
    account = _account(request)
    end_phones(account.id, clock.now())
    accounts.log_out_everywhere(account.id)
    _changed(request, "logged out everywhere")
    logout(request)
    response = HttpResponseRedirect("/inloggen?weg")
    wipe(response)
    return response


def _line(tried: Tried) -> dict[str, object]:
    words = {
        "password": _("wachtwoord"), "code": _("code"), "passkey": _("toegangssleutel"), "again": _("opnieuw getoond"),
        "invitation": _("uitnodiging"), "changed": _("toegang veranderd"), "left": _("uitgelogd"),
    }  # fmt: skip
    return {
        "at": tried.at, "outcome": tried.outcome, "address": tried.address, "words": words.get(tried.what, tried.what),
    }  # fmt: skip


def _changed(request: HttpRequest, detail: str) -> None:
    account_id = _account(request).id
    attempts.note("changed", "ok", clock.now(), where=where_of(request), account_id=account_id, detail=detail)
