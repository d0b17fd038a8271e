"""Web push: golden by RFC 8291's own example, then against a push service and phones of other people's code."""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid02

from reik.interop import AddressRefused, Delivered, Failed, Result
from reik.interop.webpush import keys, mapping, port
from reik.interop.webpush.keys import Receipt
from reik.interop.webpush.mapping import Gone
from reik.kernel import clock
from reik.kernel.home import Home
from reik.people.push_address import Phone, PushRefused, address_of, check_phone, phones_in
from tests.adapters.certificates import self_signed
from tests.adapters.push_service import Browser, PushService, push_service, text

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ALERT, CLIENT, ORGANISATION = uuid4(), uuid4(), uuid4()
BROWSER = Browser()


def raw(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def body(**more: object) -> str:
    data = {
        "alert": str(ALERT),
        "organisation": str(ORGANISATION),
        "client": str(CLIENT),
        "wait_s": 300,
        **more,
    }
    return json.dumps({"type": "alert.step", "timestamp": NOW.isoformat(), "data": data})


def phone(browser: Browser, endpoint: str, lang: str = "nl") -> Phone:
    return Phone(id=uuid4(), endpoint=endpoint, p256dh=browser.p256dh, auth=browser.auth, lang=lang)


# --- golden ---------------------------------------------------------------------------------------------


def test_the_example_of_rfc_8291_comes_out_byte_for_byte():
    own = derive_private_key(
        int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), SECP256R1()
    )
    plain = b"When I grow up, I want to be a watermelon"
    made = mapping.encrypted(
        plain,
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
        own=own,
        size=len(plain),
    )
    assert text(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
        "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(plain=st.binary(max_size=mapping.PLAIN))
def test_the_library_opens_whatever_was_closed_and_its_length_tells_nothing(plain: bytes):
    browser = BROWSER
    made = mapping.encrypted(
        plain,
        browser.p256dh,
        browser.auth,
        salt=secrets.token_bytes(16),
        own=generate_private_key(SECP256R1()),
    )
    opened = http_ece.decrypt(made, private_key=browser.key, auth_secret=browser.secret, version="aes128gcm")
    assert opened == plain
    assert len(made) == 86 + mapping.PLAIN + 17 <= 4096


def test_the_library_accepts_the_signature_and_it_ends_within_a_day():
    key = keys.signing_key(Home.from_environment())
    now = clock.now()
    header = mapping.signed(
        key, keys.public_of(key), "https://web.push.apple.com", "mailto:beheer@zorg.nl", now
    )
    token, public = header.removeprefix("vapid t=").split(",k=")
    assert Vapid02.verify(header)
    claims = json.loads(raw(token.split(".")[1]))
    assert claims["aud"] == "https://web.push.apple.com"
    assert claims["sub"] == "mailto:beheer@zorg.nl"
    assert now.timestamp() < claims["exp"] <= (now + timedelta(hours=24)).timestamp()
    assert len(raw(public)) == 65


def test_the_key_follows_from_the_key_file_alone(tmp_path):
    one, other = Home(tmp_path / "one"), Home(tmp_path / "other")
    one.prepare()
    other.prepare()
    again = keys.public_of(keys.signing_key(Home(tmp_path / "one")))
    assert keys.public_of(keys.signing_key(one)) == again
    assert keys.public_of(keys.signing_key(other)) != again


# --- words ----------------------------------------------------------------------------------------------


def test_a_notification_says_nothing_of_anybody():
    notice = mapping.notice_of(body(), "/naaste", "nl")
    assert notice.title == "Reik"
    assert notice.body == f"Er is een melding voor u. Nummer {ALERT.hex[-4:].upper()}."
    assert notice.url == f"/naaste?wie={CLIENT}"
    assert notice.topic == ALERT.hex
    assert len(notice.topic) <= 32
    assert mapping.notice_of(body(), "/team", "en").url == f"/team/melding/{ALERT}"
    assert mapping.notice_of(body(), "/team", "en").body.startswith("There is an alert for you. Number ")
    report = json.dumps({"type": "report.week", "data": {"organisation": str(ORGANISATION)}})
    assert mapping.notice_of(report, "/team", "nl").body == "Er is een bericht in Reik."
    assert mapping.notice_of(body(drill=True), "/team", "en").body.startswith("DRILL. There is an alert")
    assert mapping.notice_of(body(drill=True), "/naaste", "nl").body.startswith("OEFENING. Er is een melding")
    assert mapping.notice_of(body(), "/team", "fy").body.startswith("Er is een melding")


@pytest.mark.parametrize(
    ("wait", "ttl"), [(300, 300), (60, 60), (5, 30), (7200, 3600), (None, mapping.USUAL_TTL)]
)
def test_it_does_not_outlive_the_wait_of_its_step(wait, ttl):
    notice = mapping.notice_of(body(wait_s=wait), "/team", "nl")
    assert mapping.headers(notice, "vapid")["TTL"] == str(ttl)
    assert mapping.headers(notice, "vapid")["Urgency"] == "high"


@pytest.mark.parametrize(
    ("status", "retry_after", "meant"),
    [
        (201, None, Delivered()),
        (200, None, Delivered()),
        (202, "3", Delivered()),
        (400, None, Failed("HTTP 400", permanent=True, answered=True)),
        (413, None, Failed("HTTP 413", permanent=True, answered=True)),
        (301, None, Failed("HTTP 301", permanent=True, answered=True)),
        (401, None, Failed("signature refused (HTTP 401)", answered=True)),
        (403, None, Failed("signature refused (HTTP 403)", answered=True)),
        (429, "7", Failed("HTTP 429", retry_after=timedelta(seconds=7))),
        (503, "Mon, 23 Nov 2026 07:00:30 GMT", Failed("HTTP 503", retry_after=timedelta(seconds=30))),
        (503, "bientôt", Failed("HTTP 503")),
        (500, "7", Failed("HTTP 500")),
    ],
)
def test_what_an_answer_means(status, retry_after, meant):
    assert mapping.meaning(status, retry_after, NOW) == meant


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone(status):
    with pytest.raises(Gone):
        mapping.meaning(status, None, NOW)


LATER = Failed("HTTP 503", retry_after=timedelta(seconds=9))
NEVER = Failed("HTTP 400", permanent=True, answered=True)


@pytest.mark.parametrize(
    ("said", "permanent", "retry_after"),
    [
        ([None], True, None),
        ([None, None], True, None),
        ([None, NEVER], True, None),
        ([LATER, None], False, timedelta(seconds=9)),
        ([LATER, NEVER], False, timedelta(seconds=9)),
        ([LATER, Failed("no connection")], False, None),
    ],
)
def test_when_no_phone_took_it_one_that_may_do_so_later_keeps_it(said, permanent, retry_after):
    result = mapping.together(said)
    assert isinstance(result, Failed)
    assert (result.permanent, result.retry_after) == (permanent, retry_after)


def test_one_phone_that_took_it_is_enough():
    assert mapping.together([None, LATER, NEVER, Delivered()]) == Delivered()


# --- what may be called ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.nl/x",
        "https://evilfcm.googleapis.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.nl/x",
        "https://push.apple.com/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:8000/x",
        "https://[::1/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/\r\nX: y",
        "https://fcm.googleapis.com/" + "x" * 1024,
    ],
)
def test_a_server_that_is_no_push_service_is_never_called(endpoint):
    with pytest.raises(PushRefused) as refused:
        check_phone(endpoint, BROWSER.p256dh, BROWSER.auth, demo=False)
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x:y",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=x",
        "https://push.zorg.nl/x",
    ],
)
def test_push_services_are_called_but_not_from_a_demo(endpoint):
    check_phone(endpoint, BROWSER.p256dh, BROWSER.auth, demo=False, also=["push.zorg.nl"])
    with pytest.raises(PushRefused):
        check_phone(endpoint, BROWSER.p256dh, BROWSER.auth, demo=True, also=["push.zorg.nl"])
    check_phone("http://127.0.0.1:9/x", BROWSER.p256dh, BROWSER.auth, demo=True)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("x", BROWSER.auth),
        (BROWSER.p256dh, "x"),
        (text(b"\x04" + b"\x01" * 64), BROWSER.auth),
        ("é", "é"),
    ],
)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(PushRefused):
        check_phone("https://web.push.apple.com/x", p256dh, auth, demo=False)


