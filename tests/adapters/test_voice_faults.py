"""A call to a telephone that does everything: presses, hangs up, dies, is lost, late, doubled, on hold, two at once."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from reik.interop import Accepted, Delivered, Failed, Result
from reik.interop.voice import call as calls
from reik.interop.voice import port, ringing, switchboard
from reik.interop.voice.port import Line
from reik.interop.voice.switchboard import Switchboard
from tests.adapters.scaip.fake import Asked
from tests.adapters.scaip.real import issued
from tests.adapters.voice.callee import Callee, calling, presses, takes

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ONE = "0193548c-7a00-7000-8000-000000000001"
OTHER = "0193548c-7a00-7000-8000-000000000002"
BODY = (
    '{"type":"alert.step","timestamp":"2026-11-23T07:00:00Z","data":{"alert":"0193548c-7a00-7000-8000-00000000a7f3",'
    '"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,"wait_s":300}}'
)
ACCEPTED = Accepted(by="key 1")
AGAIN = timedelta(seconds=60)
SAID = b"\x11" * 1600  # 0.2 s


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Short sentences and short waits; what is said is proven elsewhere."""
    monkeypatch.setattr(calls, "spoken", lambda lang, names: SAID if "keys" in names else b"\x22" * 800)
    for name, seconds in {
        "BREATH": 0.02,
        "LISTEN": 0.3,
        "TRYING": 0.6,
        "CROSSING": 0.4,
        "BYE_WITHIN": 0.3,
    }.items():
        monkeypatch.setattr(calls, name, seconds)


@asynccontextmanager
async def board(trust=None) -> AsyncIterator[Switchboard]:
    async with port.opened(trust, 0.05) as made:
        yield made


def line(
    callee: Callee, over: str = "udp", *, ring_s: float = 2, more: str = "", secret: str | None = None
) -> Line:
    host = "localhost" if over == "tls" else "127.0.0.1"
    made = port.peer(f"voice+{over}://{host}:{callee.peer.port}/?to=phone&from=reik{more}", secret, 60)
    return replace(made, phone=replace(made.phone, ring_s=ring_s))


async def tell(at: Switchboard, to: Line, key: str = ONE, body: str = BODY) -> Result:
    return await port.deliver(at, to, message_id=key, body=body, now=NOW)


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(15):
            await main()

    asyncio.run(within())


def told(does, *, over: str = "udp", late_s: float = 0.02, **more) -> tuple[Result, Callee]:
    """One call to a telephone that does this; waits until it is hung up."""
    result: list[Result] = []

    async def main() -> None:
        async with calling(does, over=over) as callee:
            result.append(callee)  # type: ignore[arg-type]
            async with board() as at:
                result.append(await tell(at, line(callee, over, **more)))
                while at._closing:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(late_s)

    run(main)
    return result[1], result[0]  # type: ignore[return-value]


both = pytest.mark.parametrize("over", ["udp", "tcp"])


# Keys


@both
def test_key_1_accepts_and_the_call_is_hung_up(over):
    result, callee = told(takes(presses("1")), over=over)
    assert result == ACCEPTED
    assert len(callee.byes) == 1
    assert "Route" not in callee.byes[0].text
    assert callee.byes[0].text.startswith("BYE sip:phone@127.0.0.1:5999 SIP/2.0")
    assert len(callee.invites) == 1


def test_what_is_said_comes_in_even_packets_and_goodbye_after_it():
    _, callee = told(takes(presses("1")))
    heads = [struct.unpack("!BBHII", each[:12]) for each in callee.ear.packets]
    assert {len(each) for each in callee.ear.packets} == {172}
    assert all(after[2] - before[2] & 0xFFFF == 1 for before, after in pairwise(heads))
    assert all((after[3] - before[3]) % 160 == 0 for before, after in pairwise(heads))
    assert {each[1] & 0x7F for each in heads} == {8}
    assert len({each[4] for each in heads}) == 1
    assert callee.ear.sound.endswith(b"\x22" * 800)


def test_key_2_passes_it_on_for_good():
    result, callee = told(takes(presses("2")))
    assert result == Failed("passed on by key 2", permanent=True, answered=True)
    assert len(callee.byes) == 1


@pytest.mark.parametrize("key", ["*", "0", "9", "#"])
def test_any_other_key_has_it_said_again(key):
    result, callee = told(takes(presses(key, "1", apart=0.5)))
    assert result == ACCEPTED
    assert callee.ear.sound.count(SAID) >= 1
    assert callee.ear.sound.count(b"\x11" * 160) > len(SAID) / 160


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/dtmf-relay", "Signal=1\r\nDuration=160\r\n"), ("application/dtmf", "1")],
)
def test_a_key_by_sip_info(kind, body):
    async def then(callee: Callee, asked: Asked) -> None:
        callee.request("INFO", asked, 2, body, kind)

    result, callee = told(takes(then))
    assert result == ACCEPTED
    assert callee.peer.statuses == ["200"]


