"""Calls to programs of others: Debian's baresip, sipp and kamailio, over UDP, TCP and TLS, with and without log-in."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reik.interop import Accepted, Delivered, Failed, Result
from reik.interop.voice import mapping, port, sound
from reik.interop.voice.switchboard import Switchboard
from tests.adapters.scaip.real import issued
from tests.adapters.voice.real import baresip, proxy, sipp

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-000000000001"
BODY = (
    '{"type":"alert.step","timestamp":"2026-11-23T07:00:00Z","data":{"alert":"0193548c-7a00-7000-8000-00000000a7f3",'
    '"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,"wait_s":300}}'
)
ACCEPTED = Accepted(by="key 1")
HERE = "to=thuis&from=reik"


def called(
    address: str, *meanwhile: Callable[[], None], secret: str | None = None, trust: ssl.SSLContext | None = None,
    ring_s: float = 5, check: bool = False, hang_up_s: float = 6,
) -> Result:  # fmt: skip
    """Call; `meanwhile` runs beside it. Waits until it was hung up."""

    async def main() -> Result:
        peer = port.peer(address, secret, 60)
        peer = replace(peer, phone=replace(peer.phone, ring_s=ring_s))
        async with port.opened(trust) as session:
            if check:
                return await port.check(session, peer, now=NOW)
            beside = [asyncio.create_task(asyncio.to_thread(each)) for each in meanwhile]
            result = await port.deliver(session, peer, message_id=KEY, body=BODY, now=NOW)
            await asyncio.gather(*beside)
            await hung_up(session, hang_up_s)
            return result

    return asyncio.run(main())


async def hung_up(session: Switchboard, within: float) -> None:
    async with asyncio.timeout(within):
        while session._closing:
            await asyncio.sleep(0.02)


def share_heard(heard: bytes, said: bytes) -> float:
    """Which part of the packets that are no silence arrived, bit for bit and in order."""
    loud = [
        each for each in sound.frames(said, sound.A_LAW) if audioop.rms(audioop.alaw2lin(each, 2), 2) > 60
    ]
    found = at = 0
    for each in loud:
        place = heard.find(audioop.alaw2lin(each, 2), at)
        if place >= 0:
            found, at = found + 1, place
    return found / len(loud)


# baresip: a telephone of somebody else


def test_baresip_hears_it_and_key_1_accepts(tmp_path):
    with baresip(tmp_path) as peer:

        def presses() -> None:
            peer.answered()
            asyncio.run(asyncio.sleep(1.6))
            peer.press("1")

        assert called(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}", presses) == ACCEPTED
        heard = peer.heard()
    beginning = sound.recording("nl", "alert")[:8000]
    assert share_heard(heard, beginning) > 0.9
    assert share_heard(heard, sound.recording("nl", "thanks")) > 0.9
    assert share_heard(heard, sound.recording("en", "thanks")) < 0.3  # so that the measure tells apart


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_baresip_hears_every_word_twice_and_a_machine_is_no_person(tmp_path, lang):
    with baresip(tmp_path) as peer:
        assert called(f"voice+tcp://127.0.0.1:{peer.port}/?{HERE}&lang={lang}") == Delivered()
        heard = peer.heard()
    said = sound.spoken(lang, mapping.script(BODY, KEY).says)
    assert share_heard(heard, said + said + sound.recording(lang, "no_key")) > 0.9


@pytest.mark.slow
def test_baresip_with_the_other_law(tmp_path):
    with baresip(tmp_path, codec="PCMU") as peer:

        def presses() -> None:
            peer.answered()
            asyncio.run(asyncio.sleep(1))
            peer.press("*")
            asyncio.run(asyncio.sleep(1))
            peer.press("2")

        result = called(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}", presses)
        assert result == Failed("passed on by key 2", permanent=True, answered=True)
        assert "PCMU" in peer.log()
        assert len(peer.heard()) > 2 * 8000 * 2


def test_baresip_at_which_nobody_comes_stops_ringing(tmp_path):
    with baresip(tmp_path, answers=False) as peer:
        result = called(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}", ring_s=1)
        assert result == Failed("no answer (SIP 487)", answered=True, retry_after=timedelta(seconds=60))


def test_baresip_that_still_rings_knows_a_second_sending_after_a_crash(tmp_path):
    """The first process dies without a word; the second one's call is the same, and the phone rings once."""
    with baresip(tmp_path, answers=False) as peer:

        async def main() -> tuple[Result, Result]:
            to = port.peer(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}", None, 60)
            async with port.opened() as dead, port.opened() as living:
                first = asyncio.create_task(port.deliver(dead, to, message_id=KEY, body=BODY, now=NOW))
                await asyncio.sleep(0.5)
                second = await port.deliver(living, to, message_id=KEY, body=BODY, now=NOW)
                other = replace(to, phone=replace(to.phone, ring_s=1))
                third = await port.deliver(living, other, message_id=KEY + "x", body=BODY, now=NOW)
                port.recall(dead, [KEY])
                await first
                return second, third

        second, third = asyncio.run(main())
    assert second == Failed("still rings (SIP 482)", answered=True, retry_after=timedelta(seconds=60))
    assert third == Failed("no answer (SIP 487)", answered=True, retry_after=timedelta(seconds=60))


# kamailio: a provider that asks to log in


