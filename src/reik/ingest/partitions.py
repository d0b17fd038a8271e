"""Who reads which share of the device stream, by lease, and how far each share has been read.

All receivers that live share the 16 partitions evenly; one that comes gets its part within one renewal of the
others' leases, one that goes leaves its part at once, and one that is gone loses it when its lease ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from reik.dispensing.devices.stream import PARTITIONS

LEASE = timedelta(seconds=10)
FORGOTTEN_AFTER = timedelta(hours=1)


class PartitionsLost(Exception):
    """Another receiver holds these partitions now: nothing of this batch may be written."""


@transaction.atomic
def hold_partitions(
    *, slot: str, holder: str, now: datetime, share: int = PARTITIONS
) -> list[tuple[int, int, str]]:
    """Take or keep a fair part, at most `share`; gives (partition, position, stream id) of those held now.

    What an earlier life of the same slot held is taken over at once, what others hold only when they let go
    or their lease has ended. A slot is one place in one supervisor, which never runs two lives of it at a time.
    """
    fair = min(share, -(-PARTITIONS // _count_in(slot, now)))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_streampartition SET holder = '', held_until = NULL WHERE partition IN ("
            " SELECT partition FROM ingest_streampartition WHERE holder = %s ORDER BY partition OFFSET %s)",
            [holder, fair],
        )
        cursor.execute(
            "UPDATE ingest_streampartition SET holder = %(holder)s, held_until = %(until)s WHERE partition IN ("
            " SELECT partition FROM ingest_streampartition"
            " WHERE split_part(holder, '/', 1) = %(slot)s OR held_until IS NULL OR held_until < %(now)s"
            " ORDER BY split_part(holder, '/', 1) <> %(slot)s, partition LIMIT %(fair)s FOR UPDATE SKIP LOCKED)"
            " RETURNING partition, stream_seq, stream_id",
            {"holder": holder, "slot": slot, "now": now, "until": now + LEASE, "fair": fair},
        )
        return sorted(cursor.fetchall())


def _count_in(slot: str, now: datetime) -> int:
    """Say that this slot lives; gives how many do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ingest_streamreceiver (slot, seen_at) VALUES (%s, %s)"
            " ON CONFLICT (slot) DO UPDATE SET seen_at = excluded.seen_at",
            [slot, now],
        )
        cursor.execute("DELETE FROM ingest_streamreceiver WHERE seen_at < %s", [now - FORGOTTEN_AFTER])
        cursor.execute("SELECT count(*) FROM ingest_streamreceiver WHERE seen_at > %s", [now - LEASE])
        return max(1, int(cursor.fetchone()[0]))


@transaction.atomic
def let_go(*, slot: str, holder: str) -> None:
    """An orderly end: the others take these partitions over without waiting for the end of the lease."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ingest_streamreceiver WHERE slot = %s", [slot])
        cursor.execute(
            "UPDATE ingest_streampartition SET holder = '', held_until = NULL WHERE holder = %s", [holder]
        )


def read_up_to(*, partitions: Sequence[int], holder: str, position: int, through: datetime | None) -> None:
    """Note how far these partitions are read, in the transaction of the batch. Raises PartitionsLost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_streampartition SET stream_seq = greatest(stream_seq, %s),"
            " received_through = greatest(received_through, %s) WHERE partition = ANY(%s) AND holder = %s",
            [position, through, list(partitions), holder],
        )
        if cursor.rowcount != len(partitions):
            raise PartitionsLost("Another receiver has taken over; this one lets go.")


def start_stream(*, partitions: Sequence[int], holder: str, stream_id: str) -> None:
    """The broker has another stream than before (it lost its data): read it from its beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_streampartition SET stream_seq = 0, stream_id = %s"
            " WHERE partition = ANY(%s) AND holder = %s AND stream_id <> %s",
            [stream_id, list(partitions), holder, stream_id],
        )


def received_through() -> list[datetime | None]:
    """For each partition, in order, the instant up to which the device stream has been read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT received_through FROM ingest_streampartition ORDER BY partition")
        return [row[0] for row in cursor.fetchall()]
