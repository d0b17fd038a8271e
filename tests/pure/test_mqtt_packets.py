"""MQTT 3.1.1 packets of the device, and a session against a broker of a few lines."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik_dispenser.runtime import mqtt_packets as packets
from reik_dispenser.runtime.mqtt import ConnectionRefused, MqttError, Session, SubscriptionRefused

SIZES = (0, 1, 127, 128, 16_383, 16_384, 70_000, 2_097_152)


def test_connect_packet_by_hand() -> None:
    expected = b"\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c" + b"\x00\x05REIK1" + b"\x00\x05REIK1" + b"\x00\x02pw"
    expected = expected[:1] + bytes((len(expected) - 2,)) + expected[2:]
    assert packets.connect_packet("REIK1", "pw") == expected


def test_subscribe_and_publish_packets_by_hand() -> None:
    assert packets.subscribe_packet(258, ["a", "b/c"]) == b"\x82\x0c\x01\x02\x00\x01a\x00\x00\x03b/c\x00"
    assert packets.publish_packet(packets.string("a"), b"xy", 1, 3) == b"\x32\x07\x00\x01a\x00\x03xy"
    assert packets.publish_packet(packets.string("a"), b"xy", 0, 0) == b"\x30\x05\x00\x01axy"


@pytest.mark.parametrize("size", SIZES)
def test_sizes_round_trip(size: int) -> None:
    body = b"x" * size
    assert packets.PacketReader().feed(packets.packet(0x30, body)) == [(0x30, body)]


def test_packets_split_at_every_byte() -> None:
    whole = [(0x30, b"x" * 200), (0xD0, b""), (0x40, b"\x00\x01"), (0x30, b"y" * 17_000), (0x20, b"\x00\x00")]
    stream = b"".join(packets.packet(header, body) for header, body in whole)
    for at in range(len(stream) + 1):
        reader = packets.PacketReader()
        assert reader.feed(stream[:at]) + reader.feed(stream[at:]) == whole
    reader = packets.PacketReader()
    assert [found for at in range(len(stream)) for found in reader.feed(stream[at : at + 1])] == whole


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(1, 200), min_size=1))
def test_packets_split_anyhow(bodies: list[bytes], steps: list[int]) -> None:
    stream = b"".join(packets.packet(0x30, body) for body in bodies)
    reader, found, at, turn = packets.PacketReader(), [], 0, 0
    while at < len(stream):
        step = steps[turn % len(steps)]
        found += reader.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert found == [(0x30, body) for body in bodies]


def test_wrong_lengths() -> None:
    with pytest.raises(MqttError):
        packets.PacketReader().feed(b"\x30\xff\xff\xff\xff\x01")
    for header, body in ((0x30, b""), (0x30, b"\x00"), (0x30, b"\x00\x02a"), (0x32, b"\x00\x01a\x00")):
        with pytest.raises(MqttError):
            packets.read_publish(header, body)
    assert packets.read_publish(0x30, b"\x00\x01a") == (b"a", 0, b"")
    assert packets.read_publish(0x32, b"\x00\x01a\x01\x02x") == (b"a", 258, b"x")


Broker = Callable[[int, bytes, asyncio.StreamWriter], None]


def with_broker(answer: Broker, story: Callable[[int], Awaitable[None]]) -> list[tuple[int, bytes]]:
    """Runs `story(port)` against a server that calls `answer` per packet; gives all packets it got."""
    got: list[tuple[int, bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cutter = packets.PacketReader()
        while data := await reader.read(65_536):
            for header, body in cutter.feed(data):
                got.append((header, body))
                answer(header, body, writer)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            await asyncio.wait_for(story(server.sockets[0].getsockname()[1]), 5)

    asyncio.run(run())
    return got


def friendly(header: int, body: bytes, writer: asyncio.StreamWriter) -> None:
    kind = header & 0xF0
    if kind == 0x10:
        writer.write(b"\x20\x02\x00\x00")
    elif kind == 0x80:
        codes = bytes(0x80 if b"forbidden" in body else 0 for _ in range(body.count(b"reik")))
        writer.write(packets.packet(0x90, body[:2] + codes))
    elif kind == 0x30:
        topic, packet_id, payload = packets.read_publish(header, body)
        if packet_id:
            writer.write(packets.packet(0x40, packet_id.to_bytes(2, "big")))
        writer.write(packets.publish_packet(packets.string(topic.decode()), payload, 1, 77))
    elif kind == 0xC0:
        writer.write(b"\xd0\x00")


def test_a_whole_session() -> None:
    async def story(port: int) -> None:
        heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        session = Session("REIK-1", "pw", "127.0.0.1", port, lambda t, p: heard.put_nowait((t, p)))
        await session.connect()
        await session.subscribe(["reik/1/REIK-1/down", "reik/1/REIK-1/receipt"])
        first = session.publish("reik/1/REIK-1/up", b"hello")
        assert session.in_flight == {first}
        assert await heard.get() == ("reik/1/REIK-1/up", b"hello")
        assert not session.in_flight
        assert session.publish("reik/1/REIK-1/up", b"again") == first + 1
        assert session.publish("reik/1/REIK-1/up", b"lost", qos=0) == 0
        session.ping()
        session.close()
        assert await session.closed is None
        with pytest.raises(MqttError):
            session.publish("reik/1/REIK-1/up", b"late")

    got = with_broker(friendly, story)
    assert [header for header, _ in got if header != 0x40] == [0x10, 0x82, 0x32, 0x32, 0x30, 0xC0, 0xE0]
    assert (0x40, b"\x00\x4d") in got  # a QoS 1 message from the broker is acknowledged


def test_refused_subscription_and_abort() -> None:
    async def story(port: int) -> None:
        session = Session("REIK-1", "pw", "127.0.0.1", port, lambda t, p: None)
        await session.connect()
        with pytest.raises(SubscriptionRefused, match="forbidden"):
            await session.subscribe(["reik/forbidden"])
        session.abort()
        assert await session.closed is None

    got = with_broker(friendly, story)
    assert [header for header, _ in got] == [0x10, 0x82]


def test_refused_connection() -> None:
    async def story(port: int) -> None:
        session = Session("REIK-1", "no", "127.0.0.1", port, lambda t, p: None)
        with pytest.raises(ConnectionRefused, match="bad user name or password") as caught:
            await session.connect()
        assert caught.value.code == 4
        await session.closed

    with_broker(lambda header, body, writer: writer.write(b"\x20\x02\x00\x04"), story)


def test_a_broker_that_leaves_or_talks_nonsense() -> None:
    async def leaves(port: int) -> None:
        session = Session("REIK-1", "pw", "127.0.0.1", port, lambda t, p: None)
        with pytest.raises(MqttError, match="closed"):
            await session.connect()
        assert await session.closed is None

    async def nonsense(port: int) -> None:
        session = Session("REIK-1", "pw", "127.0.0.1", port, lambda t, p: None)
        with pytest.raises(MqttError, match="unexpected"):
            await session.connect()
        assert isinstance(await session.closed, MqttError)

    with_broker(lambda header, body, writer: writer.close(), leaves)
    with_broker(lambda header, body, writer: writer.write(b"\x90\x02\x00\x00"), nonsense)


def test_packet_ids_in_flight_are_not_used_again() -> None:
    async def run() -> None:
        session = Session("REIK-1", "pw", "127.0.0.1", 1, lambda t, p: None)
        session.in_flight = set(range(1, 65_536)) - {9}
        assert session._next_id() == 9
        session.in_flight.add(9)
        with pytest.raises(MqttError, match="every packet id"):
            session._next_id()

    asyncio.run(run())
