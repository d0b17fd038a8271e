"""The control door: what stands before a person at a simulated device, and hands that press, take and unplug.

Loopback HTTP with a bearer token; where it is and which token stands in `door.json` of the neighbourhood's folder.
A press is an input of the device's core, so its event leaves by MQTT like any other.
"""

import hmac
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from reik_dispenser.inputs import ButtonPressed, HelpPressed
from reik_simulator.fleet import Home
from reik_simulator.house import MakesNoSense

DOOR = "door.json"
TOKEN_BYTES = 32

ACTS: Mapping[str, Callable[[Home], None]] = {
    "button": lambda home: home.house.press(ButtonPressed()),
    "help": lambda home: home.house.press(HelpPressed()),
    "take": lambda home: home.house.take(),
    "unplug": lambda home: home.unplug(),
    "plug": lambda home: home.plug(),
    "lid-open": lambda home: home.house.open_lid(),
    "lid-close": lambda home: home.house.close_lid(),
    "jam": lambda home: home.house.jam(),
    "cut": lambda home: home.cut(),
    "mend": lambda home: home.mend(),
}


@asynccontextmanager
async def opened(homes: Mapping[str, Home], folder: Path) -> AsyncIterator[str]:
    """The door, open while inside; gives its address. `homes` may grow meanwhile."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    runner = web.AppRunner(_application(homes, token), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        _write(folder / DOOR, {"url": url, "token": token})
        yield url
    finally:
        (folder / DOOR).unlink(missing_ok=True)
        await runner.cleanup()


def _application(homes: Mapping[str, Home], token: str) -> web.Application:
    right = f"Bearer {token}".encode()

    @web.middleware
    async def let_in(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), right):
            return web.Response(status=401, text="This door needs its token.")
        return await handler(request)

    def home_of(request: web.Request) -> Home:
        found = homes.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such device here.")
        return found

    async def look(request: web.Request) -> web.Response:
        return web.json_response(home_of(request).view())

    async def act(request: web.Request) -> web.Response:
        home, does = home_of(request), ACTS.get(request.match_info["act"])
        if does is None:
            raise web.HTTPNotFound(text=f"Nothing can be done like that; there are {', '.join(ACTS)}.")
        try:
            does(home)
        except MakesNoSense as why:
            return web.Response(status=409, text=str(why))
        return web.Response(status=204)

    application = web.Application(middlewares=[let_in], client_max_size=1024)
    application.router.add_get("/devices/{name}", look)
    application.router.add_post("/devices/{name}/{act}", act)
    return application


def _write(path: Path, said: Mapping[str, str]) -> None:
    """Whole or not at all, and for the owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(json.dumps(said) + "\n")
    draft.replace(path)
