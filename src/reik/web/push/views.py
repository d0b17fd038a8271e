"""Notifications on a phone: on, off, a try, and the phone's own word that one arrived."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from reik.alerting.receipts import note_received
from reik.interop.webpush import keys
from reik.interop.webpush.keys import Receipt
from reik.kernel import clock
from reik.kernel.home import Home
from reik.kernel.tenancy import Actor, acting_for
from reik.people import push
from reik.people.push import PhoneSeen
from reik.people.push_address import PushRefused
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.push.phone import PHONE, label_of, refusal_words
from reik.web.rooms import actor_of, room_for
from reik.web.told import told_in

MOST_BYTES = 4096
room = room_for("informal_carer", "nurse", "caregiver", "team_manager")


@cache
def _public_key() -> str:
    return keys.public_of(keys.signing_key(Home.from_environment()))


@cache
def _receipt_key() -> bytes:
    return keys.receipt_key(Home.from_environment())


@room
@require_safe
@never_cache
def card(request: ActingRequest) -> HttpResponse:
    """The part "Meldingen op deze telefoon" of a page; what this very browser can do, its script finds out."""
    return _card(request)


def _card(request: ActingRequest, refused: str = "", status: int = 200) -> HttpResponse:
    why_not = "demo" if is_demo() else "" if keys.contact() else "setup"
    return render(
        request, "push/card.html",
        {
            "key": _public_key(), "why_not": why_not, "phones": push.phones_of(actor_of(request).account_id),
            "this": request.session.get(PHONE, ""), "refused": refused,
        },
        status=status,
    )  # fmt: skip


@room
@require_POST
def state(request: ActingRequest) -> JsonResponse:
    """Whether the browser with this `endpoint` gets the notifications of who is logged in."""
    endpoint = told_in(request, most=MOST_BYTES).get("endpoint")
    found = push.phone_of(actor_of(request).account_id, endpoint) if isinstance(endpoint, str) else None
    return JsonResponse(_phone(found))


@room
@require_POST
def switch_on(request: ActingRequest) -> JsonResponse:
    """`{"endpoint", "p256dh", "auth"}`: from now on this browser gets her notifications."""
    told, actor = told_in(request, most=MOST_BYTES), actor_of(request)
    given = [told.get(each) for each in ("endpoint", "p256dh", "auth")]
    if not all(isinstance(each, str) for each in given):
        return JsonResponse({"error": refusal_words()}, status=400)
    endpoint, p256dh, auth = (str(each) for each in given)
    try:
        phone_id = push.subscribe(
            account_id=actor.account_id, endpoint=endpoint, p256dh=p256dh, auth=auth, now=clock.now(),
            label=label_of(request.headers.get("User-Agent", "")), lang=translation.get_language() or "nl",
        )  # fmt: skip
    except PushRefused as refused:
        return JsonResponse({"error": refusal_words(refused.code)}, status=400)
    request.session[PHONE] = str(phone_id)
    return JsonResponse(_phone(push.phone_of(actor.account_id, endpoint)))


@room
@require_POST
def switch_off(request: ActingRequest) -> HttpResponse:
    """`phone`: one of her phones gets nothing any more; also one that she has lost. Gives the card anew."""
    phone_id = _uuid(request.POST.get("phone"))
    if phone_id is not None:
        push.unsubscribe(account_id=actor_of(request).account_id, phone_id=phone_id, now=clock.now())
    return _card(request)


@room
@require_POST
def try_out(request: ActingRequest) -> JsonResponse:
    """Send a try to one of her phones, by the way that alerts go."""
    phone_id = _uuid(told_in(request, most=MOST_BYTES).get("phone"))
    try:
        if phone_id is None:
            raise PushRefused("Say which phone.")
        push.try_out(account_id=actor_of(request).account_id, phone_id=phone_id, now=clock.now())
    except PushRefused as refused:
        return JsonResponse({"error": refusal_words(refused.code)}, status=400)
    return JsonResponse({"sent": True})


@csrf_exempt
@require_POST
def received(request: HttpRequest) -> HttpResponse:
    """The phone says that a notification arrived: the receipt in it is the only thing that it needs to know.

    It may be days since anybody logged in there. The same receipt again changes nothing.
    """
    found = keys.read(_receipt_key(), str(told_in(request, most=MOST_BYTES).get("receipt", "")))
    if found is None:
        return HttpResponse(status=404)
    now = clock.now()
    with acting_for(_the_phone(found)):
        push.note_used(found.phone_id, now)
        note_received(message_id=found.message_id, now=now)
    return HttpResponse(status=204)


def _the_phone(receipt: Receipt) -> Actor:
    return Actor(
        account_id=receipt.phone_id, name="phone", role="phone", organisation_id=receipt.organisation_id,
        organisations=(receipt.organisation_id,),
    )  # fmt: skip


def _phone(found: PhoneSeen | None) -> dict[str, Any]:
    if found is None:
        return {"phone": None, "used_at": None}
    return {"phone": str(found.id), "used_at": found.used_at.isoformat() if found.used_at else None}


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
