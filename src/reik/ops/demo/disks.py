"""Devices of the demo that go on in virtual time, and their disks, which change only together with the database.

What a device records while nobody watches is written beside its disk (`disk.new`) before the database commits, and
takes the disk's place after that. Whatever breaks off between is found at the next start by what Reik holds: a disk
that is behind Reik would use numbers twice.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from reik.kernel.home import Home as Installation
from reik.ops.demo.dispensers import READY, folder_of
from reik.ops.history import Life
from reik_dispenser.canonical import read_at
from reik_dispenser.inputs import FaultGone
from reik_dispenser.messages import Event
from reik_dispenser.runtime.disk import RamDisk
from reik_dispenser.runtime.enrolment import Enrolment
from reik_dispenser.runtime.journal import CAPACITY, Kept
from reik_dispenser.runtime.store import Store
from reik_simulator.home import home as home_of
from reik_simulator.household import Coming

DISK, DRAFT, NEW, OLD = "disk", "disk.draft", "disk.new", "disk.old"
STAND_IN = "steady"
"""How a household lives in which a visitor does everything by hand, while no visitor is there."""
REPAIRED_AFTER = timedelta(minutes=20)
LARGEST = 1 << 30


@dataclass(slots=True)
class Inhabited:
    """A device as it was found on its disk, in memory, and the life that goes on from there. `beats`: those kept."""

    folder: Path
    ram: RamDisk
    store: Store
    life: Life
    beats: int

    def switch_on(self, now: datetime) -> None:
        """As after a power cut; whatever was stuck is put right soon."""
        self.life.switch_on(now)
        repaired = now + REPAIRED_AFTER
        self.life.home.expect([Coming(repaired, FaultGone(each)) for each in self.life.home.device.faults])

    def keep(self, now: datetime) -> None:
        """Write what the device knows now beside its disk. Reik holds all of it, in this transaction."""
        device, store = self.life.home.device, self.store
        events = [each for each in self.life.home.events if each.seq > store.last_seq]
        store.journal.append(events[:-1])
        store.commit(device, events[-1:])
        store.journal.receipt(device.epoch, device.seq, now)
        while self.beats < self.life.beats:
            self.beats = store.next_beat()
        draft, new = self.folder / DRAFT, self.folder / NEW
        for each in (draft, new):
            shutil.rmtree(each, ignore_errors=True)
        draft.mkdir(mode=0o700)
        for name, data in self.ram.files.items():
            (draft / name).write_bytes(data)
        draft.rename(new)


def moved_in(installation: Installation) -> list[Path]:
    """The folders of all devices that may speak to Reik."""
    return sorted(each.parent for each in folder_of(installation).glob(f"*/{READY}"))


def take_up(folder: Path, client_id: UUID, now: datetime) -> Inhabited:
    """Read a device from its disk; the household is that of its folder, other than before but the same each time."""
    document = Enrolment.from_data(json.loads((folder / READY).read_text()))
    ram = _read(folder / DISK)
    store = Store(ram, now, reserve=False, enrolled=not ram.files)
    told = json.loads((folder / "household.json").read_text())
    profile = STAND_IN if told["profile"] == "absent" else told["profile"]
    home = home_of(now, profile, _seed(f"{folder.name} {told['seed']} {now.isoformat()}"))
    home.device = replace(store.device, epoch=store.epoch, seq=store.last_seq, highest=store.highest_command)
    beats = store.next_beat()
    life = Life(device=document.device, key=document.key, client_id=client_id, home=home, beats=beats)
    life.owe(_unsent(store, now))
    return Inhabited(folder, ram, store, life, beats)


def _seed(text: str) -> int:
    """The same in every process."""
    return int.from_bytes(text.encode(), "big")


def _unsent(store: Store, now: datetime) -> list[Event]:
    """What the device has not told yet, oldest first; from here it counts as told, which is true once Reik commits."""
    found: list[Event] = []
    while waiting := store.journal.oldest(CAPACITY, LARGEST):
        found += [_event(each) for each in waiting]
        store.journal.receipt(waiting[-1].epoch, waiting[-1].seq, now)
    return found


def _event(kept: Kept) -> Event:
    said = json.loads(kept.body)
    at = read_at(said["at"])
    assert at is not None, "the journal keeps instants"
    return Event(epoch=kept.epoch, seq=kept.seq, at=at, type=said["type"], data=said["data"])


def _read(disk: Path) -> RamDisk:
    found = RamDisk()
    if disk.is_dir():
        found.files = {each.name: bytearray(each.read_bytes()) for each in disk.iterdir()}
    return found


def swap(folders: Sequence[Path]) -> None:
    """The database has committed: what was written beside the disks takes their place."""
    for folder in folders:
        if (folder / NEW).exists():
            shutil.rmtree(folder / OLD, ignore_errors=True)
            if (folder / DISK).exists():
                (folder / DISK).rename(folder / OLD)
            (folder / NEW).rename(folder / DISK)
        shutil.rmtree(folder / OLD, ignore_errors=True)


def mend(folders: Sequence[Path], held: Mapping[str, tuple[int, int]], now: datetime) -> None:
    """Finish or undo what was broken off. `held`: epoch and highest number that Reik has of each device."""
    for folder in folders:
        shutil.rmtree(folder / DRAFT, ignore_errors=True)
        if not (folder / NEW).exists():
            continue
        store = Store(_read(folder / NEW), now, reserve=False)
        epoch, highest = held.get(folder.name, (0, 0))
        if epoch == store.epoch and highest >= store.last_seq:
            swap([folder])
        else:
            shutil.rmtree(folder / NEW)
