"""The device's disk: nothing said is lost or said twice, whatever power and disk do (section 3; R24, R40)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik_dispenser.runtime import journal as journals
from reik_dispenser.runtime.disk import Folder, RamDisk, TwoSlots
from reik_dispenser.runtime.journal import Journal, unsendable
from tests.pure.frail_disk import NOW, FrailDisk, PowerCut, event, seqs


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


def test_the_figures_of_the_contract() -> None:
    assert journals.CAPACITY >= 10_000
    assert journals.KEPT_EVENTS == 1_000
    assert timedelta(days=7) == journals.KEPT_FOR
    assert journals.FULL_FROM == 0.8
