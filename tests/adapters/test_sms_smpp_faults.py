"""Texts over SMPP against a centre of our own that misbehaves: nothing is lost, nothing is believed."""

from __future__ import annotations

import asyncio
import struct
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import Delivered, Failed
from reik.interop.sms import bound, kept, pdu, port
from reik.interop.sms.pdu import Command, Pdu
from tests.adapters.smpp_peers import Call, Centre, deliver
from tests.adapters.smpp_texts import NOW, _silence, at_centre, phone, text, until


def test_everything_in_single_bytes():
    async def slowly(call: Call, got: Pdu) -> None:
        answer = Pdu(got.command | pdu.ANSWER, 0, got.sequence, b"A1\0")
        for byte in answer.bytes() + deliver(b"id:A1 stat:DELIVRD", "31600000001").bytes():
            call.writer.write(bytes([byte]))
            await call.writer.drain()
            await asyncio.sleep(0)

    async def main(there: Centre, ways: port.Ways) -> Any:
        return await text(ways, phone(1, there.port, "&receipt=wait"))

    assert at_centre(main, {Command.SUBMIT_SM: slowly}) == Delivered()


async def _half(call: Call, got: Pdu) -> None:
    call.writer.write(Pdu(got.command | pdu.ANSWER, 0, got.sequence, b"A1\0").bytes()[:9])
    await call.writer.drain()
    call.writer.close()


async def _cut(call: Call, got: Pdu) -> None:
    call.cut()


async def _huge(call: Call, got: Pdu) -> None:
    call.writer.write(struct.pack(">I", 2**31))


async def _other_language(call: Call, got: Pdu) -> None:
    call.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def _log_out(call: Call, got: Pdu) -> None:
    await call.send(Pdu(Command.UNBIND, 0, 1))


async def _nack(call: Call, got: Pdu) -> None:
    await call.send(Pdu(Command.GENERIC_NACK, 0x03, got.sequence))


async def _wrong_answer(call: Call, got: Pdu) -> None:
    await call.send(Pdu(Command.ENQUIRE_LINK | pdu.ANSWER, 0, got.sequence))


async def _not_bound(call: Call, got: Pdu) -> None:
    await call.refuse(got, 0x04)


@pytest.mark.parametrize(
    ("does", "result"),
    [
        (_half, Failed("broken off by the gateway")),
        (_cut, Failed("broken off by the gateway")),
        (_huge, Failed("the gateway speaks no SMPP")),
        (_other_language, Failed("the gateway speaks no SMPP")),
        (_log_out, Failed("logged out by the gateway")),
        (_not_bound, Failed("no longer logged in")),
        (_silence, Failed("no answer within 0.4 s")),
        (_nack, Failed("refused (SMPP 0x03)", answered=True)),
        (_wrong_answer, Failed("refused (SMPP 0x08)", answered=True)),
    ],
)
def test_what_goes_wrong_with_a_text_becomes_a_failure(does, result):
    async def main(there: Centre, ways: port.Ways) -> Any:
        return await text(ways, phone(1, there.port, timeout_s=0.4 if does is _silence else 2))

    found = at_centre(main, {Command.SUBMIT_SM: does})
    if does is _cut and found == Failed("broken off (ConnectionResetError)"):
        return
    assert found == result


@pytest.mark.parametrize(
    ("does", "result"),
    [
        (_silence, Failed("no answer within 0.4 s")),
        (_huge, Failed("the gateway speaks no SMPP")),
        (_half, Failed("broken off by the gateway")),
        (_nack, Failed("log-in refused (SMPP 0x03)", answered=True)),
        (_wrong_answer, Failed("log-in refused (SMPP 0x00)", answered=True)),
    ],
)
def test_what_goes_wrong_at_the_log_in_becomes_a_failure(does, result):
    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, timeout_s=0.4)
        return [await port.check(ways, peer, now=NOW), await text(ways, peer)]

    first, second = at_centre(main, {Command.BIND_TRANSCEIVER: does})
    assert first == result
    assert isinstance(second, Failed)


def test_nobody_there_is_said_at_once_and_not_asked_over_and_over():
    async def main() -> list[Any]:
        async with port.opened() as ways:
            peer = phone(1, 1)
            return await asyncio.gather(*(text(ways, peer, str(each)) for each in range(200)))

    assert asyncio.run(main()) == [Failed("no connection (ConnectionRefusedError)")] * 200


