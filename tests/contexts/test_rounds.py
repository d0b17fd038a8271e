"""A process that works in rounds outlives a deadlock with somebody else's writing: the round is done again."""

from __future__ import annotations

import logging
import signal
import time
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from reik.ops import running
from reik.ops.watch import Watch
from reik.people.models import Client
from tests import cast


class Enough(Exception):
    """The test has seen what it came for."""


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(running, "settle_memory", lambda: None)
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def rename(id, name):
    Client.objects.filter(id=id).update(name=name)


def other(first, second, met, failures):
    """Somebody who writes the same two rows in the other order, a moment later: then the round is what loses."""
    try:
        with transaction.atomic():
            rename(second, "hers")
            met.wait(10)
            time.sleep(
                0.4
            )  # the round waits for her by now, and is the first to look whether that can ever end
            rename(first, "hers")
    except Exception as failure:
        failures.append(failure)
    finally:
        connection.close()


def test_watch_survives_a_deadlock_by_looking_again(database, now, caplog):
    zorg = cast.gather(now).zorg
    first, second = (cast.welcome(zorg, name, now).id for name in ("Anna", "Bert"))
    met, failures, lost = Barrier(2), [], []
    writer = Thread(target=other, args=(first, second, met, failures))
    watch = Watch()

    def look():
        try:
            with transaction.atomic():
                rename(first, "watch")
                if not lost:
                    writer.start()
                    met.wait(10)
                rename(second, "watch")
        except OperationalError as failure:
            lost.append(type(failure.__cause__))
            raise
        watch.look_once()
        raise Enough

    with caplog.at_level(logging.WARNING, "reik.running"), pytest.raises(Enough):
        running.run_rounds(look, every_s=0.01)
    writer.join(10)
    assert (lost, failures) == ([DeadlockDetected], [])
    assert "the round is done again" in caplog.text
    assert "away" not in caplog.text
    assert set(Client.objects.filter(id__in=[first, second]).values_list("name", flat=True)) == {"watch"}
