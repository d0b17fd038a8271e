"""Web push, what is pure: golden by RFC 8291's own example, words, what may be called, receipts."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode
from datetime import timedelta
from uuid import UUID

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid02

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.webpush import keys, mapping, port
from reik.interop.webpush.keys import Receipt
from reik.interop.webpush.mapping import Gone
from reik.kernel import clock
from reik.kernel.home import Home
from reik.people.push_address import PushRefused, address_of, check_phone, phones_in
from tests.adapters.push_service import text
from tests.adapters.webpush_said import ALERT, BROWSER, NOW, ORGANISATION, body, phone


def raw(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


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


def test_a_notification_says_nothing_of_anybody():
    notice = mapping.notice_of(body(), "/naaste", "nl")
    assert notice.title == "Reik"
    assert notice.body == f"Er is een melding voor u. Nummer {ALERT.hex[-4:].upper()}."
    assert notice.url == f"/naaste/melding/{ALERT}"
    assert notice.topic == ALERT.hex
    assert len(notice.topic) <= 32
    assert mapping.notice_of(body(), "/team", "en").url == f"/team/melding/{ALERT}"
    assert mapping.notice_of(body(), "/team", "en").body.startswith("There is an alert for you. Number ")
    report = json.dumps({"type": "report.week", "data": {"organisation": str(ORGANISATION)}})
    assert mapping.notice_of(report, "/team", "nl").body == "Er is een bericht in Reik."
    assert mapping.notice_of(body(drill=True), "/team", "en").body.startswith("EXERCISE. There is an alert")
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


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_drill_opens_its_own_page_and_says_that_it_is_one(lang: str) -> None:
    step = "01a20731-9660-7501-ab6d-3abe46d4bf9a"
    said = json.dumps({"type": "drill.step", "data": {"drill": True, "alert": step, "step": step}})
    for page in ("/team", "/naaste", "/zorgcentrale"):
        notice = mapping.notice_of(said, page, lang)
        assert notice.url == f"/oefening/{step}"
        assert notice.body.startswith("OEFENING." if lang == "nl" else "EXERCISE.")
        assert notice.topic == step.replace("-", "")


def test_the_topic_of_a_message_holds_only_letters_that_a_push_service_takes() -> None:
    for kind in ("outage.note", "forewarning", "test.message"):
        notice = mapping.notice_of(json.dumps({"type": kind, "data": {}}), "/team", "nl")
        assert notice.topic.replace("-", "").isalnum(), "RFC 8030, 5.4: letters of base64url"
