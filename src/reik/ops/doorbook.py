"""What `reik admit` knows by heart: the credentials of all devices, kept up to date, and whom it has refused."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reik.dispensing.devices import credentials
from reik.dispensing.devices.credentials import Credential, Living
from reik.ingest import operations as ingest
from reik.ops.admission import Knock
from reik_dispenser.wire import is_device_name

log = logging.getLogger("reik.admit")

PAGE = 20_000
OVERLAP = timedelta(seconds=90)  # a row's time is taken before its transaction ends, and clocks differ
READ_ANEW_AFTER = timedelta(hours=1)  # rows that were deleted leave no trace
MOST_STRANGERS = 20_000
LINES = 20  # refusals that are logged by name, between two refreshes


class Refusal(StrEnum):
    """Why a client is not let in: the reason in the log and in the counts."""

    NOT_MQTT = "connect_not_mqtt"
    CLIENT_ID = "connect_client_id"
    NAME = "connect_name"
    UNKNOWN = "connect_unknown_device"
    PASSWORD = "connect_password"  # noqa: S105 - a reason


@dataclass(frozen=True, slots=True)
class Ask:
    """Memory cannot tell yet: the database has to be asked, once."""


class DoorBook:
    """All living credentials in memory (about 300 bytes a device)."""

    def __init__(self) -> None:
        self._living: Living = {}
        self._asked: set[str] = set()  # what the database was asked since the last refresh
        self._strangers: set[str] = set()
        self._read_at: datetime | None = None
        self._anew_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._living)

    def judge(self, knock: Knock, now: datetime) -> Credential | Refusal | Ask:
        """The credential that lets the client in, or why not. Names are looked at only where they can be true."""
        if not knock.over_mqtt:
            return Refusal.NOT_MQTT
        if knock.client_id != knock.name:
            return Refusal.CLIENT_ID
        if not is_device_name(knock.name):
            return Refusal.NAME
        known = self._living.get(knock.name)
        for each in known or ():
            if each.opens(knock.password, now):
                return each
        if knock.name not in self._asked and knock.name not in self._strangers:
            return Ask()
        return Refusal.PASSWORD if known else Refusal.UNKNOWN

    def lives(self, device: str, generation: int, now: datetime) -> bool:
        """Whether a session that was opened with this generation may go on."""
        known = self._living.get(device, ())
        return any(each.generation == generation and each.lives(now) for each in known)

    def ask(self, devices: Collection[str], now: datetime) -> None:
        """Ask the database about these names, in one query. Database work."""
        found = credentials.of(devices, now)
        for device in devices:
            self._note(device, found.get(device))
        self._asked.update(devices)

    def refresh(self, now: datetime) -> tuple[set[str], bool]:
        """Take over what changed. Gives the devices of which secrets ended, and whether all was read anew."""
        if self._read_at is None or self._anew_at is None or now - self._anew_at > READ_ANEW_AFTER:
            self._read_all(now)
            return set(), True
        made, ended = credentials.changed(self._read_at - OVERLAP, now)
        if made or ended:
            found = credentials.of(made | ended, now)
            for device in made | ended:
                self._note(device, found.get(device))
        self._read_at = now
        self._asked = set()
        return ended, False

    def _read_all(self, now: datetime) -> None:
        living: Living = {}
        after, more = credentials.FIRST, True
        while more:
            found, last = credentials.page(after, now, PAGE)
            living |= found
            after, more = last or after, last is not None
        self._living, self._asked, self._strangers = living, set(), set()
        self._read_at = self._anew_at = now

    def _note(self, device: str, living: tuple[Credential, ...] | None) -> None:
        if living is not None:
            self._living[device] = living
            self._strangers.discard(device)
            return
        self._living.pop(device, None)
        if len(self._strangers) >= MOST_STRANGERS:
            self._strangers.clear()
        self._strangers.add(device)  # until a refresh says that it was enrolled


class Refused:
    """Counts refusals by device and reason; of a storm the log names a few and sums up the rest."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, knock: Knock, reason: Refusal) -> None:
        # Only a device's name is written down: anything else may be somebody's password in the wrong field.
        name = knock.name if is_device_name(knock.name) else "?"
        key = (name, reason.value)
        if key not in self._counts and len(self._counts) >= MOST_STRANGERS:
            key = ("?", reason.value)
        self._counts[key] += 1
        if self._counts[key] == 1 and len(self._counts) <= LINES:
            log.warning("%s is not let in: %s", name, reason.value)

    def take(self) -> Counter[tuple[str, str]]:
        """What was refused since the last time."""
        counts, self._counts = self._counts, Counter()
        if len(counts) > LINES or counts.total() > len(counts):
            log.warning("Not let in: %d times, %d different names and reasons", counts.total(), len(counts))
        return counts


def write_down(counts: Counter[tuple[str, str]], now: datetime) -> None:
    """Keep the counts with those of refused payloads. Database work."""
    owners = credentials.organisations_of({device for device, _ in counts})
    ingest.count_rejections(
        Counter({(owners.get(device), device, reason): count for (device, reason), count in counts.items()}),
        now,
    )
