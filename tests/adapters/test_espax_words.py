"""ESPA-X without a wire: addresses, texts, frames and documents, codes and indications (R55)."""

from __future__ import annotations

import contextlib
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reik.interop import Accepted, AddressRefused, Delivered, Failed
from reik.interop.espax import mapping
from reik.interop.espax.address import PRIORITIES, desk
from reik.interop.espax.documents import (
    HEAD,
    MOST_BYTES,
    Broken,
    Frame,
    Frames,
    NoMessage,
    Said,
    framed,
    read,
    written,
)
from reik.interop.espax.mapping import NotTold, Start, Stop
from tests.adapters.espax_peer import SCHEMA, safe

ADDRESS, SECRET = "espax+tls://reik@alarm.example/?group=TEAM-N3", "geheim-1"
ID, ALERT = "01a20734-5580-7a4e-a19f-56c9d02fd8ff", "01a20734-5580-7a4e-a19f-56c9d02fa7f3"


def body(kind: str = "alert.step", **data: Any) -> str:
    about = {"alert": ALERT, "client": ID, "cause": "not_out", "priority": 1, "step": 1, "wait_s": 180}
    return json.dumps({"type": kind, "timestamp": "2026-11-22T08:47:03Z", "data": about | data})


def start(kind: str = "alert.step", more: str = "", **data: Any) -> Start:
    made = mapping.asked(body(kind, **data), ID, desk(ADDRESS + more, SECRET))
    assert isinstance(made, Start)
    return made


def test_an_address_says_the_server_and_whom_it_calls():
    made = desk("espax://reik@127.0.0.1:2024/?phone=+31612345678&priority=High&beat=9&silence=3", SECRET)
    assert (made.server.host, made.server.port, made.server.tls) == ("127.0.0.1", 2024, False)
    assert (made.phone, made.priorities, made.server.beat_s, made.server.silence_s) == (
        "+31612345678", ("High",) * 3, 9, 3,
    )  # fmt: skip
    assert made.server.gateway == "tcp:reik@127.0.0.1:2024"
    assert desk(ADDRESS, SECRET).server.port == 2023
    assert SECRET not in repr(made)


