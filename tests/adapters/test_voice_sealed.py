"""Sealed sound (SRTP): against the vectors of RFC 3711, changed, doubled, disordered, by nobody honest."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop.voice import sdp, sound, srtp
from reik.interop.voice.rtp import Packet

MASTER = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6")


def test_keys_follow_from_the_master_as_the_standard_has_it():
    """RFC 3711, appendix B.3."""
    key, auth, salt = srtp.Sealer(MASTER)._keys
    assert key.hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert salt.hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"
    assert auth.hex().upper() == "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"


def test_the_stream_is_that_of_the_standard():
    """RFC 3711, appendix B.2."""
    start = int.from_bytes(bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"))
    made = srtp._stream(bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"), start, bytes(32))
    assert made.hex().upper() == "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"


def rtp_packet(sequence: int, source: int = 7) -> bytes:
    return Packet(8, False, sequence, sequence * 160, source, b"sound" * 4).formatted()


@settings(deadline=None)
@given(st.integers(0, 2**16 - 1), st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_sealed_packets_are_read_once_in_any_order(first, jumps):
    ours, theirs = srtp.Sealer(MASTER), srtp.Sealer(MASTER)
    numbers = [first]
    for jump in jumps:
        numbers.append(numbers[-1] + jump + 1)
    sealed = [ours.sealed(rtp_packet(each), each >> 16) for each in numbers]
    for at in range(0, len(sealed) - 1, 2):
        sealed[at], sealed[at + 1] = sealed[at + 1], sealed[at]
    head = sealed.pop(sealed.index(ours.sealed(rtp_packet(first), first >> 16)))
    for each in [head, *sealed]:
        opened = theirs.opened(each)
        assert opened is not None
        assert opened.endswith(b"sound" * 4)
        assert theirs.opened(each) is None


@settings(deadline=None)
@given(st.data())
def test_what_was_changed_is_not_heard(data):
    sealed = bytearray(srtp.Sealer(MASTER).sealed(rtp_packet(9), 0))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    assert srtp.Sealer(MASTER).opened(bytes(sealed)) is None
    assert srtp.Sealer(bytes(30)).opened(srtp.Sealer(MASTER).sealed(rtp_packet(9), 0)) is None


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_sealed_by_us_or_not_heard(data):
    assert srtp.Sealer(MASTER).opened(data) is None


def test_sealed_packets_that_are_far_behind_or_of_many_sources_are_not_heard():
    ours, theirs = srtp.Sealer(MASTER), srtp.Sealer(MASTER)
    assert theirs.opened(ours.sealed(rtp_packet(1000), 0)) is not None
    assert theirs.opened(ours.sealed(rtp_packet(1000 - srtp.WINDOW), 0)) is None
    assert theirs.opened(ours.sealed(rtp_packet(1001 - srtp.WINDOW), 0)) is not None
    heard = [theirs.opened(ours.sealed(rtp_packet(1, source), 0)) is not None for source in range(20, 30)]
    assert heard == [True] * 3 + [False] * 7


def test_a_sealed_description():
    place = sdp.Place("192.0.2.1", 4000, 7, MASTER)
    text = sdp.offer(place)
    assert b"RTP/SAVP 8 0 101" in text
    made = sdp.read(text, sealed=True)
    assert made.key == MASTER
    assert sdp.read(sdp.answer(made, place, 1), sealed=True) == sdp.Remote(
        "192.0.2.1", 4000, sound.A_LAW, 8, 101, "sendrecv", MASTER, 1
    )
    assert "E1F9" not in repr(made)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("SAVP", "AVP"), ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"), ("inline:", "inline:A"),
     ("\r\na=rtpmap:8", "|2^20|1:4\r\na=rtpmap:8"), ("\r\na=rtpmap:8", " UNENCRYPTED_SRTP\r\na=rtpmap:8"),
     ("a=crypto", "a=x")],
)  # fmt: skip
def test_a_description_that_is_not_sealed_as_we_asked_is_refused(was, becomes):
    text = sdp.offer(sdp.Place("192.0.2.1", 4000, 7, MASTER)).decode()
    assert was in text
    with pytest.raises(sdp.NoSound):
        sdp.read(text.replace(was, becomes, 1).encode(), sealed=True)
    with pytest.raises(sdp.NoSound):
        sdp.read(text.encode())
    assert (
        sdp.read(text.replace("\r\na=rtpmap:8", "|2^20\r\na=rtpmap:8", 1).encode(), sealed=True).key == MASTER
    )
