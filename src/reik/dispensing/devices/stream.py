"""Which share of the inbound device stream a device speaks in. Pure."""

from __future__ import annotations

PARTITIONS = 16


def partition_of(device: str, partitions: int = PARTITIONS) -> int:
    """The share that the broker's subject mapping gives a device: FNV-1a (32 bit) of its name, modulo."""
    digest = 2_166_136_261
    for byte in device.encode():
        digest = (digest ^ byte) * 16_777_619 & 0xFFFFFFFF
    return digest % partitions
