"""The wire of a call: noise, log-in, routes, connections that end, lines in use, the try of a gateway."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

import pytest

from reik.interop import Delivered, Failed
from reik.interop.voice import port, ringing, switchboard
from tests.adapters.scaip.fake import Asked
from tests.adapters.scaip.real import issued
from tests.adapters.voice.callee import Callee, calling, presses, takes
from tests.adapters.voice.telling import (
    ACCEPTED,
    NOW,
    ONE,
    OTHER,
    board,
    line,
    quick,  # noqa: F401 - for every test here
    run,
    tell,
    told,
)

# The wire


def test_noise_on_the_wire_is_let_be():
    async def does(callee: Callee, asked: Asked) -> None:
        for junk in (b"", b"\r\n\r\n", b"\xff" * 900, b"SIP/2.0 200 OK\r\n\r\n", b"SIP/2.0 200"):
            asked.back(junk)
        callee.take(asked)
        await callee.acked.wait()
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    assert told(does)[0] == ACCEPTED


def test_who_calls_reik_is_told_that_it_takes_no_calls():
    async def does(callee: Callee, asked: Asked) -> None:
        for method in ("INVITE", "BYE", "OPTIONS", "INFO"):
            asked.back(
                f"{method} sip:reik@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKx{method}\r\n"
                f"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: strange\r\nCSeq: 1 {method}\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
        asked.answer("486 Busy Here")

    assert told(does)[1].peer.statuses == ["486", "481", "200", "481"]


@pytest.mark.parametrize("which", [401, 407])
def test_it_logs_in_once_and_never_twice_with_a_password_that_was_refused(which):
    header, said = {
        401: ("WWW-Authenticate", "Authorization"),
        407: ("Proxy-Authenticate", "Proxy-Authorization"),
    }[which]

    def does(right: bool):
        async def answer(callee: Callee, asked: Asked) -> None:
            if right and f"{said}: Digest" in asked.text:
                callee.take(asked)
                await asyncio.sleep(0.1)
                callee.ear.press("1", callee.theirs(asked))
            else:
                asked.answer(
                    f"{which} Log in", "", f'{header}: Digest realm="r", nonce="n{len(callee.invites)}"'
                )

        return answer

    result, callee = told(does(True), more="&user=reik", secret="geheim")
    assert result == ACCEPTED
    assert [each.header("CSeq") for each in callee.invites] == ["1 INVITE", "2 INVITE"]
    assert [each.header("CSeq") for each in callee.acks] == ["1 ACK", "2 ACK"]
    assert f"{said}: Digest" in callee.acks[1].text
    result, callee = told(does(False), more="&user=reik", secret="geheim")
    assert result == Failed(f"log-in refused (SIP {which})", answered=True)
    assert len(callee.invites) == len(callee.acks) == 2


def test_it_goes_back_along_the_recorded_routes():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.take(asked, None, "Record-Route: <sip:b;lr>, <sip:a;lr>", "Record-Route: <sip:nearest;lr>")
        await callee.acked.wait()
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    _, callee = told(does)
    for each in (callee.acks[0], callee.byes[0]):
        assert [line for line in each.text.split("\r\n") if line.startswith("Route:")] == [
            "Route: <sip:nearest;lr>", "Route: <sip:a;lr>", "Route: <sip:b;lr>",
        ]  # fmt: skip


def test_over_tls_to_whom_is_trusted_only(tmp_path):

    certificate, trust = issued(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)

    async def main() -> None:
        async with calling(takes(presses("1")), over="tcp", tls=server) as callee:
            async with board(trust) as at:
                assert await tell(at, line(callee, "tls")) == ACCEPTED
                assert ";transport=tls>" in callee.invites[0].header("Contact")
            async with board() as at:
                assert await tell(at, line(callee, "tls")) == Failed("certificate not trusted")
            assert len(callee.invites) == 1

    run(main)


def test_a_connection_that_ends_while_it_rings_stops_the_ringing_over_another():
    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer("180 Ringing")
        await asyncio.sleep(0.1)
        asked.close()

    result, callee = told(does, over="tcp")
    assert result == Failed("the connection ended before the answer")
    assert len(callee.invites) == 1
    assert len(callee.cancels) == 1
    assert callee.cancels[0].header("Via") == callee.invites[0].header("Via")


def test_a_kept_connection_that_had_ended_costs_nothing():
    async def main() -> None:
        async def does(callee: Callee, asked: Asked) -> None:
            if len(callee.invites) == 2:
                return asked.close()
            asked.answer("486 Busy Here")
            return None

        async with calling(does, over="tcp") as callee, board() as at:
            first = await tell(at, line(callee, "tcp"))
            assert first == await tell(at, line(callee, "tcp"), OTHER)
            assert len(callee.invites) == 3
            assert callee.peer.connections == 2

    run(main)


def test_a_connection_that_ends_while_somebody_is_spoken_to_ends_nothing():
    async def then(callee: Callee, asked: Asked) -> None:
        asked.close()
        await asyncio.sleep(0.1)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(takes(then), over="tcp")
    assert result == ACCEPTED
    assert len(callee.byes) == 1
    assert callee.peer.connections == 2


def test_nobody_there():
    async def main() -> None:
        async with board() as at:
            to = port.peer("voice+tcp://127.0.0.1:1/?to=phone&from=reik", None, 60)
            assert await tell(at, to) == Failed("no connection (ConnectionRefusedError)")
            assert await port.check(at, to, now=NOW) == Failed("no connection (ConnectionRefusedError)")

    run(main)


# Lines


def test_a_phone_takes_one_call_at_a_time_and_a_gateway_no_more_than_its_lines(monkeypatch):
    monkeypatch.setattr(switchboard, "SHORTEST_S", 59.5)
    most = 0

    async def main() -> None:
        nonlocal most

        async def then(callee: Callee, asked: Asked) -> None:
            nonlocal most
            most = max(most, len(callee.invites) - len(callee.byes))
            await presses("1")(callee, asked)

        async with calling(takes(then, after=0.01)) as callee, board() as at:
            same = line(callee, more="&lines=2")
            other = replace(same, phone=replace(same.phone, to="other"))
            third = replace(same, phone=replace(same.phone, to="third"))
            results = await asyncio.gather(
                *(tell(at, to, f"{ONE}{number}") for number, to in enumerate([same, same, other, third]))
            )
            assert results == [ACCEPTED] * 4

    run(main)
    assert most == 2


def test_who_finds_all_lines_in_use_says_so(monkeypatch):
    monkeypatch.setattr(switchboard, "LINE_WITHIN", 0.2)
    monkeypatch.setattr(switchboard, "SHORTEST_S", 60)

    async def main() -> None:
        async with calling(takes()) as callee, board() as at:
            first = asyncio.create_task(tell(at, line(callee)))
            await asyncio.sleep(0.05)
            second = await tell(at, line(callee), OTHER)
            assert second == Failed("all lines are in use", answered=True, retry_after=switchboard.LINE_AGAIN)
            assert await first == Delivered()

    run(main)


# Looking whether the gateway is there


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("200 OK", Delivered()), ("404 Not Found", Delivered()), ("405 No", Delivered()),
        ("403 No", Failed("SIP 403", answered=True)), ("503 No", Failed("SIP 503")),
        ("401 Log in", Failed("log-in refused (SIP 401)", answered=True)),
    ],
)  # fmt: skip
def test_the_gateway_is_tried_without_calling(status, result):
    async def main() -> None:
        async def does(callee: Callee, asked: Asked) -> None:
            raise AssertionError("somebody was called")

        async with calling(does) as callee, board() as at:

            async def options(asked: Asked) -> None:
                assert asked.text.startswith("OPTIONS sip:127.0.0.1 SIP/2.0")
                asked.answer(status)

            callee.peer.behaviour = options
            assert await port.check(at, line(callee), now=NOW) == result

    run(main)


def test_an_invite_is_forgotten_in_time(monkeypatch):
    """Nothing of a call is kept once no copy of an answer can come any more."""
    monkeypatch.setattr(ringing, "TRANSACTION", 0.3)

    async def main() -> None:
        async with calling(takes(presses("1"))) as callee, board() as at:
            assert await tell(at, line(callee)) == ACCEPTED
            await callee.hung_up.wait()
            await asyncio.sleep(0.6)
            assert (at._calls, at._rings, at._closing, at._transactions._pending) == ({}, set(), set(), {})

    run(main)