def test_a_copy_of_an_info_is_answered_again_and_counts_once():
    async def then(callee: Callee, asked: Asked) -> None:
        for _ in range(3):
            callee.request("INFO", asked, 2, "Signal=*", "application/dtmf-relay")
        await asyncio.sleep(0.2)

    result, callee = told(takes(then))
    assert result == Delivered()
    assert callee.peer.statuses == ["200"] * 3


def test_a_press_of_which_one_packet_arrives_counts():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.ear.event("1", callee.theirs(asked), end=True)

    assert told(takes(then))[0] == ACCEPTED


def test_a_long_press_and_its_copies_are_one_press(monkeypatch):
    """The star of 1.6 seconds has it said again once; the key after it still counts."""
    monkeypatch.setattr(calls, "PASSES", 1)
    pressed: list[str] = []
    real = calls.mapping.pressed
    monkeypatch.setattr(
        calls.mapping, "pressed", lambda key, script: pressed.append(key) or real(key, script)
    )

    async def then(callee: Callee, asked: Asked) -> None:
        for number in range(80):
            callee.ear.event("*", callee.theirs(asked), duration=160 * number)
            if number % 8 == 0:
                await asyncio.sleep(0.02)
        for _ in range(9):
            callee.ear.event("*", callee.theirs(asked), duration=12800, end=True)
        await asyncio.sleep(0.1)
        callee.ear.press("1", callee.theirs(asked))
        callee.ear.event("1", callee.theirs(asked))

    assert told(takes(then))[0] == ACCEPTED
    assert pressed == ["*", "1"]


def test_a_key_before_the_call_was_answered_is_none():
    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer("183 Session Progress", callee.sdp(), "Content-Type: application/sdp")
        callee.ear.press("1", callee.theirs(asked))
        callee.ear.say(callee.theirs(asked))
        await asyncio.sleep(0.2)
        assert callee.ear.packets == []  # nothing is said to an announcement
        callee.take(asked)

    assert told(does)[0] == Delivered()


def test_a_key_from_somewhere_else_is_none():
    async def then(callee: Callee, asked: Asked) -> None:
        loop = asyncio.get_running_loop()
        stranger, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.2", 0)
        )
        stranger.sendto(
            struct.pack("!BBHIIBBH", 0x80, 101, 7, 1, 99, 1, 10, 160), ("127.0.0.1", callee.theirs(asked))
        )
        callee.request("INFO", asked, 2, "Signal=1", "application/dtmf-relay", tag="stranger")
        await asyncio.sleep(0.2)
        stranger.close()

    result, callee = told(takes(then))
    assert result == Delivered()
    assert callee.peer.statuses == ["481"]


@pytest.mark.parametrize(
    "junk", [b"", b"\x80", b"\x80\x65" + b"\0" * 10, b"\xff" * 200, b"\x90\x65" + b"\xff" * 14]
)
def test_junk_among_the_sound_is_none(junk):
    async def then(callee: Callee, asked: Asked) -> None:
        callee.ear.transport.sendto(junk, ("127.0.0.1", callee.theirs(asked)))
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    assert told(takes(then))[0] == ACCEPTED


# Nobody presses


def test_a_machine_that_answers_is_no_person():
    async def talks(callee: Callee, asked: Asked) -> None:
        callee.ear.say(callee.theirs(asked), 50)

    result, callee = told(takes(talks, after=0))
    assert result == Delivered()
    assert callee.ear.sound.count(SAID) == 2  # twice, and then it is hung up
    assert len(callee.byes) == 1


def test_who_hangs_up_before_it_was_said_has_not_heard_it():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.request("BYE", asked, 2)

    result, callee = told(takes(then, after=0.05))
    assert result == Failed("hung up before it was said", answered=True, retry_after=AGAIN)
    assert callee.byes == []


def test_who_hangs_up_after_it_was_said_has_heard_it():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.request("BYE", asked, 2)

    assert told(takes(then, after=0.4))[0] == Delivered()


def test_key_1_and_hanging_up_at_once_accepts():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.ear.press("1", callee.theirs(asked))
        await asyncio.sleep(0.01)
        callee.request("BYE", asked, 2)

    assert told(takes(then))[0] == ACCEPTED


