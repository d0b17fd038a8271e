"""`reik send` through stops, lost databases, faults and leases that end: nothing lost, nothing undone (R54)."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from uuid import UUID

import psycopg
from django.db import OperationalError, connection

from reik.interop import Delivered, Failed
from reik.kernel import facts
from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import REPORT, MessageSent
from reik.ops import leases, send
from reik.ops.lanes import outcome
from reik.ops.leases import Rooms
from tests.contexts.sending import all_in, destination, put, sending, sink, states, until, zorg

__all__ = ["sink", "zorg"]
ROOMY = Rooms(lanes=[], new_alerts=100, new_reports=100, most=100)


def test_the_process_ends_well_when_told_to(zorg, now, sink):
    put(zorg, destination(zorg, sink.url()))
    connection.close()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            send.clock.now = lambda: now  # type: ignore[assignment]
            send.serve.__kwdefaults__["now"] = send.clock.now
            send.run()
            code = 0
        finally:
            os._exit(code)
    until(all_in(1))
    os.kill(pid, signal.SIGTERM)
    assert os.waitpid(pid, 0)[1] == 0


def test_results_outlive_a_database_that_goes_away(zorg, now, sink, told, monkeypatch):
    write, tries = leases.write, iter(range(3))

    def failing(*values) -> None:
        if next(tries, None) is not None:
            raise OperationalError("gone")
        write(*values)

    monkeypatch.setattr(leases, "write", failing)
    ids = put(zorg, destination(zorg, sink.url()), 20)
    with sending(now):
        until(all_in(1))
    assert len(sink.stop()) == len(told) == len(ids)


def test_a_closed_connection_is_opened_again(zorg, now, sink, template, database):
    to = destination(zorg, sink.url())
    with sending(now):
        put(zorg, to)
        until(all_in(1))
        connection.close()
        with psycopg.connect(template, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
        put(zorg, to, 5)
        until(all_in(1))


def test_stopping_writes_what_was_sent_and_gives_back_what_was_not(zorg, now, sink):
    put(zorg, destination(zorg, sink.url("?delay=0.3"), concurrency=2), 60)
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(attempts=1).count() > 2)
    arrived = {UUID(each.id) for each in sink.stop()}
    assert {each for each, state in states().items() if state == 1} == arrived
    assert OutboxMessage.objects.filter(
        state=0, attempts=0, available_at__lte=now + timedelta(seconds=3)
    ).count() == (60 - len(arrived))


def test_a_fault_in_a_handler_costs_its_own_message_only_its_announcement(
    zorg, now, sink, monkeypatch, caplog
):
    ids = put(zorg, destination(zorg, sink.url()), 10)
    heard: list[UUID] = []

    def handler(sent, now) -> None:
        if ids[3] in [each.message_id for each in sent]:
            raise ValueError("planted")
        heard.extend(each.message_id for each in sent)

    monkeypatch.setattr(facts, "_wiring", lambda: {MessageSent: [handler]})
    with sending(now):
        until(all_in(1))
    assert set(heard) == set(ids) - {ids[3]}
    assert len(sink.stop()) == 10
    assert str(ids[3]) in caplog.text


def test_a_lease_ends_by_itself_and_a_late_outcome_undoes_no_newer_one(zorg, now, told):
    put(zorg, destination(zorg, "https://zorg.nl", timeout_s=10))
    (first,) = leases.lease(ROOMY, now, 0.0)
    assert leases.lease(ROOMY, now + timedelta(seconds=19), 0.0) == []
    (second,) = leases.lease(ROOMY, now + timedelta(seconds=20), 0.0)
    assert (first.attempts, second.attempts) == (1, 2)
    leases.write([outcome(first, Failed("HTTP 500"), now)], now)
    assert told == []
    again = outcome(second, Failed("HTTP 500"), now)
    leases.write([again], now)
    leases.write([again], now)  # as after a commit whose answer was lost
    assert len(told) == 1


def test_a_withdrawn_message_stays_withdrawn(zorg, now, told):
    put(zorg, destination(zorg, "https://zorg.nl"))
    (leased,) = leases.lease(ROOMY, now, 0.0)
    OutboxMessage.objects.update(state=3, ended_at=now)
    leases.write([outcome(leased, Delivered(), now)], now)
    assert (OutboxMessage.objects.get().state, told) == (3, [])


def test_a_lease_keeps_to_each_lanes_room_and_alerts_come_first(zorg, now):
    full, busy, new = (destination(zorg, "https://zorg.nl") for _ in range(3))
    for to in (full, busy, new):
        put(zorg, to, 10)
        put(zorg, to, 10, priority=REPORT)
    rooms = Rooms(lanes=[(full, 0, 0), (busy, 3, 0)], new_alerts=5, new_reports=2, most=100)
    leased = leases.lease(rooms, now, 0.0)
    found = [(each.destination_id, each.priority) for each in leased]
    assert {each: found.count(each) for each in set(found)} == {(busy, 0): 3, (new, 0): 5, (new, 5): 2}
    assert [each.priority for each in leased] == sorted(each.priority for each in leased)
