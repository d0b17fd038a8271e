"""Seals the access log (NEN 7513) into blocks, one chain per organisation, and finds what was altered since.

A block holds the rows of one organisation whose transaction number lies in [from_tx, until_tx); its hash covers
the hash of the block before. Only rows of transactions that have all ended are sealed
(`pg_snapshot_xmin`), so a long transaction delays the seal and never slips past it. Each round seals every
organisation up to one and the same number, so that the newest block says how far the whole log is sealed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

log = logging.getLogger("reik.seal")

MOST_ROWS = 50_000
FIRST = bytes(32)
_LOCK = 0x5EA1  # one sealer at a time, whichever process it is in
_CHUNK = 10_000

# One line per row: a JSON array, which is unambiguous whatever a text holds; jsonb has one way of writing it.
_LINE = """jsonb_build_array(e.id, (extract(epoch FROM e.recorded_at) * 1000000)::bigint, e.organisation_id, e.actor_id,
    e.actor, e.actor_role, e.act, e.outcome, e.object_kind, e.object_ids, e.detail, e.session, e.tx::text)::text"""
# The digest of a block is taken over its rows' digests: a list of thousands of ids stays within any limit.
_DIGEST = (
    f"""sha256(string_agg(sha256(convert_to({_LINE}, 'UTF8')), ''::bytea ORDER BY e.recorded_at, e.id))"""
)

_SEALED_UNTIL = "coalesce((SELECT until_tx FROM kernel_accessblock ORDER BY id DESC LIMIT 1), 0)"

_FRESH = f"""
SELECT f.organisation_id, f.rows, f.digest, coalesce(b.number, 0), b.hash, coalesce(b.until_tx, 0), o.id IS NOT NULL
FROM (
    SELECT e.organisation_id, count(*) AS rows, {_DIGEST} AS digest FROM kernel_accessentry AS e
    WHERE e.tx >= %(low)s::text::xid8 AND e.tx < %(until)s::text::xid8 GROUP BY e.organisation_id
) AS f
LEFT JOIN kernel_organisation AS o ON o.id = f.organisation_id
LEFT JOIN LATERAL (
    SELECT number, hash, until_tx FROM kernel_accessblock
    WHERE organisation_id = f.organisation_id ORDER BY number DESC LIMIT 1
) AS b ON true
ORDER BY f.organisation_id
"""  # noqa: S608 - constants only

_INSERT = """
INSERT INTO kernel_accessblock (organisation_id, number, from_tx, until_tx, rows, digest, previous, hash, sealed_at)
SELECT n.*, %s FROM unnest(%s::uuid[], %s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::bytea[], %s::bytea[],
    %s::bytea[]) AS n
"""


class LogOfAnotherServer(Exception):
    """The log was sealed by a database server whose transaction numbers this one has not reached."""


@dataclass(frozen=True, slots=True)
class Block:
    organisation_id: UUID
    number: int
    from_tx: int
    until_tx: int
    rows: int
    digest: bytes
    previous: bytes

    def hash(self) -> bytes:
        parts = (
            self.previous.hex(), str(self.organisation_id), str(self.number), str(self.from_tx),
            str(self.until_tx), str(self.rows), self.digest.hex(),
        )  # fmt: skip
        return hashlib.sha256("|".join(parts).encode()).digest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first block of an organisation that does not hold, and why, in words for a person."""

    number: int
    reason: str


def seal(now: datetime, *, most: int = MOST_ROWS) -> int:
    """Seal about `most` rows of all organisations in one transaction; gives how many, 0 when another sealer is busy.

    Raises LogOfAnotherServer after a restore into a new server: rows written now would never be sealed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        low, until = _range(most)
        cursor.execute(_FRESH, {"low": low, "until": until})
        blocks = list(_blocks(cursor.fetchall(), until))
        _store(blocks, now)
    return sum(each.rows for each in blocks)


def _range(most: int) -> tuple[int, int]:
    """From where the log is unsealed, and up to where it may be sealed now (exclusive)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SEALED_UNTIL}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        low, until = cursor.fetchone()
        if until < low:
            raise LogOfAnotherServer(
                f"The access log is sealed up to transaction {low}, but this database server is only at {until}: "
                "after a restore, move it forward with pg_resetwal --next-transaction-id."
            )
        cursor.execute(
            "SELECT tx::text::bigint FROM kernel_accessentry"
            " WHERE tx >= %s::text::xid8 AND tx < %s::text::xid8 ORDER BY tx OFFSET %s LIMIT 1",
            [low, until, most],
        )
        row = cursor.fetchone()
    return low, row[0] + 1 if row else until


