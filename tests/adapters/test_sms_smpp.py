"""Texts over SMPP: against node-smpp (npm) and smpp34 (PyPI), and against a centre of our own that misbehaves."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
import smpp34
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import Delivered, Failed
from reik.interop.sms import bound, kept, link, pdu, port, receipts
from reik.interop.sms.pdu import Command, Pdu
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.models import GatewayHealth
from reik.kernel.operations import add_destination, found_organisation
from reik.kernel.outbox import Message, MessageFailed, MessageSent
from tests.adapters.certificates import self_signed
from tests.adapters.smpp_peers import Call, Centre, centre, deliver, installed, node_centre
from tests.contexts.test_send import sending
from tests.contexts.test_send import until as eventually

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-0000003fa9c2"
BODY = '{"type":"alert.step","data":{"cause":"not_out","wait_s":600}}'
TEXT = "Reik: er is een melding. Open de app. Nummer 3FA9C2."


def phone(
    number: int,
    port_number: int,
    more: str = "",
    *,
    secret: str = "geheim",
    timeout_s: float = 2,
    scheme="smpp",
):
    return port.peer(
        f"{scheme}://reik@localhost:{port_number}/?to=+316000000{number:02}&from=Reik{more}",
        secret,
        timeout_s,
    )


def text(ways: port.Ways, peer: Any, key: str = KEY) -> Awaitable[Any]:
    return port.deliver(ways, peer, message_id=key, body=BODY, now=NOW)


async def until(true: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


# node-smpp, as it comes from the registry


@pytest.fixture(scope="session")
def node_smpp(pytestconfig):
    assert pytestconfig.cache is not None
    return installed(pytestconfig.cache.mkdir("smpp"))


WAITED = {
    1: Delivered(),
    2: Failed("it did not reach the phone", answered=True, retry_after=receipts.PAUSE),
    3: Failed("the phone's network refused it", permanent=True, answered=True),
    4: Failed("taken, but no receipt within 2 s", answered=True),
    5: Delivered(),
    6: Delivered(),
    7: Delivered(),
    8: Failed("refused (SMPP 0x0B)", permanent=True, answered=True),
}


def test_node_smpp_every_ending_of_a_text_that_is_waited_for(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peers = {number: phone(number, port_number, "&receipt=wait") for number in WAITED}
            found = await asyncio.gather(
                *(text(ways, peer, f"{KEY}{number}") for number, peer in peers.items())
            )
            assert len(ways.links) == 1
            await asyncio.sleep(0.1)  # for the receipts that come twice
            return [*found, await port.check(ways, peers[1], now=NOW)]

    with node_centre(node_smpp) as there:
        found = asyncio.run(main(there.port))
        told = there.stop()
    assert dict(zip(WAITED, found, strict=False)) == WAITED
    assert found[-1] == Delivered()
    assert [each for each in told if "bind" in each] == [{"bind": "reik", "version": 0x34, "fine": True}]
    assert [each["receipted"] for each in told if "receipted" in each] == [0] * 9
    assert {"enquired": True} in told
    assert told[-1] == {"unbound": True}
    assert len(there.texts()) == len(WAITED) + 1  # one was asked to slow down and came again
    first = next(each for each in there.texts() if each["to"] == "31600000001")
    assert first["text"].startswith("Reik: er is een melding. Open de app. Nummer ")
    assert (first["from"], first["ton"], first["coding"], first["receipt"]) == ("Reik", 5, 0, 1)
    assert first["valid_min"] == 10  # ten minutes: then the next one is asked


def test_node_smpp_that_has_too_much_to_do_all_the_time(node_smpp):
    async def main(port_number: int) -> Any:
        async with port.opened() as ways:
            return await text(ways, phone(9, port_number))

    with node_centre(node_smpp) as there:
        failed = asyncio.run(main(there.port))
    assert failed.error == "the gateway has too much to do (SMPP 0x58)"
    assert failed.answered
    assert not failed.permanent
    assert timedelta(seconds=1) <= failed.retry_after <= timedelta(seconds=8)


def test_node_smpp_refuses_a_wrong_password_and_is_not_asked_again_at_once(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peer = phone(1, port_number, secret="fout")
            return [await text(ways, peer), await port.check(ways, peer, now=NOW)]

    with node_centre(node_smpp) as there:
        refused = asyncio.run(main(there.port))
        told = there.stop()
    assert refused == [Failed("log-in refused (SMPP 0x0E)", answered=True)] * 2
    assert there.texts() == []
    assert 1 <= sum("bind" in each for each in told) <= 3


def test_node_smpp_over_tls_only_with_a_certificate_that_is_trusted(node_smpp, tmp_path):
    pem = self_signed(tmp_path)

    async def main(port_number: int, trust: ssl.SSLContext | None) -> Any:
        async with port.opened() as ways:
            ways.trust = trust or ways.trust
            return await text(ways, phone(1, port_number, "&receipt=wait", scheme="smpps"))

    with node_centre(node_smpp, pem) as there:
        assert asyncio.run(main(there.port, None)) == Failed("certificate not trusted")
        assert asyncio.run(main(there.port, ssl.create_default_context(cafile=str(pem)))) == Delivered()
        there.stop()
    assert len(there.texts()) == 1


def test_node_smpp_takes_a_thousand_in_its_window(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peer = phone(1, port_number, timeout_s=30)
            found = await asyncio.gather(*(text(ways, peer, f"{KEY}{each}") for each in range(1000)))
            await asyncio.sleep(0.2)
            (only,) = ways.links.values()
            fates = {each.fate for each in only.ledger._texts.values()}
            return [*found, fates]

    with node_centre(node_smpp) as there:
        *found, fates = asyncio.run(main(there.port))
        there.stop()
    assert found == [Delivered()] * 1000
    assert fates == {receipts.Fate.ARRIVED}
    assert len({each["text"] for each in there.texts()}) == 1000


def test_smpp34_takes_a_text_and_its_receipt_is_heard():
    async def main() -> tuple[Any, Any]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            number = probe.getsockname()[1]
        server = smpp34.Server(host="127.0.0.1", port=number, system_id="centre")
        await server.start()

        async def serve() -> Any:
            bound_as = await server.next()
            got = await server.next()
            got.accept(message_id="abc")
            await bound_as.deliver_sm(
                "Reik", source_addr=got.destination_addr, esm_class=4,
                tlvs=[
                    smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"abc\0"),
                    smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\x02"),
                ],
            )  # fmt: skip
            return bound_as.system_id, got.short_message, got.destination_addr

        serving = asyncio.create_task(serve())
        try:
            async with port.opened() as ways:
                found = await text(ways, phone(1, number, "&receipt=wait"))
            return found, await serving
        finally:
            await server.stop()

    found, seen = asyncio.run(main())
    assert found == Delivered()
    assert seen == ("reik", TEXT.encode(), "31600000001")


# a centre of our own, for what a good one never does


def at_centre(test: Callable[[Centre, port.Ways], Awaitable[Any]], does: dict[int, Any] | None = None) -> Any:
    async def main() -> Any:
        async with centre(does) as there, port.opened() as ways:
            return await test(there, ways)

    return asyncio.run(main())


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


async def _silence(call: Call, got: Pdu) -> None:
    pass


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


def test_a_text_that_was_taken_after_its_time_is_not_sent_twice():
    async def late(call: Call, got: Pdu) -> None:
        await asyncio.sleep(0.4)
        await call.took(got)

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, timeout_s=0.35)
        first = await text(ways, peer)
        await asyncio.sleep(0.2)
        return first, await text(ways, peer), len(there.of(Command.SUBMIT_SM))

    assert at_centre(main, {Command.SUBMIT_SM: late}) == (Failed("no answer within 0.35 s"), Delivered(), 1)


def test_a_text_that_is_still_without_a_receipt_is_waited_for_again_and_not_sent_again():
    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, "&receipt=wait", timeout_s=0.35)
        first = await text(ways, peer)
        again = asyncio.create_task(text(ways, peer))
        await asyncio.sleep(0.05)
        await there.calls[0].receipt("A1", "ENROUTE", "31600000001")
        await there.calls[0].receipt("A1", "DELIVRD", "31600000001", sequence=8)
        return first, await again, len(there.of(Command.SUBMIT_SM))

    first, second, texts = at_centre(main)
    assert first == Failed("taken, but no receipt within 0.35 s", answered=True)
    assert (second, texts) == (Delivered(), 1)


def test_a_text_that_did_not_reach_the_phone_is_sent_again():
    async def lose_the_first(call: Call, got: Pdu) -> None:
        number = len(call.centre.of(Command.SUBMIT_SM))
        await call.took(got, f"A{number}")
        await call.receipt(f"A{number}", "UNDELIV" if number == 1 else "DELIVRD", "31600000001")

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, "&receipt=wait")
        return await text(ways, peer), await text(ways, peer)

    lost, arrived = at_centre(main, {Command.SUBMIT_SM: lose_the_first})
    assert (lost.error, arrived) == ("it did not reach the phone", Delivered())


def test_without_waiting_a_text_is_delivered_when_it_is_taken_and_none_asks_for_no_receipt():
    async def main(there: Centre, ways: port.Ways) -> Any:
        found = [
            await text(ways, phone(1, there.port), "a1"),
            await text(ways, phone(2, there.port, "&receipt=none"), "a2"),
        ]
        texts = [smpp34.decode(each.bytes()) for each in there.of(Command.SUBMIT_SM)]
        return found, [each.registered_delivery for each in texts]

    assert at_centre(main) == ([Delivered(), Delivered()], [1, 0])


def test_a_gateway_that_takes_and_confirms_none_is_noticed_and_not_taken_at_its_word_any_more(monkeypatch):
    monkeypatch.setattr(receipts, "LATE_S", 0.2)

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, timeout_s=0.4)
        said = [await text(ways, peer, "a1"), await port.check(ways, peer, now=NOW)]
        await asyncio.sleep(0.25)
        said += [await port.check(ways, peer, now=NOW), await text(ways, peer, "a2")]
        await there.calls[0].receipt("another sender's", "DELIVRD")
        await asyncio.sleep(0.05)
        return [*said, await port.check(ways, peer, now=NOW), await text(ways, peer, "a3")]

    assert at_centre(main) == [
        Delivered(),
        Delivered(),
        Failed("takes messages and confirms none", answered=True),
        Failed("taken, but no receipt within 0.4 s", answered=True),
        Delivered(),
        Delivered(),
    ]


def test_what_the_gateway_asks_is_answered():
    async def main(there: Centre, ways: port.Ways) -> list[Pdu]:
        await text(ways, phone(1, there.port))
        call = there.calls[0]
        body = deliver(b"").body
        await call.send(
            Pdu(Command.ENQUIRE_LINK, 0, 11),
            deliver(b"id:A1 stat:DELIVRD", sequence=12),
            deliver(b"id:A1 stat:DELIVRD", sequence=13),
            deliver(b"hallo, wie is dit?", esm_class=0, sequence=14),
            Pdu(Command.DELIVER_SM, 0, 15, body[:-9]),
            Pdu(0x21, 0, 16),
            Pdu(Command.ALERT_NOTIFICATION, 0, 17),
            Pdu(Command.SUBMIT_SM | pdu.ANSWER, 0, 999, b"A9\0"),
            Pdu(Command.UNBIND, 0, 18),
        )
        await until(lambda: any(each.sequence == 18 for each in there.got))
        return [each for each in there.got if each.is_answer]

    assert [(each.command, each.status, each.sequence) for each in at_centre(main)] == [
        (Command.ENQUIRE_LINK | pdu.ANSWER, 0, 11),
        (Command.DELIVER_SM | pdu.ANSWER, 0, 12),
        (Command.DELIVER_SM | pdu.ANSWER, 0, 13),
        (Command.DELIVER_SM | pdu.ANSWER, 0, 14),
        (Command.DELIVER_SM | pdu.ANSWER, 0x65, 15),
        (Command.GENERIC_NACK, 0x03, 16),
        (Command.UNBIND | pdu.ANSWER, 0, 18),
    ]


def test_a_gateway_that_gives_no_sign_of_life_is_left(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.02)
    monkeypatch.setattr(bound, "QUIET_S", 0.05)
    monkeypatch.setattr(bound, "NO_SIGN_S", 0.05)

    async def main(there: Centre, ways: port.Ways) -> int:
        await text(ways, phone(1, there.port))
        await until(lambda: len(there.of(Command.BIND_TRANSCEIVER)) >= 2)
        return len(there.of(Command.ENQUIRE_LINK))

    assert at_centre(main, {Command.ENQUIRE_LINK: _silence}) >= 1


def test_a_gateway_that_was_heard_is_not_asked_for_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.02)
    monkeypatch.setattr(bound, "QUIET_S", 0.3)

    async def main(there: Centre, ways: port.Ways) -> Any:
        await text(ways, phone(1, there.port))
        for number in range(12):
            await there.calls[0].send(Pdu(Command.ENQUIRE_LINK, 0, number))
            await asyncio.sleep(0.05)
        return there.of(Command.ENQUIRE_LINK), len(there.of(Command.ENQUIRE_LINK | pdu.ANSWER))

    assert at_centre(main) == ([], 12)


def test_a_gateway_that_answers_nothing_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(bound, "MOST_OPEN", 5)

    async def main(there: Centre, ways: port.Ways) -> list[Any]:
        peer = phone(1, there.port, timeout_s=0.1)
        return [await text(ways, peer, str(each)) for each in range(7)]

    assert Failed("it answers nothing") in at_centre(main, {Command.SUBMIT_SM: _silence})


def test_no_more_than_the_window_is_under_way():
    most = 0

    async def wait(call: Call, got: Pdu) -> None:
        nonlocal most
        open_ones = len(call.centre.of(Command.SUBMIT_SM)) - len(done)
        most = max(most, open_ones)
        asyncio.get_running_loop().call_later(0.02, lambda: asyncio.ensure_future(answer(call, got)))

    done: list[int] = []

    async def answer(call: Call, got: Pdu) -> None:
        done.append(got.sequence)
        await call.took(got, f"A{got.sequence}")

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port, timeout_s=5)
        return await asyncio.gather(*(text(ways, peer, str(each)) for each in range(60)))

    assert at_centre(main, {Command.SUBMIT_SM: wait}) == [Delivered()] * 60
    assert most == link.WINDOW


def test_an_unused_session_is_given_up(monkeypatch):
    monkeypatch.setattr(kept, "LOOK_S", 0.02)
    monkeypatch.setattr(kept, "UNUSED_S", 0.1)

    async def main(there: Centre, ways: port.Ways) -> Any:
        peer = phone(1, there.port)
        await text(ways, peer, "a1")
        await until(lambda: there.of(Command.UNBIND))
        begun = asyncio.get_running_loop().time()
        return await text(ways, peer, "a2"), asyncio.get_running_loop().time() - begun < 0.4

    assert at_centre(main) == (Delivered(), True)


def test_gateways_are_shared_by_account_and_not_by_password():
    async def main(there: Centre, ways: port.Ways) -> Any:
        peers = [
            phone(1, there.port),
            phone(2, there.port, "&lang=en&receipt=none"),
            phone(1, there.port, secret="new"),
        ]
        await asyncio.gather(*(text(ways, peer, str(each)) for each, peer in enumerate(peers)))
        return [port.gateway(each) for each in peers], len(there.calls), there.port

    names, calls, number = at_centre(main)
    assert names == [f"reik@localhost:{number}"] * 3
    assert calls == 2


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


def test_reik_send_texts_over_a_centre_and_a_bad_receipt_is_a_failure(database, now, node_smpp, monkeypatch):
    told: list[facts.Fact] = []
    hear = SimpleNamespace(get=lambda kind, default: [lambda some, now: told.extend(some)])
    monkeypatch.setattr(facts, "_wiring", lambda: hear)
    zorg = found_organisation(name="zorg", kind="care", now=now)
    with node_centre(node_smpp) as there:
        keys = {}
        for number in (1, 2):
            made = add_destination(
                organisation_id=zorg.id, channel="sms", name="wacht", now=now, secret="geheim",
                address=f"smpp://reik@localhost:{there.port}/?to=+316000000{number:02}&from=Reik&receipt=wait",
            )  # fmt: skip
            keys[number] = new_id(now)
            outbox.put(
                [
                    Message(
                        id=keys[number],
                        organisation_id=zorg.id,
                        destination_id=made.id,
                        about=None,
                        body=BODY,
                    )
                ],
                now,
            )
        with sending(now):
            eventually(lambda: {type(each) for each in told} >= {MessageSent, MessageFailed})
            eventually(lambda: GatewayHealth.objects.filter(channel="sms", fine_at__isnull=False).exists())
        there.stop()
    (sent,) = [each for each in told if isinstance(each, MessageSent)]
    (failed,) = [each for each in told if isinstance(each, MessageFailed)]
    assert (sent.message_id, failed.message_id) == (keys[1], keys[2])
    assert failed.error == "it did not reach the phone"
    assert GatewayHealth.objects.get(channel="sms").gateway == f"reik@localhost:{there.port}"
    assert sorted(each["to"] for each in there.texts()) == ["31600000001", "31600000002"]
    (text_1,) = [each["text"] for each in there.texts() if each["to"].endswith("1")]
    assert text_1.endswith(f"Nummer {str(keys[1])[-6:].upper()}.")
