"""Texts over a provider's HTTP address, against a server on this machine that does as the mapping's provider would."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.sms import port, posting, provider_toml, receipts
from reik.interop.sms.receipts import Fate, failure
from tests.adapters.certificates import self_signed

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-0000003fa9c2"
BODY = '{"type":"alert.step","data":{"client":"client-1","cause":"not_out","wait_s":600}}'
TEXT = "Reik: er is een melding. Open de app. Nummer 3FA9C2."
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "channel-sms.md"

PLAIN = """
path = "/messages"
[headers]
Authorization = "Bearer {secret}"
[json]
to = "{to}"
from = "{sender}"
text = "{text}"
reference = "{ref}"
[taken]
path = "status"
values = ["queued"]
[refused]
status = [422]
[check]
method = "GET"
path = "/balance"
"""

Does = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An installation's folder with the mapping `plain`."""
    monkeypatch.setenv("REIK_HOME", str(tmp_path))
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "plain.toml").write_text(PLAIN)
    return tmp_path


class Seen(list[tuple[str, str, dict[str, str], bytes]]):
    """Method, path with query, headers and body of every request."""


@asynccontextmanager
async def server(does: Does, context: ssl.SSLContext | None = None):
    seen = Seen()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        seen.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        return await does(request)  # type: ignore[arg-type]

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield site._server.sockets[0].getsockname()[1], seen
    finally:
        await runner.cleanup()


def peer(
    number: int,
    *,
    name: str = "plain",
    scheme: str = "http",
    secret: str = "sleutel",
    user: str = "",
    more: str = "",
) -> Any:
    address = (
        f"{scheme}://{user}localhost:{number}/v1?kind=sms&provider={name}&to=+31612345678&from=Reik{more}"
    )
    return port.peer(address, secret, 1)


def texted(
    does: Does,
    *,
    times: int = 1,
    keys: tuple[str, ...] = (),
    pause_s: float = 0,
    check: bool = False,
    **given: Any,
) -> tuple[list[Any], Seen]:
    """What became of one text (or of `times` attempts, or of one for each key), and what the server saw."""

    async def main() -> tuple[list[Any], Seen]:
        async with server(does) as (number, seen), port.opened() as ways:
            to = peer(number, **given)
            if check:
                return [await port.check(ways, to, now=NOW)], seen
            found = []
            for key in keys or [KEY] * times:
                found.append(await port.deliver(ways, to, message_id=key, body=BODY, now=NOW))
                await asyncio.sleep(pause_s)
            return found, seen

    return asyncio.run(main())


def says(what: object, status: int = 200, **headers: str) -> Does:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(what, status=status, headers=headers)

    return answer


def in_turn(*answers: tuple[object, int]) -> Does:
    """Another answer every time; the last stays."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        what, status = left.pop(0) if len(left) > 1 else left[0]
        return web.json_response(what, status=status)

    return answer


def test_a_text_as_the_provider_gets_it_with_the_same_reference_every_time(home):
    found, seen = texted(in_turn(({}, 500), ({"status": "queued"}, 201)), times=3)
    assert found == [Failed("not taken (HTTP 500)"), Delivered(), Delivered()]
    assert len(seen) == 2  # what was taken is not sent again
    assert seen[0][3] == seen[1][3]
    method, path, headers, body = seen[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/v1/messages", "Bearer sleutel")
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "to": "+31612345678",
        "from": "Reik",
        "text": TEXT,
        "reference": "80000000003FA9C2",
    }


ASKED = (
    PLAIN
    + """
