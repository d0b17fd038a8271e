"""SCAIP against a receiver that says strange things, is slow, or breaks off."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

import pytest

from reik.interop import Delivered, Failed
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, over_tcp, over_udp
from tests.adapters.scaip.real import issued
from tests.adapters.scaip.telling import (
    ONE,
    ONLY_TAKEN_OVER,
    OTHER,
    _until,
    both,
    run,
    session,
    tcp,
    tell,
    udp,
    wire,
)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<scaip><mrs><ref>ANOTHER</ref><snu>0</snu></mrs></scaip>", "a response about another message"),
        ("niets", "an answer that is no SCAIP response"),
        ("<scaip><mrs><snu>0</snu></mrs></scaip>", "an answer that is no SCAIP response"),
    ],
)
def test_a_wrong_response_in_the_answer_is_none(body, error):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer("200 OK", body)) as peer:
            assert await tell(at, udp(peer), 0.2) == Failed(f"{error} within 0.2 s")

    run(main)


def test_nobody_but_who_was_asked_can_say_that_it_is_treated():
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer()) as peer:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.2", 0))
                telling = asyncio.create_task(tell(at, udp(peer), 0.4))
                await _until(lambda: bool(peer.asked))
                ours = peer.asked[0].header("Via").split()[1].partition(";")[0].rpartition(":")[2]
                stranger.sendto(peer.asked[0].mrs(), ("127.0.0.1", int(ours)))
                assert await telling == Failed(f"{ONLY_TAKEN_OVER} within 0.4 s")

    run(main)


def test_garbage_between_datagrams_is_overlooked():
    async def main() -> None:
        async def noisy(asked: Asked) -> None:
            for noise in (b"", b"\r\n\r\n", b"\x00" * 900, b"SIP/2.0 200 OK\r\n\r\n", asked.answered()[:40]):
                asked.back(noise)
            asked.back(asked.answered().replace(b"z9hG4bK", b"z9hG4bX"))  # an answer to nobody
            asked.back(asked.answered("603 Decline").replace(b" MESSAGE\r\n", b" INVITE\r\n"))
            await asyncio.sleep(0.02)
            await fake.treats(asked)

        async with session() as at, over_udp(noisy) as peer:
            assert await tell(at, udp(peer)) == Delivered()

    run(main)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x16\x03\x01" * 9000,
        b"SIP/2.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
def test_garbage_in_a_stream_ends_the_connection_and_not_us(garbage):
    async def main() -> None:
        async with session() as at, over_tcp(lambda asked: asked.back(garbage)) as peer:
            assert await tell(at, tcp(peer)) == Failed("the connection ended before the answer")
            peer.behaviour = fake.treats
            assert await tell(at, tcp(peer)) == Delivered()

    run(main)


@both
@pytest.mark.parametrize(
    ("asks", "status"),
    [
        (fake.request("OPTIONS"), "200"),
        (fake.request("INVITE"), "405"),
        (fake.request("MESSAGE", "hallo", kind="text/plain"), "415"),
        (fake.request("MESSAGE", "<mrs><ref>A</ref></mrs>"), "400"),
        (
            fake.request("MESSAGE", '<!DOCTYPE m [<!ENTITY e "0">]><mrs><ref>A</ref><snu>&e;</snu></mrs>'),
            "400",
        ),
        (fake.mrs("NOBODYWAITS"), "200"),
    ],
)
def test_what_a_receiver_asks_of_us_is_answered(which, asks, status):
    over, named = wire(which)

    async def main() -> None:
        async def asks_first(asked: Asked) -> None:
            asked.back(asks)
            await fake.treats(asked)

        async with session() as at, over(asks_first) as peer:
            assert await tell(at, named(peer)) == Delivered()
            await _until(lambda: len(peer.answers) == 2)
            assert peer.statuses[0] == status

    run(main)


def test_a_slow_receiver_byte_by_byte():
    async def main() -> None:
        async def slow(asked: Asked) -> None:
            whole = asked.answered() + asked.mrs()
            for place in range(len(whole)):
                asked.back(whole[place : place + 1])
                await asyncio.sleep(0)

        async with session() as at, over_tcp(slow) as peer:
            assert await tell(at, tcp(peer), 3) == Delivered()

    run(main)


def test_a_receiver_that_never_answers_gets_a_new_connection_the_next_time():
    async def main() -> None:
        async with session() as at, over_tcp(lambda _: None) as peer:
            assert await tell(at, tcp(peer), 0.2) == Failed("no answer within 0.2 s")
            peer.behaviour = fake.treats
            assert await tell(at, tcp(peer)) == Delivered()
            assert peer.connections == 2

    run(main)


def test_a_receiver_that_dies_in_its_answer():
    async def main() -> None:
        async def dies(asked: Asked) -> None:
            asked.back(asked.answered()[:60])
            await asyncio.sleep(0.05)
            asked.close()

        async with session() as at, over_tcp(dies) as peer:
            assert await tell(at, tcp(peer)) == Failed("the connection ended before the answer")

    run(main)


def test_a_receiver_that_dies_between_answer_and_response():
    async def main() -> None:
        async def dies(asked: Asked) -> None:
            asked.answer()
            await asyncio.sleep(0.05)
            asked.close()

        async with session() as at, over_tcp(dies) as peer:
            assert await tell(at, tcp(peer), 5) == Failed("the connection ended before the response")

    run(main)


def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing():
    async def main() -> None:
        async def closes_second(asked: Asked) -> None:
            if len(asked.peer.asked) == 2:
                asked.close()
            else:
                await fake.treats(asked)

        async with session() as at, over_tcp(closes_second) as peer:
            assert await tell(at, tcp(peer), 1, ONE) == Delivered()
            assert await tell(at, tcp(peer), 1, OTHER) == Delivered()
            assert peer.connections == 2
            assert len(peer.refs) == 3
            assert len(set(peer.refs)) == 2

    run(main)


def test_nobody_there():
    async def main() -> None:
        async with session() as at:
            for address in ("scaip+tcp://127.0.0.1:1", "scaip+tls://localhost:1", "scaip+tcp://[::1]:1"):
                result = await tell(at, address)
                assert isinstance(result, Failed)
                assert result.error.startswith("no connection (")
                assert (result.permanent, result.answered) == (False, False)

    run(main)


@pytest.mark.parametrize("half", [b"", b"\x16\x03\x03\x00\x20", b"SIP/2.0 200 OK\r\n\r\n"])
def test_half_a_tls(half):
    async def main() -> None:
        async def stops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(half)
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

        server = await asyncio.start_server(stops, "127.0.0.1", 0)
        async with session() as at:
            result = await tell(at, f"scaip+tls://127.0.0.1:{server.sockets[0].getsockname()[1]}", 0.3)
            assert result in (Failed("no answer within 0.3 s"), Failed("no connection (SSLError)"))
        server.close()

    run(main)


def test_tls_that_ends_in_the_middle(tmp_path):
    certificate, trust = issued(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)

    async def main() -> None:
        async with session(trust) as at, over_tcp(lambda asked: asked.close(), serving) as peer:
            address = f"scaip+tls://localhost:{peer.port}"
            assert await tell(at, address) == Failed("the connection ended before the answer")
            peer.behaviour = fake.treats
            assert await tell(at, address) == Delivered()
            assert peer.asked[-1].text.startswith(f"MESSAGE sips:arc@localhost:{peer.port} SIP/2.0")

    run(main)
