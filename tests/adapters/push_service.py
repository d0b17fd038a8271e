"""A push service and its phones, by other people's code: py-vapid checks who sends, http-ece opens what was sent."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Browser:
    """One phone's keys, and what it was told."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def p256dh(self) -> str:
        return text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return text(self.secret)


class PushService:
    """`statuses[name]` is what it answers for a phone (201 when not said); `cut` and `slow` are its bad days."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.statuses: dict[str, int] = {}
        self.retry_after = ""
        self.cut: set[str] = set()
        self.slow: set[str] = set()
        self.url = ""
        self.loop = asyncio.new_event_loop()

    def browser(self) -> Browser:
        made = Browser()
        self.browsers[made.name] = made
        return made

    def endpoint(self, browser: Browser) -> str:
        return f"{self.url}/p/{browser.name}"

    async def pushed(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        data = await request.read()
        if name in self.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if name in self.slow:
            await asyncio.sleep(30)
        status = self.statuses.get(name, 201)
        if status == 201:
            self._taken(self.browsers[name], request, data)
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        if status == 301:
            headers["Location"] = f"{self.url}/p/elsewhere"
        return web.Response(status=status, headers=headers)

    def _taken(self, browser: Browser, request: web.Request, data: bytes) -> None:
        assert Vapid02.verify(request.headers["Authorization"])
        opened = http_ece.decrypt(
            data, private_key=browser.key, auth_secret=browser.secret, version="aes128gcm"
        )
        browser.headers.append({**request.headers, "bytes": str(len(data))})
        browser.shown.append(json.loads(opened))


@contextmanager
def push_service() -> Iterator[PushService]:
    """Running in a thread of its own, on loopback."""
    service, ready = PushService(), threading.Event()

    async def start() -> web.AppRunner:
        app = web.Application(client_max_size=8192)
        app.router.add_post("/p/{name}", service.pushed)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        service.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        return runner

    def run() -> None:
        asyncio.set_event_loop(service.loop)
        runner = service.loop.run_until_complete(start())
        ready.set()
        service.loop.run_forever()
        service.loop.run_until_complete(runner.cleanup())
        service.loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(5)
    try:
        yield service
    finally:
        service.loop.call_soon_threadsafe(service.loop.stop)
        thread.join(5)
