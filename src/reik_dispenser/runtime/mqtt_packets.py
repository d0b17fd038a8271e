"""MQTT 3.1.1 packets to bytes and back, as far as a device needs them (device contract, section 1)."""

from collections.abc import Sequence

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 0x20, 0x30, 0x40, 0x90, 0xD0
KEEP_ALIVE_S = 60
PINGREQ_PACKET = b"\xc0\x00"
DISCONNECT_PACKET = b"\xe0\x00"
REFUSALS = {
    1: "unacceptable protocol version",
    2: "client id rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorised",
}


class MqttError(ConnectionError):
    """The link broke or the broker broke the protocol."""


class ConnectionRefused(MqttError):
    """CONNACK with a code other than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(f"connection refused: {REFUSALS.get(code, 'unknown reason')} (code {code})")
        self.code = code


class SubscriptionRefused(MqttError):
    """SUBACK 0x80: a fault by the contract."""


def packet(header: int, body: bytes) -> bytes:
    """A whole packet: header byte, remaining length, body. ValueError above 268,435,455 bytes."""
    size = len(body)
    if size < 128:
        return bytes((header, size)) + body
    if size > 268_435_455:
        raise ValueError("packet too large")
    head = bytearray((header,))
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    head.append(size)
    return bytes(head) + body


def string(text: str) -> bytes:
    """A UTF-8 string with its length of two bytes."""
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def connect_packet(device: str, password: str, keep_alive: int = KEEP_ALIVE_S) -> bytes:
    """CONNECT with clean session, user name and password, no will."""
    head = b"\x00\x04MQTT\x04\xc2" + keep_alive.to_bytes(2, "big")
    return packet(0x10, head + string(device) + string(device) + string(password))


def subscribe_packet(packet_id: int, topics: Sequence[str], qos: int = 0) -> bytes:
    """SUBSCRIBE to all topics with one QoS."""
    filters = b"".join(string(topic) + bytes((qos,)) for topic in topics)
    return packet(0x82, packet_id.to_bytes(2, "big") + filters)


def publish_packet(topic: bytes, payload: bytes, qos: int, packet_id: int) -> bytes:
    """PUBLISH, not retained; `topic` is what `string` gives."""
    if qos:
        return packet(0x32, topic + packet_id.to_bytes(2, "big") + payload)
    return packet(0x30, topic + payload)


def read_publish(header: int, body: bytes) -> tuple[bytes, int, bytes]:
    """Topic, packet id (0 for QoS 0) and payload of a received PUBLISH. MqttError when it is too short."""
    start = 2 + (body[0] << 8 | body[1]) if len(body) >= 2 else 3
    end = start + 2 if header & 6 else start
    if len(body) < end:
        raise MqttError("a PUBLISH is too short")
    return body[2:start], int.from_bytes(body[start:end], "big"), body[end:]


class PacketReader:
    """Cuts a stream of bytes into packets; no byte is copied more than a few times."""

    __slots__ = ("_needed", "_rest")

    def __init__(self) -> None:
        self._rest = bytearray()
        self._needed = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Header byte and body of every packet completed by `data`. MqttError for a wrong length field."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            data = bytes(self._rest)
        packets: list[tuple[int, bytes]] = []
        at, end = 0, len(data)
        self._needed = 2
        while at + 2 <= end:
            size, start = self._length(data, at + 1, end)
            if start + size > end:
                self._needed = start + size - at
                break
            packets.append((data[at], data[start : start + size]))
            at = start + size
        self._rest = bytearray(data[at:]) if at < end else bytearray()
        return packets

    @staticmethod
    def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
        """Remaining length and where the body starts; a length not yet complete asks for one byte more."""
        size = data[at]
        if size < 128:
            return size, at + 1
        size &= 127
        for shift in (7, 14, 21):
            at += 1
            if at >= end:
                return 1, at
            size |= (data[at] & 127) << shift
            if data[at] < 128:
                return size, at + 1
        raise MqttError("a remaining length of more than four bytes")
