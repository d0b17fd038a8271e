"""Texts over SMPP: receipts, sending again, signs of life, and what is shared."""

from __future__ import annotations

import asyncio
from typing import Any

import smpp34

from reik.interop import Delivered, Failed
from reik.interop.sms import bound, kept, link, pdu, port, receipts
from reik.interop.sms.pdu import Command, Pdu
from tests.adapters.smpp_peers import Call, Centre, deliver
from tests.adapters.smpp_texts import NOW, _silence, at_centre, phone, text, until


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
