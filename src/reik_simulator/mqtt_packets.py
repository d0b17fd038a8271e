"""The device's own MQTT packets, under the name that fleets and benches use."""

from reik_dispenser.runtime.mqtt_packets import (
    PacketReader,
    connect_packet,
    packet,
    publish_packet,
    read_publish,
    string,
    subscribe_packet,
)

__all__ = [
    "PacketReader",
    "connect_packet",
    "packet",
    "publish_packet",
    "read_publish",
    "string",
    "subscribe_packet",
]
