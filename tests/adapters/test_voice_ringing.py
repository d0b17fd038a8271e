"""A telephone that rings: nobody comes, everybody comes, too late, twice, or it is needed no more."""

from __future__ import annotations

import asyncio

import pytest

from reik.interop import Failed, Result
from reik.interop.voice import port
from tests.adapters.scaip.fake import Asked
from tests.adapters.voice.callee import Callee, calling, takes
from tests.adapters.voice.telling import (
    ACCEPTED,
    AGAIN,
    BODY,
    ONE,
    OTHER,
    board,
    both,
    line,
    quick,  # noqa: F401 - for every test here
    run,
    tell,
    told,
)

# Ringing


@both
def test_nobody_comes_and_the_ringing_stops(over):
    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer("180 Ringing")

    result, callee = told(does, over=over, ring_s=0.4)
    assert result == Failed("no answer (SIP 487)", answered=True, retry_after=AGAIN)
    (cancel,) = callee.cancels
    assert cancel.header("Via") == callee.invites[0].header("Via")
    assert cancel.header("CSeq") == "1 CANCEL"
    assert len(callee.acks) == 1
    assert callee.acks[0].header("To").endswith("tag=peer")


def test_who_was_not_there_is_not_rung_again_once_the_next_was_called():
    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer("486 Busy Here")

    result: list[Result] = []

    async def main() -> None:
        async with calling(does) as callee, board() as at:
            for wait_s in ("120", "61", "60", "5", "null"):
                body = BODY.replace('"wait_s":300', f'"wait_s":{wait_s}')
                result.append(await tell(at, line(callee), body=body))

    run(main)
    assert [each.permanent for each in result] == [False, False, True, True, False]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        ("486 Busy Here", Failed("busy (SIP 486)", answered=True, retry_after=AGAIN)),
        ("600 Busy Everywhere", Failed("busy (SIP 600)", answered=True, retry_after=AGAIN)),
        ("480 Not there", Failed("cannot be reached (SIP 480)", answered=True, retry_after=AGAIN)),
        ("482 Merged", Failed("still rings (SIP 482)", answered=True, retry_after=AGAIN)),
        ("603 Decline", Failed("declined (SIP 603)", permanent=True, answered=True)),
        ("604 No", Failed("no such number (SIP 604)", permanent=True, answered=True)),
        ("488 No", Failed("the gateway does not take such a call (SIP 488)", permanent=True, answered=True)),
        ("403 No", Failed("SIP 403", answered=True)),
        ("302 Moved", Failed("SIP 302", answered=True)),
        ("503 Later", Failed("SIP 503")),
        ("407 Log in", Failed("log-in refused (SIP 407)", answered=True)),
    ],
)
@both
def test_a_refusal_is_confirmed_and_means_what_it_means(over, status, failed):
    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer(status)

    result, callee = told(does, over=over)
    assert result == failed
    (ack,) = callee.acks
    assert ack.header("Via") == callee.invites[0].header("Via")


def test_a_lost_invite_is_sent_again_the_same_and_seldom_once_heard():
    heard: list[int] = []

    async def does(callee: Callee, asked: Asked) -> None:
        while len(callee.copies) < 2:
            await asyncio.sleep(0.005)
        asked.answer("100 Trying")
        await asyncio.sleep(0.15)
        heard.append(len(callee.copies))
        await asyncio.sleep(0.5)
        heard.append(len(callee.copies))
        callee.take(asked)
        await callee.acked.wait()
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(does)
    assert result == ACCEPTED
    assert heard[0] == heard[1]
    assert len(callee.invites) == 1


def test_a_lost_ack_is_sent_again():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.take(asked)
        await asyncio.sleep(0.1)
        callee.take(asked)
        await asyncio.sleep(0.1)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(does)
    assert result == ACCEPTED
    assert len(callee.acks) == 2
    assert len(callee.byes) == 1


def test_a_second_telephone_that_answers_too_is_hung_up_on():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.take(asked)
        second = asked.answered("200 OK", callee.sdp(), "Contact: <sip:second@127.0.0.1>")
        asked.back(second.replace(b"tag=peer", b"tag=2"))
        await asyncio.sleep(0.1)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(does)
    assert result == ACCEPTED
    assert sorted(each.header("To").rpartition("tag=")[2] for each in callee.byes) == ["2", "peer"]