@pytest.mark.parametrize(
    "address",
    [
        "", "espax://", "http://reik@alarm.example/?group=A", "espax+tls://reik@alarm.example/",
        "espax://reik@alarm.example/?group=A", "espax+tls://alarm.example/?group=A",
        "espax+tls://abc@alarm.example/?group=A", "espax+tls://reik:pass@alarm.example/?group=A",
        "espax+tls://reik@alarm.example/?group=A&phone=1", "espax+tls://reik@alarm.example/?group=ABCDEFGHIJKLM",
        "espax+tls://reik@alarm.example/?group=A&group=B", "espax+tls://reik@alarm.example/?group=A&x=1",
        "espax+tls://reik@alarm.example/?group=A&priority=Now", "espax+tls://reik@alarm.example:0/?group=A",
        "espax+tls://reik@alarm.example/?group=A&beat=0", "espax+tls://reik@alarm.example/?phone=abc",
        "espax+tls://reik@alarm.example/?group=A&detail=all", "espax+tls://reik@alarm.example/x?group=A",
        "espax+tls://reik@alarm.example/?group=A&lang=de", "espax+tls://reik@alarm.example/?group=A&net=open",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_with_a_sentence(address):
    with pytest.raises(AddressRefused) as refused:
        desk(address, SECRET)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("secret", [None, "", "abc", "abcdefghijklm", "with space"])
def test_a_password_that_espax_cannot_carry_is_refused(secret):
    with pytest.raises(AddressRefused):
        desk(ADDRESS, secret)


@given(st.text(max_size=80))
def test_whatever_stands_in_an_address_it_is_read_or_refused(text):
    for address in (text, ADDRESS + text, "espax+tls://" + text):
        with contextlib.suppress(AddressRefused):
            made = desk(address, SECRET)
            assert 1 <= len(made.group or made.phone) <= 24


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("kind", mapping.CALLS)
def test_a_text_says_nothing_of_anyone_and_fits(kind, lang):
    for detail in ("none", "number"):
        more = {"step": ID} if kind == "drill.step" else {}
        made = start(kind, f"&lang={lang}&detail={detail}", **more)
        text = made.values["CP-TEXTMSG"]
        assert safe(text)
        assert len(text) <= 160
        assert ("A7F3" in text) == (detail == "number" and kind in ("alert.step", "drill.step"))
        xml = written("REQ.P-START", made.values, invoke=3, session="S1")
        SCHEMA.assertValid(etree.fromstring(xml))
        assert not any(each in xml.decode() for each in ("not_out", ALERT, ID))


def test_a_drill_says_so_and_is_never_urgent():
    for made in (start("drill.step", step=ID, priority=0), start(drill=True, priority=0)):
        assert made.values["CP-TEXTMSG"].startswith("OEFENING. ")
        assert made.values["CP-SIGNAL"] == "Standard"


@pytest.mark.parametrize(
    ("data", "signal", "priority"),
    [
        ({"priority": 0}, "Urgent", "High"), ({"priority": 1}, "Standard", "Medium"),
        ({"priority": 9}, "Standard", "Standard"),
        ({"priority": 0, "action": "emergency"}, "Emergency", "Emergency"),
    ],
)  # fmt: skip
def test_criticality_becomes_a_priority(data, signal, priority):
    values = start(**data).values
    assert (values["CP-SIGNAL"], values["CP-PRIO"]) == (signal, priority)
    assert values["CP-PRIO"] in PRIORITIES
    assert start(more="&priority=Low", priority=1).values["CP-PRIO"] == "Low"


def test_the_reference_is_the_messages_key_and_can_be_read_back():
    assert start().ref == mapping.ref(ID) == ID.replace("-", "")
    assert mapping.message_of(mapping.ref(ID)) == ID
    assert [mapping.message_of(each) for each in ("", "x" * 32, "A" * 31)] == ["", "", ""]
    assert len(mapping.ref("no key")) == 32


def test_a_closed_alert_ends_its_calls_the_newest_first():
    calls = [f"01a20734-5580-7a4e-a19f-56c9d02f{n:04x}" for n in range(60)]
    made = mapping.asked(body("alert.closed", calls=calls), ID, desk(ADDRESS, SECRET))
    assert isinstance(made, Stop)
    assert len(made.refs) == 50
    assert made.refs[0] == mapping.ref(calls[-1])


@pytest.mark.parametrize("text", ["", "[]", '{"type":"x"}', body("alert.closed"), body("drill.planned")])
def test_what_cannot_be_said_is_refused(text):
    with pytest.raises(NotTold):
        mapping.asked(text, ID, desk(ADDRESS, SECRET))


def said(kind: str, **values: str) -> Said:
    return Said(kind, 0, "S1", {name.replace("_", "-"): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"SS_STATUS": "Completed", "SS_RESULT": "Accepted"}, Accepted), ({"SS_RESULT": "Accepted"}, Accepted),
        ({"SS_STATUS": "Processing", "SS_RESULT": "Accepted"}, None), ({"SS_RESULT": "Reached"}, None),
        ({"SS_RESULT": "Conversation"}, None), ({"SS_RESULT": "None"}, None), ({}, None),
        ({"SS_RESULT": "Wrong behaviour"}, None),
        *[({"SS_RESULT": each}, Failed) for each in ("Rejected", "Busy", "No answer", "Off duty", "Not reached")],
    ],
)  # fmt: skip
def test_an_event_is_a_person_or_her_no_or_nothing(values, what):
    found = mapping.event(said("IND.P-EVENT", **values))
    assert found is None if what is None else isinstance(found, what)
    if isinstance(found, Failed):
        assert found.permanent
        assert found.answered


@pytest.mark.parametrize(
    ("reason", "result", "what"),
    [
        ("Finished", "Positive confirmed", Accepted), ("Failure", "Positive confirmed", Accepted),
        ("Finished", "Positive", None), ("Finished", "Conversation", None), ("Finished", "", None),
        ("Finished", "Negative", Failed), ("Finished", "None", Failed), ("Failure", "", Failed),
        ("Operator", "", Failed), ("something new", "", Failed),
    ],
)  # fmt: skip
def test_an_end_is_a_person_or_nobody_or_nothing_known(reason, result, what):
    values = {"SP_ENDREASON": reason} | ({"SP_RESULT": result} if result else {})
    found = mapping.ended(said("IND.P-ENDED", **values))
    assert found is None if what is None else isinstance(found, what)
    assert "something" not in getattr(found, "error", "")


def test_codes():
    assert mapping.started(200) is mapping.started(450) is None
    for code, permanent in ((602, True), (400, True), (404, False), (503, False), (401, False), (0, False)):
        failed = mapping.started(code)
        assert isinstance(failed, Failed)
        assert (failed.permanent, failed.answered) == (permanent, True)
    assert mapping.stopped(200) == mapping.stopped(404) == Delivered()
    assert isinstance(mapping.stopped(503), Failed)


