"""The few things that a device asks of its disk, each durable when it returns: on a folder, and in memory."""

import contextlib
import os
import zlib
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """Named files. Every write is durable on return, or raises OSError."""

    def read(self, name: str) -> bytes | None:
        """The whole file; None when there is none."""

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Write in place; the file grows as needed."""

    def truncate(self, name: str, size: int) -> None:
        """Cut the file off."""

    def replace(self, name: str, data: bytes) -> None:
        """Put a whole new file in place of the old one, or leave the old one as it was."""


class Folder:
    """A disk that is a folder. `sync` False leaves durability to the operating system: for simulations only."""

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        self._path = path
        self._sync = sync
        path.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> bytes | None:
        """See Disk."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, offset: int, data: bytes) -> None:
        """See Disk."""
        path = self._path / name
        new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(handle, data[done:], offset + done)
            self._flush(handle)
        finally:
            os.close(handle)
        if new:
            self._flush_folder()

    def truncate(self, name: str, size: int) -> None:
        """See Disk."""
        with contextlib.suppress(FileNotFoundError), (self._path / name).open("r+b") as file:
            file.truncate(size)
            self._flush(file.fileno())

    def replace(self, name: str, data: bytes) -> None:
        """See Disk."""
        new = self._path / (name + ".new")
        try:
            with new.open("wb") as file:
                file.write(data)
                file.flush()
                self._flush(file.fileno())
        except OSError:
            new.unlink(missing_ok=True)
            raise
        new.replace(self._path / name)
        self._flush_folder()

    def _flush(self, handle: int) -> None:
        if self._sync:
            os.fsync(handle)

    def _flush_folder(self) -> None:
        if self._sync:
            folder = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


class RamDisk:
    """A disk in memory, for simulations and tests."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}

    def read(self, name: str) -> bytes | None:
        """See Disk."""
        found = self.files.get(name)
        return None if found is None else bytes(found)

    def write(self, name: str, offset: int, data: bytes) -> None:
        """See Disk."""
        file = self.files.setdefault(name, bytearray())
        if len(file) < offset:
            file.extend(bytes(offset - len(file)))
        file[offset : offset + len(data)] = data

    def truncate(self, name: str, size: int) -> None:
        """See Disk."""
        if name in self.files:
            del self.files[name][size:]

    def replace(self, name: str, data: bytes) -> None:
        """See Disk."""
        self.files[name] = bytearray(data)


HEAD = 8


def framed(payload: bytes) -> bytes:
    """A record: length, CRC-32, payload."""
    return len(payload).to_bytes(4, "big") + zlib.crc32(payload).to_bytes(4, "big") + payload


def read_frame(data: bytes, offset: int) -> bytes | None:
    """The payload of the record at `offset`; None when it is torn, or there is none."""
    size = int.from_bytes(data[offset : offset + 4], "big")
    payload = data[offset + HEAD : offset + HEAD + size]
    if size == 0 or len(payload) < size:
        return None
    return payload if zlib.crc32(payload) == int.from_bytes(data[offset + 4 : offset + HEAD], "big") else None


class TwoSlots:
    """One value that is replaced as a whole: two files, written in turn, of which the newer whole one counts.

    Written in place, in room that was reserved beforehand: a full disk cannot stop it.
    """

    def __init__(self, disk: Disk, name: str, *, room: int = 0) -> None:
        self._disk = disk
        self._names = (name + ".a", name + ".b")
        self._room = room
        self._generation = 0

    def read(self) -> bytes | None:
        """The newest value; None when both are lost."""
        found: list[tuple[int, bytes]] = []
        for name in self._names:
            data = self._disk.read(name)
            payload = read_frame(data, 0) if data else None
            if payload is not None and len(payload) >= HEAD:
                found.append((int.from_bytes(payload[:8], "big"), payload[8:]))
        if not found:
            return None
        self._generation, value = max(found)
        return value

    def write(self, value: bytes) -> None:
        """Replace the value. OSError leaves the old one."""
        name = self._names[(self._generation + 1) % 2]
        if self._room and len(self._disk.read(name) or b"") < self._room:
            self._disk.write(name, 0, bytes(self._room))
        self._disk.write(name, 0, framed((self._generation + 1).to_bytes(8, "big") + value))
        self._generation += 1
