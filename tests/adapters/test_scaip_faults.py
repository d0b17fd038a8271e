"""SCAIP against a receiver that does everything wrong: lost, doubled, late, broken, slow, strange."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from reik.interop import Delivered, Failed, Result
from reik.interop.scaip import beats, port
from reik.interop.scaip.receivers import Session
from reik.sip import asking
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, Peer, over_tcp, over_udp
from tests.adapters.scaip.real import issued

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
BODY = (
    '{"type":"alert.step","data":{"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,'
    '"due_at":"2026-11-23T07:00:00Z"}}'
)
T1 = 0.05
ONE, OTHER = "0193548c-7a00-7000-8000-000000000001", "0193548c-7a00-7000-8000-000000000002"


@asynccontextmanager
async def session(trust: ssl.SSLContext | None = None) -> AsyncIterator[Session]:
    async with port.opened(trust, T1) as made:
        yield made


async def tell(
    at: Session, address: str, timeout_s: float = 1, key: str = ONE, secret: str | None = None
) -> Result:
    peer = port.peer(f"{address}/?to=arc&from=reik.example&cid=48213", secret, timeout_s)
    return await port.deliver(at, peer, message_id=key, body=BODY, now=NOW)


def udp(*peers: Peer) -> str:
    return "scaip+udp://" + ",".join(f"127.0.0.1:{each.port}" for each in peers)


def tcp(peer: Peer) -> str:
    return f"scaip+tcp://127.0.0.1:{peer.port}"


def run(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


def wire(which: str) -> tuple[Callable[..., object], Callable[[Peer], str]]:
    return (over_udp, udp) if which == "udp" else (over_tcp, tcp)


both = pytest.mark.parametrize("which", ["udp", "tcp"])
ONLY_TAKEN_OVER = "taken over, but no response of the centre"


# Lost, doubled, in another order


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


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not true():
            await asyncio.sleep(0.01)


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


# Strange


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


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<scaip><mrs><ref>ANOTHER</ref><snu>0</snu></mrs></scaip>", "a response about another message"),
        ("niets", "an answer that is no SCAIP response"),
        ("<scaip><mrs><snu>0</snu></mrs></scaip>", "an answer that is no SCAIP response"),
    ],
)
def test_a_wrong_response_in_the_answer_is_none(body, error):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer("200 OK", body)) as peer:
            assert await tell(at, udp(peer), 0.2) == Failed(f"{error} within 0.2 s")

    run(main)


def test_nobody_but_who_was_asked_can_say_that_it_is_treated():
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer()) as peer:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.2", 0))
                telling = asyncio.create_task(tell(at, udp(peer), 0.4))
                await _until(lambda: bool(peer.asked))
                ours = peer.asked[0].header("Via").split()[1].partition(";")[0].rpartition(":")[2]
                stranger.sendto(peer.asked[0].mrs(), ("127.0.0.1", int(ours)))
                assert await telling == Failed(f"{ONLY_TAKEN_OVER} within 0.4 s")

    run(main)


def test_garbage_between_datagrams_is_overlooked():
    async def main() -> None:
        async def noisy(asked: Asked) -> None:
            for noise in (b"", b"\r\n\r\n", b"\x00" * 900, b"SIP/2.0 200 OK\r\n\r\n", asked.answered()[:40]):
                asked.back(noise)
            asked.back(asked.answered().replace(b"z9hG4bK", b"z9hG4bX"))  # an answer to nobody
            asked.back(asked.answered("603 Decline").replace(b" MESSAGE\r\n", b" INVITE\r\n"))
            await asyncio.sleep(0.02)
            await fake.treats(asked)

        async with session() as at, over_udp(noisy) as peer:
            assert await tell(at, udp(peer)) == Delivered()

    run(main)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x16\x03\x01" * 9000,
        b"SIP/2.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
def test_garbage_in_a_stream_ends_the_connection_and_not_us(garbage):
    async def main() -> None:
        async with session() as at, over_tcp(lambda asked: asked.back(garbage)) as peer:
            assert await tell(at, tcp(peer)) == Failed("the connection ended before the answer")
            peer.behaviour = fake.treats
            assert await tell(at, tcp(peer)) == Delivered()

    run(main)


@both
@pytest.mark.parametrize(
    ("asks", "status"),
    [
        (fake.request("OPTIONS"), "200"),
        (fake.request("INVITE"), "405"),
        (fake.request("MESSAGE", "hallo", kind="text/plain"), "415"),
        (fake.request("MESSAGE", "<mrs><ref>A</ref></mrs>"), "400"),
        (
            fake.request("MESSAGE", '<!DOCTYPE m [<!ENTITY e "0">]><mrs><ref>A</ref><snu>&e;</snu></mrs>'),
            "400",
        ),
        (fake.mrs("NOBODYWAITS"), "200"),
    ],
)
def test_what_a_receiver_asks_of_us_is_answered(which, asks, status):
    over, named = wire(which)

    async def main() -> None:
        async def asks_first(asked: Asked) -> None:
            asked.back(asks)
            await fake.treats(asked)

        async with session() as at, over(asks_first) as peer:
            assert await tell(at, named(peer)) == Delivered()
            await _until(lambda: len(peer.answers) == 2)
            assert peer.statuses[0] == status

    run(main)


# Slow, half, gone


def test_a_slow_receiver_byte_by_byte():
    async def main() -> None:
        async def slow(asked: Asked) -> None:
            whole = asked.answered() + asked.mrs()
            for place in range(len(whole)):
                asked.back(whole[place : place + 1])
                await asyncio.sleep(0)

        async with session() as at, over_tcp(slow) as peer:
            assert await tell(at, tcp(peer), 3) == Delivered()

    run(main)


def test_a_receiver_that_never_answers_gets_a_new_connection_the_next_time():
    async def main() -> None:
        async with session() as at, over_tcp(lambda _: None) as peer:
            assert await tell(at, tcp(peer), 0.2) == Failed("no answer within 0.2 s")
            peer.behaviour = fake.treats
            assert await tell(at, tcp(peer)) == Delivered()
            assert peer.connections == 2

    run(main)


def test_a_receiver_that_dies_in_its_answer():
    async def main() -> None:
        async def dies(asked: Asked) -> None:
            asked.back(asked.answered()[:60])
            await asyncio.sleep(0.05)
            asked.close()

        async with session() as at, over_tcp(dies) as peer:
            assert await tell(at, tcp(peer)) == Failed("the connection ended before the answer")

    run(main)


def test_a_receiver_that_dies_between_answer_and_response():
    async def main() -> None:
        async def dies(asked: Asked) -> None:
            asked.answer()
            await asyncio.sleep(0.05)
            asked.close()

        async with session() as at, over_tcp(dies) as peer:
            assert await tell(at, tcp(peer), 5) == Failed("the connection ended before the response")

    run(main)


def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing():
    async def main() -> None:
        async def closes_second(asked: Asked) -> None:
            if len(asked.peer.asked) == 2:
                asked.close()
            else:
                await fake.treats(asked)

        async with session() as at, over_tcp(closes_second) as peer:
            assert await tell(at, tcp(peer), 1, ONE) == Delivered()
            assert await tell(at, tcp(peer), 1, OTHER) == Delivered()
            assert peer.connections == 2
            assert len(peer.refs) == 3
            assert len(set(peer.refs)) == 2

    run(main)


def test_nobody_there():
    async def main() -> None:
        async with session() as at:
            for address in ("scaip+tcp://127.0.0.1:1", "scaip+tls://localhost:1", "scaip+tcp://[::1]:1"):
                result = await tell(at, address)
                assert isinstance(result, Failed)
                assert result.error.startswith("no connection (")
                assert (result.permanent, result.answered) == (False, False)

    run(main)


@pytest.mark.parametrize("half", [b"", b"\x16\x03\x03\x00\x20", b"SIP/2.0 200 OK\r\n\r\n"])
def test_half_a_tls(half):
    async def main() -> None:
        async def stops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(half)
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

        server = await asyncio.start_server(stops, "127.0.0.1", 0)
        async with session() as at:
            result = await tell(at, f"scaip+tls://127.0.0.1:{server.sockets[0].getsockname()[1]}", 0.3)
            assert result in (Failed("no answer within 0.3 s"), Failed("no connection (SSLError)"))
        server.close()

    run(main)


def test_tls_that_ends_in_the_middle(tmp_path):
    certificate, trust = issued(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)

    async def main() -> None:
        async with session(trust) as at, over_tcp(lambda asked: asked.close(), serving) as peer:
            address = f"scaip+tls://localhost:{peer.port}"
            assert await tell(at, address) == Failed("the connection ended before the answer")
            peer.behaviour = fake.treats
            assert await tell(at, address) == Delivered()
            assert peer.asked[-1].text.startswith(f"MESSAGE sips:arc@localhost:{peer.port} SIP/2.0")

    run(main)


# Refusals of SIP, and logging in


@pytest.mark.parametrize(
    ("status", "more", "result"),
    [
        ("404 Not Found", (), Failed("SIP 404", answered=True)),
        ("302 Moved", ("Contact: <sip:elders@example>",), Failed("SIP 302", answered=True)),
        ("415 Unsupported", (), Failed("SIP 415", permanent=True, answered=True)),
        (
            "503 Away",
            ("Retry-After: 20 (in bespreking)",),
            Failed("SIP 503", retry_after=timedelta(seconds=20)),
        ),
        ("603 Decline", (), Failed("SIP 603")),
    ],
)
def test_what_sip_says(status, more, result):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer(status, "", *more)) as peer:
            assert await tell(at, udp(peer)) == result

    run(main)


def test_a_refusal_that_says_why_in_scaip():
    async def main() -> None:
        def refuses(asked: Asked) -> None:
            asked.answer("400 Bad Request", f"<mrs><ref>{asked.ref}</ref><snu>7</snu></mrs>")

        async with session() as at, over_udp(refuses) as peer:
            assert await tell(at, udp(peer)) == Failed(
                "SCAIP 7 (a mandatory part is missing)", permanent=True, answered=True
            )

    run(main)


@pytest.mark.parametrize(
    "asks",
    [
        "WWW-Authenticate: Basic realm=x",
        'WWW-Authenticate: Digest realm="x", nonce="y", qop="auth-int"',
        'WWW-Authenticate: Digest realm="x", nonce="y", algorithm=SHA-512',
        'WWW-Authenticate: Digest realm="x',
        "Warning: 399 nothing asked",
    ],
)
def test_a_log_in_of_which_we_know_nothing_is_a_refusal(asks):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer("401 No", "", asks)) as peer:
            assert await tell(at, udp(peer), secret="geheim") == Failed(
                "log-in refused (SIP 401)", answered=True
            )
            assert len(peer.asked) == 1

    run(main)


def test_a_nonce_that_grew_old_is_renewed_and_proxy_and_receiver_may_both_ask():
    asks = {
        1: ("407 Proxy", 'Proxy-Authenticate: Digest realm="p", nonce="1"'),
        2: ("401 No", 'WWW-Authenticate: Digest realm="c", nonce="2", qop="auth", algorithm=SHA-256'),
        3: ("401 No", 'WWW-Authenticate: Digest realm="c", nonce="3", stale=true'),
    }

    async def main() -> None:
        async def guarded(asked: Asked) -> None:
            number = int(asked.header("CSeq").split()[0])
            if number in asks:
                asked.answer(asks[number][0], "", asks[number][1])
            else:
                await fake.treats(asked)

        async with session() as at, over_tcp(guarded) as peer:
            assert await tell(at, tcp(peer), secret="geheim") == Delivered()
            last = peer.asked[-1]
            assert 'nonce="3"' in last.header("Authorization")
            assert 'nonce="1"' in last.header("Proxy-Authorization")
            assert "geheim" not in last.text
            assert len({each.header("Call-ID") for each in peer.asked}) == 1

    run(main)


def test_who_keeps_asking_to_log_in_is_not_asked_for_ever():
    async def main() -> None:
        always = 'WWW-Authenticate: Digest realm="c", nonce="3", stale=true'
        async with session() as at, over_tcp(lambda asked: asked.answer("401 No", "", always)) as peer:
            assert await tell(at, tcp(peer), secret="x") == Failed("log-in refused (SIP 401)", answered=True)
            assert len(peer.asked) == 4

    run(main)


# Several receivers


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


# Where we listen ourselves


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


# Signs of life


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