@given(st.one_of(st.text(), st.builds("webpush://localhost/naaste?to={}".format, st.text())))
def test_an_address_that_is_none_is_refused_and_nothing_else(address: str):
    try:
        made = port.peer(address, None, 5)
    except AddressRefused:
        return
    assert made.page.startswith("/")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
    )
)
def test_a_list_of_phones_that_is_none_is_refused_and_nothing_else(to: object):
    try:
        phones_in("webpush://localhost/naaste?to=" + json.dumps(to))
    except PushRefused:
        return
    assert to == []


def test_an_address_keeps_its_phones_and_shows_none_of_it():
    made = [
        phone(BROWSER, "https://web.push.apple.com/a?b=c&d=%20"),
        phone(BROWSER, "https://web.push.apple.com/2", "en"),
    ]
    assert phones_in(address_of("/naaste", made)) == ("/naaste", made)
    assert BROWSER.auth not in repr(made)
    assert "apple" not in repr(made)


# --- receipts -------------------------------------------------------------------------------------------


@given(st.uuids(), st.uuids(), st.uuids(), st.integers(0, 63), st.integers(1, 255))
def test_a_receipt_holds_until_one_bit_of_it_changes(
    one: UUID, two: UUID, three: UUID, place: int, change: int
):
    receipt = Receipt(organisation_id=one, phone_id=two, message_id=three)
    made = keys.written(b"k" * 32, receipt)
    assert keys.read(b"k" * 32, made) == receipt
    assert keys.read(b"l" * 32, made) is None
    altered = bytearray(urlsafe_b64decode(made))
    altered[place] ^= change
    assert keys.read(b"k" * 32, text(bytes(altered))) is None


@given(st.text(max_size=200))
def test_what_is_no_receipt_is_none(said: str):
    assert keys.read(b"k" * 32, said) is None


# --- live -----------------------------------------------------------------------------------------------


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
    assert shown["url"] == f"/naaste?wie={CLIENT}"
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