XML = written("REQ.HEARTBEAT", {}, invoke=7, session="S1")


def test_a_frame_is_as_the_research_has_it():
    data = framed(7, XML)
    assert data[:10] == b"EX" + (len(XML) + 10).to_bytes(4) + b"\0\0\0\7"
    SCHEMA.assertValid(etree.fromstring(XML))


@given(st.lists(st.integers(0, 400), max_size=12))
def test_frames_are_found_however_they_are_split(cuts):
    stream = framed(1, XML) + framed(2, XML) + framed(0xFFFF_FFFF, XML)
    frames, found = Frames(), []
    places = [0, *sorted(min(each, len(stream)) for each in cuts), len(stream)]
    for begin, end in pairwise(places):
        found += frames.feed(stream[begin:end])
    assert [each.invoke for each in found] == [1, 2, 0xFFFF_FFFF]
    assert {each.xml for each in found} == {XML}


@pytest.mark.parametrize(
    "data",
    [b"X", b"EY", b"HTTP/1.1 400", b"EX\0\0\0\x0a\0\0\0\1", b"EX\0\0\0\0", b"EX\xff\xff\xff\xff",
     b"EX" + (MOST_BYTES + 1).to_bytes(4)],
)  # fmt: skip
def test_a_start_or_length_that_cannot_be_ends_it_before_anything_is_awaited(data):
    with pytest.raises(Broken):
        Frames().feed(data)


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=300)
def test_arbitrary_bytes_make_frames_or_end_it(data, begun):
    frames = Frames()
    try:
        for each in frames.feed(framed(1, XML) + data if begun else data):
            assert HEAD + len(each.xml) <= MOST_BYTES
    except Broken:
        return


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"<ESPA-X>{text}</ESPA-X>".encode()))
@settings(max_examples=300)
def test_arbitrary_content_is_a_message_or_none(xml):
    try:
        found = read(Frame(1, xml))
    except NoMessage:
        return
    assert found.kind


@given(st.dictionaries(st.sampled_from(["SS-RESULT", "SS-STATUS", "SP-RESULT", "SP-ENDREASON", "RSP-CODE"]),
                       st.text(max_size=20)))  # fmt: skip
def test_whatever_an_indication_says_only_one_word_is_a_person(values):
    found = Said("IND.P-EVENT", 0, "", values)
    assert isinstance(found.code, int)
    person = mapping.event(found), mapping.ended(found)
    if any(isinstance(each, Accepted) for each in person):
        assert {each.lower() for each in values.values()} & {"accepted", "positive confirmed"}


@pytest.mark.parametrize(
    "xml",
    [
        b"", b"<ESPA-X/>", b"<x><y/></x>", b"<ESPA-X><a/><b/></ESPA-X>", b"<ESPA-X", b"\xff\xfe\0",
        b'<!DOCTYPE x [<!ENTITY e "v">]><ESPA-X><IND.P-EVENT>&e;</IND.P-EVENT></ESPA-X>',
        b"<ESPA-X><A><SS-RESULT>Accepted</SS-RESULT><SS-RESULT>Busy</SS-RESULT></A></ESPA-X>",
        b"<ESPA-X><A>" + b"".join(b"<e%d/>" % n for n in range(65)) + b"</A></ESPA-X>",
        b"<ESPA-X><A><T>" + b"x" * 20_001 + b"</T></A></ESPA-X>",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(xml):
    with pytest.raises(NoMessage):
        read(Frame(1, xml))


def test_what_a_server_adds_is_overlooked_and_its_number_may_have_a_plus():
    xml = (
        b'<e:ESPA-X xmlns:e="http://ns.espa-x.org/espa-x" xmlns:t="urn:t" version="1.00" t:x="1"><!-- c -->'
        b'<e:IND.P-EVENT sessionID="S1"><e:CP-PR-REF> r </e:CP-PR-REF><e:SS-NETW-NO>+49123</e:SS-NETW-NO>'
        b"<e:PROPRIETARY><t:deep><t:SS-RESULT>Accepted</t:SS-RESULT></t:deep></e:PROPRIETARY><e:NEW>1</e:NEW>"
        b"<e:SS-RESULT>Busy</e:SS-RESULT></e:IND.P-EVENT></e:ESPA-X>"
    )
    found = read(Frame(9, xml))
    assert (found.kind, found.invoke, found.session, found.ref) == ("IND.P-EVENT", 9, "S1", "r")
    assert isinstance(mapping.event(found), Failed)
