"""`GET /live`: tells a browser that something changed, and nothing of what (server-sent events).

An ASGI application beside Django: a Django view that streams would hold its database connection until the
stream ends, and two hundred consoles would stop the site. The browser fetches what changed by an ordinary
request, which is permitted and logged like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error as DatabaseError
from django.http import HttpRequest

from reik.kernel import clock, wake
from reik.kernel.login.staying import stay_of
from reik.people.sessions import OpenSession
from reik.web import looking, staying
from reik.web.acting import actor_of_request
from reik.web.headers import CONTENT_SECURITY_POLICY
from reik.web.live_hub import Hub
from reik.web.live_listener import Listener
from reik.web.looking import Look

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

PATH = "/live"
LOOKING = "/live/kijkt"
KNOWN_FOR_S = 60.0
"""So long a session is known by heart that says where its page looks."""
RETRY_MS = 2000
# A browser's EventSource hides comments from the page, so the page's own sign of life is an event.
BEAT_EVERY_S = 4.0
LASTS_S = 600.0
SLOW_S = 5.0
MOST = 2000
MOST_OF_SESSION = 8
BEAT = b": still here\nevent: here\ndata: {}\n\n"
LOOKS = b"event: looks\ndata: {}\n\n"
CHANGED = b"event: changed\ndata: {}\n\n"
MOST_TAKEN = 50


class Live:
    """The application; made once per process, with a hub from `start` to `stop`."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._sessions: dict[str, tuple[Listener | None, float]] = {}

    def start(self) -> None:
        """In the event loop that will serve."""
        self._hub = Hub()
        self._hub.start()
        wake.install(self._hub)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Around every other request: browsers are told no faster than their questions are answered."""
        hub = self._hub
        if hub is None:
            yield
            return
        hub.answering += 1
        try:
            yield
        finally:
            hub.answering -= 1

    async def stop(self) -> None:
        wake.install(None)
        hub, self._hub = self._hub, None
        if hub is not None:
            await hub.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self._hub
        if scope["path"] == LOOKING:
            await self._note_look(hub, scope, send)
        elif scope["method"] != "GET":
            await _refuse(send, 405)
        elif hub is None or len(hub) >= MOST:
            await _refuse(send, 503)
        else:
            await self._serve(hub, scope, receive, send)

    async def _note_look(self, hub: Hub | None, scope: Scope, send: Send) -> None:
        """A page of a console says at which alert it looks (`?blad=…&melding=…`, without the latter: at none)."""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        page, alert = asked.get("blad", [""])[0], asked.get("melding", [""])[0]
        if scope["method"] != "POST" or hub is None or not 16 <= len(page) <= looking.LONGEST_PAGE:
            await _refuse(send, 400)
            return
        try:
            listener = await self._known(hub, _session_key(scope))
            alert_id = UUID(alert) if alert else None
        except (DatabaseError, ValueError):
            listener = None
        if listener is None or not listener.console:
            await _refuse(send, 401)
            return
        account = listener.session.account_id
        name = f"{account.hex[:8]}{page}"[: looking.LONGEST_PAGE]  # nobody says it for another
        await hub.say_look(Look(name, alert_id, account, listener.organisations))
        await _refuse(send, 204)

    async def _known(self, hub: Hub, key: str) -> Listener | None:
        now = asyncio.get_running_loop().time()
        found = self._sessions.get(key)
        if found is None or now - found[1] > KNOWN_FOR_S:
            if len(self._sessions) > MOST:
                self._sessions.clear()
            found = (await hub.in_desk(lambda: _listener(key)) if key else None, now)
            self._sessions[key] = found
        return found[0]

    async def _serve(self, hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
        key = _session_key(scope)
        try:
            listener = await hub.in_desk(lambda: _listener(key)) if key else None
        except DatabaseError:
            await _refuse(send, 503)
            return
        if listener is None:
            await _refuse(send, 401)
        elif hub.open_of(key) >= MOST_OF_SESSION:
            await _refuse(send, 429)
        else:
            await _stream(hub, listener, receive, send)


async def _stream(hub: Hub, listener: Listener, receive: Receive, send: Send) -> None:
    hub.add(listener)
    leaving = asyncio.create_task(_await_leaving(listener, receive))
    try:
        await _start(send, 200, b"text/event-stream")
        await _write(send, b"retry: %d\n\n" % RETRY_MS)
        await _tell(hub, listener, send)
        await _write(send, b"", more=False)
    except (TimeoutError, OSError):
        pass  # a reader that is too slow, or gone, comes back by itself
    finally:
        leaving.cancel()
        hub.remove(listener)


async def _tell(hub: Hub, listener: Listener, send: Send) -> None:
    """Until the stream is old or ended; a sign of life only while the hub itself sees what happens."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LASTS_S
    while not listener.ended and (left := ends_at - loop.time()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.news.wait(), min(BEAT_EVERY_S, left))
        listener.news.clear()
        if listener.taken:
            await _write(send, _taken(listener))
        if listener.looks:
            listener.looks = False
            await _write(send, LOOKS)
        if listener.changed:
            listener.changed = False
            await _write(send, CHANGED)
        elif hub.well and not listener.ended:
            await _write(send, BEAT)


def _taken(listener: Listener) -> bytes:
    """Which alerts have somebody since just now: their ids, nothing of whom they are about or who has them."""
    ids: list[UUID] = listener.taken[-MOST_TAKEN:]
    listener.taken.clear()
    return b"".join(b'event: taken\ndata: {"alert": "%s"}\n\n' % str(each).encode() for each in ids)


async def _await_leaving(listener: Listener, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


def _session_key(scope: Scope) -> str:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with suppress(CookieError):
                cookies.load(value.decode("latin-1"))
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


def _listener(key: str) -> Listener | None:
    """Who listens with this session, by the very rule of every request; None for nobody."""
    request = HttpRequest()
    request.COOKIES = {settings.SESSION_COOKIE_NAME: key}
    request.path = PATH
    request.session = SessionStore(key)
    user = get_user(request)
    request.user = user
    actor = actor_of_request(request)
    if actor is None or not user.is_authenticated:
        return None
    if stay_of(actor.role).open_counts and staying.note_seen(request.session, clock.now()):
        with suppress(UpdateError):  # logged out just now
            request.session.save()
    session = OpenSession(key=key, account_id=actor.account_id, secret=user.session_secret)
    return Listener(session, frozenset(actor.organisations), console=actor.role == "operator")


async def _refuse(send: Send, status: int) -> None:
    await _start(send, status, b"text/plain")
    await _write(send, b"", more=False)


async def _start(send: Send, status: int, kind: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"cache-control", b"private, no-store"),
        (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _write(send: Send, body: bytes, *, more: bool = True) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": more}), SLOW_S)
