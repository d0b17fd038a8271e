"""`reik send` on a real database and real sockets: at least once, one key, nobody waits for another (R54–R56)."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
from django.db import connection

from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import REPORT, MessageFailed, MessageSent
from reik.ops import lanes, send
from tests.contexts.sending import all_in, destination, put, sending, sink, states, until, zorg

__all__ = ["sink", "zorg"]


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
