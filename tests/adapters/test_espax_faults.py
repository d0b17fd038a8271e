"""ESPA-X when things go wrong: bytes, sessions, servers and order (R56)."""

from __future__ import annotations

import asyncio
import ssl
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reik.interop import Accepted, Delivered, Failed, Result
from reik.interop.espax import link as links
from reik.interop.espax import port
from reik.interop.espax.mapping import ref
from tests.adapters.certificates import self_signed
from tests.adapters.espax_peer import NS, PASSWORD, Heard, Line, Peer, document, element, frame, serving
from tests.adapters.test_espax import GROUP, ID, NOW, Client, body, play, then, told

OTHER = ID.replace("d8ff", "d8fe")


def accepted(ref_: str, session: str = "S1") -> bytes:
    values = {"CP-PR-REF": ref_, "SP-PR-TAN": "7", "SS-STATUS": "Completed", "SS-RESULT": "Accepted"}
    return frame(document(element("IND.P-EVENT", values, None, session)))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no ESPA-X frame"),
        (b"EX" + struct.pack(">II", 5, 1), "a frame of a length that cannot be"),
        (b"EX" + struct.pack(">II", 1 << 31, 1), "a frame of a length that cannot be"),
        (frame(document(element("IND.ERROR", {"RSP-CODE": "600"}, None, ""))), "ESPA-X error 600"),
        (frame(document(element("CMD.SHUTDOWN", {"SD-REASON": "Reboot"}, None, "S1"))), "the server shuts down"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_ends_the_session_and_the_call_is_made_over_another(data, error):
    async def breaks_once(line: Line, heard: Heard) -> None:
        line.peer.running.clear()
        if line.session == "S1":
            return line.raw(data)
        line.peer.running.add(heard.values["CP-PR-REF"])
        line.peer.starts(line, heard)
        line.event(heard.values["CP-PR-REF"], "Accepted")

    peer = Peer(breaks_once)
    assert told(peer) == Accepted(by="handset"), error
    assert {each.values["CP-PR-REF"] for each in peer.of("REQ.P-START")} == {ref(ID)}
    assert len(peer.of("REQ.P-START")) == 2


def test_half_frames_and_frames_that_come_together():
    async def in_pieces(line: Line, heard: Heard) -> None:
        line.peer.starts(line, heard)
        data = accepted("another") + accepted(heard.values["CP-PR-REF"])
        for at in range(0, len(data), 37):
            line.raw(data[at : at + 37])
            await line.writer.drain()
            await asyncio.sleep(0.002)

    assert told(Peer(in_pieces)) == Accepted(by="handset")


def test_half_a_frame_and_then_nothing_is_a_failure_that_says_so():
    async def half(line: Line, heard: Heard) -> None:
        line.raw(accepted(heard.values["CP-PR-REF"])[:40])

    result = told(Peer(half), timeout_s=1.0)
    assert isinstance(result, Failed)
    assert not result.answered


@pytest.mark.parametrize(
    "noise",
    [
        b"\xff\xfe no xml", b"<x/>", b"<!DOCTYPE a><ESPA-X><IND.P-EVENT/></ESPA-X>",
        document(element("IND.S-SYSTEM", {"S-HEALTH": "OK"}, None, "S1")),
        document(element("IND.NEW", {"WHAT": "x"}, None, "S1")),
        document(element("REQ.S-CONDITION", {}, 5, "S1")),
        document(element("RSP.P-START", {"RSP-CODE": "503"}, 4_000_000, "S1")),
        document(element("RSP.P-STOP", {"RSP-CODE": "503"}, 2, "S1")),
        document(element("RSP.P-START", {"RSP-CODE": "602"}, 2, "S-other")),
        document(element("IND.P-EVENT", {"CP-PR-REF": ref(ID), "SS-RESULT": "Accepted"}, None, "S-other")),
        f'<ESPA-X xmlns="{NS}" version="9"><IND.P-EVENT sessionID="S1"><CP-PR-REF>{ref(ID)}</CP-PR-REF>'
        "<SS-RESULT>Busy</SS-RESULT><SS-RESULT>Accepted</SS-RESULT></IND.P-EVENT></ESPA-X>".encode(),
    ],
)  # fmt: skip
def test_what_is_foreign_or_unknown_changes_nothing(noise):
    async def noisy(line: Line, heard: Heard) -> None:
        line.raw(frame(noise, 2))
        line.peer.starts(line, heard)
        line.raw(frame(noise, 2))

    assert told(Peer(noisy), timeout_s=1.0) == Delivered()


def test_an_acceptance_that_overtakes_every_answer_counts():
    async def first(line: Line, heard: Heard) -> None:
        line.event(heard.values["CP-PR-REF"], "Accepted")
        line.ended(heard.values["CP-PR-REF"], "Negative")
        line.peer.starts(line, heard)

    assert told(Peer(first)) == Accepted(by="handset")


def test_a_server_that_tells_of_the_process_but_never_answers_has_it():
    async def unanswered(line: Line, heard: Heard) -> None:
        line.about(heard.values["CP-PR-REF"], "P-STARTED", SP_STATUS="Active")

    async def taken(line: Line, heard: Heard) -> None:
        line.event(heard.values["CP-PR-REF"], "Accepted")

    assert told(Peer(unanswered), timeout_s=1.0) == Delivered()
    assert told(Peer(taken), timeout_s=1.0) == Accepted(by="handset")


def test_what_is_heard_while_the_process_ends_is_told():
    async def does(client: Client) -> None:
        telling = asyncio.create_task(client.tell())
        while not client.peer.running:
            await asyncio.sleep(0.01)
        client.peer.line.event(ref(ID), "Accepted")
        (process,) = client.ways.link(client.line(1).desk.server).processes.under_way()
        while process.answer is None:
            await asyncio.sleep(0)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        found = await client.late() if telling.cancelled() else [telling.result()]
        assert len(found) == 1

    play(Peer(), does)


@pytest.mark.parametrize(
    ("codes", "error", "permanent"),
    [
        ({"REQ.LOGIN": 503}, "log-in refused (ESPA-X 503)", False),
        ({"REQ.P-START": 602}, "refused (ESPA-X 602)", True),
        ({"REQ.P-START": 404}, "refused (ESPA-X 404)", False),
        ({"REQ.P-START": 503}, "refused (ESPA-X 503)", False),
    ],
)
def test_a_refusal_says_its_code(codes, error, permanent):
    assert told(Peer(codes=codes)) == Failed(error, permanent=permanent, answered=True)


def test_a_session_that_the_server_forgot_is_made_anew_once():
    async def forgot(line: Line, heard: Heard) -> None:
        if line.session == "S1":
            line.peer.running.clear()
            return line.answer(heard, 401)
        line.peer.starts(line, heard)

    peer = Peer(forgot)
    assert told(peer, timeout_s=1.5) == Delivered()
    assert len(peer.of("REQ.LOGIN")) == 2
    always = Peer(codes={"REQ.P-START": 401})
    assert told(always) == Failed("not allowed (ESPA-X 401)", answered=True)
    assert len(always.of("REQ.LOGIN")) == 2


def test_a_wrong_password_is_said_and_not_tried_on_and_on():
    async def does(client: Client) -> None:
        for _ in range(5):
            assert await client.check(secret="wrong-1") == Failed(
                "log-in refused (ESPA-X 401)", answered=True
            )
        await asyncio.sleep(1.2)
        assert len(client.peer.of("REQ.LOGIN")) == 1
        assert await client.check() == Delivered()  # another password is another account

    play(Peer(), does)


def test_a_silent_server_is_noticed_within_two_seconds():
    async def does(client: Client) -> None:
        assert await client.check("&beat=1") == Delivered()
        client.peer.silent = {"REQ.HEARTBEAT"}
        begun = time.monotonic()
        result = await client.check("&beat=1")
        assert isinstance(result, Failed)
        assert 1.0 <= time.monotonic() - begun < 2.6
        client.peer.silent = set()
        await asyncio.sleep(0.6)
        assert await client.check("&beat=1") == Delivered()
        assert len(client.peer.lines) == 2

    play(Peer(), does)


def test_a_server_that_never_answers_a_log_in_is_a_failure_in_time():
    begun = time.monotonic()
    result = told(Peer(silent={"REQ.LOGIN"}), timeout_s=1.0)
    assert result == Failed("no answer within 1 s")
    assert time.monotonic() - begun < 2.5


def test_no_server_at_all():
    async def main() -> list[Result]:
        async with serving(Peer()) as peer:
            pass
        async with port.opened() as ways:
            client = Client(ways, peer, GROUP)
            return [await client.tell(), await client.check()]

    for each in asyncio.run(main()):
        assert each == Failed("no connection (ConnectionRefusedError)")


def test_a_connection_that_drops_while_it_calls_is_made_again_and_the_call_goes_on():
    async def does(client: Client) -> None:
        telling = asyncio.create_task(client.tell(timeout_s=5.0))
        while not client.peer.running:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        client.peer.line.drop()
        async with asyncio.timeout(3):
            while not client.peer.of("REQ.P-GETSTAT"):
                await asyncio.sleep(0.02)
        client.peer.line.event(ref(ID), "Accepted")
        assert await telling == Accepted(by="handset")

    peer = play(Peer(), does)
    assert len(peer.of("REQ.P-START")) == 1
    assert peer.of("REQ.P-GETSTAT")[0].values["CP-PR-REF"] == ref(ID)


@pytest.mark.parametrize("delivered", [False, True])
def test_a_server_that_lost_the_call_is_a_failure(delivered: bool):
    async def does(client: Client) -> None:
        telling = asyncio.create_task(client.tell(timeout_s=1.0 if delivered else 5.0))
        while not client.peer.running:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        if delivered:
            assert await telling == Delivered()
        client.peer.running.clear()
        client.peer.line.drop()
        result = (await client.late())[0].result if delivered else await telling
        assert result == Failed("the server lost it", answered=True)
        if not delivered:
            assert await client.tell(timeout_s=1.0) == Delivered()
            assert len(client.peer.of("REQ.P-START")) == 2

    play(Peer(), does)


@pytest.mark.parametrize("delivered", [False, True])
def test_a_server_that_stays_away_while_it_calls_is_a_failure(delivered: bool, monkeypatch):
    monkeypatch.setattr(links, "LOST_S", 0.5)

    async def main() -> None:
        async with port.opened() as ways:
            async with serving(Peer()) as peer:
                client = Client(ways, peer, GROUP)
                telling = asyncio.create_task(client.tell(timeout_s=1.0 if delivered else 2.0))
                while not peer.running:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.1)
                if delivered:
                    assert await telling == Delivered()
                peer.line.drop()
            result = (await client.late())[0].result if delivered else await telling
            assert result == Failed("the connection was lost while it called")

    asyncio.run(main())


