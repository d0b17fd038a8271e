"""Keys on a telephone: pressed, long, doubled, lost, early, of a stranger; and a call at which nobody presses."""

from __future__ import annotations

import asyncio
import struct
from itertools import pairwise

import pytest

from reik.interop import Delivered, Failed
from reik.interop.voice import call as calls
from tests.adapters.scaip.fake import Asked
from tests.adapters.voice.callee import Callee, presses, takes
from tests.adapters.voice.telling import (
    ACCEPTED,
    AGAIN,
    SAID,
    both,
    quick,  # noqa: F401 - for every test here
    told,
)

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
    assert len(callee.byes) == 1
    assert callee.copies  # sent again, and then let be
