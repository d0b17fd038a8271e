"""The device's memory and journal together: they agree, whatever power and disk do (section 3; R24, R40)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reik_dispenser.inputs import Booted, ButtonPressed, HelpPressed, TimeHeard
from reik_dispenser.machine import step
from reik_dispenser.messages import Clock
from reik_dispenser.outputs import Record
from reik_dispenser.runtime.disk import Folder, RamDisk
from reik_dispenser.runtime.store import EARLIEST, NeedsTime, Store
from reik_dispenser.state import Device
from tests.pure.frail_disk import NOW, FrailDisk, PowerCut, seqs


def open_store(disk: RamDisk, now: datetime = NOW, *, enrolled: bool = False) -> Store:
    return Store(disk, now, reserve=False, enrolled=enrolled)


def live(store: Store, steps: int = 5) -> list[Device]:
    """Boot and do a few things, each committed; the states that were confirmed durable are appended as they are."""
    states = []
    things = [TimeHeard(Clock.NTP, NOW), HelpPressed(), ButtonPressed(), HelpPressed(), ButtonPressed()][
        :steps
    ]
    booted = Booted(
        epoch=store.epoch, session="s", last_seq=store.last_seq, highest_command=store.highest_command
    )
    device = store.device
    for each in (booted, *things):
        device, outputs = step(device, each, NOW)
        store.commit(device, [output.event for output in outputs if isinstance(output, Record)])
        states.append(device)
    return states


def test_power_that_goes_at_any_byte_leaves_state_and_journal_agreeing() -> None:
    disk = FrailDisk()
    open_store(disk, enrolled=True)
    before = {name: bytes(data) for name, data in disk.files.items()}
    live(open_store(disk))
    total = sum(len(data) for data in disk.files.values()) * 4
    cuts = 0
    for bytes_left in range(0, total, 37):
        frail = FrailDisk()
        frail.files = {name: bytearray(data) for name, data in before.items()}
        store = open_store(frail)
        frail.bytes_left = bytes_left
        done: list[Device] = []
        try:
            booted = Booted(epoch=store.epoch, session="s", last_seq=store.last_seq)
            device = store.device
            for each in (booted, TimeHeard(Clock.NTP, NOW), HelpPressed(), ButtonPressed(), HelpPressed()):
                device, outputs = step(device, each, NOW)
                store.commit(device, [output.event for output in outputs if isinstance(output, Record)])
                done.append(device)
        except PowerCut:
            cuts += 1
        frail.bytes_left = None
        again = open_store(frail)
        assert again.epoch == 1, "nothing was lost, so the epoch stays"
        assert again.device.seq >= (done[-1].seq if done else 0), "what was confirmed is there"
        assert again.journal.last_seq(1) == again.device.seq
        assert seqs(again.journal) == [(1, seq) for seq in range(1, again.device.seq + 1)]
    assert cuts > 50


def test_a_lost_journal_raises_the_epoch_and_never_uses_it_twice() -> None:
    disk = RamDisk()
    open_store(disk, enrolled=True)
    epochs = []
    for _ in range(3):
        store = open_store(disk)
        live(store)
        epochs.append(store.epoch)
        del disk.files["journal"]
    store = open_store(disk)
    assert [*epochs, store.epoch] == [1, 2, 3, 4]
    assert store.last_seq == 0
    assert store.highest_command == 0
    assert store.device.seq > 0, "the machine still knows what it did"
    assert open_store(disk).epoch > 4, "nor when the power goes before the first event"


def test_what_is_left_of_a_damaged_journal_is_still_sent() -> None:
    disk = RamDisk()
    open_store(disk, enrolled=True)
    live(open_store(disk))
    disk.files["journal"][-60] ^= 1
    del disk.files["journal"][-30:]
    for name in ("memory.a", "memory.b"):  # the memory's own copy of the last events does not reach so far
        assert name in disk.files
    store = open_store(disk)
    live(store, 1)
    epochs = {epoch for epoch, _ in seqs(store.journal)}
    assert store.epoch == 2 or store.journal.last_seq(1) == store.device.seq
    assert epochs == {1}, "the older epoch first"


def test_a_lost_epoch_becomes_the_unix_time_and_the_highest_number_is_lost() -> None:
    disk = RamDisk()
    open_store(disk, enrolled=True)
    live(open_store(disk))
    for slot in ("identity.a", "identity.b"):
        disk.files.pop(slot, None)
    with pytest.raises(NeedsTime):
        open_store(disk, EARLIEST - timedelta(days=1))
    store = open_store(disk)
    assert store.epoch == int(NOW.timestamp())
    assert store.highest_command is None
    live(store)
    assert open_store(disk).epoch == store.epoch


def test_a_lost_memory_begins_anew_in_a_new_epoch() -> None:
    disk = RamDisk()
    open_store(disk, enrolled=True)
    live(open_store(disk))
    disk.files["memory.a"] = disk.files["memory.b"] = bytearray(b"rubbish")
    store = open_store(disk)
    assert (store.epoch, store.device.plan, store.highest_command) == (2, None, 0)


def test_a_journal_without_room_loses_events_and_says_which_once_there_is_room() -> None:
    disk = FrailDisk()
    open_store(disk, enrolled=True)
    store = open_store(disk)
    last = live(store)[-1]
    disk.full = {"journal"}
    device = last
    for _ in range(3):
        device, outputs = step(device, HelpPressed(), NOW)
        assert store.commit(device, [output.event for output in outputs if isinstance(output, Record)]) == []
    assert store.lost == [(last.seq + 1, last.seq + 3)]
    disk.full = set()
    again = open_store(disk)
    assert again.epoch == 1
    assert again.device.seq == last.seq + 3
    assert again.journal.last_seq(1) in (last.seq, last.seq + 3)


def test_a_full_disk_cannot_stop_the_memory(tmp_path: Path) -> None:
    disk = Folder(tmp_path)
    store = Store(disk, NOW, enrolled=True)
    live(store)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    live(store)
    after = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert {name: after[name] for name in sizes if name != "journal"} == {
        name: size for name, size in sizes.items() if name != "journal"
    }


def test_a_beat_never_goes_back() -> None:
    disk = RamDisk()
    beats = []
    open_store(disk, enrolled=True)
    live(open_store(disk))
    for _ in range(3):
        store = open_store(disk)
        beats += [store.next_beat() for _ in range(3)]
    assert beats == sorted(set(beats))
    assert store.epoch == 1


def test_a_wipe_forgets_all_but_epoch_and_number() -> None:
    disk = RamDisk()
    open_store(disk, enrolled=True)
    store = open_store(disk)
    live(store)
    store.wipe()
    again = open_store(disk)
    assert (again.epoch, again.device, len(again.journal), again.highest_command) == (2, Device(), 0, 0)
