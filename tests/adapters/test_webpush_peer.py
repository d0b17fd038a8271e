"""Web push against a push service of somebody else's make, under node: npm's web-push-testing 1.2.2."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

import pytest

from reik.interop import Delivered, Failed, Result
from reik.interop.webpush import keys, port
from reik.kernel import clock
from reik.kernel.home import Home
from reik.people.push_address import Phone, address_of

pytestmark = pytest.mark.slow
PACKAGE = "web-push-testing@1.2.2"


@pytest.fixture(scope="module")
def peer(pytestconfig: pytest.Config) -> Iterator[str]:
    """Its address. Skips the test where npm cannot get it."""
    folder = Path(pytestconfig.cache.mkdir("webpush"))
    server = folder / "node_modules/web-push-testing/src/bin/server.js"
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("no push service of others: node is not installed here")
    if not server.exists():
        command = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(folder),
            PACKAGE,
        ]
        if subprocess.run(command, capture_output=True, timeout=120, check=False).returncode:
            pytest.skip(f"no push service of others: npm cannot get {PACKAGE} here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    process = subprocess.Popen(
        [node, server, str(number)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield _answering(f"http://localhost:{number}")
    finally:
        process.terminate()
        process.wait(10)


def _answering(address: str) -> str:
    end = time.monotonic() + 15
    while True:
        try:
            urlopen(Request(f"{address}/status", method="POST"), timeout=2).close()
            return address
        except (URLError, HTTPError, OSError):
            assert time.monotonic() < end, "it does not answer"
            time.sleep(0.1)


def asked(peer: str, what: str, **told: str) -> Any:
    request = Request(f"{peer}/{what}", data=urlencode(told).encode(), method="POST")
    with urlopen(request, timeout=5) as answer:
        said = answer.read()
    return json.loads(said)["data"] if said.startswith(b"{") else None


def subscribed(peer: str, key: str) -> tuple[str, Phone]:
    """A phone with that service, as a browser gets it for this installation's key."""
    given = asked(peer, "subscribe", userVisibleOnly="true", applicationServerKey=key)
    phone = Phone(
        id=uuid4(), endpoint=given["endpoint"], p256dh=given["keys"]["p256dh"], auth=given["keys"]["auth"]
    )
    return given["clientHash"], phone


def delivered(phone: Phone, message_id: UUID) -> tuple[Result, list[UUID]]:
    gone: list[UUID] = []
    data = {"alert": str(uuid4()), "organisation": str(uuid4()), "client": str(uuid4()), "wait_s": 300}
    body = json.dumps({"type": "alert.step", "data": data})

    async def run() -> Result:
        async with port.opened() as way:
            way.note_gone = lambda ids, now: gone.extend(ids)
            made = port.peer(address_of("/team", [phone]), None, 5)
            return await port.deliver(way, made, message_id=str(message_id), body=body, now=clock.now())

    return asyncio.run(run()), gone


def test_it_knows_our_signature_and_reads_what_we_closed(peer: str) -> None:
    key = keys.public_of(keys.signing_key(Home.from_environment()))
    name, phone = subscribed(peer, key)
    message = uuid4()
    assert delivered(phone, message) == (Delivered(), [])
    (read,) = asked(peer, "get-notifications", clientHash=name)["messages"]
    assert json.loads(read)["id"] == str(message)
    asked(peer, f"expire-subscription/{name}")
    result, gone = delivered(phone, message)
    assert isinstance(result, Failed)
    assert (result.permanent, gone) == (True, [phone.id])


def test_it_refuses_us_on_a_phone_that_asked_for_another_key(peer: str, tmp_path: Path) -> None:
    other = Home(tmp_path)
    other.prepare()
    _, phone = subscribed(peer, keys.public_of(keys.signing_key(other)))
    assert delivered(phone, uuid4()) == (Failed("HTTP 400", permanent=True, answered=True), [])
