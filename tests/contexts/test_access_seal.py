"""Rule 11: the access log is sealed in chained blocks, nothing slips past the seal, and every change is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.kernel import access_log, access_seal
from reik.kernel.access_log import Act, Entry
from reik.kernel.database import Role
from reik.kernel.home import Home
from reik.kernel.ids import new_id
from reik.kernel.operations import found_organisation

INSERT = (
    "INSERT INTO kernel_accessentry (id, recorded_at, organisation_id, actor, actor_role, act, outcome, object_kind,"
    " object_ids, detail, session) VALUES (%s, %s, %s, 'a', 'nurse', 'view', 'ok', 'client', '[]', '', '')"
)


@pytest.fixture
def zorg(database: str, now: datetime) -> UUID:
    return found_organisation(name="zorg", kind="care", now=now).id


@pytest.fixture
def eva(database: str, now: datetime) -> UUID:
    return found_organisation(name="eva", kind="care", now=now).id


@pytest.fixture
def superuser(template: str, database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(template.rsplit("/", 1)[0] + f"/{database}", autocommit=True) as connection:
        yield connection


@pytest.fixture
def other_worker(template: str, database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Opens further connections as `reik_worker`."""
    opened = []
    password = Home.from_environment().password(f"postgres:{Role.WORKER}")
    address = template.rpartition("@")[2].rsplit("/", 1)[0]

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(f"postgresql://reik_worker:{password}@{address}/{database}"))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


def write(organisation_id: UUID, now: datetime, count: int = 1, detail: str = "naam, |\n\"'é") -> None:
    """So many acts, each in its own transaction."""
    for _ in range(count):
        entry = Entry(
            organisation_id=organisation_id,
            actor_id=None,
            actor="Zuster Ans",
            actor_role="nurse",
            act=Act.VIEW,
            object_kind="client",
            object_ids=(new_id(now),),
            detail=detail,
        )
        access_log.record([entry], now)


