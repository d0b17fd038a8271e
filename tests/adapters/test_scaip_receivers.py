"""SCAIP with several receivers, and where we listen ourselves."""

from __future__ import annotations

import asyncio
import socket

import pytest

from reik.interop import Delivered, Failed
from reik.interop.scaip import port
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, over_tcp, over_udp
from tests.adapters.scaip.telling import BODY, NOW, ONE, OTHER, both, run, session, tcp, tell, udp, wire


def test_a_silent_receiver_is_passed_over_at_once_the_next_time():
    async def main() -> None:
        async with session() as at, over_udp(lambda _: None) as silent, over_udp() as good:
            assert await tell(at, udp(silent, good), 0.6, ONE) == Delivered()
            copies = len(silent.asked)
            assert copies > 1
            assert await tell(at, udp(silent, good), 0.6, OTHER) == Delivered()
            assert len(silent.asked) == copies
            assert len(good.asked) == 2

    run(main)


@pytest.mark.parametrize("snu", [4, 5, 6, 99])
def test_who_does_not_treat_it_now_hands_over_to_the_next_with_the_same_ref(snu):
    async def main() -> None:
        async def not_now(asked: Asked) -> None:
            asked.answer()
            asked.respond(snu)

        async with session() as at, over_udp(not_now) as busy, over_udp() as good:
            assert await tell(at, udp(busy, good)) == Delivered()
            assert busy.refs == good.refs

    run(main)


@pytest.mark.parametrize("snu", [1, 2, 3, 7])
def test_a_fault_of_ours_is_not_tried_on_the_next(snu):
    async def main() -> None:
        async def refuses(asked: Asked) -> None:
            asked.answer()
            asked.respond(snu)

        async with session() as at, over_udp(refuses) as strict, over_udp() as good:
            result = await tell(at, udp(strict, good))
            assert isinstance(result, Failed)
            assert (result.permanent, result.answered) == (True, True)
            assert good.asked == []

    run(main)


def test_nobody_treats_it():
    async def main() -> None:
        async def busy(asked: Asked) -> None:
            asked.answer()
            asked.respond(6)

        async with session() as at, over_udp(lambda _: None) as silent, over_udp(busy) as other:
            assert await tell(at, udp(silent, other), 0.4) == Failed(
                "no answer within 0.2 s; SCAIP 6 (busy)", answered=True
            )

    run(main)


@pytest.mark.parametrize(("snu", "delivered"), [(0, True), (6, False), (3, False)])
def test_the_first_one_speaks_while_the_second_is_asked(snu, delivered):
    """That it is treated counts whoever says so; that it is not, only of who is asked now."""

    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer()) as first, over_udp() as second:

            async def late(asked: Asked) -> None:
                first.asked[0].respond(snu)
                await asyncio.sleep(0.1)
                if not delivered:
                    await fake.treats(asked)

            second.behaviour = late
            assert await tell(at, udp(first, second), 0.6) == Delivered()
            assert set(first.statuses) == {"200"}

    run(main)


@both
def test_a_receiver_may_come_back_to_where_we_listen(which):
    over, named = wire(which)

    async def main() -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            number = held.getsockname()[1]

        async def comes_back(asked: Asked) -> None:
            asked.answer()
            assert f" 127.0.0.1:{number};" in asked.header("Via")
            if which == "tcp":
                asked.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", number)
                writer.write(asked.mrs())
                asked.peer.heard(await reader.readuntil(b"\r\n\r\n"), writer.write)
                writer.close()
            else:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.sendto(asked.mrs(), ("127.0.0.1", number))

        async with session() as at, over(comes_back) as peer:
            address = f"{named(peer)}/?to=arc&from=reik.example&cid=48213&listen=127.0.0.1:{number}"
            line = port.peer(address, None, 1)
            assert await port.deliver(at, line, message_id=ONE, body=BODY, now=NOW) == Delivered()

    run(main)


def test_a_port_that_is_taken_is_said():
    async def main() -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            async with session() as at, over_tcp() as peer:
                listen = f"listen=127.0.0.1:{held.getsockname()[1]}"
                line = port.peer(f"{tcp(peer)}/?to=arc&from=reik.example&cid=1&{listen}", None, 1)
                assert await port.deliver(at, line, message_id=ONE, body=BODY, now=NOW) == Failed(
                    "no connection (OSError)"
                )

    run(main)