def test_a_gateway_that_keeps_dropping_us_is_tried_less_and_less(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.01)
    monkeypatch.setattr(kept, "FIRST_BACK_OFF_S", 0.1)
    at: list[float] = []

    async def cut(call: Call, got: Pdu) -> None:
        at.append(asyncio.get_running_loop().time())
        call.cut()

    async def main(there: Centre, ways: port.Ways) -> None:
        await text(ways, phone(1, there.port, timeout_s=0.3))
        await until(lambda: len(at) == 5)

    at_centre(main, {Command.BIND_TRANSCEIVER: cut})
    gaps = [after - before for before, after in pairwise(at)]
    assert all(gap >= 0.1 * 2**number * 0.95 for number, gap in enumerate(gaps))


def test_a_session_that_had_ended_is_replaced_within_the_same_attempt():
    async def cut_the_first(call: Call, got: Pdu) -> None:
        if len(call.centre.of(Command.SUBMIT_SM)) == 1:
            call.cut()
        else:
            await call.took(got)

    async def main(there: Centre, ways: port.Ways) -> Any:
        found = await text(ways, phone(1, there.port))
        texts = [each.body for each in there.of(Command.SUBMIT_SM)]
        return found, len(there.calls), texts[0] == texts[1]

    assert at_centre(main, {Command.SUBMIT_SM: cut_the_first}) == (Delivered(), 2, True)


def test_a_refused_account_is_not_tried_by_itself(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.01)
    monkeypatch.setattr(kept, "FIRST_BACK_OFF_S", 0.01)

    async def refuse(call: Call, got: Pdu) -> None:
        await call.refuse(got, 0x0F)

    async def main(there: Centre, ways: port.Ways) -> Any:
        first = await text(ways, phone(1, there.port))
        await asyncio.sleep(0.3)
        return first, len(there.calls)

    refused = at_centre(main, {Command.BIND_TRANSCEIVER: refuse})
    assert refused == (Failed("log-in refused (SMPP 0x0F)", answered=True), 1)


def test_after_a_cut_the_session_comes_back_by_itself_and_the_receipt_is_heard(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.02)

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, "&receipt=wait", timeout_s=5)
        sending = asyncio.create_task(text(ways, peer))
        await until(lambda: there.of(Command.SUBMIT_SM))
        await asyncio.sleep(0.05)
        there.calls[0].cut()
        await until(lambda: len(there.of(Command.BIND_TRANSCEIVER)) == 2)
        await there.calls[1].receipt("A1", "DELIVRD", "31600000001")
        return await sending, len(there.of(Command.SUBMIT_SM))

    assert at_centre(main) == (Delivered(), 1)


class _Mute:
    """Where a session writes when nobody reads."""

    transport: Any
    written = b""

    def __init__(self) -> None:
        self.transport = self

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        pass

    def abort(self) -> None:
        pass


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.builds(
            lambda command, status, sequence, body: Pdu(command, status, sequence, body).bytes(),
            st.sampled_from([*Command, *(each | pdu.ANSWER for each in Command)]),
            st.sampled_from([0, 0, 0x04, 0x58, 0x7FFF_FFFF]), st.integers(0, 3),
            st.one_of(st.binary(max_size=40), st.just(deliver(b"id:A1 stat:DELIVRD").body)),
        ),
    ),
    max_size=8,
)  # fmt: skip


@given(PIECES)
@settings(deadline=None)
def test_whatever_arrives_who_waits_gets_an_answer_or_hears_that_there_is_none(pieces):
    async def main() -> None:
        reader, heard, late = asyncio.StreamReader(), [], []
        session = bound.Bound(reader, cast(asyncio.StreamWriter, _Mute()), heard.append)
        asking = [
            asyncio.ensure_future(session.ask(Command.SUBMIT_SM, b"", late.append)),
            asyncio.ensure_future(session.ask(Command.ENQUIRE_LINK, b"")),
        ]
        await asyncio.sleep(0)
        for each in pieces:
            reader.feed_data(each)
            await asyncio.sleep(0)
        reader.feed_eof()
        async with asyncio.timeout(5):
            found = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(each, Pdu | bound.Gone) for each in found)
        assert session.ended
        assert "fault" not in session.ended
        assert len(late) == isinstance(found[0], Pdu)

    asyncio.run(main())