def test_a_telephone_that_dies_after_answering_holds_nothing_up():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.answers_bye = False
        callee.take(asked)

    result, callee = told(does)
    assert result == Delivered()
    assert len({each.text for each in callee.byes}) == 1
    assert len(callee.byes) > 1  # sent again, and then let be


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
    async def does(callee: Callee, asked: Asked) -> None:
        if len(callee.invites) == 3:
            asked.answer("100 Trying")
            await asyncio.sleep(0.5)
            callee.take(asked)
            await callee.acked.wait()
            callee.ear.press("1", callee.theirs(asked))

    result, callee = told(does)
    assert result == ACCEPTED
    assert len(callee.invites) == 3
    assert len({each.text for each in callee.invites}) == 1


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


# Sound


def test_the_other_law():
    async def does(callee: Callee, asked: Asked) -> None:
        callee.take(asked, callee.sdp(codec="0"))
        await callee.acked.wait()
        await asyncio.sleep(0.1)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(does)
    assert result == ACCEPTED
    assert {each[1] & 0x7F for each in callee.ear.packets} == {0}


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "nonsense",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 8\r\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9\r\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 4000 RTP/AVP 8\r\n",
        "v=0\r\nc=IN IP4 224.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n",
        "v=0\r\nm=audio 4000 RTP/AVP 8\r\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 99999 RTP/AVP 8\r\n",
    ],
)
def test_a_call_without_sound_that_can_be_made_is_hung_up(sdp):
    async def does(callee: Callee, asked: Asked) -> None:
        callee.take(asked, sdp)

    result, callee = told(does)
    assert isinstance(result, Failed)
    assert result.answered
    assert not result.permanent
    assert (len(callee.acks), len(callee.byes)) == (1, 1)


@pytest.mark.parametrize("way", ["sendonly", "inactive", "0.0.0.0"])
def test_a_call_on_hold_hears_nothing_and_then_all_of_it(way):
    silent: list[int] = []

    async def then(callee: Callee, asked: Asked) -> None:
        sdp = callee.sdp(host=way) if way == "0.0.0.0" else callee.sdp(direction=way)
        for _ in range(2):
            callee.request("INVITE", asked, 2, sdp, "application/sdp")
        await asyncio.sleep(0.1)
        callee.ear.packets.clear()
        await asyncio.sleep(0.4)
        silent.append(len(callee.ear.packets))
        callee.request("INVITE", asked, 3, callee.sdp(), "application/sdp")
        await asyncio.sleep(0.4)
        silent.append(callee.ear.sound.count(SAID))
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(takes(then, after=0.05))
    assert result == ACCEPTED
    assert silent == [0, 1]
    assert callee.peer.statuses == ["200"] * 3
    texts = [each.text for each in callee.peer.answers]
    assert texts[0] == texts[1]
    back = {"sendonly": "recvonly", "inactive": "inactive", "0.0.0.0": "sendrecv"}[way]
    assert f"a={back}\r\n" in texts[0]
    assert "a=sendrecv\r\n" in texts[2]


def test_a_request_for_our_description_gets_it_and_its_ack_moves_the_sound():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.request("INVITE", asked, 2)
        await asyncio.sleep(0.05)
        callee.request("ACK", asked, 2, callee.sdp(codec="0"), "application/sdp")
        await asyncio.sleep(0.2)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(takes(then, after=0.05))
    assert result == ACCEPTED
    assert {each[1] & 0x7F for each in callee.ear.packets} == {0, 8}
    assert "m=audio" in callee.peer.answers[0].text


def test_an_offer_that_cannot_be_met_changes_nothing():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.request("INVITE", asked, 2, "m=audio 1 RTP/AVP 9", "application/sdp")
        callee.request("REFER", asked, 3)
        callee.request("OPTIONS", asked, 4)
        await asyncio.sleep(0.05)
        callee.ear.press("1", callee.theirs(asked))

    result, callee = told(takes(then, after=0.05))
    assert result == ACCEPTED
    assert callee.peer.statuses == ["488", "405", "200"]


# The wire


def test_noise_on_the_wire_is_let_be():
    async def does(callee: Callee, asked: Asked) -> None:
        for junk in (b"", b"\r\n\r\n", b"\xff" * 900, b"SIP/2.0 200 OK\r\n\r\n", b"SIP/2.0 200"):
            asked.back(junk)
        callee.take(asked)
        await callee.acked.wait()
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
        callee.ear.press("1", callee.theirs(asked))

    _, callee = told(does)
    for each in (callee.acks[0], callee.byes[0]):
        assert [line for line in each.text.split("\r\n") if line.startswith("Route:")] == [
            "Route: <sip:nearest;lr>", "Route: <sip:a;lr>", "Route: <sip:b;lr>",
        ]  # fmt: skip


def test_over_tls_to_whom_is_trusted_only(tmp_path):
    import ssl

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
