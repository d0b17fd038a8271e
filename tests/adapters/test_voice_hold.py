"""The sound of a call: the other law, none at all, on hold, moved elsewhere."""

from __future__ import annotations

import asyncio

import pytest

from reik.interop import Failed
from tests.adapters.scaip.fake import Asked
from tests.adapters.voice.callee import Callee, takes
from tests.adapters.voice.telling import (
    ACCEPTED,
    SAID,
    quick,  # noqa: F401 - for every test here
    told,
)


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


def test_a_call_that_is_put_on_hold_during_goodbye_is_hung_up_all_the_same():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.ear.press("1", callee.theirs(asked))
        await asyncio.sleep(0.06)
        callee.request("INVITE", asked, 2, callee.sdp(direction="sendonly"), "application/sdp")

    result, callee = told(takes(then))
    assert result == ACCEPTED
    assert callee.peer.statuses == ["200"]
    assert len(callee.byes) == 1


def test_who_hangs_up_during_goodbye_is_not_hung_up_on():
    async def then(callee: Callee, asked: Asked) -> None:
        callee.ear.press("1", callee.theirs(asked))
        await asyncio.sleep(0.06)
        callee.request("BYE", asked, 2)

    result, callee = told(takes(then))
    assert result == ACCEPTED
    assert callee.byes == []


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