@pytest.mark.parametrize(
    ("scheme", "algorithm"), [("udp", "MD5"), ("tcp", "MD5"), ("tls", "MD5"), ("tls", "SHA-256")]
)
def test_through_kamailio_to_baresip_for_who_knows_the_password(tmp_path, scheme, algorithm):
    certificate, trust = issued(tmp_path)
    with (
        baresip(tmp_path) as phone,
        proxy(tmp_path, phone.port, certificate=certificate, algorithm=algorithm) as provider,
    ):
        number = provider.tls_port if scheme == "tls" else provider.port
        host = "localhost" if scheme == "tls" else "127.0.0.1"
        address = f"voice+{scheme}://{host}:{number}/?{HERE}&user=reik&domain=provider.example"

        def presses() -> None:
            phone.answered()
            asyncio.run(asyncio.sleep(0.8))
            phone.press("1")

        assert called(address, check=True, secret="geheim", trust=trust) == Delivered()
        assert called(address, presses, secret="geheim", trust=trust) == ACCEPTED
        assert "terminated" in phone.log()  # our BYE went the way that the proxy recorded
        told = provider.told()
        proto = scheme
        assert [each for each in told if each.startswith(("INVITE", "BYE"))] == [
            f"INVITE {proto}", f"INVITE {proto}", f"BYE {proto}",
        ]  # fmt: skip


def test_sealed_sound_and_keys_through_kamailio_to_baresip(tmp_path):
    certificate, trust = issued(tmp_path)
    with (
        baresip(tmp_path, sealed=True) as phone,
        proxy(tmp_path, phone.port, certificate=certificate) as provider,
    ):
        address = f"voice+tls://localhost:{provider.tls_port}/?{HERE}&user=reik"

        def presses() -> None:
            phone.answered()
            asyncio.run(asyncio.sleep(1.6))
            phone.press("1")

        assert called(address + "&srtp=on", presses, secret="geheim", trust=trust) == ACCEPTED
        assert share_heard(phone.heard(), sound.recording("nl", "alert")[:8000]) > 0.9
        refused = called(address, secret="geheim", trust=trust)
        assert isinstance(refused, Failed)  # this telephone takes sealed sound only


def test_kamailio_puts_nobody_through_with_a_wrong_password(tmp_path):
    certificate, trust = issued(tmp_path)
    refused = Failed("log-in refused (SIP 407)", answered=True)
    with proxy(tmp_path, 9, certificate=certificate) as provider:
        address = f"voice+tls://localhost:{provider.tls_port}/?{HERE}&user=reik"
        assert called(address, secret="fout", trust=trust) == refused
        assert called(address, secret="fout", trust=trust, check=True) == refused
        assert called(address, trust=trust) == refused
        assert called(address, secret="geheim") == Failed("certificate not trusted")


def test_through_kamailio_the_ringing_stops(tmp_path):
    certificate, trust = issued(tmp_path)
    with (
        baresip(tmp_path, answers=False) as phone,
        proxy(tmp_path, phone.port, certificate=certificate) as provider,
    ):
        address = f"voice+tls://localhost:{provider.tls_port}/?{HERE}&user=reik"
        result = called(address, secret="geheim", trust=trust, ring_s=1)
        assert result == Failed("no answer (SIP 487)", answered=True, retry_after=timedelta(seconds=60))
        assert "CANCEL tls" in provider.told()


# sipp: scenarios that check each message


@pytest.mark.parametrize(
    ("scheme", "transport", "codec", "key", "result"),
    [
        ("udp", "u1", "8", "1", ACCEPTED),
        ("tcp", "t1", "0", "1", ACCEPTED),
        ("udp", "u1", "0", "2", Failed("passed on by key 2", permanent=True, answered=True)),
    ],
)
def test_sipp_presses_a_key_as_debian_recorded_it(tmp_path, scheme, transport, key, result, codec):
    with sipp("takes", tmp_path, transport=transport, KEY=key, CODEC=codec) as peer:
        assert called(f"voice+{scheme}://127.0.0.1:{peer.port}/?{HERE}") == result
        assert peer.ended_well()


def test_sipp_presses_a_key_by_sip_info(tmp_path):
    with sipp("info", tmp_path, CODEC="8") as peer:
        assert called(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}") == ACCEPTED
        assert peer.ended_well()


@pytest.mark.parametrize(("scheme", "transport"), [("udp", "u1"), ("tcp", "t1")])
def test_sipp_hears_that_the_ringing_stops(tmp_path, scheme, transport):
    with sipp("rings", tmp_path, transport=transport) as peer:
        result = called(f"voice+{scheme}://127.0.0.1:{peer.port}/?{HERE}", ring_s=1)
        assert result == Failed("no answer (SIP 487)", answered=True, retry_after=timedelta(seconds=60))
        assert peer.ended_well()


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("486 Busy Here", Failed("busy (SIP 486)", answered=True, retry_after=timedelta(seconds=60))),
        ("603 Decline", Failed("declined (SIP 603)", permanent=True, answered=True)),
    ],
)
def test_sipp_refuses(tmp_path, status, result):
    with sipp("refuses", tmp_path, STATUS=status) as peer:
        assert called(f"voice+udp://127.0.0.1:{peer.port}/?{HERE}") == result
        assert peer.ended_well()
