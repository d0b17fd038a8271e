"""SCAIP's pure rules: addresses, codes, documents, SIP and its log-in; the parsers also against hypothesis."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reik.alerting.causes import CAUSES as DISPENSER_CAUSES
from reik.alerting.outcomes import HANDLED_AS
from reik.alerting.policy import NEEDS_A_PERSON
from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.scaip import documents, exchange, mapping
from reik.interop.scaip.address import Receiver, Transport, centre
from reik.interop.scaip.documents import NoResponse, Response, response
from reik.interop.scaip.mapping import NotTold
from reik.interop.scaip.receivers import worst
from reik.kernel.operations import is_on_this_machine
from reik.sip import digest
from reik.sip import message as sip
from reik.sip.message import Framer, NotSip

KEY = "0193548c-7a00-7000-8000-000000000001"
CLIENT = "0193548c-7a00-7000-8000-000000000003"
TLS = "scaip+tls://arc.example/?to=arc&from=reik.example&cid="


def told(data: dict[str, object], kind: str = "alert.step", more: str = "") -> mapping.Told:
    body = json.dumps({"type": kind, "data": {"client": CLIENT, "cause": "not_out", "priority": 1} | data})
    return mapping.told(body, KEY, centre(f"{TLS}48213{more}", None))


# Addresses


def test_an_address_with_everything():
    made = centre(
        "scaip+tls://arc.example:5071,arc2.example,[2001:db8::1]:5062/?to=arc&from=reik.example&cid={client}&hub=77"
        "&user=re%20ik&dty=0012&did=D0091&lco=002&pri=2,1,0&lang=en&zone=Europe/Berlin&check=options&hbi=minutes",
        "geheim",
    )
    assert made.receivers == (
        Receiver(Transport.TLS, "arc.example", 5071),
        Receiver(Transport.TLS, "arc2.example", 5061),
        Receiver(Transport.TLS, "2001:db8::1", 5062),
    )
    assert (made.hub, made.user, made.dty, made.did, made.lco) == ("77", "re ik", "0012", "D0091", "002")
    assert (made.pri, made.lang, made.zone.key, made.asks_options, made.hbi_s) == (
        ("2", "1", "0"), "en", "Europe/Berlin", True, 60,
    )  # fmt: skip
    assert made.gateway == "tls:re ik@arc.example:5071,arc2.example:5061,[2001:db8::1]:5062"
    assert "geheim" not in repr(made)
    assert "geheim" not in made.gateway


def test_what_is_not_said_has_a_default():
    made = centre("scaip+udp://127.0.0.1/?to=arc&from=reik.example&cid=48213", "")
    assert made.receivers == (Receiver(Transport.UDP, "127.0.0.1", 5060),)
    assert (made.hub, made.user, made.secret, made.dty, made.did, made.pri) == (
        "48213",
        "",
        None,
        "0011",
        "",
        (),
    )
    assert (made.lang, made.hbi_s, made.asks_options, made.listen) == ("nl", 0, False, None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+tls:///?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example",
        "scaip+tls://arc.example/x?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example:0/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example:x/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example,/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example,arc.example:5061/?to=arc&from=reik.example&cid=1",
        "scaip+tls://a,b,c,d,e/?to=arc&from=reik.example&cid=1",
        "scaip+tls://wie:wat@arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example/?from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=arc&cid=1",
        "scaip+tls://arc.example/?to=arc&from=reik.example",
        "scaip+tls://arc.example/?to=arc&to=b&from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=a%0d%0aX:y&from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=arc&from=reik.example%3E&cid=1",
        TLS + "abc",
        TLS + "12345678901234567",
        TLS + "12345{client}",
        TLS + "{client}{client}",
        TLS + "1&user=a%0d%0aRoute:x",
        TLS + "1&hub=x",
        TLS + "1&did=D00910000",
        TLS + "1&dty=00111",
        TLS + "1&lco=0021",
        TLS + "1&pri=1",
        TLS + "1&lang=fr",
        TLS + "1&zone=Mars",
        TLS + "1&zone=../../etc/passwd",
        TLS + "1&check=no",
        TLS + "1&hbi=days",
        TLS + "1&net=open",
        TLS + "1&listen=127.0.0.1:5060",
        TLS + "1&colour=red",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=reik.example:5060",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=0.0.0.0:5060",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=127.0.0.1",
        # in the clear only on this machine, or where the network is said to be closed
        "scaip+tcp://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+udp://10.0.0.4/?to=arc&from=reik.example&cid=1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(AddressRefused) as refused:
        centre(address, None)
    assert "wat" not in str(refused.value)


def test_in_the_clear_over_a_network_that_is_said_to_be_closed():
    made = centre("scaip+udp://10.0.0.4,10.0.0.5/?to=arc&from=reik.example&cid=1&net=closed", None)
    assert [each.host for each in made.receivers] == ["10.0.0.4", "10.0.0.5"]


@pytest.mark.parametrize(
    "hosts", ["127.0.0.1:5060,arc.example", "arc.example,localhost", "[::1],192.0.2.1:5061"]
)
@pytest.mark.parametrize("scheme", ["udp", "tcp", "tls"])
def test_this_machine_and_elsewhere_do_not_mix(hosts, scheme):
    with pytest.raises(AddressRefused):
        centre(f"scaip+{scheme}://{hosts}/?to=arc&from=reik.example&cid=1&net=closed", None)


hosts = st.sampled_from(
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "arc.example",
        "192.0.2.1",
        "[2001:db8::1]",
        "127.0.0.1.nl",
        "x@127.0.0.1",
        "0",
    ]
)
ports = st.sampled_from(["", ":5060", ":1", ":x", ":"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(hosts, ports), max_size=4))
def test_what_a_demo_lets_through_stays_on_this_machine(parts):
    """A demo looks at an address as one URL; what is usable of it must not reach further than that."""
    address = f"scaip+tls://{','.join(map(''.join, parts))}/?to=arc&from=reik.example&cid=1"
    try:
        made = centre(address, None)
    except AddressRefused:
        return
    if is_on_this_machine(address):
        assert {each.host for each in made.receivers} <= {"127.0.0.1", "localhost", "::1"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
@example("scaip+tls://[/?")
@example("scaip+tls://[1]/?to=a&from=b&cid=1")
@example("scaip+tls://\u2100.example/?to=a")
def test_any_address_is_read_or_refused(text):
    for each in (text, f"scaip+tls://{text}/?to=arc&from=reik.example&cid=1", TLS + text):
        with suppress(AddressRefused):
            centre(each, None)


# Codes


ALL_CODES = [*mapping.CAUSES.values(), mapping.ANY_OTHER, mapping.TAKEN_OUT]


def test_every_cause_of_reik_has_a_code():
    assert {*DISPENSER_CAUSES, *NEEDS_A_PERSON} <= {*mapping.CAUSES}


def test_texts_fit_and_never_say_that_somebody_took_it():
    for code in ALL_CODES:
        for text in (code.nl, code.en):
            assert len(text.replace("@", " 08:00")) <= mapping.MOST_STT
            assert not re.search(r"(?i)ingenomen|swallow|\btaken(?! out)", text)
        assert re.fullmatch(r"[0-9]{4}", code.stc)


def test_only_what_is_known_not_to_be_out_is_said_not_to_be_taken():
    assert {cause for cause, code in mapping.CAUSES.items() if code.stc == "0081"} == {
        "not_out",
        "partly",
        "withheld",
    }


def test_the_document_for_a_sachet_that_is_not_out():
    made = told({"due_at": "2026-11-23T07:00:00Z"}, more="&lco=002&did=D0091&pri=9,5,0")
    assert documents.request(made) == (
        b"<mrq><ref>" + mapping.ref(KEY).encode() + b"</ref><ver>01.00</ver><mty>ME</mty><cid>48213</cid>"
        b"<dty>0011</dty><did>D0091</did><stc>0081</stc><stt>Zakje 08:00 niet uitgenomen</stt>"
        b"<crd>no-voice:</crd><lco>002</lco><pri>5</pri></mrq>"
    )


@pytest.mark.parametrize(
    ("data", "stc", "stt"),
    [
        ({"cause": "not_out", "due_at": None}, "0081", "Zakje niet uitgenomen"),
        ({"cause": "unknown", "due_at": "2026-07-01T06:00:00Z"}, "0104", "Zakje 08:00: onbekend of uit"),
        ({"cause": "battery_low"}, "0016", "Batterij dispenser bijna leeg"),
        ({"cause": "iets van een organisatie"}, "0042", "Melding van dispenser"),
    ],
)
def test_a_cause_becomes_a_code(data, stc, stt):
    made = told(data)
    assert (made.mty, made.stc, made.stt) == ("ME", stc, stt)


def test_english_by_the_address():
    assert told({"cause": "silent"}, more="&lang=en").stt == "No contact with dispenser"


@pytest.mark.parametrize(
    ("data", "stc"),
    [
        ({"cause": "not_out", "outcome": "out_after_all"}, "0083"),
        ({"cause": "unknown", "outcome": "out_at_visit"}, "0083"),
        ({"cause": "not_out", "outcome": "died"}, "0019"),
        ({"cause": "not_out", "outcome": "refuses"}, "0019"),
        ({"cause": "mains_lost", "outcome": "cleared"}, "0086"),
        ({"cause": "battery_low", "outcome": "cleared"}, "0015"),
        ({"cause": "network", "outcome": "cleared"}, "0115"),
        ({"cause": "silent", "outcome": "cleared"}, "0075"),
        ({"cause": "jam", "outcome": "cleared"}, "0019"),
        ({"cause": "jam", "outcome": "put_right"}, "0019"),
    ],
)
def test_an_alert_that_is_over(data, stc):
    made = told(data, "alert.closed")
    assert (made.mty, made.stc) == ("RE", stc)
    assert (made.cid, made.dty, made.did) == (told({}).cid, "0011", "")


def test_out_is_said_only_of_outcomes_that_say_so():
    out = {
        each
        for each in [*HANDLED_AS, "out_after_all", "cleared", ""]
        if told({"outcome": each}, "alert.closed").stc == "0083"
    }
    assert out == {"out_after_all", "out_after_call", "out_at_visit"}


def test_the_ref_is_the_same_for_the_same_message_only():
    assert mapping.ref(KEY) == mapping.ref(KEY) != mapping.ref(KEY[:-1] + "2")
    assert re.fullmatch(r"[A-Z2-7]{16}", mapping.ref(KEY))


@settings(max_examples=300, deadline=None)
@given(st.uuids(), st.sampled_from(["{client}", "48{client}", "{client}1", "12{client}34"]))
def test_a_number_made_of_the_clients_key(client, template):
    made = mapping.controller_id(template, client)
    assert re.fullmatch(r"[0-9]{16}", made)
    before, _, after = template.partition("{client}")
    assert made.startswith(before)
    assert made.endswith(after)
    assert made == mapping.controller_id(template, UUID(str(client)))


def test_numbers_of_clients_differ_also_when_their_keys_hardly_do():
    made = {mapping.controller_id("{client}", UUID(int=number)) for number in range(20_000)}
    assert len(made) == 20_000


def test_a_heartbeat_is_of_reik_itself():
    made = mapping.heartbeat("x", centre(f"{TLS}48{{client}}", None))
    assert (made.mty, made.stc, made.cid) == ("PI", "0102", "48" + "0" * 14)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"type":"alert.step","data":{}}', '{"type":"x","data":{"client":1}}']
)
def test_what_cannot_be_said_in_scaip(body):
    with pytest.raises(NotTold):
        mapping.told(body, KEY, centre(TLS + "1", None))


def test_a_kind_of_message_that_is_not_for_a_centre():
    with pytest.raises(NotTold):
        told({}, "report.monthly")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=100), st.integers(-5, 9), st.datetimes(timezones=st.just(UTC)))
def test_any_cause_priority_and_time_can_be_said(cause, priority, due_at):
    made = told({"cause": cause, "priority": priority, "due_at": due_at.isoformat()}, more="&pri=2,1,0")
    assert len(made.stt) <= mapping.MOST_STT
    assert made.pri in ("0", "1", "2")


@pytest.mark.parametrize("snu", range(0, 100))
def test_only_nought_is_delivered(snu):
    result = mapping.meaning(snu)
    if snu == 0:
        assert result == Delivered()
    else:
        assert isinstance(result, Failed)
        assert (result.permanent, result.answered) == (snu in (1, 2, 3, 7), True)


@pytest.mark.parametrize("status", [*range(300, 700)])
def test_no_refusal_of_sip_is_taken_for_more_than_it_is(status):
    result = mapping.refusal(status)
    assert not (result.permanent and not result.answered)
    if status >= 500 and status not in (501, 505, 513):
        assert result == Failed(f"SIP {status}")


def test_several_refusals_as_one():
    silent, busy = Failed("silent"), Failed("busy", answered=True)
    never = Failed("never", permanent=True, answered=True)
    assert worst([silent, busy, silent]) == Failed("silent; busy", answered=True)
    assert worst([never, never]) == never
    assert worst([never, busy]) == Failed("never; busy", answered=True)


# The response


MRS = b"<mrs><ref>A1B2C3D4E5F60718</ref><snu>0</snu></mrs>"


@pytest.mark.parametrize(
    "data",
    [
        MRS,
        b"\r\n" + MRS + b"\r\n",
        b'<?xml version="1.0" encoding="UTF-8"?>' + MRS,
        b"\xef\xbb\xbf" + MRS,
        b"<scaip>" + MRS + b"</scaip>",
        MRS.replace(b"mrs>", b"scaip>"),
        b'<mrs xmlns="urn:x"><ref> A1B2C3D4E5F60718 </ref><snu>000</snu><ste/><cve>01.00</cve><new><a/></new></mrs>',
        b"<mrs><!-- c --><ref>A1B2C3D4E5F60718</ref><?pi x?><snu>0</snu></mrs>",
    ],
)
def test_a_response_as_it_is_written_in_the_wild(data):
    assert response(data) == Response("A1B2C3D4E5F60718", 0)


@pytest.mark.parametrize(("said", "hbi"), [("60", 60), ("0", 0), ("", None), ("-1", None), ("x", None)])
def test_the_interval_that_is_wished(said, hbi):
    assert response(MRS.replace(b"</mrs>", f"<hbi>{said}</hbi></mrs>".encode())).hbi == hbi


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OK",
        b"<mrq><ref>A</ref><snu>0</snu></mrq>",
        b"<mrs><ref>A</ref></mrs>",
        b"<mrs><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu></snu></mrs>",
        b"<mrs><ref>A</ref><snu>-0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>0</snu><snu>6</snu></mrs>",
        b"<mrs><ref>A</ref><ref>B</ref><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>0",
        b"<mrs><ref>A-B</ref><snu>0</snu></mrs>",
        b"<mrs><ref>A</ref><snu>\xd9\xa0</snu></mrs>",
        b"<scaip>" + MRS + MRS + b"</scaip>",
        b"<!DOCTYPE mrs>" + MRS,
        b'<!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]><mrs><ref>&e;</ref><snu>0</snu></mrs>',
        b'<!DOCTYPE m [<!ENTITY a "0"><!ENTITY b "&a;&a;">]><mrs><ref>A</ref><snu>&a;</snu></mrs>',
        b"<mrs>" + b" " * 9000 + b"<ref>A</ref><snu>0</snu></mrs>",
        b"<mrs>" + b"<a>" * 500 + b"</a>" * 500 + b"<ref>A</ref><snu>0</snu></mrs>",
    ],
)
def test_what_is_no_response(data):
    with pytest.raises(NoResponse):
        response(data)


pieces = st.sampled_from(
    [b"<mrs>", b"</mrs>", b"<scaip>", b"</scaip>", b"<ref>A</ref>", b"<snu>0</snu>", b"<snu>", b"6", b"&lt;", b"<!--",
     b"-->", b"<![CDATA[", b"]]>", b"<?xml version='1.1'?>", b"<?xml version='1.0' encoding='utf-7'?>", b"\x00",
     b"\xff\xfe", b"<!DOCTYPE a [", b"<!ENTITY b 'c'>", b"&b;", b"]>", b"xmlns='", b"<a:ref xmlns:a='b'>"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=12).map(b"".join)))
def test_any_bytes_are_a_response_or_none(data):
    try:
        said = response(data)
    except NoResponse:
        return
    assert re.fullmatch(r"[A-Za-z0-9]{1,16}", said.ref)
    assert said.snu >= 0
    assert b"snu" in data or b"\x00" in data


# SIP


ANSWER = (
    b"SIP/2.0 200 OK\r\n"
    b"v: SIP/2.0/TCP 192.0.2.1:5060;received=192.0.2.9\r\n ;branch=z9hG4bKx , SIP/2.0/UDP b;branch=b\r\n"
    b"f: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\nI: 77@b\r\nCSEQ : 2  MESSAGE\r\nl: 3\r\n\r\nabc"
)


def test_an_answer_in_compact_form_and_folded():
    made = sip.parse(ANSWER)
    assert (made.status, made.branch, made.cseq_method, made.body) == (200, "z9hG4bKx", "MESSAGE", b"abc")
    assert made.one("call-id") == "77@b"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"SIP/2.0 200", b"SIP/3.0 200"),
        (b"SIP/2.0 200", b"HTTP/1.1 200"),
        (b"SIP/2.0 200", b"SIP/2.0 099"),
        (b"l: 3", b"l: 4"),
        (b"l: 3", b"l: -1"),
        (b"l: 3", b"l: 3\r\nContent-Length: 2"),
        (b"I: 77@b", b"I: 77@b\x00"),
        (b"I: 77@b", b"X: 77@b"),
        (b"I: 77@b", b"I 77@b"),
        (b"CSEQ : 2  MESSAGE", b"CSeq: MESSAGE"),
        (b"v: ", b"x: "),
        (b"f: ", b"f\xff: "),
        (b"\r\n\r\n", b"\r\n"),
        (b"l: 3", b"l: 3" + b"\r\nx: y" * 200),
        (b"l: 3", b"l: 3\r\nx: " + b"y" * 20_000),
    ],
)
def test_what_is_no_sip(was, becomes):
    assert was in ANSWER
    with pytest.raises(NotSip):
        sip.parse(ANSWER.replace(was, becomes))


SENDING = sip.Sending(
    method="MESSAGE", uri="sips:arc@zmsc.example:5061", sender="sips:48213@hub.example", transport="TLS",
    sent_by="192.0.2.1:5061", call_id="c@hub.example", tag="k1",
    branch="z9hG4bK1", headers=exchange.HEADERS, content_type=documents.CONTENT_TYPE,
    body="<mrq>é</mrq>".encode(),
)  # fmt: skip


def test_a_request_as_it_goes_out():
    assert (
        SENDING.formatted()
        == (
            "MESSAGE sips:arc@zmsc.example:5061 SIP/2.0\r\n"
            "Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;rport\r\n"
            "Max-Forwards: 70\r\n"
            "From: <sips:48213@hub.example>;tag=k1\r\n"
            "To: <sips:arc@zmsc.example:5061>\r\n"
            "Call-ID: c@hub.example\r\n"
            "CSeq: 1 MESSAGE\r\n"
            "Allow: MESSAGE, OPTIONS\r\n"
            "Accept: application/scaip+xml, application/xml\r\n"
            "User-Agent: Reik\r\n"
            "Content-Type: application/scaip+xml\r\n"
            "Content-Length: 13\r\n\r\n<mrq>é</mrq>"
        ).encode()
    )


def test_a_request_of_ours_can_be_read_and_answered():
    made = sip.parse(SENDING.formatted())
    back = sip.parse(sip.answer(made, 200, "t"))
    assert (back.branch, back.cseq_method, back.one("call-id")) == ("z9hG4bK1", "MESSAGE", "c@hub.example")
    assert back.one("to") == "<sips:arc@zmsc.example:5061>;tag=t"


@pytest.mark.parametrize(
    ("via", "port"),
    [
        ("SIP/2.0/UDP 192.0.2.1:5070;branch=x;rport", 40000),
        ("SIP/2.0/UDP 192.0.2.1:5070;rport=1;branch=x", 40000),
        ("SIP/2.0/UDP 192.0.2.1:5070;branch=xrport", 5070),
        ("SIP / 2.0 / UDP [2001:db8::1]:5071 ;branch=x", 5071),
        ("SIP/2.0/UDP host;branch=x", 5060),
        ("SIP/2.0/UDP host:99999;branch=x", 40000),
    ],
)
def test_where_an_answer_over_udp_goes(via, port):
    made = sip.parse(
        SENDING.formatted().replace(b"SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;rport", via.encode())
    )
    assert sip.answer_port(made, 40000) == port


def cut(data: bytes, places: list[int]) -> list[bytes]:
    at = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(at)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([ANSWER, SENDING.formatted()]), max_size=5),
    st.lists(st.integers(0, 9999), max_size=30),
)
def test_a_stream_is_cut_the_same_however_it_arrives(messages, places):
    framer = Framer()
    whole = [each for part in cut(b"\r\n\r\n" + b"\r\n".join(messages), places) for each in framer.feed(part)]
    assert whole == messages


@pytest.mark.parametrize(
    "data",
    [
        b"MESSAGE x SIP/2.0\r\nVia: y\r\n\r\n",
        b"a" * 20_000,
        b"SIP/2.0 200 OK\r\nContent-Length: 65537\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: 1\r\nl: 2\r\n\r\n",
        b"SIP/2.0 200 OK\r\nnonsense\r\n\r\n",
    ],
)
def test_a_stream_that_can_no_longer_be_sip(data):
    with pytest.raises(NotSip):
        Framer().feed(data)


sip_pieces = st.sampled_from(
    [b"SIP/2.0 200 OK\r\n", b"MESSAGE sip:a SIP/2.0\r\n", b"Via: SIP/2.0/UDP h;branch=b\r\n", b"v: ;rport\r\n",
     b"i: 1\r\n", b"CSeq: 1 MESSAGE\r\n", b"l: 0\r\n", b"l: 5\r\n", b"\r\n", b"\r\n\r\n", b" folded\r\n", b":\r\n",
     b"\x00", b"abcde", b"Content-Length: 00002\r\n", b"\xff"]
)  # fmt: skip
sip_bytes = st.one_of(st.binary(max_size=300), st.lists(sip_pieces, max_size=15).map(b"".join))


@settings(max_examples=300, deadline=None)
@given(sip_bytes)
def test_any_datagram_is_sip_or_not_and_can_be_answered(data):
    try:
        made = sip.parse(data)
    except NotSip:
        return
    assert 0 < sip.answer_port(made, 40000) < 65536
    assert isinstance(made.branch, str)
    again = sip.parse(sip.answer(made, 405, "t"))
    assert again.one("call-id") == made.one("call-id")
    sip.retry_after(made)


@settings(max_examples=300, deadline=None)
@given(sip_bytes, st.lists(st.integers(0, 9999), max_size=5))
def test_any_stream_is_held_within_bounds(data, places):
    framer = Framer()
    try:
        for part in cut(data, places):
            for each in framer.feed(part):
                assert len(each) <= len(data)
    except NotSip:
        return


# Logging in


def test_md5_as_in_the_rfcs_example():
    """RFC 2617, section 3.5."""
    asked = digest.challenge(
        ['Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
         ' opaque="5ccc069c403ebaf9f0171e9517f40e41"']
    )  # fmt: skip
    assert asked is not None
    made = digest.credentials(
        asked,
        user="Mufasa",
        password="Circle Of Life",
        method="GET",
        uri="/dir/index.html",
        cnonce="0a4f113b",
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in made
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in made


def test_sha256_as_in_the_rfcs_example_and_rather_than_md5():
    """RFC 7616, section 3.9.1."""
    rest = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
    asked = digest.challenge([f"Digest {rest}, algorithm=MD5", f"Digest {rest}, algorithm=SHA-256"])
    assert asked is not None
    made = digest.credentials(
        asked, user="Mufasa", password="Circle of Life", method="GET", uri="/dir/index.html",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )  # fmt: skip
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in made
    assert "algorithm=SHA-256" in made


def test_without_qop_as_in_rfc_2069():
    asked = digest.challenge(['digest realm="testrealm@host.com",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'])
    assert asked is not None
    made = digest.credentials(
        asked, user="Mufasa", password="CircleOfLife", method="GET", uri="/dir/index.html", cnonce="x"
    )
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in made
    assert "cnonce" not in made


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Digest",
        'Basic realm="x"',
        'Digest realm="x"',
        'Digest realm="x", nonce="y", nonce="z"',
        'Digest realm="x", nonce="y", algorithm=MD5-sess',
        'Digest realm="x", nonce="y", qop="auth-int"',
        'Digest realm="x", nonce="y',
    ],
)
def test_a_challenge_that_cannot_be_answered(value):
    assert digest.challenge([value]) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_challenge_is_read_or_overlooked(text, quoted):
    digest.challenge([text, f"Digest {text}", f'Digest realm="{quoted}", nonce="{text}"'])


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='a"\\ ,=é', max_size=12))
def test_a_realm_with_quotes_comes_back_as_it_was(realm):
    escaped = realm.replace("\\", "\\\\").replace('"', '\\"')
    asked = digest.challenge([f'Digest realm="{escaped}", nonce="n"'])
    assert asked is not None
    assert asked.realm == realm
    assert f'realm="{escaped}"' in digest.credentials(
        asked, user="u", password="p", method="MESSAGE", uri="sip:a", cnonce="c"
    )
