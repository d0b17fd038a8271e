"""Webhooks out: golden by the standard's own example and library, then live against a sink and a TLS server."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import aiohttp.web
import pytest
from standardwebhooks import Webhook

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.webhooks import mapping, port
from reik.kernel import clock
from reik.kernel.operations import new_webhook_secret
from reik.ops.bench.sink import Sink
from tests.adapters.certificates import self_signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_the_signature_of_the_standards_own_example():
    made = mapping.headers(
        mapping.secret_bytes(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_library_signs_a_dutch_body_the_same():
    secret, body = new_webhook_secret(), '{"responder":"buurvrouw Zoë ☎"}'
    ours = mapping.headers(mapping.secret_bytes(secret), "m1", int(NOW.timestamp()), body.encode())
    assert ours["webhook-signature"] == Webhook(secret).sign("m1", NOW, body)


@pytest.mark.parametrize(
    "secret", [None, "", "geheim", "whsec_", "whsec_!!!", "whsec_YWJj", "whsec_" + "A" * 400]
)
def test_a_secret_that_is_none_is_refused_without_repeating_it(secret):
    with pytest.raises(AddressRefused) as refused:
        mapping.secret_bytes(secret)
    assert "!!!" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zorg.nl",
        "https://",
        "ftp://zorg.nl",
        "http://zorg.nl/in",
        "http://10.0.0.4/",
        "http://127.0.0.1.zorg.nl/",
        "http://0x7f.1/",
        "http://[::1/",
        "https://zorg.nl:99999/",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address):
    with pytest.raises(AddressRefused):
        port.peer(address, SECRET, 5)


@pytest.mark.parametrize(
    "address", ["https://zorg.nl/in?x=1", "http://127.0.0.1:8/", "http://localhost/", "http://[::1]/"]
)
def test_an_address_that_is_safe_is_kept(address):
    assert str(port.peer(address, SECRET, 5).url) == address


@pytest.mark.parametrize(
    ("status", "retry_after", "meant"),
    [
        (200, None, Delivered()),
        (204, None, Delivered()),
        (302, None, Failed("HTTP 302")),
        (400, None, Failed("HTTP 400", permanent=True, answered=True)),
        (410, "9", Failed("HTTP 410", permanent=True, answered=True)),
        (408, None, Failed("HTTP 408")),
        (425, "5", Failed("HTTP 425")),
        (429, "30", Failed("HTTP 429", retry_after=timedelta(seconds=30))),
        (503, "Mon, 23 Nov 2026 07:00:10 GMT", Failed("HTTP 503", retry_after=timedelta(seconds=10))),
        (503, "Mon, 23 Nov 2026 06:00:00 GMT", Failed("HTTP 503", retry_after=timedelta())),
        (503, "soon", Failed("HTTP 503")),
        (429, "9" * 40, Failed("HTTP 429", retry_after=timedelta(days=1))),
        (500, "5", Failed("HTTP 500")),
    ],
)
def test_what_an_answer_means(status, retry_after, meant):
    assert mapping.meaning(status, retry_after, NOW) == meant


async def posted(*peers: port.Webhook, body: str = '{"type":"alert.step"}') -> list[object]:
    async with port.opened() as session:
        now = clock.now()
        return await asyncio.gather(
            *(
                port.deliver(session, each, message_id=f"m{number}", body=body, now=now)
                for number, each in enumerate(peers)
            )
        )


def test_what_arrives_passes_the_library():
    secret, body = new_webhook_secret(), '{"data":{"responder":"Zoë"}}'
    with Sink() as sink:
        assert asyncio.run(posted(port.peer(sink.url(), secret, 5), body=body)) == [Delivered()]
        (request,) = sink.stop()
    headers = {
        "webhook-id": request.id, "webhook-timestamp": request.timestamp, "webhook-signature": request.signature
    }  # fmt: skip
    assert Webhook(secret).verify(request.body, headers) == {"data": {"responder": "Zoë"}}
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new_webhook_secret()).verify(request.body, headers)


def test_what_peers_do_becomes_a_result_and_redirects_are_not_followed():
    asked = {
        "?status=500": Failed("HTTP 500"),
        "?status=307": Failed("HTTP 307"),
        "?status=410": Failed("HTTP 410", permanent=True, answered=True),
        "?status=503&retry_after=7": Failed("HTTP 503", retry_after=timedelta(seconds=7)),
        "?size=200000": Delivered(),
        "?size=300&status=422": Failed("HTTP 422", permanent=True, answered=True),
        "?hang=1": Failed("no answer within 0.3 s"),
        "?delay=1": Failed("no answer within 0.3 s"),
        "?drop=1": Failed("broken off (ServerDisconnectedError)"),
        "?drop=1&first=1": Delivered(),
    }
    with Sink() as sink:
        results = asyncio.run(posted(*(port.peer(sink.url(query), SECRET, 0.3) for query in asked)))
        received = sink.stop()
    assert dict(zip(asked, results, strict=True)) == asked
    tries = [each.path for each in received]
    assert (
        len(tries) == len(asked) + 2
    )  # both that were dropped were tried once more at once, with the same key
    assert "/elsewhere" not in tries
    assert len({each.id for each in received}) == len(asked)


def test_a_connection_is_used_again_also_after_an_answer_with_a_body():
    async def ten(peer: port.Webhook) -> tuple[list[object], int]:
        async with port.opened() as session:
            results = [
                await port.deliver(session, peer, message_id=str(number), body="{}", now=NOW)
                for number in range(10)
            ]
            assert session.connector is not None
            return results, sum(len(each) for each in session.connector._conns.values())

    with Sink() as sink:
        results, kept = asyncio.run(ten(port.peer(sink.url("?size=900"), SECRET, 2)))
    assert results == [Delivered()] * 10
    assert kept == 1


def test_nobody_there():
    with Sink() as sink:
        address = sink.url()
    assert asyncio.run(posted(port.peer(address, SECRET, 2))) == [Failed("no connection")]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    certificate = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    seen: list[str] = []

    async def answer(request: aiohttp.web.BaseRequest) -> aiohttp.web.Response:
        seen.append(request.path)
        return aiohttp.web.Response()

    async def main() -> list[object]:
        runner = aiohttp.web.ServerRunner(aiohttp.web.Server(answer))
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        number = site._server.sockets[0].getsockname()[1]
        try:
            return await posted(port.peer(f"https://localhost:{number}/", SECRET, 2))
        finally:
            await runner.cleanup()

    assert asyncio.run(main()) == [Failed("certificate not trusted")]
    assert seen == []
