"""When a message goes again: waits that double, a peer that asks to wait, and circuits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from reik.interop import Failed
from reik.ops.lanes import Circuit, Ending, Leased, given_back, outcome


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
