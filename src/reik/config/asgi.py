"""What uvicorn serves: Django, and beside it the stream of `/live`, which must never hold a connection."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reik.config.settings")
_django = get_asgi_application()

from reik.web.live import LOOKING, PATH, Live, Receive, Scope, Send  # noqa: E402 - needs Django to be set up

_live = Live()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live_as_long_as(receive, send)
    elif scope["type"] == "http" and scope["path"] in (PATH, LOOKING):
        await _live(scope, receive, send)
    else:
        with _live.busy():
            await _django(dict(scope), receive, send)


async def _live_as_long_as(receive: Receive, send: Send) -> None:
    """The server says when it starts and ends."""
    await receive()
    _live.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _live.stop()
    await send({"type": "lifespan.shutdown.complete"})