[receipt]
id = "id"
path = "/messages/{id}"
state = "status"
arrived = ["delivered"]
lost = ["expired", "undelivered"]
refused = ["rejected"]
"""
)
TAKEN = ({"status": "queued", "id": "a/b"}, 201)


@pytest.fixture
def asked(home, monkeypatch):
    monkeypatch.setattr(posting, "_FIRST_ASKED_S", 0.02)
    (home / "sms" / "asked.toml").write_text(ASKED)
    return home


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ([({"status": "queued"}, 200), ({}, 500), ({"status": "delivered"}, 200)], Delivered()),
        ([({"status": "expired"}, 200)], failure(Fate.LOST)),
        ([({"status": "rejected"}, 200)], failure(Fate.REFUSED)),
        ([({"status": "delivered"}, 404)], Failed("taken, but no receipt within 1 s", answered=True)),
        ([({"status": "queued"}, 200)], Failed("taken, but no receipt within 1 s", answered=True)),
    ],
)
def test_a_receipt_is_asked_for_until_the_provider_says_what_became_of_it(asked, answers, result):
    (found,), seen = texted(in_turn(TAKEN, *answers), name="asked", more="&receipt=wait")
    assert found == result
    assert [each[:2] for each in seen[:2]] == [("POST", "/v1/messages"), ("GET", "/v1/messages/a%2Fb")]
    assert seen[1][2]["Authorization"] == "Bearer sleutel"
    assert [each[0] for each in seen].count("POST") == 1


def test_without_waiting_no_receipt_is_asked_for_and_none_can_be_waited_for_without_a_rule(asked):
    found, seen = texted(in_turn(TAKEN), name="asked")
    assert (found, len(seen)) == ([Delivered()], 1)
    with pytest.raises(AddressRefused, match=r"receipt=wait needs \[receipt\]"):
        peer(8, more="&receipt=wait")


def test_a_provider_that_takes_and_confirms_none_is_noticed(asked, monkeypatch):
    monkeypatch.setattr(receipts, "LATE_S", 0.2)
    monkeypatch.setattr(posting, "_SELDOM_S", 0.0)
    state = {"status": "queued", "id": "7"}

    async def main() -> list[Any]:
        async with server(lambda request: says(state)(request)) as (number, _), port.opened() as ways:
            to = peer(number, name="asked")

            def text(key: str) -> Awaitable[Any]:
                return port.deliver(ways, to, message_id=key, body=BODY, now=NOW)

            found = [await text("a1"), await port.check(ways, to, now=NOW)]
            await asyncio.sleep(0.25)
            found += [await port.check(ways, to, now=NOW), await text("a2")]
            state["status"] = "delivered"
            found.append(await port.check(ways, to, now=NOW))
            state.update(status="queued", id="8")
            return [*found, await text("a3")]

    assert asyncio.run(main()) == [
        Delivered(),
        Delivered(),
        Failed("takes messages and confirms none", answered=True),
        Failed("taken, but no receipt within 1 s", answered=True),
        Delivered(),
        Delivered(),
    ]


def test_receipts_of_a_quiet_time_are_asked_for_before_a_provider_is_doubted(asked, monkeypatch):
    monkeypatch.setattr(receipts, "LATE_S", 0.1)
    both, seen = texted(
        in_turn(TAKEN, ({"status": "queued", "id": "8"}, 201), ({"status": "delivered"}, 200)),
        name="asked", keys=("a1", "a2"), pause_s=0.15,
    )  # fmt: skip
    assert both == [Delivered(), Delivered()]
    assert [each[:2] for each in seen[2:]] == [("GET", "/v1/messages/8"), ("GET", "/v1/messages/a%2Fb")]


async def _slow(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(3)
    return web.Response()


async def _drop(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"status":"queued"')
    assert request.transport is not None
    request.transport.close()
    return response


async def _huge(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"status":"queued","x":"' + b"x" * 5_000_000 + b'"}')


async def _zipped_bomb(request: web.Request) -> web.StreamResponse:
    response = web.Response(body=b"[" * 60_000)
    response.enable_compression()
    return response


async def _elsewhere(request: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "/elsewhere"})


@pytest.mark.parametrize(
    ("does", "result"),
    [
        (says({"status": "rejected"}), Failed("not taken (HTTP 200)", answered=True)),
        (says([]), Failed("not taken (HTTP 200)", answered=True)),
        (says({"status": "queued"}, 422), Failed("refused (HTTP 422)", permanent=True, answered=True)),
        (says({}, 401), Failed("not taken (HTTP 401)", answered=True)),
        (says({}, 503), Failed("not taken (HTTP 503)")),
        (
            says({}, 429, **{"Retry-After": "7"}),
            Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=7)),
        ),
        (_slow, Failed("no answer within 1 s")),
        (_drop, Failed("broken off (ServerDisconnectedError)")),
        (_half, Failed("not taken (HTTP 200)", answered=True)),
        (_huge, Failed("not taken (HTTP 200)", answered=True)),
        (_zipped_bomb, Failed("not taken (HTTP 200)", answered=True)),
        (_elsewhere, Failed("not taken (HTTP 307)")),
    ],
)
def test_what_a_provider_does_becomes_a_result(home, does, result):
    (found,), seen = texted(does)
    assert found == result
    assert "/elsewhere" not in [each[1] for each in seen]
    assert len(seen) == (
        2 if does is _drop else 1
    )  # at once again only for a connection that broke off at once


def test_nobody_there_and_a_certificate_that_nobody_vouches_for(home, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(self_signed(tmp_path))

    async def main() -> list[Any]:
        async with server(says({}), context) as (number, seen), port.opened() as ways:
            found = [
                await port.deliver(ways, each, message_id=KEY, body=BODY, now=NOW)
                for each in (peer(1), peer(number, scheme="https"))
            ]
            return [*found, seen]

    assert asyncio.run(main()) == [Failed("no connection"), Failed("certificate not trusted"), []]


def test_the_gateway_is_asked_what_the_mapping_says_and_sends_no_text(home):
    found, seen = texted(says({"credit": 3}), check=True)
    assert found == [Delivered()]
    assert [(each[0], each[1], each[2]["Authorization"]) for each in seen] == [
        ("GET", "/v1/balance", "Bearer sleutel")
    ]
    assert texted(says({}, 401), check=True)[0] == [Failed("HTTP 401", answered=True)]
    (home / "sms" / "bare.toml").write_text("[query]\nto='{to}'")
    found, seen = texted(says({}, 404), check=True, name="bare")
    assert found == [Delivered()]
    assert [each[:2] for each in seen] == [("HEAD", "/v1")]


def test_a_gateway_is_an_account_at_a_host(home):
    assert port.gateway(peer(8)) == "localhost:8"
    assert port.gateway(peer(8, user="acc@")) == "acc@localhost:8"


def test_a_mapping_that_is_not_there_or_wrong_is_refused_and_a_repaired_one_is_read(home):
    with pytest.raises(AddressRefused, match=r"There is no readable mapping other\.toml in the folder sms"):
        peer(8, name="other")
    (home / "sms" / "other.toml").write_bytes(b"\xff")
    with pytest.raises(AddressRefused):
        peer(8, name="other")
    (home / "sms" / "other.toml").write_text("methode = 'POST'")
    with pytest.raises(AddressRefused, match="it has no part 'methode'"):
        peer(8, name="other")
    (home / "sms" / "other.toml").write_text("method = 'PUT'")
    assert peer(8, name="other").provider.method == "PUT"
    (home / "sms" / "other.toml").write_text("x" * 100_000)
    with pytest.raises(AddressRefused, match="too long"):
        peer(8, name="other")


EXAMPLES = dict(re.findall(r"```toml\n# (\w+)\.toml.*?\n(.*?)```", HOW_TO.read_text(), re.DOTALL))


@pytest.mark.parametrize(
    ("name", "sent", "answers"),
    [
        (
            "json",
            b'{"to": "+31612345678", "from": "Reik", "text": "' + TEXT.encode()
            + b'", "reference": "80000000003FA9C2"}',
            [({"id": "7"}, 202, Delivered()), ({}, 422, Failed("refused (HTTP 422)", permanent=True, answered=True))],
        ),
        (
            "form",
            b"To=%2B31612345678&From=Reik&Body=Reik%3A+er+is+een+melding.+Open+de+app.+Nummer+3FA9C2.",
            [
                ({"status": "queued"}, 201, Delivered()),
                ({"status": "failed"}, 201, Failed("not taken (HTTP 201)", answered=True)),
                ({"code": 21211}, 400, Failed("refused (HTTP 400)", permanent=True, answered=True)),
                ({"code": 20003}, 401, Failed("not taken (HTTP 401)", answered=True)),
            ],
        ),
        (
            "twohundred",
            b"api_key=acc&api_secret=sleutel&from=Reik&to=31612345678&client-ref=80000000003FA9C2"
            b"&text=Reik%3A+er+is+een+melding.+Open+de+app.+Nummer+3FA9C2.",
            [
                ({"messages": [{"status": "0"}]}, 200, Delivered()),
                (
                    {"messages": [{"status": "1"}]}, 200,
                    Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=2)),
                ),
                ({"messages": [{"status": "7"}]}, 200, Failed("refused (HTTP 200)", permanent=True, answered=True)),
                ({"messages": [{"status": "5"}]}, 200, Failed("not taken (HTTP 200)", answered=True)),
            ],
        ),
    ],
)  # fmt: skip
def test_the_examples_of_the_how_to(home, name, sent, answers):
    (home / "sms" / f"{name}.toml").write_text(EXAMPLES[name])
    for what, status, result in answers:
        found, seen = texted(says(what, status), name=name, user="acc@")
        assert found == [result]
        assert seen[0][3] == sent
    assert provider_toml.read(EXAMPLES[name]).path
