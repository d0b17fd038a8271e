"""A disk that loses its power or has no room, and events to write on it."""

from __future__ import annotations

import errno
from datetime import UTC, datetime

from reik_dispenser.messages import Event
from reik_dispenser.runtime.disk import RamDisk
from reik_dispenser.runtime.journal import Journal

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


class PowerCut(BaseException):
    """The power goes in the midst of a write."""


class FrailDisk(RamDisk):
    """Goes dark after `bytes_left`, or is full for the files named in `full`."""

    def __init__(self, bytes_left: int | None = None) -> None:
        super().__init__()
        self.bytes_left = bytes_left
        self.full: set[str] = set()

    def write(self, name: str, offset: int, data: bytes) -> None:
        if name in self.full:
            super().write(name, offset, data[: len(data) // 2])  # a full disk takes a part
            raise OSError(errno.ENOSPC, "no space left on device")
        if self.bytes_left is not None:
            if len(data) > self.bytes_left:
                super().write(name, offset, data[: self.bytes_left])
                raise PowerCut
            self.bytes_left -= len(data)
        super().write(name, offset, data)


def event(seq: int, epoch: int = 1, type: str = "help_pressed", at: datetime = NOW, **data: object) -> Event:
    return Event(epoch=epoch, seq=seq, at=at, type=type, data=data)


def seqs(journal: Journal) -> list[tuple[int, int]]:
    return [(each.epoch, each.seq) for each in journal.oldest(100, 10**6)]
