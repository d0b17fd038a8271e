"""SMPP's bytes, judged by somebody else's library; receipts in any order."""

from __future__ import annotations

import struct
from contextlib import suppress
from datetime import timedelta

import pytest
import smpp34
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop.sms import answers, pdu, receipts
from reik.interop.sms.pdu import Command, Pdu, Submit
from reik.interop.sms.receipts import Fate, Ledger, Said
from tests.adapters.smpp_peers import deliver

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