def test_a_gateway_that_says_nothing_is_given_up_and_rings_nobody_later(monkeypatch):
    async def does(callee: Callee, asked: Asked) -> None:
        if len(callee.invites) == 1:
            await asyncio.sleep(0.8)
            asked.answer("180 Ringing")

    result, callee = told(does, late_s=0.35)
    assert result == Failed("no answer of the gateway")
    assert len(callee.cancels) == 1


def test_who_answers_after_it_was_given_up_is_hung_up_on():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.heeds_cancel = False
        asked.answer("180 Ringing")
        await callee.cancelled.wait()
        await asyncio.sleep(0.5)
        callee.take(asked)

    result, callee = told(does, ring_s=0.3, late_s=0.35)
    assert result == Failed("no answer", answered=True, retry_after=AGAIN)
    assert len(callee.acks) == 1
    assert len(callee.byes) == 1


def test_who_answers_at_the_moment_that_ringing_stops_is_spoken_to():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.heeds_cancel = False
        asked.answer("180 Ringing")
        await callee.cancelled.wait()
        callee.take(asked)
        await callee.acked.wait()
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    assert told(does, ring_s=0.3)[0] == ACCEPTED


# Taken back, and the end of the process


@both
def test_ringing_stops_when_it_was_taken_back(over):
    async def main() -> None:
        async def does(callee: Callee, asked: Asked) -> None:
            asked.answer("180 Ringing")

        async with calling(does, over=over) as callee, board() as at:
            calling_ = asyncio.create_task(tell(at, line(callee, over, ring_s=9)))
            await asyncio.sleep(0.2)
            assert port.under_way(at) == [ONE]
            port.recall(at, [OTHER])
            await asyncio.sleep(0.1)
            assert not calling_.done()
            port.recall(at, [ONE])
            result = await calling_
            assert isinstance(result, Failed)
            assert result.answered
            await asyncio.wait_for(callee.cancelled.wait(), 1)
            assert port.under_way(at) == []

    run(main)


def test_who_answers_while_it_is_taken_back_is_hung_up_on():
    async def main() -> None:
        async def does(callee: Callee, asked: Asked) -> None:
            callee.heeds_cancel = False
            asked.answer("180 Ringing")
            await callee.cancelled.wait()
            callee.take(asked)

        async with calling(does) as callee, board() as at:
            calling_ = asyncio.create_task(tell(at, line(callee, ring_s=9)))
            await asyncio.sleep(0.2)
            port.recall(at, [ONE])
            assert isinstance(await calling_, Failed)
            await asyncio.wait_for(callee.hung_up.wait(), 1)

    run(main)


def test_who_is_spoken_to_when_it_is_taken_back_hears_so():
    async def main() -> None:
        async with calling(takes()) as callee, board() as at:
            calling_ = asyncio.create_task(tell(at, line(callee)))
            await callee.acked.wait()
            await asyncio.sleep(0.1)
            port.recall(at, [ONE])
            callee.ear.press("1", callee.theirs(callee.invites[0]))
            assert await calling_ == Failed("taken back", answered=True)
            await asyncio.wait_for(callee.hung_up.wait(), 1)
            assert callee.ear.sound.endswith(b"\x22" * 800)

    run(main)


@pytest.mark.parametrize("answered", [True, False])
def test_a_process_that_ends_hangs_up(answered):
    async def main() -> None:
        async def rings(callee: Callee, asked: Asked) -> None:
            asked.answer("180 Ringing")

        async with calling(takes() if answered else rings) as callee:
            async with board() as at:
                calling_ = asyncio.create_task(tell(at, line(callee)))
                await asyncio.sleep(0.2)
                calling_.cancel()
                await asyncio.gather(calling_, return_exceptions=True)
            assert len(callee.byes if answered else callee.cancels) == 1

    run(main)


def test_the_same_message_is_the_same_call_and_another_is_not():
    async def main() -> None:
        async def does(callee: Callee, asked: Asked) -> None:
            asked.answer("486 Busy Here")

        async with calling(does) as callee:
            for key in (ONE, ONE, OTHER):
                async with board() as at:  # another process
                    await tell(at, line(callee), key)

            def numbers(asked: Asked) -> tuple[str, ...]:
                return tuple(asked.header(each) for each in ("Call-ID", "From", "CSeq"))

            first, again, other = map(numbers, callee.invites)
            assert first == again
            assert first[0] != other[0]
            assert first[1] != other[1]

    run(main)