def test_a_server_that_comes_back_is_asked_again_under_the_same_reference():
    async def main() -> None:
        async with port.opened() as ways:
            async with serving(Peer()) as peer:
                client = Client(ways, peer, GROUP)
                telling = asyncio.create_task(client.tell(timeout_s=1.5))
                while not peer.running:
                    await asyncio.sleep(0.01)
                peer.line.drop()
            assert isinstance(await telling, Failed)
            async with serving(Peer(), port=peer.port) as again:
                async with asyncio.timeout(8):
                    while not again.of("REQ.LOGIN"):  # the session is made by itself
                        await asyncio.sleep(0.02)
                assert await client.tell(timeout_s=1.5) == Delivered()
                assert [each.values["CP-PR-REF"] for each in again.of("REQ.P-START")] == [ref(ID)]

    asyncio.run(main())


def test_the_second_no_connection_is_said_at_once():
    async def does(client: Client) -> None:
        begun = time.monotonic()
        for n in range(20):
            assert isinstance(await client.tell(ID[:-2] + f"{n:02x}", timeout_s=2.0), Failed)
        assert time.monotonic() - begun < 8
        assert len(client.peer.lines) < 12

    async def drops(line: Line, heard: Heard) -> None:
        line.peer.running.clear()
        line.drop()

    play(Peer(drops), does)


