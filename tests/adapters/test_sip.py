"""SIP's messages, streams and log-in, as bytes; the parsers also against hypothesis."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop.scaip import documents, exchange
from reik.sip import digest
from reik.sip import message as sip
from reik.sip.message import Framer, NotSip

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