def _blocks(
    fresh: Sequence[tuple[UUID, int, bytes, int, bytes | None, int, bool]], until: int
) -> Iterator[Block]:
    for organisation_id, rows, digest, number, previous, sealed_until, known in fresh:
        if not known:
            log.error("%d rows of the access log name no organisation of this installation", rows)
            continue
        yield Block(
            organisation_id, number + 1, sealed_until, until, rows, bytes(digest), bytes(previous or FIRST)
        )


def _store(blocks: Sequence[Block], now: datetime) -> None:
    if not blocks:
        return
    rows = [
        (each.organisation_id, each.number, each.from_tx, each.until_tx, each.rows, each.digest, each.previous,
         each.hash())
        for each in blocks
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, *[list(column) for column in zip(*rows, strict=True)]])


def unsealed_since() -> datetime | None:
    """When the first of the rows was written that no block holds yet; None when all are sealed."""
    with connection.cursor() as cursor:
        # By transaction, not min(recorded_at): that would read the whole log when all is sealed.
        cursor.execute(
            "SELECT recorded_at FROM kernel_accessentry"  # noqa: S608 - constants only
            f" WHERE tx >= ({_SEALED_UNTIL})::text::xid8 ORDER BY tx LIMIT 1"
        )
        row = cursor.fetchone()
    return row[0] if row else None


def verify(organisation_id: UUID) -> Broken | None:
    """Reckon every block of an organisation again; the first that does not hold, or None when all do.

    Rows that are not sealed yet cannot be judged. Whoever removes the newest blocks together with their
    rows leaves no trace here: keep a copy of the newest hashes elsewhere.
    """
    with connection.cursor() as cursor:
        # Read before the blocks: a block that is sealed meanwhile must not make its rows look slipped in.
        cursor.execute(f"SELECT {_SEALED_UNTIL}")
        sealed_until = cursor.fetchone()[0]
    number, until, previous = 0, 0, FIRST
    while chunk := _chunk(organisation_id, number):
        broken = _check(chunk, number, until, previous)
        if broken:
            return broken
        last, previous = chunk[-1]
        number, until = last.number, last.until_tx
    if until < sealed_until and _tally(organisation_id, until, [sealed_until]):
        return Broken(
            number + 1, "rows were added where the log was sealed already, or their block was removed"
        )
    return None


def _chunk(organisation_id: UUID, after: int) -> list[tuple[Block, bytes]]:
    """The next blocks with their stored hashes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, number, from_tx, until_tx, rows, digest, previous, hash FROM kernel_accessblock"
            " WHERE organisation_id = %s AND number > %s ORDER BY number LIMIT %s",
            [organisation_id, after, _CHUNK],
        )
        return [
            (Block(whose, number, since, until, rows, bytes(digest), bytes(previous)), bytes(stored))
            for whose, number, since, until, rows, digest, previous, stored in cursor.fetchall()
        ]


def _check(chunk: Sequence[tuple[Block, bytes]], number: int, until: int, previous: bytes) -> Broken | None:
    found = _tally(chunk[0][0].organisation_id, chunk[0][0].from_tx, [block.until_tx for block, _ in chunk])
    for place, (block, stored) in enumerate(chunk):
        if block.number != number + 1:
            return Broken(number + 1, "the block is missing")
        if (block.from_tx, block.previous, block.hash()) != (until, previous, stored):
            return Broken(block.number, "the block itself was altered")
        rows, digest = found.get(place, (0, b""))
        if rows != block.rows:
            return Broken(block.number, f"{block.rows} rows were sealed, {rows} are there")
        if digest != block.digest:
            return Broken(block.number, "a row was altered")
        number, until, previous = block.number, block.until_tx, stored
    return None


def _tally(organisation_id: UUID, from_tx: int, untils: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """For each stretch of transactions that ends before one of `untils`: the rows in it and their digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT width_bucket(e.tx::text::bigint, %s::bigint[]) AS place, count(*), {_DIGEST}"  # noqa: S608
            " FROM kernel_accessentry AS e"
            " WHERE e.organisation_id = %s AND e.tx >= %s::text::xid8 AND e.tx < %s::text::xid8 GROUP BY place",
            [list(untils), organisation_id, from_tx, untils[-1]],
        )
        return {row[0]: (row[1], bytes(row[2])) for row in cursor.fetchall()}
