"""Web push, live: against a push service and phones of other people's code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from reik.interop import Delivered, Failed, Result
from reik.interop.webpush import keys, port
from reik.interop.webpush.keys import Receipt
from reik.kernel import clock
from reik.kernel.home import Home
from reik.people.push_address import address_of
from tests.adapters.certificates import self_signed
from tests.adapters.push_service import PushService, push_service
from tests.adapters.webpush_said import ALERT, BROWSER, NOW, ORGANISATION, body, phone


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


def deliver(
    address: str, said: str, *, message_id: UUID | None = None, timeout_s: float = 1, times: int = 1,
    prepare: Callable[[port.Way], None] = lambda way: None,
) -> tuple[Result, list[UUID]]:  # fmt: skip
    gone: list[UUID] = []

    async def run() -> Result:
        async with port.opened() as way:
            way.note_gone = lambda ids, now: gone.extend(ids)
            prepare(way)
            for _ in range(times):
                result = await port.deliver(
                    way,
                    port.peer(address, None, timeout_s),
                    message_id=str(message_id or uuid4()),
                    body=said,
                    now=clock.now(),
                )
        return result

    return asyncio.run(run()), gone


def test_all_phones_of_a_person_show_it_each_in_its_language(service: PushService):
    one, two, message = service.browser(), service.browser(), uuid4()
    phones = [phone(one, service.endpoint(one)), phone(two, service.endpoint(two), "en")]
    result, gone = deliver(address_of("/naaste", phones), body(), message_id=message)
    assert (result, gone) == (Delivered(), [])
    (shown,) = one.shown
    assert shown["title"] == "Reik"
    assert shown["body"] == f"Er is een melding voor u. Nummer {ALERT.hex[-4:].upper()}."
    assert shown["url"] == f"/naaste/melding/{ALERT}"
    assert shown["id"] == str(message)
    assert two.shown[0]["body"].startswith("There is an alert")
    key = keys.receipt_key(Home.from_environment())
    assert keys.read(key, shown["receipt"]) == Receipt(
        organisation_id=ORGANISATION, phone_id=phones[0].id, message_id=message
    )
    assert one.headers[0]["Topic"] == two.headers[0]["Topic"] == ALERT.hex
    assert one.headers[0]["Urgency"] == "high"
    assert one.headers[0]["bytes"] == two.headers[0]["bytes"]


def test_sent_again_it_has_the_same_key_and_topic_and_new_cipher(service: PushService):
    browser, message = service.browser(), uuid4()
    deliver(
        address_of("/team", [phone(browser, service.endpoint(browser))]), body(), message_id=message, times=2
    )
    assert [each["id"] for each in browser.shown] == [str(message)] * 2
    assert {each["Topic"] for each in browser.headers} == {ALERT.hex}


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_noted_and_the_other_shows_it(service: PushService, status: int):
    old, new = service.browser(), service.browser()
    service.statuses[old.name] = status
    phones = [phone(old, service.endpoint(old)), phone(new, service.endpoint(new))]
    result, gone = deliver(address_of("/naaste", phones), body())
    assert result == Delivered()
    assert gone == [phones[0].id]
    assert len(new.shown) == 1


def test_when_the_only_phone_is_gone_the_message_is_given_up(service: PushService):
    old = service.browser()
    service.statuses[old.name] = 410
    result, gone = deliver(address_of("/naaste", [phone(old, service.endpoint(old))]), body())
    assert isinstance(result, Failed)
    assert result.permanent
    assert len(gone) == 1


def test_nobody_waits_for_a_person_without_a_phone():
    result, _ = deliver(address_of("/naaste", []), body())
    assert isinstance(result, Failed)
    assert result.permanent
    assert result.answered


def test_a_database_that_is_away_does_not_change_what_the_push_service_said(service: PushService):
    old, new = service.browser(), service.browser()
    service.statuses[old.name] = 410

    def away(way: port.Way) -> None:
        def refuse(ids: object, now: datetime) -> None:
            raise OSError("no database")

        way.note_gone = refuse

    phones = [phone(old, service.endpoint(old)), phone(new, service.endpoint(new))]
    result, _ = deliver(address_of("/naaste", phones), body(), prepare=away)
    assert result == Delivered()


@pytest.mark.parametrize(
    ("status", "retry_after", "meant"),
    [
        (429, "20", Failed("HTTP 429", retry_after=timedelta(seconds=20))),
        (500, "", Failed("HTTP 500")),
        (403, "", Failed("signature refused (HTTP 403)", answered=True)),
        (301, "", Failed("HTTP 301", permanent=True, answered=True)),
        (413, "", Failed("HTTP 413", permanent=True, answered=True)),
    ],
)
def test_a_push_service_that_refuses(service: PushService, status: int, retry_after: str, meant: Failed):
    browser = service.browser()
    service.statuses[browser.name], service.retry_after = status, retry_after
    assert deliver(address_of("/naaste", [phone(browser, service.endpoint(browser))]), body())[0] == meant


def test_a_push_service_that_is_slow_breaks_off_or_is_not_there(service: PushService):
    slow, cut = service.browser(), service.browser()
    service.slow.add(slow.name)
    service.cut.add(cut.name)
    said = [
        deliver(address_of("/naaste", [phone(BROWSER, each)]), body(), timeout_s=0.3)[0]
        for each in (service.endpoint(slow), service.endpoint(cut), "http://127.0.0.1:9/x")
    ]
    assert said[0] == Failed("no answer within 0.3 s")
    assert said[1] == Failed("broken off (ServerDisconnectedError)")
    assert said[2] == Failed("no connection")


def test_a_certificate_that_nobody_trusts(tmp_path):
    import ssl

    async def run() -> Result:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        server = await asyncio.start_server(
            lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context
        )
        number = server.sockets[0].getsockname()[1]
        async with server, port.opened() as way:
            peer = port.peer(
                address_of("/naaste", [phone(BROWSER, f"https://127.0.0.1:{number}/x")]), None, 2
            )
            return await port.deliver(way, peer, message_id=str(uuid4()), body=body(), now=NOW)

    assert asyncio.run(run()) == Failed("certificate not trusted")


def test_a_try_goes_to_the_phone_that_asked_for_it(service: PushService):
    one, two = service.browser(), service.browser()
    phones = [phone(one, service.endpoint(one)), phone(two, service.endpoint(two))]
    asked = json.dumps(
        {"type": "push.try", "data": {"organisation": str(ORGANISATION), "phone": str(phones[1].id)}}
    )
    assert deliver(address_of("/team", phones), asked)[0] == Delivered()
    assert (len(one.shown), len(two.shown)) == (0, 1)
    assert two.shown[0]["body"] == "Dit is een proef. Het werkt."
    result, _ = deliver(address_of("/team", phones[:1]), asked)
    assert isinstance(result, Failed)
    assert not result.permanent  # `reik send` has yet to read the address anew


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "{}", '{"type":"x"}', '{"type":"alert.step","data":{}}', "null"]
)
def test_a_message_that_is_none_of_ours_is_given_up(said: str):
    result, _ = deliver(address_of("/naaste", [phone(BROWSER, "http://127.0.0.1:9/x")]), said)
    assert isinstance(result, Failed)
    assert result.permanent


def test_without_a_contact_nothing_goes_to_a_push_service_outside(monkeypatch):
    monkeypatch.delenv(keys.CONTACT, raising=False)
    address = address_of("/naaste", [phone(BROWSER, "https://web.push.apple.com/x")])
    assert deliver(address, body())[0] == Failed("REIK_PUSH_CONTACT is not set", answered=True)

    async def check() -> Result:
        async with port.opened() as way:
            return await port.check(way, port.peer(address, None, 1), now=NOW)

    assert asyncio.run(check()) == Failed("REIK_PUSH_CONTACT is not set", answered=True)


def test_the_gateway_is_tried_without_a_phone_hearing_of_it(service: PushService):
    browser = service.browser()
    peer = port.peer(address_of("/naaste", [phone(browser, service.endpoint(browser))]), None, 1)
    away = port.peer(address_of("/naaste", [phone(browser, "http://127.0.0.1:9/x")]), None, 1)

    async def check(which: port.Phones) -> Result:
        async with port.opened() as way:
            return await port.check(way, which, now=NOW)

    assert service.url.endswith(port.gateway(peer))
    assert port.gateway(port.peer(address_of("/naaste", []), None, 1)) == ""
    assert asyncio.run(check(peer)) == Delivered()
    assert asyncio.run(check(away)) == Failed("no connection")
    assert browser.shown == []


def test_a_signature_is_used_for_an_hour_and_then_made_anew(service: PushService):
    async def run() -> list[str]:
        async with port.opened() as way:
            at = [NOW, NOW + timedelta(minutes=59), NOW + timedelta(minutes=61), NOW]
            return [way.authorization("https://web.push.apple.com/x", each) for each in at]

    first, same, later, back = asyncio.run(run())
    assert first == same != later
    assert back != later  # a clock that was put back makes it anew too
