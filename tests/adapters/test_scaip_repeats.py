"""SCAIP when requests, answers and responses are lost, doubled, late or in another order."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from reik.interop import Delivered, Failed
from reik.interop.scaip import port
from reik.sip import asking
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, over_tcp, over_udp
from tests.adapters.scaip.telling import (
    ONLY_TAKEN_OVER,
    OTHER,
    T1,
    _until,
    both,
    run,
    session,
    tcp,
    tell,
    udp,
    wire,
)


def test_a_lost_request_is_sent_again_and_again_the_same():
    async def main() -> None:
        async def third_time(asked: Asked) -> None:
            if len(asked.peer.asked) == 3:
                await fake.treats(asked)

        async with session() as at, over_udp(third_time) as peer:
            assert await tell(at, udp(peer)) == Delivered()
            assert len({each.text for each in peer.asked}) == 1
            assert len(peer.asked) == 3

    run(main)


def test_a_lost_answer_makes_no_second_alert():
    """A receiver knows a copy by its branch (RFC 3261, 17.2.3): it answers again, and treats it once."""
    treated: list[str] = []

    async def main() -> None:
        async def answer_lost(asked: Asked) -> None:
            branch = asked.header("Via").partition("branch=")[2]
            if branch not in treated:
                treated.append(branch)
                return
            await fake.treats(asked)

        async with session() as at, over_udp(answer_lost) as peer:
            assert await tell(at, udp(peer)) == Delivered()

    run(main)
    assert len(treated) == 1


def test_the_time_between_copies_doubles_up_to_its_longest(monkeypatch):
    monkeypatch.setattr(asking, "T2", 0.2)
    at_times: list[float] = []

    async def main() -> None:
        def note(_: Asked) -> None:
            at_times.append(asyncio.get_running_loop().time())

        async with session() as at, over_udp(note) as peer:
            assert await tell(at, udp(peer), 0.9) == Failed("no answer within 0.9 s")

    run(main)
    gaps = [later - sooner for sooner, later in pairwise(at_times)]
    assert all(gap > least * T1 - 0.01 for gap, least in zip(gaps, [1, 2, 4, 4, 4], strict=False))
    assert len(gaps) >= 4
    assert gaps[3] < 7 * T1  # it would be 8 without a longest


def test_after_a_provisional_answer_it_is_asked_seldom():
    async def main() -> None:
        async def trying(asked: Asked) -> None:
            asked.answer("100 Trying")
            await asyncio.sleep(0.6)
            await fake.treats(asked)

        async with session() as at, over_udp(trying) as peer:
            assert await tell(at, udp(peer)) == Delivered()
            assert len(peer.asked) == 1

    run(main)


@both
def test_a_response_before_the_answer_is_one(which):
    over, named = wire(which)

    async def main() -> None:
        async def hasty(asked: Asked) -> None:
            asked.respond()
            await asyncio.sleep(0.1)
            asked.answer()

        async with session() as at, over(hasty) as peer:
            assert await tell(at, named(peer)) == Delivered()

    run(main)


@both
def test_a_response_without_any_answer_is_one(which):
    over, named = wire(which)

    async def main() -> None:
        async with session() as at, over(lambda asked: asked.respond()) as peer:
            assert await tell(at, named(peer)) == Delivered()

    run(main)


@both
def test_every_copy_of_a_response_is_answered(which):
    over, named = wire(which)

    async def main() -> None:
        async def thrice(asked: Asked) -> None:
            asked.answer()
            for _ in range(3):
                asked.respond()

        async with session() as at, over(thrice) as peer:
            assert await tell(at, named(peer)) == Delivered()
            await _until(lambda: len(peer.answers) == 3)
            assert peer.statuses == ["200"] * 3
            peer.asked[0].respond()  # long after
            await _until(lambda: len(peer.answers) == 4)

    run(main)


def test_a_response_that_comes_too_late_spares_the_second_request():
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer()) as peer:
            assert await tell(at, udp(peer), 0.2) == Failed(f"{ONLY_TAKEN_OVER} within 0.2 s")
            peer.asked[0].respond()
            await _until(lambda: peer.statuses == ["200"])
            assert await tell(at, udp(peer)) == Delivered()
            assert len(peer.asked) == 1

    run(main)


def test_a_second_sending_has_the_same_ref_and_another_message_another():
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer()) as peer:
            await tell(at, udp(peer), 0.1)
            await tell(at, udp(peer), 0.1)
            await tell(at, udp(peer), 0.1, OTHER)
            one, again, another = peer.refs
            assert one == again != another
            assert len({each.header("Via") for each in peer.asked}) == 3

    run(main)


def test_many_at_once_over_one_connection_each_get_their_own_response():
    async def main() -> None:
        async def backwards(asked: Asked) -> None:
            if len(asked.peer.asked) == 30:
                for each in reversed(asked.peer.asked):
                    each.answer()
                for place, each in enumerate(asked.peer.asked):
                    each.respond(0 if place % 2 else 6)

        async with session() as at, over_tcp(backwards) as peer:
            keys = [f"key {number}" for number in range(30)]
            results = await asyncio.gather(*(tell(at, tcp(peer), 2, key) for key in keys))
            by_ref = dict(zip(peer.refs, [number % 2 for number in range(30)], strict=True))
            assert peer.connections == 1
            assert [isinstance(each, Delivered) for each in results] == [
                bool(by_ref[port.mapping.ref(key)]) for key in keys
            ]

    run(main)


@both
def test_a_response_about_another_message_counts_for_nothing(which):
    over, named = wire(which)

    async def main() -> None:
        async def mistaken(asked: Asked) -> None:
            asked.answer()
            asked.respond(ref="ANOTHERALTOGETHR")

        async with session() as at, over(mistaken) as peer:
            assert await tell(at, named(peer), 0.2) == Failed(f"{ONLY_TAKEN_OVER} within 0.2 s")
            assert peer.statuses == ["200"]

    run(main)
