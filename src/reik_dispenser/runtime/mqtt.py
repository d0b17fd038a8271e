"""A lean MQTT 3.1.1 client for fleets of thousands of sessions in one process (device contract, section 1).

One `Session` is one device: clean session, keep-alive 60 s, client id = user name = device id, no will. It
speaks only what the contract needs: publish QoS 0 or 1, subscribe QoS 0. A PUBACK only frees the packet id.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence

from reik_dispenser.runtime.mqtt_packets import (
    CONNACK,
    DISCONNECT_PACKET,
    PINGREQ_PACKET,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    ConnectionRefused,
    MqttError,
    PacketReader,
    SubscriptionRefused,
    connect_packet,
    packet,
    publish_packet,
    read_publish,
    string,
    subscribe_packet,
)

__all__ = ["ConnectionRefused", "MqttError", "Session", "SubscriptionRefused"]

PING_AFTER_S = 45


class _Link(asyncio.Protocol):
    """The TCP side of a session: bytes in, packets to the session, the end of the connection to `closed`."""

    def __init__(self, on_packet: Callable[[int, bytes], None], on_lost: Callable[[Exception | None], None]):
        self._reader = PacketReader()
        self._on_packet = on_packet
        self._on_lost = on_lost
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            for header, body in self._reader.feed(data):
                self._on_packet(header, body)
        except MqttError as error:
            self._on_lost(error)
            if self.transport is not None:
                self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_lost(exc)


class Session:
    """One device's session with the broker; used once: after `closed` make a new one.

    `on_message(topic, payload)` is called for every received PUBLISH, from the event loop, and must not
    block. `closed` is done when the connection has ended: None, or the error that ended it. A PINGREQ goes
    out by itself after 45 s; an unanswered one aborts the connection.
    """

    def __init__(
        self,
        device: str,
        password: str,
        host: str,
        port: int,
        on_message: Callable[[str, bytes], None],
        *,
        tls: ssl.SSLContext | None = None,
        local_host: str | None = None,
    ) -> None:
        self.device = device
        self.in_flight: set[int] = set()
        self.closed: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._password = password
        self._address = (host, port)
        self._tls = tls
        self._local_address = (local_host, 0) if local_host else None
        self._on_message = on_message
        self._link = _Link(self._received, self._lost)
        self._waiting: dict[tuple[int, int], asyncio.Future[bytes]] = {}
        self._last_id = 0
        self._sent_topics: dict[str, bytes] = {}
        self._seen_topics: dict[bytes, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._pong_due = False

    async def connect(self, timeout: float = 30.0) -> None:
        """Open the connection and log in. ConnectionRefused, MqttError, OSError or TimeoutError when not."""
        loop = asyncio.get_running_loop()
        host, port = self._address
        tls, local = self._tls, self._local_address
        try:
            async with asyncio.timeout(timeout):
                await loop.create_connection(lambda: self._link, host, port, ssl=tls, local_addr=local)
                answer = self._answer(CONNACK, 0)
                self._write(connect_packet(self.device, self._password))
                code = (await answer)[1]
            if code:
                raise ConnectionRefused(code)
        except BaseException:
            self.abort()
            raise
        self._timer = loop.call_later(PING_AFTER_S, self._keep_alive)

    async def subscribe(self, topics: Sequence[str], timeout: float = 30.0) -> None:
        """Subscribe with QoS 0. SubscriptionRefused on a SUBACK of 0x80, TimeoutError when none comes."""
        packet_id = self._next_id()
        answer = self._answer(SUBACK, packet_id)
        self._write(subscribe_packet(packet_id, topics))
        async with asyncio.timeout(timeout):
            codes = (await answer)[2:]
        refused = [topic for topic, code in zip(topics, codes, strict=False) if code >= 0x80]
        if refused or len(codes) != len(topics):
            raise SubscriptionRefused(f"subscription refused: {', '.join(refused or topics)}")

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> int:
        """Send at once, wait for nothing; the packet id (0 for QoS 0) is in `in_flight` until its PUBACK.

        MqttError when the session is not open or all 65,535 packet ids are in flight.
        """
        packet_id = 0
        if qos:
            packet_id = self._next_id()
            self.in_flight.add(packet_id)
        encoded = self._sent_topics.get(topic)
        if encoded is None:
            encoded = self._sent_topics[topic] = string(topic)
        self._write(publish_packet(encoded, payload, qos, packet_id))
        return packet_id

    def ping(self) -> None:
        """Send a PINGREQ."""
        self._pong_due = True
        self._write(PINGREQ_PACKET)

    def close(self) -> None:
        """Send DISCONNECT and close after what is under way; await `closed` for the end."""
        transport = self._link.transport
        if transport is None:
            self._lost(None)
        elif not transport.is_closing():
            transport.write(DISCONNECT_PACKET)
            transport.close()

    def abort(self) -> None:
        """Drop the TCP connection without DISCONNECT, as a power cut does."""
        if self._link.transport is None:
            self._lost(None)
        else:
            self._link.transport.abort()

    def _write(self, data: bytes) -> None:
        transport = self._link.transport
        if transport is None or transport.is_closing():
            raise MqttError("the session is not open")
        transport.write(data)

    def _next_id(self) -> int:
        for _ in range(65_535):
            self._last_id = self._last_id % 65_535 + 1
            if self._last_id not in self.in_flight:
                return self._last_id
        raise MqttError("every packet id is in flight")

    def _answer(self, kind: int, packet_id: int) -> asyncio.Future[bytes]:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[kind, packet_id] = answer
        return answer

    def _received(self, header: int, body: bytes) -> None:
        kind = header & 0xF0
        if kind == PUBLISH:
            self._received_publish(header, body)
        elif kind == PINGRESP:
            self._pong_due = False
        elif len(body) < 2:
            raise MqttError("a packet is too short")
        elif kind == PUBACK:
            self.in_flight.discard(body[0] << 8 | body[1])
        else:
            packet_id = body[0] << 8 | body[1] if kind == SUBACK else 0
            answer = self._waiting.pop((kind, packet_id), None)
            if answer is None:
                raise MqttError(f"an unexpected packet of type 0x{header:02x}")
            if not answer.done():
                answer.set_result(body)

    def _received_publish(self, header: int, body: bytes) -> None:
        encoded, packet_id, payload = read_publish(header, body)
        topic = self._seen_topics.get(encoded)
        if topic is None:
            try:
                topic = self._seen_topics[encoded] = encoded.decode()
            except UnicodeDecodeError:
                raise MqttError("a topic is not UTF-8") from None
        if packet_id:  # QoS 1; QoS 2 is never asked for
            self._write(packet(PUBACK, packet_id.to_bytes(2, "big")))
        self._on_message(topic, payload)

    def _keep_alive(self) -> None:
        if self._pong_due:
            self._lost(MqttError("no PINGRESP"))
            self.abort()
            return
        self.ping()
        self._timer = asyncio.get_running_loop().call_later(PING_AFTER_S, self._keep_alive)

    def _lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error or MqttError("the broker closed the connection"))
        self._waiting.clear()
        if not self.closed.done():
            self.closed.set_result(error)