def blocks(organisation_id: UUID) -> list[tuple[int, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, from_tx, until_tx, rows FROM kernel_accessblock WHERE organisation_id = %s ORDER BY number",
            [organisation_id],
        )
        return cursor.fetchall()


def seal_in_three_blocks(organisation_id: UUID, now: datetime) -> None:
    for _ in range(3):
        write(organisation_id, now, 4)
        assert access_seal.seal(now) == 4


def test_each_organisation_has_its_own_chain(zorg: UUID, eva: UUID, now: datetime) -> None:
    write(zorg, now, 3)
    write(eva, now, 2)
    assert access_seal.unsealed_since() == now
    assert access_seal.seal(now) == 5
    assert access_seal.seal(now) == 0
    assert access_seal.unsealed_since() is None
    write(zorg, now, 1)
    assert access_seal.seal(now) == 1
    first, second = blocks(zorg)
    assert first[:2] == (1, 0)
    assert second[:2] == (2, first[2])
    assert [row[3] for row in blocks(eva)] == [2]
    assert access_seal.verify(zorg) is None
    assert access_seal.verify(eva) is None


def test_a_long_transaction_delays_the_seal_and_never_slips_past_it(
    zorg: UUID, now: datetime, other_worker: Callable[[], psycopg.Connection]
) -> None:
    write(zorg, now, 2)
    slow = other_worker()
    slow.execute(INSERT, [new_id(now), now - timedelta(minutes=5), zorg])
    write(zorg, now, 3)  # committed after the slow one began: they wait for it
    assert access_seal.seal(now) == 2
    assert access_seal.seal(now) == 0
    slow.commit()
    assert access_seal.seal(now) == 4
    assert sum(row[3] for row in blocks(zorg)) == 6
    assert access_seal.verify(zorg) is None


def test_what_is_rolled_back_leaves_no_gap(
    zorg: UUID, now: datetime, other_worker: Callable[[], psycopg.Connection]
) -> None:
    lost = other_worker()
    lost.execute(INSERT, [new_id(now), now, zorg])
    lost.rollback()
    write(zorg, now)
    assert access_seal.seal(now) == 1
    assert access_seal.verify(zorg) is None


TAMPERING = {
    "a changed row": (
        "UPDATE kernel_accessentry SET detail = 'niets' WHERE id = (SELECT id FROM kernel_accessentry WHERE tx ="
        " (SELECT min(tx) FROM kernel_accessentry WHERE tx::text::bigint >= %(from)s))",
        "a row was altered",
    ),
    "a changed time": (
        "UPDATE kernel_accessentry SET recorded_at = recorded_at + interval '1 microsecond' WHERE tx ="
        " (SELECT min(tx) FROM kernel_accessentry WHERE tx::text::bigint >= %(from)s)",
        "a row was altered",
    ),
    "a deleted row": (
        "DELETE FROM kernel_accessentry WHERE tx ="
        " (SELECT max(tx) FROM kernel_accessentry WHERE tx::text::bigint < %(until)s)",
        "4 rows were sealed, 3 are there",
    ),
    "an added row": (
        "INSERT INTO kernel_accessentry SELECT gen_random_uuid(), recorded_at, organisation_id, actor_id, actor,"
        " actor_role, act, outcome, object_kind, object_ids, detail, session, tx FROM kernel_accessentry"
        " WHERE tx = (SELECT min(tx) FROM kernel_accessentry WHERE tx::text::bigint >= %(from)s)",
        "4 rows were sealed, 5 are there",
    ),
    "a changed block": (
        "UPDATE kernel_accessblock SET rows = 5 WHERE number = 2",
        "the block itself was altered",
    ),
    "a removed block": ("DELETE FROM kernel_accessblock WHERE number = 2", "the block is missing"),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_verify_names_the_first_block_that_was_tampered_with(
    zorg: UUID, eva: UUID, now: datetime, superuser: psycopg.Connection, kind: str
) -> None:
    seal_in_three_blocks(zorg, now)
    write(eva, now)
    assert access_seal.seal(now) == 1
    statement, reason = TAMPERING[kind]
    _, second, _ = blocks(zorg)
    done = superuser.execute(statement, {"from": second[1], "until": second[2]})  # type: ignore[arg-type]
    assert done.rowcount == 1
    assert access_seal.verify(zorg) == access_seal.Broken(2, reason)
    assert access_seal.verify(eva) is None


def test_a_consistent_forgery_of_one_block_breaks_the_next(
    zorg: UUID, now: datetime, superuser: psycopg.Connection
) -> None:
    """Whoever changes a row and reckons its block anew has to do so for every later block too."""
    seal_in_three_blocks(zorg, now)
    superuser.execute("DELETE FROM kernel_accessblock WHERE number >= 2")
    superuser.execute("UPDATE kernel_accessentry SET detail = 'niets'")
    assert access_seal.verify(zorg) == access_seal.Broken(1, "a row was altered")


def test_rows_slipped_in_behind_the_seal_are_found(
    zorg: UUID, eva: UUID, now: datetime, superuser: psycopg.Connection
) -> None:
    seal_in_three_blocks(zorg, now)
    write(eva, now, 2)
    access_seal.seal(now)
    [(_, _, until, _)] = blocks(eva)
    superuser.execute(
        "INSERT INTO kernel_accessentry SELECT gen_random_uuid(), recorded_at, %s, actor_id, actor, actor_role, act,"
        " outcome, object_kind, object_ids, detail, session, %s::text::xid8 FROM kernel_accessentry LIMIT 1",
        [zorg, str(until - 1)],
    )
    found = access_seal.verify(zorg)
    assert found is not None
    assert found.number == 4
    write(zorg, now)
    access_seal.seal(now)  # does not take it in
    assert access_seal.verify(zorg) == access_seal.Broken(4, "1 rows were sealed, 2 are there")


def test_the_last_blocks_cannot_be_dropped_while_their_rows_stay(
    zorg: UUID, eva: UUID, now: datetime, superuser: psycopg.Connection
) -> None:
    seal_in_three_blocks(zorg, now)
    write(eva, now)
    access_seal.seal(now)
    superuser.execute("DELETE FROM kernel_accessblock WHERE organisation_id = %s AND number = 3", [zorg])
    found = access_seal.verify(zorg)
    assert found is not None
    assert found.number == 3


def test_many_rows_are_sealed_in_rounds(zorg: UUID, eva: UUID, now: datetime) -> None:
    write(zorg, now, 7)
    write(eva, now, 4)
    write(zorg, now, 1)
    rounds = []
    while sealed := access_seal.seal(now, most=3):
        rounds.append(sealed)
    assert rounds == [4, 4, 4]
    assert access_seal.verify(zorg) is None
    assert access_seal.verify(eva) is None


def test_only_one_seals_at_a_time(
    zorg: UUID, now: datetime, other_worker: Callable[[], psycopg.Connection]
) -> None:
    write(zorg, now)
    busy = other_worker()
    busy.execute("SELECT pg_advisory_xact_lock(%s)", [access_seal._LOCK])
    assert access_seal.seal(now) == 0
    busy.rollback()
    assert access_seal.seal(now) == 1


def test_sealers_and_writers_at_once_leave_every_row_in_exactly_one_block(
    zorg: UUID, eva: UUID, now: datetime
) -> None:
    def writing(organisation_id: UUID) -> int:
        write(organisation_id, now, 60)
        connection.close()
        return 0

    def sealing(_: int) -> int:
        sealed = sum(access_seal.seal(now) for _ in range(60))
        connection.close()
        return sealed

    with ThreadPoolExecutor(5) as pool:
        work = [pool.submit(writing, each) for each in (zorg, eva, zorg)]
        work += [pool.submit(sealing, 0) for _ in range(2)]
        sealed = sum(each.result() for each in work)
    assert sealed + access_seal.seal(now) == 180
    assert sum(row[3] for row in blocks(zorg)) == 120
    assert access_seal.verify(zorg) is None
    assert access_seal.verify(eva) is None


def test_the_number_of_statements_does_not_grow_with_organisations_or_rows(
    database: str, now: datetime
) -> None:
    counts = []
    for organisations in (1, 40):
        for _ in range(organisations):
            write(found_organisation(name="o", kind="care", now=now).id, now, 2)
        with CaptureQueriesContext(connection) as captured:
            assert access_seal.seal(now) == 2 * organisations
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_rows_that_name_no_organisation_do_not_stop_the_seal(
    zorg: UUID, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    write(new_id(now), now)
    write(zorg, now)
    assert access_seal.seal(now) == 1
    assert "1 rows of the access log name no organisation" in caplog.text
    assert access_seal.verify(zorg) is None


def test_a_log_that_another_server_sealed_is_refused_loudly(
    zorg: UUID, now: datetime, superuser: psycopg.Connection
) -> None:
    seal_in_three_blocks(zorg, now)
    superuser.execute("UPDATE kernel_accessblock SET until_tx = until_tx + 1000000 WHERE number = 3")
    with pytest.raises(access_seal.LogOfAnotherServer, match="pg_resetwal"):
        access_seal.seal(now)


@pytest.mark.parametrize("act", ["UPDATE kernel_accessblock SET rows = 0", "DELETE FROM kernel_accessblock"])
def test_no_runtime_role_may_change_a_block(zorg: UUID, now: datetime, act: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)
