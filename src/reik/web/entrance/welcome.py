"""`/welkom/<token>`: who was invited chooses how she logs in, once: a passkey, or a password with an app's codes."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import segno
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.login import accounts, attempts, passkeys, passwords, totp
from reik.kernel.login.accounts import Invited
from reik.kernel.login.refusals import LoginRefused
from reik.web import staying
from reik.web.entrance.ways import first_room, refused_words, remember_passkey, site_of, where_of
from reik.web.push.phone import label_of
from reik.web.told import told_in

SIGNED_FOR_S = 3600


@sensitive_post_parameters("password", "again", "code", "secret")
@require_http_methods(["GET", "POST"])
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of an invitation; a POST takes a password and the first code of the app. Looking uses nothing."""
    now = clock.now()
    invited = accounts.invited(token, now)
    if invited is None:
        attempts.note("invitation", "failed", now, where=where_of(request))
        return render(request, "entrance/no_invitation.html", status=404)
    if request.method == "GET":
        return _page(request, invited, passwords.new_secret())
    secret = read_secret(request.POST.get("secret", ""), str(invited.id))
    if secret is None:
        return _page(request, invited, passwords.new_secret(), refused_words(LoginRefused("", "challenge")))
    try:
        codes = _choose_password(request, invited, secret, now)
    except LoginRefused as refused:
        return _page(request, invited, secret, refused_words(refused))
    told = {"codes": codes, "next": first_room(invited.account.role)}
    return render(request, "entrance/paper.html", told)


def _choose_password(request: HttpRequest, invited: Invited, secret: bytes, now: datetime) -> list[str]:
    """Take in password and app, and come in. Raises LoginRefused, and then nothing was taken in."""
    check_twice(request)
    with transaction.atomic():
        accounts.use_invitation(invited.id, now)
        passwords.set_password(invited.account, request.POST.get("password", ""))
        codes = passwords.add_app(invited.account.id, secret, request.POST.get("code", ""), now)
        _note(request, invited, "password+code", now)
    staying.come_in(request, invited.account, now)
    return codes


def check_twice(request: HttpRequest) -> None:
    """Raise LoginRefused when the two passwords differ."""
    if request.POST.get("password", "") != request.POST.get("again", ""):
        raise LoginRefused("The two passwords differ: type them again.", "twice")


def _note(request: HttpRequest, invited: Invited, detail: str, now: datetime) -> None:
    attempts.note(
        "invitation", "ok", now, where=where_of(request), account_id=invited.account.id, detail=detail
    )


def _page(request: HttpRequest, invited: Invited, secret: bytes, refused: str = "") -> HttpResponse:
    told = {
        "invited": invited, "refused": refused, "ask": f"{request.path}/vraag", "answer": f"{request.path}/sleutel",
        **app_parts(secret, invited.account.username, str(invited.id)),
    }  # fmt: skip
    return render(request, "entrance/welcome.html", told, status=403 if refused else 200)


def app_parts(secret: bytes, username: str, salt: str) -> dict[str, Any]:
    """What a page shows for an app: the QR code, the same as text and as a link, and the secret signed for the form."""
    link = totp.link(secret, username)
    signed = signing.dumps(base64.b64encode(secret).decode(), salt=f"app:{salt}")
    return {"qr": picture(link), "readable": totp.readable(secret), "link": link, "secret": signed}


def read_secret(signed: str, salt: str) -> bytes | None:
    """The secret of a form of at most an hour ago, made for this invitation or account."""
    try:
        return base64.b64decode(signing.loads(signed, salt=f"app:{salt}", max_age=SIGNED_FOR_S))
    except signing.BadSignature:
        return None


def picture(link: str) -> SafeString:
    """A link as a QR code."""
    drawn = segno.make(link, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", title=_("QR-code")
    )
    return mark_safe(drawn)  # noqa: S308  # drawn by segno: numbers only, and our own title


@require_POST
@never_cache
def passkey_question(request: HttpRequest, token: str) -> JsonResponse:
    """What the browser needs to make a passkey for who was invited."""
    now = clock.now()
    invited = accounts.invited(token, now)
    if invited is None:
        return JsonResponse({"error": refused_words(LoginRefused("", "invitation"))}, status=404)
    return JsonResponse(passkeys.to_make(invited.account, site_of(request), now))


@require_POST
@never_cache
def passkey_answer(request: HttpRequest, token: str) -> JsonResponse:
    """`{"answer"}`: keep the passkey, use the invitation up, and come in."""
    now = clock.now()
    invited = accounts.invited(token, now)
    try:
        if invited is None:
            raise LoginRefused("", "invitation")
        label, answer = label_of(request.headers.get("User-Agent", "")), told_in(request).get("answer")
        with transaction.atomic():
            passkeys.make(
                invited.account.id, answer if isinstance(answer, dict) else {}, site_of(request), label, now
            )
            accounts.use_invitation(invited.id, now)
            _note(request, invited, "passkey", now)
    except LoginRefused as refused:
        attempts.note("invitation", "failed", now, where=where_of(request), detail=refused.code)
        return JsonResponse({"error": refused_words(refused)}, status=403)
    staying.come_in(request, invited.account, now)
    made = JsonResponse({"go": first_room(invited.account.role)})
    remember_passkey(made)
    return made
