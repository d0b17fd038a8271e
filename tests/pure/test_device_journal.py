"""The device's disk: nothing said is lost or said twice, whatever power and disk do (section 3; R24, R40)."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik_dispenser.inputs import Booted, ButtonPressed, HelpPressed, TimeHeard
from reik_dispenser.machine import step
from reik_dispenser.messages import Clock, Event
from reik_dispenser.outputs import Record
from reik_dispenser.runtime import journal as journals
from reik_dispenser.runtime.disk import Folder, RamDisk, TwoSlots
from reik_dispenser.runtime.journal import Journal, unsendable
from reik_dispenser.runtime.store import EARLIEST, NeedsTime, Store
from reik_dispenser.state import Device

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


# -- the journal ---------------------------------------------------------------------------------------


def test_what_is_kept_comes_back_byte_for_byte(tmp_path: Path) -> None:
    disk = Folder(tmp_path)
    kept = Journal(disk).append([event(1, text="é\n"), event(2)])
    assert Journal(disk).oldest(100, 10**6) == kept
    assert json.loads(kept[0].body)["data"] == {"text": "é\n"}


def test_the_last_record_cut_at_every_byte() -> None:
    disk = RamDisk()
    journal = Journal(disk)
    journal.append([event(1), event(2)])
    whole = len(disk.files["journal"])
    journal.append([event(3), event(4)])
    full = bytes(disk.files["journal"])
    for size in range(whole, len(full)):
        disk.files["journal"] = bytearray(full[:size])
        again = Journal(disk)
        assert seqs(again) == [(1, 1), (1, 2)], "a batch is there as a whole or not at all"
        again.append([event(3)])
        assert seqs(Journal(disk)) == [(1, 1), (1, 2), (1, 3)], "a torn tail does not spoil what follows"


def test_every_wrong_byte_of_the_last_record_is_noticed() -> None:
    disk = RamDisk()
    journal = Journal(disk)
    journal.append([event(1)])
    whole = len(disk.files["journal"])
    journal.append([event(2)])
    for at in range(whole, len(disk.files["journal"])):
        copy = RamDisk()
        copy.files["journal"] = bytearray(disk.files["journal"])
        copy.files["journal"][at] ^= 0x10
        assert seqs(Journal(copy)) == [(1, 1)]


def test_a_full_disk_keeps_nothing_of_a_batch_and_spoils_nothing() -> None:
    disk = FrailDisk()
    journal = Journal(disk)
    journal.append([event(1)])
    disk.full = {"journal"}
    with pytest.raises(OSError, match="no space"):
        journal.append([event(2), event(3)])
    assert seqs(journal) == [(1, 1)]
    assert journal.receipt(1, 1, NOW), "a receipt counts, written down or not"
    disk.full = set()
    journal.append([event(4)])
    assert seqs(Journal(disk)) == [(1, 1), (1, 4)]


@settings(max_examples=150, deadline=None)
@given(receipts=st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 9)), max_size=8), reopen=st.booleans())
def test_receipts_in_any_order_forget_only_what_they_cover(
    receipts: list[tuple[int, int]], reopen: bool
) -> None:
    disk = RamDisk()
    journal = Journal(disk)
    journal.append([event(seq) for seq in range(1, 6)])
    journal.append([event(seq, epoch=2) for seq in range(1, 4)])
    highest = {1: 5, 2: 3}
    upto = {1: 0, 2: 0}
    for epoch, number in receipts:
        honoured = journal.receipt(epoch, number, NOW)
        assert honoured is (epoch in highest and 0 <= number <= highest[epoch])
        if honoured:
            upto[epoch] = max(upto[epoch], number)
    journal = Journal(disk) if reopen else journal
    left = [(1, seq) for seq in range(upto[1] + 1, 6)] or [(2, seq) for seq in range(upto[2] + 1, 4)]
    assert seqs(journal) == left, "one epoch at a time, oldest first"
    assert [journal.last_seq(epoch) for epoch in (1, 2, 3)] == [5, 3, 0]


def test_receipted_events_stay_for_a_reik_that_was_restored() -> None:
    disk = RamDisk()
    journal = Journal(disk)
    journal.append([event(seq) for seq in range(1, 1_201)])
    journal.receipt(1, 1_200, NOW)
    there, gone = journal.between(1, 150, 250)
    assert [each.seq for each in there] == list(range(201, 251))
    assert gone == [(150, 200)], "the last 1,000"
    journal.append([event(1_201, at=NOW)])
    journal.receipt(1, 1_201, NOW + timedelta(days=7, seconds=1))
    assert journal.between(1, 1_199, 1_201)[1] == [(1_199, 1_200)], "7 days"


def test_ten_thousand_events_fit_and_the_file_does_not_grow_for_ever() -> None:
    disk = RamDisk()
    journal = Journal(disk)
    for start in range(1, 10_001, 100):
        assert journal.has_room
        journal.append([event(seq) for seq in range(start, start + 100)])
    assert journal.is_full
    assert not journal.has_room
    assert len(Journal(disk)) == 10_000
    for upto in range(500, 10_001, 500):
        journal.receipt(1, upto, NOW)
    assert journal.has_ease
    assert len(disk.files["journal"]) < 700_000
    again = Journal(disk)
    assert (len(again), again.last_seq(1)) == (0, 10_000)
    assert len(again.between(1, 9_001, 10_000)[0]) == 1_000


def test_an_array_keeps_to_its_size() -> None:
    journal = Journal(RamDisk())
    journal.append([event(seq, text="x" * 4_000) for seq in range(1, 30)])
    batch = journal.oldest(100, 65_000)
    assert 10 < len(batch) < 17
    assert journal.oldest(1, 10)[0].seq == 1, "one always goes, to be refused and replaced"


def test_an_unsendable_event_keeps_its_number() -> None:
    disk = RamDisk()
    journal = Journal(disk)
    kept = journal.append([event(1), event(2, text="x"), event(3)])
    journal.replace(unsendable(kept[1]))
    again = Journal(disk).oldest(100, 10**6)
    assert [each.seq for each in again] == [1, 2, 3]
    assert json.loads(again[1].body)["type"] == "event_unsendable"
    assert json.loads(again[1].body)["data"]["type"] == "help_pressed"


def test_two_slots_survive_a_cut_at_every_byte() -> None:
    for cut in range(60):
        disk = FrailDisk()
        slots = TwoSlots(disk, "x")
        slots.write(b"one")
        slots.write(b"two")
        disk.bytes_left = cut
        try:
            slots.write(b"three")
            said = {b"three"}
        except PowerCut:
            said = {b"two", b"three"}
        again = TwoSlots(disk, "x")
        assert again.read() in said
        disk.bytes_left = None
        again.write(b"four")
        assert TwoSlots(disk, "x").read() == b"four"


# -- state and journal together ------------------------------------------------------------------------


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


def test_the_figures_of_the_contract() -> None:
    assert journals.CAPACITY >= 10_000
    assert journals.KEPT_EVENTS == 1_000
    assert timedelta(days=7) == journals.KEPT_FOR
    assert journals.FULL_FROM == 0.8
