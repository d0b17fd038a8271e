"""Partitions of the stream: one holder each, read on where the data says so, no write once one is lost (rule 6)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from reik.dispensing.models import DeviceConflict, DeviceEvent
from reik.ingest.models import RawMessage, Rejection, StreamPartition
from reik.ingest.operations import Receiver
from reik.ingest.partitions import (
    LEASE,
    PartitionsLost,
    hold_partitions,
    let_go,
    received_through,
    start_stream,
)
from reik.ingest.payloads import Arrived
from reik_dispenser.messages import Receipt
from tests.cast import the_moment
from tests.contexts.ingest_door import ALL, receiver, said, take_in

__all__ = ["receiver"]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_a_receiver_that_lost_a_partition_writes_nothing(anna, receiver, now):
    take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now, position=3)
    later = now + LEASE + SECOND
    assert len(hold_partitions(slot="b", holder="b/1", now=later, share=1)) == 1
    with pytest.raises(PartitionsLost):
        take_in(
            receiver, anna.arrived(anna.out("m", later), at=later), Arrived("NOBODY", b"", later), now=later,
            position=9,
        )  # fmt: skip
    assert RawMessage.objects.count() == DeviceEvent.objects.count() == 1
    assert not Rejection.objects.exists()
    assert the_moment(anna, "m").outcome is None
    assert set(StreamPartition.objects.values_list("stream_seq", flat=True)) == {3}


def test_an_empty_batch_moves_the_position_and_how_far_reik_has_read(receiver, now):
    """The mark in the stream: proof that nothing was said."""
    take_in(receiver, now=now, position=12, through=now + SECOND)
    assert received_through() == [now + SECOND] * 16


def test_reading_goes_on_where_the_data_says_so(anna, receiver, now):
    """The position lives with the data: a next life finds it, also when the database was restored."""
    take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now, position=41, through=now)
    start_stream(partitions=list(ALL), holder="a/1", stream_id="born-1")
    assert {row[1] for row in hold_partitions(slot="a", holder="a/2", now=now)} == {
        0
    }  # another stream than before
    take_in(Receiver("a/2"), now=now, position=41, through=now)
    start_stream(partitions=list(ALL), holder="a/2", stream_id="born-1")
    held = hold_partitions(slot="a", holder="a/3", now=now)
    assert held == [(each, 41, "born-1") for each in ALL]


def test_how_far_reik_has_read_never_goes_back(receiver, now):
    take_in(receiver, now=now, position=10, through=now)
    take_in(receiver, now=now, position=4, through=now - MINUTE)
    assert set(StreamPartition.objects.values_list("stream_seq", "received_through")) == {(10, now)}


def test_what_is_read_again_after_a_restore_counts_once(anna, receiver, now):
    """A restored Reik reads the stream from an older position: same end state, receipts again."""
    batch = [anna.arrived(anna.noise(now), at=now), anna.arrived(anna.out("m", now), at=now)]
    first = take_in(receiver, *batch, now=now, position=2)
    again = take_in(receiver, *batch, now=now, position=2)
    assert said(again, anna) == said(first, anna) == [Receipt(epoch=1, upto=2, now=now)]
    assert DeviceEvent.objects.count() == 2
    assert not DeviceConflict.objects.exists()


class TestLeases:
    def test_two_holders_never_hold_the_same_partition(self, database, now):
        """Four receivers at once, again and again: each partition has one holder."""
        held: dict[str, list[int]] = {}
        start = Barrier(4)

        def hold(slot):
            try:
                start.wait()
                for _ in range(5):
                    held[slot] = [
                        row[0] for row in hold_partitions(slot=slot, holder=f"{slot}/1", now=now, share=4)
                    ]
            finally:
                connection.close()

        threads = [Thread(target=hold, args=(slot,)) for slot in "abcd"]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        together = [partition for each in held.values() for partition in each]
        assert len(together) == len(set(together))
        told = {(partition, f"{slot}/1") for slot, each in held.items() for partition in each}
        assert told <= set(StreamPartition.objects.values_list("partition", "holder"))

    def test_what_another_holds_is_taken_only_when_its_lease_has_ended(self, database, now):
        assert len(hold_partitions(slot="a", holder="a/1", now=now)) == 16
        assert hold_partitions(slot="b", holder="b/1", now=now + LEASE) == []
        assert len(hold_partitions(slot="b", holder="b/1", now=now + LEASE + SECOND)) == 16
        assert hold_partitions(slot="a", holder="a/1", now=now + LEASE + SECOND) == []

    def test_receivers_that_live_share_evenly(self, database, now):
        def held(slot):
            return len(hold_partitions(slot=slot, holder=f"{slot}/1", now=now))

        assert held("a") == 16
        assert held("b") == 0  # nothing is free yet
        assert (held("a"), held("b")) == (8, 8)
        assert held("c") == 0
        assert (held("a"), held("b"), held("c")) == (6, 6, 4)
        assert (held("a"), held("b"), held("c")) == (6, 6, 4)

    def test_one_that_leaves_gives_its_part_at_once_and_one_that_is_killed_when_its_lease_ends(
        self, database, now
    ):
        for each in "abab":
            hold_partitions(slot=each, holder=f"{each}/1", now=now)
        let_go(slot="b", holder="b/1")
        assert len(hold_partitions(slot="a", holder="a/1", now=now)) == 16
        for each in "bab":
            hold_partitions(slot=each, holder=f"{each}/2" if each == "b" else "a/1", now=now)
        later = now + LEASE / 2
        assert len(hold_partitions(slot="a", holder="a/1", now=later)) == 8
        assert len(hold_partitions(slot="a", holder="a/1", now=now + LEASE + SECOND)) == 16

    def test_the_next_life_of_a_slot_takes_over_at_once_and_the_old_one_can_write_nothing(
        self, anna, receiver, now
    ):
        assert len(hold_partitions(slot="a", holder="a/2", now=now)) == 16
        with pytest.raises(PartitionsLost):
            take_in(receiver, anna.arrived(anna.noise(now), at=now), now=now)
