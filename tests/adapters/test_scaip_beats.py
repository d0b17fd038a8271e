"""SCAIP's signs of life: a look at the receivers, and the heartbeat."""

from __future__ import annotations

import asyncio

import pytest

from reik.interop import Delivered, Failed, Result
from reik.interop.scaip import beats, port
from reik.interop.scaip.receivers import Session
from tests.adapters.scaip.fake import Asked, over_tcp, over_udp
from tests.adapters.scaip.telling import NOW, ONLY_TAKEN_OVER, _until, run, session, tcp, udp


async def check(at: Session, address: str, more: str = "", timeout_s: float = 0.4) -> Result:
    line = port.peer(f"{address}/?to=arc&from=reik.example&cid=48213{more}", None, timeout_s)
    return await port.check(at, line, now=NOW)


def test_one_receiver_that_would_take_an_alert_is_enough_and_the_other_is_said(caplog):
    async def main() -> None:
        async with session() as at, over_udp(lambda _: None) as silent, over_udp() as good:
            assert await check(at, udp(silent, good)) == Delivered()
            assert good.asked[0].mty == "PI"
            assert f"127.0.0.1:{silent.port}, would take nothing: no answer within 0.4 s" in caplog.text

    run(main)


def test_no_receiver_that_would_take_an_alert():
    async def main() -> None:
        async def taken_over(asked: Asked) -> None:
            asked.answer()

        async with session() as at, over_udp(lambda _: None) as silent, over_udp(taken_over) as dumb:
            assert await check(at, udp(silent, dumb)) == Failed(
                f"no answer within 0.4 s; {ONLY_TAKEN_OVER} within 0.4 s"
            )

    run(main)


def test_options_instead_of_a_heartbeat():
    async def main() -> None:
        async with session() as at, over_tcp(lambda asked: asked.answer()) as peer:
            assert await check(at, tcp(peer), "&check=options") == Delivered()
            assert peer.asked[0].text.startswith("OPTIONS ")
            peer.behaviour = lambda asked: asked.answer("503 Away")
            assert await check(at, tcp(peer), "&check=options") == Failed("SIP 503")

    run(main)


@pytest.mark.parametrize(("said", "least", "most"), [("", 1, 1), ("&hbi=seconds", 3, 20)])
def test_the_centre_wishes_more_signs_of_life(monkeypatch, said, least, most):
    monkeypatch.setattr(beats, "SHORTEST", 0.05)
    monkeypatch.setattr(beats, "LONGEST", 0.1)

    async def main() -> None:
        async def wishes(asked: Asked) -> None:
            asked.answer()
            asked.respond(more="<hbi>1</hbi>")

        async with session() as at, over_udp(wishes) as peer:
            assert await check(at, udp(peer), said) == Delivered()
            await asyncio.sleep(0.5)
            await _until(lambda: len(peer.asked) >= least)
            assert len(peer.asked) <= most
            assert len(set(peer.refs)) == len(peer.asked)
            if said:
                peer.behaviour = lambda asked: asked.answer(
                    "200 OK", f"<mrs><ref>{asked.ref}</ref><snu>0</snu><hbi>0</hbi></mrs>"
                )
                await asyncio.sleep(0.3)
                count = len(peer.asked)
                await asyncio.sleep(0.3)
                assert len(peer.asked) == count

    run(main)


def test_a_heartbeat_that_fails_is_said_and_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(beats, "SHORTEST", 0.05)
    monkeypatch.setattr(beats, "LONGEST", 0.05)

    async def main() -> None:
        results = iter([Failed("busy"), RuntimeError("ours"), Delivered(), Delivered()])
        seen = []

        async def beat() -> Result:
            seen.append(next(results))
            if isinstance(seen[-1], Exception):
                raise seen[-1]
            return seen[-1]

        made = beats.Beats()
        made.keep("udp:centre")
        made.wish("udp:centre", 60, beat)
        await _until(lambda: len(seen) >= 3)
        await made.close()
        assert "udp:centre failed: busy" in caplog.text
        assert "fault in Reik" in caplog.text

    run(main)


def test_a_gateway_that_is_not_tried_any_more_gets_no_signs_of_life(monkeypatch):
    monkeypatch.setattr(beats, "SHORTEST", 0.05)
    monkeypatch.setattr(beats, "LONGEST", 0.05)
    monkeypatch.setattr(beats, "KEPT", 0.5)

    async def main() -> None:
        async def wishes(asked: Asked) -> None:
            asked.answer("200 OK", f"<mrs><ref>{asked.ref}</ref><snu>0</snu><hbi>1</hbi></mrs>")

        async with session() as at, over_udp(wishes) as peer:
            assert await check(at, udp(peer), "&hbi=seconds") == Delivered()
            await asyncio.sleep(0.9)
            count = len(peer.asked)
            assert 2 <= count <= 12
            await asyncio.sleep(0.2)
            assert len(peer.asked) == count
            assert await check(at, udp(peer), "&hbi=seconds") == Delivered()
            await _until(lambda: len(peer.asked) >= count + 3)

    run(main)
