"""The HTTPS door for devices (device contract, section 1): for one whose MQTT does not get through.

Here only the password is looked at; the payload goes into the device stream and is answered after the commit.
"""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from reik.dispensing.devices.credentials import password_ok
from reik.ingest.answers import Became
from reik.ingest.door import Door, DoorBusy
from reik.kernel import clock
from reik_dispenser.wire import MAX_PAYLOAD_BYTES, is_device_name

log = logging.getLogger("reik.web")

AGAIN_AFTER_S = 5
TOO_BIG = b'"refused":"size"'
door = Door()


@csrf_exempt
@require_POST
async def up(request: HttpRequest, device: str) -> HttpResponse:
    """Takes a payload in and answers after the commit: 200 with receipts, 204, 400, 401, 413 or 503."""
    if int(request.headers.get("Content-Length") or 0) > MAX_PAYLOAD_BYTES:
        return HttpResponse(status=413)
    try:
        if not await sync_to_async(_let_in)(request, device):
            return _not_let_in()
        payload = request.body
        if len(payload) > MAX_PAYLOAD_BYTES:
            return HttpResponse(status=413)
        became, answer = await door.hand_in(device, payload)
    except (OperationalError, InterfaceError, DoorBusy) as failure:
        log.warning("A device has to come back to the door: %s", failure)
        return HttpResponse(status=503, headers={"Retry-After": str(AGAIN_AFTER_S)})
    return _said(became, answer)


@require_GET
async def down(request: HttpRequest, device: str) -> HttpResponse:
    """Gives the oldest command that the device has not answered: 200 with its payload, 204, 401 or 503."""
    try:
        if not await sync_to_async(_let_in)(request, device):
            return _not_let_in()
        command = await door.ask(device)
    except (OperationalError, InterfaceError, DoorBusy) as failure:
        log.warning("A device has to come back to the door: %s", failure)
        return HttpResponse(status=503, headers={"Retry-After": str(AGAIN_AFTER_S)})
    if not command:
        return HttpResponse(status=204)
    return HttpResponse(command, content_type="application/octet-stream")


def _let_in(request: HttpRequest, device: str) -> bool:
    """Whether the bearer is this device's password. Its connection goes back to the pool before the wait."""
    scheme, _, password = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_device_name(device):
        return False
    try:
        return password_ok(device, password.strip().encode(), clock.now())
    finally:
        connection.close()


def _not_let_in() -> HttpResponse:
    """The same for a wrong password, an unknown device and another's."""
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="reik"'})


def _said(became: Became, answer: bytes) -> HttpResponse:
    """A wrong MAC is as a wrong password: a refusal (400) would have the device give its event up."""
    if became is Became.MAC:
        return _not_let_in()
    if became is Became.HEARD:
        return HttpResponse(status=204)
    status = 200
    if became is Became.REFUSED:
        status = 413 if TOO_BIG in answer else 400
    return HttpResponse(answer, status=status, content_type="application/octet-stream")
