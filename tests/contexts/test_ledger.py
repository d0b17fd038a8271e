"""The ledger of device events: each counts once, in any order, and the receipt says what is held (R33)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from reik.dispensing.models import DeviceConflict, DeviceEvent, Moment
from reik.dispensing.moments.planned import plan_moments
from reik_dispenser.messages import Parked, ParkedReason
from tests.cast import (
    LATEST,
    WINDOW,
    beside,
    hear,
    look,
    many_homes,
    plan,
    planned,
    tell,
    the_moment,
    welcome,
)
from tests.contexts.ledger_seen import dispenser, state, statements, upto

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_an_event_counts_once_however_often_it_is_sent(anna, now):
    taken = anna.out("m", now + MINUTE)
    assert upto(tell(anna, taken, at=now + MINUTE)) == [(1, 1)]
    before = state(anna, "m")
    assert upto(tell(anna, taken, taken, at=now + 2 * MINUTE)) == [(1, 1)]
    assert state(anna, "m") == before
    assert DeviceEvent.objects.count() == 1
    assert not DeviceConflict.objects.exists()


def test_a_whole_batch_again_changes_nothing_and_is_receipted_again(cast, now):
    homes = many_homes(cast.zorg, 4, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    batch = [
        home.heard(home.noise(now), home.out("m", now), home.closed("m", "complete", now), at=now)
        for home in homes
    ]
    first = hear(*batch, now=now)
    before = [state(home, "m") for home in homes]
    again = hear(*batch, *batch, now=now + MINUTE)
    assert sorted(again, key=repr) == sorted(first, key=repr)
    assert {each.upto for each in again} == {3}
    assert [state(home, "m") for home in homes] == before
    assert DeviceEvent.objects.count() == 12


def test_the_receipt_waits_for_a_gap_and_passes_it_when_it_is_filled(anna, now):
    events = [anna.noise(now) for _ in range(6)]
    assert upto(tell(anna, *events[:2], at=now)) == [(1, 2)]
    assert upto(tell(anna, events[4], at=now)) == [(1, 2)]
    assert upto(tell(anna, events[5], at=now)) == [(1, 2)]
    assert upto(tell(anna, events[3], at=now)) == [(1, 2)]
    assert upto(tell(anna, events[2], at=now)) == [(1, 6)]
    assert (dispenser(anna).upto, dispenser(anna).highest) == (6, 6)


def test_an_event_behind_a_gap_is_interpreted_on_arrival(anna, now):
    """A fresh event of an open moment may overtake the backlog; only the receipt waits."""
    anna.noise(now)
    held = tell(anna, anna.out("m", now), at=now)
    assert upto(held) == [(1, 0)]
    assert the_moment(anna, "m").outcome == "in_time"


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_payloads_ends_the_same(cast, now, seed):
    """R33; device contract, invariant 5: with duplicates, over two epochs, with a contested moment among them."""
    chance = random.Random(seed)
    ends = []
    for number, device in enumerate(("REIK-EEN", "REIK-TWEE")):
        voice = beside(welcome(cast.zorg, f"Anna {number}", now), device, now)
        plan_moments([planned(voice, key, now, sachets=2) for key in "abc"], now)
        events = [
            voice.out("a", now, k=1, n=2), voice.out("a", now + MINUTE, k=2, n=2), voice.closed("a", "complete", now),
            voice.out("b", now, k=1, n=2), voice.closed("b", "partial", now + WINDOW),
        ]  # fmt: skip
        voice.lose_journal()
        events += [
            voice.out("b", now + WINDOW + MINUTE, k=2, n=2),
            voice.closed("c", "not_taken_out", now + WINDOW),
        ]
        events.append(replace(events[-1], data={"moment": "c", "outcome": "complete"}))
        if number:
            events += events[:4]
            chance.shuffle(events)
        for event in events:
            tell(voice, event, at=now + WINDOW)
        ends.append(
            [
                {k: v for k, v in each.items() if k not in ("client_id", "dispenser_id")}
                for each in state(voice, *"abc")
            ]
        )
        found = dispenser(voice)
        assert (found.epoch, found.upto, found.highest) == (2, 2, 2)
    strip = [[{k: v for k, v in m.items() if not k.startswith("closed_")} for m in end] for end in ends]
    assert strip[0] == strip[1]
    assert ends[0][:2] == ends[1][:2]  # of a contested one the ledger keeps whichever body came first
    assert [m["outcome"] for m in ends[0]] == ["in_time", "late", "unknown"]


def test_a_higher_epoch_begins_a_journal_and_older_events_are_still_taken_in(anna, now):
    old = [anna.noise(now), anna.out("m", now), anna.noise(now)]
    tell(anna, old[0], at=now)
    anna.lose_journal()
    assert upto(tell(anna, anna.noise(now), at=now + MINUTE)) == [(2, 1)]
    assert upto(tell(anna, old[2], at=now + MINUTE)) == [(1, 1)]
    assert upto(tell(anna, old[1], at=now + MINUTE)) == [(1, 3)]
    assert the_moment(anna, "m").outcome == "in_time"
    found = dispenser(anna)
    assert (found.epoch, found.upto, found.highest) == (2, 1, 1)


def test_the_last_of_an_older_epoch_and_the_first_of_a_newer_in_one_batch_are_both_receipted(anna, now):
    tell(anna, anna.noise(now), at=now)
    last = anna.heard(anna.noise(now), at=now)
    anna.lose_journal()
    first = anna.heard(anna.noise(now), anna.noise(now), at=now)
    assert upto(hear(first, last, now=now)) == [(1, 2), (2, 2)]


def test_an_older_closing_that_arrives_late_does_not_undo_a_newer_one(anna, now):
    old = anna.closed("m", "not_taken_out", now + WINDOW)
    anna.lose_journal()
    tell(anna, anna.closed("m", "withheld", now + LATEST), at=now + LATEST)
    tell(anna, old, at=now + LATEST)
    assert the_moment(anna, "m").outcome == "withheld"


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize("together", [False, True])
def test_two_bodies_under_one_identity_make_both_moments_unknown(anna, now, order, together):
    """Whichever came first: both bodies are kept, the moments that either names are in doubt."""
    plan(anna, "other", now, now=now)
    plan(anna, "third", now, now=now)
    one = anna.out("m", now)
    two = replace(one, data={"moment": "other", "k": 1, "n": 1})
    bodies = [(one, two)[each] for each in order]
    if together:
        held = tell(anna, *bodies, at=now)
    else:
        tell(anna, bodies[0], at=now)
        held = tell(anna, bodies[1], at=now)
    assert upto(held) == [(1, 1)]  # the receipt covers it
    for key in ("m", "other"):
        assert the_moment(anna, key).outcome == "unknown"
    assert the_moment(anna, "third").outcome is None
    (conflict,) = DeviceConflict.objects.all()
    assert (conflict.epoch, conflict.seq, conflict.data) == (1, 1, dict(bodies[1].data))
    assert DeviceEvent.objects.get().data == dict(bodies[0].data)
    tell(anna, *reversed(bodies), at=now)
    assert DeviceConflict.objects.count() == 1


def test_of_two_bodies_in_one_payload_only_the_one_in_the_ledger_is_folded_in(anna, now):
    noise = anna.noise(now)
    second = replace(noise, type="sachet_taken_out", data={"moment": "m", "k": 1, "n": 1})
    tell(anna, noise, second, at=now)
    moment = the_moment(anna, "m")
    assert (moment.outcome, moment.out) == ("unknown", 0)


def test_a_parked_body_under_a_taken_identity_puts_its_moment_in_doubt_too(anna, now):
    tell(anna, anna.noise(now), at=now)
    raw = {"v": 9, "epoch": 1, "seq": 1, "type": "sachet_taken_out", "data": {"moment": "m"}}
    tell(anna, Parked(epoch=1, seq=1, raw_json=raw, reason=ParkedReason.VERSION), at=now)
    assert the_moment(anna, "m").outcome == "unknown"


def test_a_contested_moment_stays_unknown_when_more_is_reported(anna, now):
    one = anna.out("m", now)
    tell(anna, one, replace(one, at=now + SECOND), at=now)
    tell(anna, anna.out("m", now), anna.closed("m", "complete", now), at=now)
    assert the_moment(anna, "m").outcome == "unknown"


def test_a_parked_element_with_seq_zero_is_no_event(anna, now):
    raw = {"v": 1, "epoch": 1, "seq": 0, "type": "fault", "data": {}}
    assert tell(anna, Parked(epoch=1, seq=0, raw_json=raw, reason=ParkedReason.SEQ_ZERO), at=now) == []
    assert not DeviceEvent.objects.exists()
    assert dispenser(anna).heard_at == now


def test_a_parked_element_is_held_and_receipted(anna, now):
    raw = {"v": 1, "epoch": 1, "seq": 1, "type": "dance", "data": {"steps": 3}}
    held = tell(anna, Parked(epoch=1, seq=1, raw_json=raw, reason=ParkedReason.UNKNOWN_TYPE), at=now)
    assert upto(held) == [(1, 1)]
    event = DeviceEvent.objects.get()
    assert (event.type, event.parked, event.data) == ("dance", "unknown_type", raw)


def test_only_a_newer_heartbeat_is_a_sign_of_life(anna, now):
    """(epoch, beat) not higher than the highest seen proves nothing."""
    assert tell(anna, anna.heartbeat(now, last_seq=0), at=now) == []
    tell(anna, anna.heartbeat(now + MINUTE, last_seq=7), at=now + MINUTE)
    tell(anna, anna.heartbeat(now + 9 * MINUTE, beat=2, last_seq=9), at=now + 9 * MINUTE)
    tell(anna, anna.heartbeat(now + 9 * MINUTE, beat=1, last_seq=9), at=now + 9 * MINUTE)
    found = dispenser(anna)
    assert (found.beat_epoch, found.beat, found.beat_last_seq, found.beat_at) == (1, 2, 7, now + MINUTE)
    anna.lose_journal()
    tell(anna, anna.heartbeat(now + 10 * MINUTE, last_seq=1), at=now + 10 * MINUTE)
    found = dispenser(anna)
    assert (found.beat_epoch, found.beat, found.beat_last_seq) == (2, 1, 1)


def test_a_heartbeat_of_a_clock_that_runs_ahead_was_sent_by_its_receipt_at_the_latest(anna, now):
    tell(anna, anna.heartbeat(now + 60 * MINUTE), at=now)
    assert dispenser(anna).beat_at == now


def test_a_heartbeat_with_an_impossible_journal_proves_nothing(anna, now):
    tell(anna, anna.heartbeat(now, last_seq=-1), at=now)
    assert dispenser(anna).beat_at is None


@pytest.mark.parametrize("number", [300])
def test_a_large_batch_costs_as_many_statements_as_a_small_one(cast, now, number):
    """Facts travel in lists: 1 and 300 dispensers, all with a moment that ends, an alert and its first step."""
    homes = many_homes(cast.zorg, number + 1, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    batches = [
        [
            home.heard(home.noise(now), home.closed("m", "not_taken_out", now + WINDOW), at=now)
            for home in some
        ]
        for some in (homes[:1], homes[1:])
    ]
    small, large = (statements(lambda some=some: hear(*some, now=now + WINDOW)) for some in batches)
    assert small == large
    assert Moment.objects.filter(outcome="not_out").count() == number + 1


def test_300_events_of_one_device_cost_as_many_statements_as_one(anna, now):
    one = statements(lambda: tell(anna, anna.noise(now), at=now))
    events = [anna.noise(now) for _ in range(300)]
    assert (
        statements(lambda: hear(*(anna.heard(*events[i : i + 100], at=now) for i in (0, 100, 200)), now=now))
        == one
    )
    assert dispenser(anna).upto == 301


def test_a_report_after_watch_concluded_replaces_the_conclusion(anna, now):
    """Rule 5: late arrivals lead to the same end state as early ones."""
    assert look(now + WINDOW + MINUTE) == 1
    assert the_moment(anna, "m").outcome == "unknown"
    tell(anna, anna.out("m", now + MINUTE), at=now + WINDOW + 2 * MINUTE)
    moment = the_moment(anna, "m")
    assert (moment.outcome, moment.ended_at) == ("in_time", now + MINUTE)
