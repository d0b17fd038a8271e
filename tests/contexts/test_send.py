"""`reik send` on a real database and real sockets: at least once, one key, nobody waits for another (R54–R56)."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from reik.interop import Delivered, Failed
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.models import Destination, OutboxMessage
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret
from reik.kernel.outbox import ALERT, REPORT, Message, MessageFailed, MessageSent
from reik.ops import lanes, leases, send
from reik.ops.bench.sink import Sink
from reik.ops.lanes import Circuit, Ending, Leased, given_back, outcome
from reik.ops.leases import Rooms

ROOMY = Rooms(lanes=[], new_alerts=100, new_reports=100, most=100)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def zorg(database, now):
    return found_organisation(name="zorg", kind="care", now=now)


@pytest.fixture
def told(monkeypatch) -> list[facts.Fact]:
    """What is announced, instead of the real wiring."""
    heard: list[facts.Fact] = []
    hear = SimpleNamespace(get=lambda kind, default: [lambda some, now: heard.extend(some)])
    monkeypatch.setattr(facts, "_wiring", lambda: hear)
    return heard


def destination(zorg, address: str, *, concurrency: int = 4, timeout_s: int = 1) -> UUID:
    made = add_destination(
        organisation_id=zorg.id, channel="webhook", name="x", address=address, now=zorg.created_at,
        secret=new_webhook_secret(),
    )  # fmt: skip
    Destination.objects.filter(id=made.id).update(concurrency=concurrency, timeout_s=timeout_s)
    return made.id


def put(
    zorg, to: UUID, count: int = 1, *, priority: int = ALERT, gives_up_after=timedelta(hours=24)
) -> list[UUID]:
    now = zorg.created_at
    made = [
        Message(
            id=new_id(now), organisation_id=zorg.id, destination_id=to, about=None, body='{"type":"alert.step"}',
            priority=priority, gives_up_after=gives_up_after,
        )
        for _ in range(count)
    ]  # fmt: skip
    outbox.put(made, now)
    return [each.id for each in made]


@contextmanager
def sending(start: datetime, *, pace: float = 1.0) -> Iterator[asyncio.Event]:
    """`serve` in a thread of its own; its clock starts at `start` and runs `pace` times as fast."""
    begun, ready = time.monotonic(), threading.Event()
    loop, wake, stop = asyncio.new_event_loop(), asyncio.Event(), asyncio.Event()

    def now() -> datetime:
        return start + timedelta(seconds=(time.monotonic() - begun) * pace)

    async def main() -> None:
        ready.set()
        await send.serve(wake, stop, now=now)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    ready.wait()
    try:
        yield wake
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()
        loop.close()


def until(so: Callable[[], bool], within: float = 8.0) -> None:
    end = time.monotonic() + within
    while not so():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def states() -> dict[UUID, int]:
    return dict(OutboxMessage.objects.values_list("id", "state"))


def all_in(state: int) -> Callable[[], bool]:
    return lambda: set(states().values()) == {state}


def test_messages_are_sent_once_and_announced(zorg, now, sink, told):
    ids = put(zorg, destination(zorg, sink.url()), 250)
    with sending(now):
        until(all_in(1))
    received = sink.stop()
    assert sorted(each.id for each in received) == sorted(map(str, ids))
    assert {each.message_id for each in told if isinstance(each, MessageSent)} == set(ids)
    assert len(told) == len(ids)
    assert OutboxMessage.objects.filter(attempts=1, ended_at__gte=now, last_error="").count() == 250


def test_what_is_put_out_later_leaves_without_a_wake_up_too(zorg, now, sink):
    to = destination(zorg, sink.url())
    with sending(now) as wake:
        for _ in range(2):
            put(zorg, to)
            until(all_in(1), within=2.0)
        assert not wake.is_set()


def test_a_failure_is_told_once_and_tried_again_with_the_same_key(zorg, now, sink, told):
    (id_,) = put(zorg, destination(zorg, sink.url("?status=500&first=2")))
    with sending(now, pace=10):
        until(all_in(1))
    assert [each.id for each in sink.stop()] == [str(id_)] * 3
    assert told == [MessageFailed(message_id=id_, error="HTTP 500"), MessageSent(message_id=id_)]
    assert OutboxMessage.objects.get().attempts == 3


def test_a_refused_message_is_given_up_at_once_and_told_once(zorg, now, sink, told):
    (id_,) = put(zorg, destination(zorg, sink.url("?status=410")))
    with sending(now):
        until(all_in(2))
    assert len(sink.stop()) == 1
    assert told == [MessageFailed(message_id=id_, error="HTTP 410")]
    assert OutboxMessage.objects.get().last_error == "HTTP 410"


def test_a_message_is_given_up_when_its_time_is_over_and_told_again(zorg, now, sink, told):
    (id_,) = put(zorg, destination(zorg, sink.url("?status=500")), gives_up_after=timedelta(seconds=20))
    with sending(now, pace=10):
        until(all_in(2))
    assert [type(each) for each in told] == [MessageFailed, MessageFailed]
    assert {each.message_id for each in told} == {id_}


def test_a_message_found_too_late_is_not_sent(zorg, now, sink, told):
    (id_,) = put(zorg, destination(zorg, sink.url()), gives_up_after=timedelta(seconds=20))
    with sending(now + timedelta(seconds=20)):
        until(all_in(2))
    assert sink.stop() == []
    assert told == [MessageFailed(message_id=id_, error="not delivered in time")]


def test_an_address_that_cannot_be_used_fails_until_it_is_repaired(zorg, now, told):
    (id_,) = put(zorg, destination(zorg, "http://zorg.nl/in"))
    with sending(now):
        until(lambda: bool(told))
    assert told == [MessageFailed(message_id=id_, error="A webhook outside this machine must use https://.")]
    assert states() == {id_: 0}


def test_dead_and_slow_peers_delay_nobody_and_the_dead_ones_messages_are_told(zorg, now, sink, told):
    dead = put(zorg, destination(zorg, sink.url("?hang=1"), concurrency=8), 300)
    slow = put(zorg, destination(zorg, sink.url("?delay=0.8")), 300)
    healthy = put(zorg, destination(zorg, sink.url(), concurrency=16), 300)
    with sending(now):
        until(lambda: {states()[each] for each in healthy} == {1}, within=30)
        until(
            lambda: {each.message_id for each in told if isinstance(each, MessageFailed)} == set(dead),
            within=30,
        )
    arrived = {UUID(each.id): each.at for each in sink.stop()}
    assert arrived.keys() >= set(healthy)
    last_healthy = max(arrived[each] for each in healthy)
    before_it = [each for each in slow if each in arrived and arrived[each] <= last_healthy]
    # They were put out before the healthy ones, which waited for none of them.
    assert len(before_it) < len(slow) // 2
    assert {states()[each] for each in dead} == {0}
    # A laneful, and the places of the four failures before the cut.
    assert len(arrived.keys() & set(dead)) <= 8 + 4
    assert arrived.keys() & set(slow)
    assert len([each for each in told if isinstance(each, MessageFailed)]) == len(dead)


def test_a_peer_that_comes_back_gets_everything(zorg, now, sink, monkeypatch):
    monkeypatch.setattr(lanes, "SHORTEST_CUT", 0.3)
    ids = put(zorg, destination(zorg, sink.url("?status=503&first=5"), concurrency=1), 40)
    with sending(now, pace=10):
        until(all_in(1))
    received = [each.id for each in sink.stop()]
    assert set(received) == set(map(str, ids))
    assert len(received) == 45


def test_alerts_go_before_reports_also_when_reports_fill_the_lane(zorg, now, sink):
    to = destination(zorg, sink.url("?delay=1"), concurrency=4, timeout_s=5)
    reports = put(zorg, to, 200, priority=REPORT)
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(attempts=1).exists())
        time.sleep(0.1)
        at = time.time()
        (alert,) = put(zorg, to)
        until(lambda: states()[alert] == 1)
    arrived = {each.id: each.at for each in sink.stop()}
    assert arrived[str(alert)] < at + 0.7
    assert any(states()[each] == 0 for each in reports)


def test_killed_between_post_and_result_the_message_goes_again_with_its_key(zorg, now, sink):
    (id_,) = put(zorg, destination(zorg, sink.url("?delay=30&first=1"), timeout_s=30))
    connection.close()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(send.serve(asyncio.Event(), asyncio.Event(), now=lambda: now))
        finally:
            os._exit(1)
    until(lambda: OutboxMessage.objects.get().attempts == 1)
    time.sleep(0.8)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with sending(now + timedelta(seconds=39)):
        time.sleep(0.3)
        assert states() == {id_: 0}  # the lease of 10 s and the time-out still holds
    with sending(now + timedelta(seconds=40)):
        until(all_in(1))
    assert [each.id for each in sink.stop()] == [str(id_)] * 2


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


def test_a_failed_step_pulls_the_next_one_forward(zorg, now, sink, template, database):
    """R56, through the real wiring; the rows of the alert itself are left out."""
    (message,) = put(zorg, destination(zorg, sink.url("?status=500")))
    alert, following = uuid4(), uuid4()
    url = template.rsplit("/", 1)[0] + "/" + database
    with psycopg.connect(url) as admin:
        admin.execute("SET session_replication_role = replica")  # no foreign keys
        for id_, position, state, wait in [(message, 1, 1, 0), (following, 2, 0, 10)]:
            admin.execute(
                "INSERT INTO alerting_step (id, organisation_id, alert_id, position, round, action, responder,"
                " destination_id, due_at, state, reason)"
                " VALUES (%s, %s, %s, %s, 1, 'ask_team', 'team', %s, %s, %s, '')",
                [id_, zorg.id, alert, position, uuid4(), now + timedelta(minutes=wait), state],
            )
    with sending(now):
        until(lambda: bool(OutboxMessage.objects.get().last_error))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, due_at < %s, reason FROM alerting_step", [now + timedelta(seconds=9)]
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    assert rows == {message: (3, True, "HTTP 500"), following: (0, True, "pulled_forward")}


def leased(now: datetime, **changed: object) -> Leased:
    values = {
        "start_before": 0.0, "id": uuid4(), "destination_id": uuid4(), "body": "", "priority": 0, "attempts": 1,
        "gives_up_at": now + timedelta(days=1), "leased_until": now, "untold": True,
    }  # fmt: skip
    return Leased(**(values | changed))


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (12, 3600), (3000, 3600)])
def test_each_retry_waits_twice_as_long_up_to_an_hour(now, attempts, seconds):
    waits = {
        (outcome(leased(now, attempts=attempts), Failed("x"), now).available_at - now) for _ in range(50)
    }
    assert len(waits) > 1
    assert timedelta(seconds=seconds * 0.8) <= min(waits)
    assert max(waits) <= min(timedelta(seconds=seconds * 1.2), timedelta(hours=1))


def test_a_peer_that_asks_to_wait_is_heeded_for_an_hour_at_most(now):
    def wait(seconds: int) -> timedelta:
        asked = Failed("HTTP 429", retry_after=timedelta(seconds=seconds))
        return outcome(leased(now), asked, now).available_at - now

    assert wait(90) == timedelta(seconds=90)
    assert wait(0) >= timedelta(seconds=1)
    assert wait(86400) == timedelta(hours=1)


def test_given_back_counts_no_attempt(now):
    back = given_back(leased(now, attempts=3), now)
    assert (back.ending, back.attempts, back.available_at) == (Ending.AGAIN, 2, now)


def test_a_circuit_opens_after_five_doubles_and_closes_with_one_success():
    circuit = Circuit()
    assert [circuit.failed("x", 0.0) for _ in range(5)] == [False] * 4 + [True]
    assert (circuit.left(0.0), circuit.left(4.0), circuit.left(5.0)) == (5.0, 1.0, 0.0)
    assert not circuit.failed("straggler", 1.0)
    cuts = []
    at = 5.0
    for _ in range(5):
        assert circuit.failed("x", at)
        cuts.append(circuit.left(at))
        at += cuts[-1]
    assert cuts == [10.0, 20.0, 40.0, 60.0, 60.0]
    circuit.succeeded()
    assert not circuit.trying
    assert not circuit.failed("x", at)
