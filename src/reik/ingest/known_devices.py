"""The devices that this process has heard, with their keys: read once, believed for half a minute."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reik.dispensing import queries
from reik.kernel.crypto import SealBroken, vault
from reik_dispenser.wire import receipt_topic, up_topic

BELIEVED_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device that may speak. `keys` are its living MAC keys, newest first."""

    device: str
    dispenser_id: UUID
    organisation_id: UUID
    keys: tuple[bytes, ...]
    up: bytes
    receipt: str


class KnownDevices:
    """A cache in front of the database; an unknown name is asked again in the next batch that has it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, KnownDevice]] = {}

    def find(self, names: Collection[str], now: datetime) -> dict[str, KnownDevice]:
        """The known ones among `names`; one query for all that are new or no longer believed."""
        stale = now - BELIEVED_FOR
        ask = [name for name in names if name not in self._known or self._known[name][0] < stale]
        if ask:
            for name in ask:
                self._known.pop(name, None)
            for row in queries.keys_of(ask, now):
                with suppress(SealBroken):  # its organisation was erased: nobody can tell any more who speaks
                    self._known[row.device] = (now, _open(row))
        return {name: self._known[name][1] for name in names if name in self._known}

    def ask_again(self, names: Collection[str], *, asked_before: datetime | None = None) -> bool:
        """Believe nothing of these any more (of those asked before that instant); says whether there was any."""
        old = [
            name
            for name in names
            if name in self._known and (asked_before is None or self._known[name][0] < asked_before)
        ]
        for name in old:
            del self._known[name]
        return bool(old)


def _open(row: queries.DeviceKeys) -> KnownDevice:
    return KnownDevice(
        device=row.device,
        dispenser_id=row.dispenser_id,
        organisation_id=row.organisation_id,
        keys=tuple(vault().open(row.organisation_id, sealed) for sealed in row.sealed_keys),
        up=up_topic(row.device).encode(),
        receipt=receipt_topic(row.device),
    )