def test_two_calls_of_one_message_at_once_are_one_process():
    async def does(client: Client) -> None:
        both = [asyncio.create_task(client.tell(timeout_s=2.0)) for _ in range(2)]
        while len(client.peer.of("REQ.P-START")) < 2:
            await asyncio.sleep(0.01)
        client.peer.line.event(ref(ID), "Accepted")
        assert await asyncio.gather(*both) == [Accepted(by="handset")] * 2

    play(Peer(), does)


def test_a_stop_over_a_dead_line_fails_and_is_tried_again():
    async def does(client: Client) -> None:
        client.peer.codes = {"REQ.P-STOP": 503}
        client.peer.running.add(ref(OTHER))
        closed = body("alert.closed", calls=[OTHER, ID])
        assert await client.tell(text=closed) == Failed("refused (ESPA-X 503)", answered=True)

    play(Peer(), does)


def over_tls(folder: Path, trusted: Callable[[Path], ssl.SSLContext | None]) -> Result:
    pem = self_signed(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    async def main() -> Result:
        async with serving(Peer(then()), context) as peer, port.opened(trusted(pem)) as ways:
            line = port.peer(f"espax+tls://reik@localhost:{peer.port}/?{GROUP}", PASSWORD, 2.0)
            return await port.deliver(ways, line, message_id=ID, body=body(), now=NOW)

    return asyncio.run(main())


def test_over_tls_with_an_authority_of_our_own_and_a_stranger_is_refused(tmp_path: Path):
    assert over_tls(tmp_path, lambda pem: ssl.create_default_context(cafile=str(pem))) == Delivered()
    assert over_tls(tmp_path, lambda _: None) == Failed("certificate not trusted")
