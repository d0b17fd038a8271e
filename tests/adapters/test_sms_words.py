"""Text messages, what is pure: the text, the address, SMPP's bytes, receipts in any order, a provider's mapping."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from datetime import timedelta

import pytest
import smpp34
from aiosmpplib.codec import GSM7BitCodec
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.sms import answers, mapping, pdu, provider, provider_toml, receipts, text
from reik.interop.sms.mapping import OverHttp, OverSmpp, Receipt
from reik.interop.sms.pdu import Command, Pdu, Submit
from reik.interop.sms.receipts import Fate, Ledger, Said
from reik.interop.sms.text import Lang
from tests.adapters.smpp_peers import deliver

KEY = "0193548c-7a00-7000-8000-0000003fa9c2"
ALERT = '{"type":"alert.step","data":{"client":"c","cause":"not_out","wait_s":600}}'
SMPP = "smpps://reik@sms.example.nl/?to=+31612345678&from=Reik"
HTTP = "https://sms.example.nl/v1?kind=sms&provider=voorbeeld&to=+31612345678&from=Reik"


def says(**given):
    chosen = {"body": ALERT, "lang": Lang.NL, "name": "Reik", "callback": None} | given
    return text.text(KEY, chosen.pop("body"), **chosen)


# the text


def test_the_text_names_nobody_and_has_a_number_that_can_be_read_out():
    assert says() == "Reik: er is een melding. Open de app. Nummer 3FA9C2."
    assert says(lang=Lang.EN) == "Reik: there is an alert. Open the app. Number 3FA9C2."
    assert says(callback="+31881234567") == (
        "Reik: er is een melding. Open de app. Nummer 3FA9C2. Bel +31881234567."
    )
    assert text.reference(KEY) == "80000000003FA9C2"


def test_a_drill_and_what_is_no_alert_say_so():
    assert says(body='{"type":"alert.step","data":{"drill":true}}').startswith(
        "OEFENING. Reik: er is een melding."
    )
    assert says(body='{"type":"report.ready"}').startswith("Reik: er is een bericht.")
    assert says(body="no json").startswith("Reik: er is een bericht.")


@given(
    body=st.one_of(st.text(), st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda each: (
        st.dictionaries(st.sampled_from(["type", "data", "drill", "wait_s", "x"]), each) | st.lists(each))
    ).map(json.dumps)),
    name=st.text(st.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
                 min_size=1, max_size=mapping.LONGEST_NAME),
    lang=st.sampled_from(Lang), callback=st.none() | st.just("+31881234567"),
)  # fmt: skip
def test_whatever_is_asked_the_text_is_one_message_with_its_number(body, name, lang, callback):
    made = says(body=body, name=name, lang=lang, callback=callback)
    coding, data = text.coded(made)
    assert len(data) <= (160 if coding == text.GSM else 140)
    assert "3FA9C2" in made
    assert 5 <= text.useful_min(body, 60) <= 60


def test_what_does_not_fit_is_left_out_but_never_the_number():
    made = says(name="Zoë", callback="+31881234567", body='{"type":"alert.step","drill":true}')
    assert made == "OEFENING. Zoë: er is een melding. Nummer 3FA9C2. Bel +31881234567."
    assert text.coded(made)[0] == text.UCS2


@given(st.text(st.sampled_from(text._BASIC.replace("\x1b", "") + "^{}\\[~]|€")))
def test_gsm_03_38_is_that_of_the_library(words):
    assert (text.septets(words), len(words)) == GSM7BitCodec().encode(words)


def test_a_letter_that_gsm_lacks_makes_it_ucs_2():
    assert text.coded("é") == (0, b"\x05")
    assert text.coded("ë") == (8, b"\x00\xeb")
    assert text.septets("\x1b") is None


@pytest.mark.parametrize(
    ("wait", "minutes"),
    [(None, 60), (600, 10), (30, 5), (90_000, 60), (5000, 60), (True, 60), ("x", 60), (-1, 60)],
)
def test_a_text_that_comes_too_late_is_not_delivered(wait, minutes):
    assert text.useful_min(json.dumps({"data": {"wait_s": wait}}), 60) == minutes


# the address


def test_an_smpp_address_with_everything():
    read = mapping.address(
        "smpps://reik%2B1@sms.example.nl:3551/?to=%2B31612345678&from=+3197010203040&lang=en&name=Zorg%20N"
        "&callback=+31881234567&receipt=wait&valid=15&system_type=OTA",
        "geheim",
    )  # fmt: skip
    assert isinstance(read, OverSmpp)
    assert read.gateway.name == "reik+1@sms.example.nl:3551"
    assert (read.gateway.tls, read.gateway.system_type, read.receipt, read.valid_min) == (
        True,
        "OTA",
        Receipt.WAIT,
        15,
    )
    assert (read.phone.to, read.phone.sender, read.phone.lang) == ("+31612345678", "+3197010203040", "en")
    assert (read.phone.name, read.phone.callback) == ("Zorg N", "+31881234567")
    assert "geheim" not in repr(read)


def test_an_http_address_keeps_what_is_not_ours():
    read = mapping.address(HTTP.replace("://", "://acc@"), "sleutel")
    assert isinstance(read, OverHttp)
    assert (read.url, read.provider, read.user) == ("https://sms.example.nl/v1", "voorbeeld", "acc")
    assert "sleutel" not in repr(read)


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("", "g"),
        ("tel:+31612345678", "g"),
        (SMPP, None),
        (SMPP, ""),
        (SMPP, "ge heim"),
        (SMPP, "g" * 65),
        (SMPP.replace("reik@", ""), "g"),
        (SMPP.replace("reik@", "a-name-that-is-too-long@"), "g"),
        (SMPP.replace("reik@", "reik:geheim@"), "g"),
        (SMPP.replace("smpps", "smpp"), "g"),
        (SMPP.replace("nl/", "nl:0/"), "g"),
        (SMPP.replace("example.nl", "example..nl"), "g"),
        (SMPP.replace("example.nl", "x" * 64 + ".nl"), "g"),
        (SMPP.replace("nl/", "nl:99999/"), "g"),
        (SMPP + "&receipt=maybe", "g"),
        (SMPP + "&valid=1", "g"),
        (SMPP + "&valid=x", "g"),
        (SMPP + "&lang=de", "g"),
        (SMPP + "&name=", "g"),
        (SMPP + "&name=" + "x" * 21, "g"),
        (SMPP + "&name=a%0Ab", "g"),
        (SMPP + "&name=%F0%9F%92%8A", "g"),
        (SMPP + "&callback=112", "g"),
        (SMPP + "&to=+31612345679", "g"),
        (SMPP + "&provider=x", "g"),
        (SMPP + "&system_type=much-too-long-for-it", "g"),
        (SMPP + "#x", "g"),
        (SMPP.replace("from=Reik", "from=Reikreikreik"), "g"),
        (SMPP.replace("from=Reik", "from=12"), "g"),
        (SMPP.replace("from=Reik", "from="), "g"),
        (HTTP, None),
        (HTTP.replace("https", "http"), "g"),
        (HTTP.replace("kind=sms&", ""), "g"),
        (HTTP.replace("voorbeeld", "../key"), "g"),
        (HTTP.replace("://", "://a%0D%0Ab@"), "g"),
        (HTTP, "a\r\nb"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(address, secret):
    with pytest.raises(AddressRefused) as refused:
        mapping.address(address, secret)
    assert str(refused.value).endswith((".", "…."))
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    "number", ["+31612345678", "+3197010203040", "+31881234567", "+4915112345678", "+2902345"]
)
def test_a_number_that_may_be_one_is_kept(number):
    assert mapping.e164(number) == number


@pytest.mark.parametrize(
    "number", ["0612345678", "31612345678", "+310612345678", "+3161234567", "+316123456789", "+31 612345678",
               "+0612345678", "+1234567890123456", "+12345", "112", "+٣١٦١٢٣٤٥٦٧٨", "+31612345678\n", ""],
)  # fmt: skip
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(AddressRefused):
        mapping.e164(number)


@given(
    st.text() | st.text().map(lambda each: SMPP + each) | st.text().map(lambda each: HTTP + each),
    st.text() | st.none(),
)
def test_no_address_does_anything_but_fit_or_be_refused(address, secret):
    with suppress(AddressRefused):
        mapping.address(address, secret)


# SMPP's bytes, judged by somebody else's library


SUBMIT = Submit(to="+31612345678", sender="Reik", coding=0, text=b"Reik: x", valid_min=75, receipt=True)


def test_a_text_as_the_rust_library_reads_it():
    read = smpp34.decode(Pdu(Command.SUBMIT_SM, 0, 5, SUBMIT.body()).bytes())
    assert (read.sequence_number, read.destination_addr, read.dest_addr_ton, read.dest_addr_npi) == (
        5,
        "31612345678",
        1,
        1,
    )
    assert (read.source_addr, read.source_addr_ton, read.source_addr_npi) == ("Reik", 5, 0)
    assert (read.short_message, read.data_coding, read.registered_delivery) == (b"Reik: x", 0, 1)
    assert (read.validity_period, read.schedule_delivery_time, read.esm_class) == ("000000011500000R", "", 0)


@given(
    st.builds(
        Submit,
        to=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).filter(str.isascii),
        sender=st.sampled_from(["Reik", "+31612345678", "1008"]),
        coding=st.sampled_from([0, 8]),
        text=st.binary(max_size=160),
        valid_min=st.integers(5, 1440),
        receipt=st.booleans(),
    )
)
def test_every_text_is_read_back_by_the_library(made):
    data = Pdu(Command.SUBMIT_SM, 0, 1, made.body()).bytes()
    read = smpp34.decode(data)
    assert (read.short_message, read.destination_addr) == (made.text, made.to[1:])
    assert (read.source_addr, read.data_coding) == (made.sender.lstrip("+"), made.coding)
    assert len(read.validity_period) == 16
    assert read.encode()[16:] == data[16:]


@given(st.lists(st.builds(Pdu, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1),
                          st.binary(max_size=300)), max_size=6), st.data())  # fmt: skip
def test_pdus_are_found_however_they_are_cut(pdus, data):
    whole = b"".join(each.bytes() for each in pdus)
    frames, found, at = pdu.Frames(), [], 0
    while at < len(whole):
        size = data.draw(st.integers(1, len(whole) - at))
        found += frames.feed(whole[at : at + size])
        at += size
    assert found == pdus


@pytest.mark.parametrize("length", [0, 15, pdu.LARGEST + 1, 2**32 - 1])
def test_a_length_that_no_pdu_has_is_refused_at_once(length):
    with pytest.raises(pdu.Malformed):
        pdu.Frames().feed(struct.pack(">I", length))


@given(st.binary(max_size=400))
def test_any_bytes_are_pdus_or_malformed(data):
    try:
        for each in pdu.Frames().feed(data):
            pdu.message_id(each.body)
    except pdu.Malformed:
        pass


@given(st.sampled_from([Command.DELIVER_SM, Command.DATA_SM]), st.binary(max_size=200))
def test_any_body_is_a_message_or_malformed(command, body):
    with suppress(pdu.Malformed):
        receipts.said(pdu.incoming(Pdu(command, 0, 1, body)))


@given(st.integers(0, 200), st.integers(0, 255))
@settings(max_examples=300)
def test_a_receipt_with_one_wrong_byte_is_read_or_malformed(at, byte):
    body = bytearray(deliver(b"id:A1 stat:DELIVRD").body)
    body[at % len(body)] = byte
    with suppress(pdu.Malformed):
        receipts.said(pdu.incoming(Pdu(Command.DELIVER_SM, 0, 1, bytes(body))))


# receipts


def heard(content: bytes, **given) -> Said | None:
    return receipts.said(pdu.incoming(deliver(content, **given)))


def test_a_receipt_as_the_rust_library_writes_it():
    made = smpp34.DeliverSm(
        source_addr="31612345678", destination_addr="Reik", esm_class=4, short_message=b"",
        tlvs=[smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"abc\0"), smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\x05")],
    ).encode()  # fmt: skip
    (read,) = pdu.Frames().feed(made)
    assert receipts.said(pdu.incoming(read)) == Said("abc", "31612345678", Fate.LOST)


@pytest.mark.parametrize(
    ("content", "fate"),
    [
        (
            b"id:A1 sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 stat:DELIVRD err:000 text:x",
            Fate.ARRIVED,
        ),
        (b"id:A1 stat:UNDELIV err:001", Fate.LOST),
        (b"ID:A1 STAT:expired", Fate.LOST),
        (b"id: A1 stat: REJECTD", Fate.REFUSED),
        (b"id:A1 stat:DELETED", Fate.REFUSED),
        (b"id:A1 stat:ACCEPTD", Fate.ON_THE_WAY),
        (b"id:A1 stat:UNKNOWN", Fate.ON_THE_WAY),
        (b"id:A1 stat:ENROUTE", Fate.ON_THE_WAY),
    ],
)
def test_what_receipts_say(content, fate):
    assert heard(content) == Said("A1", "31612345678", fate)


@pytest.mark.parametrize(
    "content", [b"", b"hallo", b"id:A1", b"stat:DELIVRD", b"id:A1 stat:WHAT", b"\xff\xfe"]
)
def test_what_does_not_say_what_became_of_which_text_is_no_receipt(content):
    assert heard(content) is None


def test_a_text_from_a_phone_is_no_receipt():
    assert heard(b"id:A1 stat:DELIVRD", esm_class=0) is None


ORDERS = st.lists(
    st.sampled_from([Fate.ON_THE_WAY, Fate.LOST, Fate.REFUSED, Fate.ARRIVED]), min_size=1, max_size=6
)


@given(ORDERS, st.integers(0, 6))
def test_receipts_in_any_order_and_before_the_answer_end_the_same(fates, before):
    ledger = Ledger()
    for at, fate in enumerate(fates):
        if at == before:
            ledger.took("k", "A1", "+31612345678", at, asked=True)
        ledger.heard(Said("a1", "31612345678", fate), at)
    if before >= len(fates):
        ledger.took("k", "A1", "+31612345678", len(fates), asked=True)
    seen = ledger.of("k").fate
    early = fates[:before]  # of those before the answer the last is kept
    assert seen == max([*early[-1:], *fates[before:]])


@pytest.mark.parametrize(
    ("given_id", "receipted"), [("05F5E101", "100000001"), ("100000001", "5f5e101"), ("0012", "12")]
)
def test_an_id_in_another_base_is_the_same_text(given_id, receipted):
    ledger = Ledger()
    ledger.took("k", given_id, "+31612345678", 0, asked=True)
    assert ledger.heard(Said(receipted, "31612345678", Fate.ARRIVED), 1) == "k"


def test_an_id_in_another_base_of_another_phone_or_a_short_one_is_not():
    ledger = Ledger()
    ledger.took("k", "100000001", "+31612345678", 0, asked=True)
    ledger.took("l", "10", "+31612345678", 0, asked=True)
    assert ledger.heard(Said("5F5E101", "31600000000", Fate.ARRIVED), 1) is None
    assert ledger.heard(Said("16", "31612345678", Fate.ARRIVED), 1) is None


def test_an_early_receipt_of_another_phone_is_not_this_texts():
    ledger = Ledger()
    ledger.heard(Said("A1", "31600000000", Fate.ARRIVED), 0)
    ledger.took("k", "A1", "+31612345678", 1, asked=True)
    assert ledger.of("k").fate == Fate.TAKEN


def test_a_failed_text_is_sent_again_and_the_old_receipt_says_nothing_of_the_new_one():
    ledger = Ledger()
    ledger.took("k", "A1", "+31612345678", 0, asked=True)
    ledger.heard(Said("A1", "", Fate.LOST), 1)
    assert ledger.of("k").again(2)
    ledger.took("k", "A2", "+31612345678", 3, asked=True)
    assert ledger.heard(Said("A1", "", Fate.REFUSED), 4) is None
    assert ledger.of("k").fate == Fate.TAKEN
    assert ledger.heard(Said("A1", "", Fate.ARRIVED), 5) == "k"  # the phone has it, by whichever attempt
    ledger.took("k", "A3", "+31612345678", 6, asked=True)  # an answer that came late
    assert ledger.of("k").fate == Fate.ARRIVED


def test_a_text_without_a_receipt_is_sent_again_after_three_minutes_but_not_while_it_is_on_its_way():
    ledger = Ledger()
    ledger.took("k", "A1", "", 0, asked=True)
    ledger.took("l", "A2", "", 0, asked=True)
    ledger.took("m", "A3", "", 0, asked=False)
    ledger.heard(Said("A2", "", Fate.ON_THE_WAY), 1)
    assert [ledger.of(key).again(180) for key in "klm"] == [False, False, False]
    assert [ledger.of(key).again(181) for key in "klm"] == [True, False, False]


def test_a_gateway_that_takes_and_confirms_nothing_is_doubted_until_it_confirms_anything():
    ledger = Ledger()
    ledger.took("a", "A1", "", 0, asked=False)
    assert ledger.doubts(1000) == ""  # no receipt was asked for
    ledger.took("k", "A2", "", 1000, asked=True)
    ledger.took("l", "A3", "", 1100, asked=True)
    assert ledger.doubts(1180) == ""
    assert ledger.doubts(1181) == ledger.doubt(1181) == "takes messages and confirms none"
    ledger.heard(Said("of another sender", "", Fate.ARRIVED), 1200)
    assert ledger.doubts(1200) == ""


def test_a_gateway_that_confirms_or_delivers_few_is_doubted():
    ledger = Ledger()
    for each in range(9):
        ledger.took(str(each), f"A{each}", "", 0, asked=True)
    for each in range(4):
        ledger.heard(Said(f"A{each}", "", Fate.ARRIVED), 1)
    assert ledger.doubts(200) == "takes messages and confirms few (5 of 9 without a receipt)"
    for each in range(4, 9):
        ledger.heard(Said(f"A{each}", "", Fate.LOST), 2)
    assert ledger.doubts(200) == "takes messages and delivers few (5 of 9 did not arrive)"
    assert ledger.doubts(5000) == ""


def test_memory_is_bounded():
    ledger = Ledger()
    for each in range(receipts.MOST_KEPT + 50):
        ledger.took(str(each), f"A{each}", "", 0, asked=True)
        ledger.heard(Said(f"B{each}", "", Fate.ARRIVED), 0)
    assert len(ledger._texts) == receipts.MOST_KEPT
    assert len(ledger._early) <= receipts.MOST_EARLY
    ledger.took("last", "Z", "", receipts.KEPT_S + 1, asked=True)
    assert len(ledger._texts) == 1
    assert len(ledger._keys) < 200
    assert ledger._early == {}


@pytest.mark.parametrize(
    ("status", "permanent", "wait"), [(0x58, False, 2), (0x14, False, 2), (0x0B, True, None), (0x0A, False, None),
                                      (0x65, True, None), (0x08, False, None), (0x401, False, None)],
)  # fmt: skip
def test_what_a_refusal_means(status, permanent, wait):
    failed = answers.refusal(status, 2)
    assert (failed.permanent, failed.answered) == (permanent, True)
    assert failed.retry_after == (timedelta(seconds=wait) if wait else None)


# a provider's mapping


JSON = """
path = "/messages/{ref}"
[headers]
Authorization = "Bearer {secret}"
[json]
from = "{sender}"
messages = [{ to = "{to}", text = "{text}", reference = "{ref}", urgent = true, parts = 1 }]
[taken]
path = "messages.0.status"
values = ["0", "queued"]
[throttled]
path = "messages.0.status"
values = ["1"]
wait_s = 5
[refused]
status = [422]
[check]
method = "GET"
path = "/balance"
"""
WORDS = provider.words(
    to="+31612345678", text='Reik: "Zoë" {secret}', ref="R1", sender="Reik", user="u", secret="s&s"
)


def test_a_request_with_json():
    made = provider.request(provider_toml.read(JSON), "https://x.nl/v1", WORDS)
    assert (made.method, made.url) == ("POST", "https://x.nl/v1/messages/R1")
    assert made.headers == {"Authorization": "Bearer s&s", "Content-Type": "application/json"}
    assert json.loads(made.body) == {
        "from": "Reik",
        "messages": [
            {
                "to": "+31612345678",
                "text": 'Reik: "Zoë" {secret}',
                "reference": "R1",
                "urgent": True,
                "parts": 1,
            }
        ],
    }
    assert "s&s" not in repr(made)


def test_a_request_with_a_form_and_one_with_a_query():
    form = provider.request(
        provider_toml.read('path="/{user}"\n[form]\nTo="{to}"\nKey="{secret}"'), "https://x.nl", WORDS
    )
    assert (form.url, form.body) == ("https://x.nl/u", b"To=%2B31612345678&Key=s%26s")
    query = provider.request(
        provider_toml.read('method="GET"\n[query]\nto="{to_digits}"\nb="{basic}"'), "https://x.nl/a", WORDS
    )
    assert (query.method, query.url, query.body) == ("GET", "https://x.nl/a?to=31612345678&b=dTpzJnM%3D", b"")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ((200, None, b'{"messages":[{"status":"0"}]}'), Delivered()),
        ((201, None, b'{"messages":[{"status":"queued"}]}'), Delivered()),
        ((200, None, b'{"messages":[{"status":0}]}'), Delivered()),
        ((200, None, b'{"messages":[{"status":"1"}]}'),
         Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=5))),
        ((429, "30", b""), Failed("the provider has too much to do", answered=True, retry_after=timedelta(seconds=30))),
        ((422, None, b"{}"), Failed("refused (HTTP 422)", permanent=True, answered=True)),
        ((200, None, b'{"messages":[]}'), Failed("not taken (HTTP 200)", answered=True)),
        ((200, None, b"<html>fine"), Failed("not taken (HTTP 200)", answered=True)),
        ((401, None, b"{}"), Failed("not taken (HTTP 401)", answered=True)),
        ((302, None, b'{"messages":[{"status":"0"}]}'), Failed("not taken (HTTP 302)")),
        ((500, None, b'{"messages":[{"status":"0"}]}'), Failed("not taken (HTTP 500)")),
        ((408, None, b""), Failed("not taken (HTTP 408)")),
    ],
)  # fmt: skip
def test_what_an_answer_of_a_provider_means(answer, meant):
    assert provider.meaning(provider_toml.read(JSON), answer) == meant


def test_a_mapping_that_says_nothing_takes_any_2xx():
    plain = provider_toml.read("")
    assert provider.meaning(plain, (204, None, b"")) == Delivered()
    assert provider.meaning(plain, (400, None, b"")) == Failed("not taken (HTTP 400)", answered=True)
    assert provider.alive(plain, 404) == Delivered()
    assert isinstance(provider.alive(plain, 503), Failed)
    assert isinstance(provider.alive(provider_toml.read(JSON), 401), Failed)


@pytest.mark.parametrize(
    "wrong",
    [
        "=", "metod='POST'", "method='DELETE'", "method='GET'\n[json]\na='{to}'", "[json]\na=1\n[form]\na='1'",
        "path='messages'", "path='/a?b=c'", "path='//evil.example'\n[x]", "[json]\na='{name}'", "[headers]\n'A B'='x'",
        "[headers]\nA='é'", "[headers]\nA=\"x\\ny\"", "[headers]\nA=1", "[taken]\nstatus=200",
        "[taken]\nstatus=[999]",
        "[taken]\npath='a'", "[taken]\nvalues=['a']", "[taken]\npath='a'\nvalues=[1]",
        "[taken]\npath='a..b'\nvalues=['1']",
        "[throttled]\nwait_s=0", "[throttled]\nwait_s='x'", "[refused]\nstats=[1]", "[check]\nmethod='POST'",
        "[json]\na=inf", "[json]\na=2026-11-23", "[json]\na=" + "[" * 12 + "]" * 12, "json=3\nform=4", "form=3",
        "# " + "x" * 20_000,
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_right_is_refused_with_a_sentence(wrong):
    with pytest.raises(AddressRefused, match="The mapping of this provider cannot be used: "):
        provider_toml.read(wrong)


TOML = st.text() | st.lists(
    st.sampled_from([*JSON.splitlines(), "[form]", "[query]", "a = '{to}'", "path = 1", "status = [1]", "[[json]]"]),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(TOML, st.integers(100, 599), st.none() | st.text(), st.binary())
def test_no_mapping_and_no_answer_does_anything_but_fit_or_be_refused(toml, status, retry_after, body):
    try:
        read = provider_toml.read(toml)
    except AddressRefused:
        return
    made = provider.request(read, "https://x.nl/v1", WORDS)
    assert made.url.startswith("https://x.nl/v1")
    provider.check(read, "https://x.nl/v1", WORDS)
    assert provider.meaning(read, (status, retry_after, body)) is not None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda each: st.lists(each) | st.dictionaries(st.text(), each)), st.text())  # fmt: skip
def test_any_path_into_any_answer_finds_a_text_or_nothing(said, path):
    found = provider.found(said, tuple(path.split(".")))
    assert found is None or isinstance(found, str)
