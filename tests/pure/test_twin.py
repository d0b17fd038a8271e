"""The twin: what events mean for a moment, whatever their order (R25, R26, R28, R31, R33)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.dispensing.moments.twin import NAMES_A_MOMENT, Tally, decide, fold
from reik.dispensing.outcomes import OUT, Outcome

DUE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DEADLINE = DUE + timedelta(minutes=30)
LATEST = DUE + timedelta(minutes=90)
SECOND = timedelta(seconds=1)
CLOSINGS = ["complete", "partial", "not_taken_out", "withheld", "paused", "device_failure", "melted"]
EVIDENCE = ["pressed", "handed_out", "removed"]


def tally(sachets: int = 1) -> Tally:
    return Tally(due_at=DUE, deadline_at=DEADLINE, sachets=sachets)


def say(on: Tally, type: str, at: datetime, seq: int, *, epoch: int = 1, evidence: str = "removed", **data):
    fold(on, type=type, data=data, instant=at, epoch=epoch, seq=seq, evidence=evidence)


def taken_out(on: Tally, at: datetime, seq: int, k: int = 1, **more):
    say(on, "sachet_taken_out", at, seq, k=k, **more)


def close(on: Tally, outcome: str, at: datetime, seq: int, **more):
    say(on, "moment_closed", at, seq, outcome=outcome, **more)


instants = st.builds(
    lambda base, off: base + off * SECOND,
    st.sampled_from([DUE, DEADLINE, LATEST]),
    st.sampled_from([-1, 0, 1]),
)
data = st.one_of(
    st.fixed_dictionaries({"k": st.sampled_from([None, 0, 1, 2, 3, 4, 31])}),
    st.fixed_dictionaries({"outcome": st.sampled_from(CLOSINGS)}),
)
events = st.tuples(
    st.tuples(st.integers(1, 2), st.integers(1, 5)),  # epoch, seq
    st.sampled_from(sorted(NAMES_A_MOMENT)),
    instants,
    data,
)


def folded(
    order, on: Tally, evidence: str, contested_at: int | None, verdict_at: int | None, verdict: str
) -> Tally:
    """What the ledger lets through: each distinct event once; a verdict or a contest may fall in between."""
    seen = set()
    for index, ((epoch, seq), type, instant, body) in enumerate(order):
        if index == contested_at:
            on.contested = True
        if index == verdict_at and decide(on)[0] is None:
            on.verdict, on.verdict_reason = verdict, "watch"
        if (epoch, seq) not in seen:
            seen.add((epoch, seq))
            fold(on, type=type, data=body, instant=instant, epoch=epoch, seq=seq, evidence=evidence)
    return on


@settings(max_examples=400, deadline=None)
@given(
    said=st.lists(events, max_size=7, unique_by=lambda event: event[0]),
    sachets=st.integers(1, 4),
    evidence=st.sampled_from(EVIDENCE),
    contested=st.booleans(),
    drawn=st.data(),
)
def test_any_order_and_any_repetition_end_the_same(said, sachets, evidence, contested, drawn):
    """R33; device contract, invariant 5."""
    first = folded(said, tally(sachets), evidence, None, None, "")
    again = drawn.draw(st.permutations(said + said))
    at = drawn.draw(st.integers(0, len(again) - 1)) if contested and again else None
    if at is not None:
        first.contested = True
    other = folded(again, tally(sachets), evidence, at, None, "")
    assert asdict(other) == asdict(first)
    assert decide(other) == decide(first)


@settings(max_examples=300, deadline=None)
@given(
    said=st.lists(events, min_size=1, max_size=7, unique_by=lambda event: event[0]),
    sachets=st.integers(1, 4),
    evidence=st.sampled_from(EVIDENCE),
    verdict=st.sampled_from(["not_out", "unknown", "no_notice"]),
    drawn=st.data(),
)
def test_a_verdict_never_beats_the_devices_word(said, sachets, evidence, verdict, drawn):
    """Wherever `watch` concluded in between, the end is what the device's own events lead to."""
    alone = decide(folded(said, tally(sachets), evidence, None, None, ""))
    place = drawn.draw(st.integers(0, len(said) - 1))
    watched = decide(folded(said, tally(sachets), evidence, None, place, verdict))
    if alone[0] is not None:
        assert watched == alone
    else:
        assert watched[0] not in OUT


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (DUE - SECOND, Outcome.EARLY),
        (DUE, Outcome.IN_TIME),
        (DEADLINE, Outcome.IN_TIME),
        (DEADLINE + SECOND, Outcome.LATE),
        (LATEST + SECOND, Outcome.LATE),
    ],
)
def test_the_instant_decides_between_early_in_time_and_late(at, outcome):
    moment = tally()
    taken_out(moment, at, 1)
    assert decide(moment) == (outcome, at, "device")


@pytest.mark.parametrize("sachets", [1, 2, 3, 4])
def test_a_moment_is_complete_only_when_every_sachet_is_out(sachets):
    """R28."""
    moment = tally(sachets)
    for k in range(1, sachets):
        taken_out(moment, DUE + k * SECOND, k, k=k)
        taken_out(moment, DUE + k * SECOND, 100 + k, k=k)  # the same sachet reported again is no other sachet
        assert decide(moment)[0] is None
    taken_out(moment, DUE + sachets * SECOND, sachets, k=sachets)
    assert decide(moment) == (Outcome.IN_TIME, DUE + sachets * SECOND, "device")


@pytest.mark.parametrize("sachets", [2, 3, 4])
@pytest.mark.parametrize("closing", ["partial", "not_taken_out"])
def test_some_out_and_then_closed_is_partly_out(sachets, closing):
    """R28: partial is a state of its own; a device that says otherwise is not believed against its evidence."""
    moment = tally(sachets)
    taken_out(moment, DUE, 1)
    close(moment, closing, DEADLINE, 2)
    assert decide(moment) == (Outcome.PARTLY, DEADLINE, "device")


@pytest.mark.parametrize("sachets", [2, 4])
@pytest.mark.parametrize("verdict", ["not_out", "no_notice"])
def test_some_out_and_then_silence_is_partly_out(sachets, verdict):
    moment = tally(sachets)
    moment.verdict, moment.verdict_reason = verdict, "all_read"
    taken_out(moment, DUE, 1)
    assert decide(moment) == (Outcome.PARTLY, DEADLINE, "all_read")


@pytest.mark.parametrize("first", ["not_taken_out", "partial", "device_failure", "withheld", "paused"])
def test_a_press_after_the_closing_makes_it_late(first):
    """R48 rests on this; the second closing may come before it, after it or never."""
    moment = tally(2)
    close(moment, first, DEADLINE, 1)
    taken_out(moment, DEADLINE + 60 * SECOND, 2, k=1)
    taken_out(moment, DEADLINE + 90 * SECOND, 3, k=2)
    late = (Outcome.LATE, DEADLINE + 90 * SECOND, "device")
    assert decide(moment) == late
    close(moment, "complete", DEADLINE + 91 * SECOND, 4)
    assert decide(moment) == late


def test_the_closing_with_the_highest_epoch_and_seq_counts_whenever_it_arrives():
    moment = tally()
    close(moment, "withheld", LATEST, 2, epoch=2)
    close(moment, "not_taken_out", DEADLINE, 900, epoch=1)
    assert decide(moment) == (Outcome.WITHHELD, LATEST, "device")


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_a_closing_as_complete_is_as_good_as_the_devices_evidence(evidence):
    """R26: what the device calls complete is complete as far as its evidence goes."""
    moment = tally(3)
    close(moment, "complete", DEADLINE, 1, evidence=evidence)
    assert decide(moment)[0] is Outcome.IN_TIME


@pytest.mark.parametrize(
    ("evidence", "type", "ends"),
    [
        ("pressed", "button_pressed", True),
        ("handed_out", "button_pressed", False),
        ("removed", "button_pressed", False),
        ("pressed", "sachet_presented", False),
        ("handed_out", "sachet_presented", True),
        ("removed", "sachet_presented", False),
        ("pressed", "sachet_taken_out", True),
        ("handed_out", "sachet_taken_out", True),
        ("removed", "sachet_taken_out", True),
    ],
)
def test_each_kind_of_evidence_ends_a_moment_at_its_own_event_and_no_sooner(evidence, type, ends):
    """R26: pressed, handed out or removed; a device that senses removal is not believed on presenting alone."""
    moment = tally()
    say(moment, type, DUE, 1, evidence=evidence, k=1)
    assert decide(moment)[0] is (Outcome.IN_TIME if ends else None)


def test_a_press_says_all_sachets_only_where_pressing_is_all_that_is_known():
    moment = tally(3)
    say(moment, "button_pressed", DUE, 1, evidence="pressed")
    assert decide(moment)[0] is Outcome.IN_TIME


@pytest.mark.parametrize("word", ["melted", "", "None", "Complete", "in_time", "out"])
def test_an_unknown_closing_word_is_unknown_and_never_out(word):
    moment = tally()
    close(moment, word or "?", DEADLINE, 1)
    assert decide(moment) == (Outcome.UNKNOWN, DEADLINE, "unknown_word")


def test_an_unknown_word_after_evidence_does_not_undo_the_evidence():
    moment = tally()
    taken_out(moment, DUE, 1)
    close(moment, "melted", DEADLINE, 2)
    assert decide(moment)[0] is Outcome.IN_TIME


@pytest.mark.parametrize("k", [0, -1, 31, 10**9])
def test_a_sachet_number_that_cannot_be_proves_nothing(k):
    """An unknown value is never *out* (device contract, section 2)."""
    moment = tally()
    taken_out(moment, DUE, 1, k=k)
    assert decide(moment) == (None, None, "")
    assert moment.last_out_at is None


def test_a_sachet_of_another_number_does_not_complete_a_moment_of_one():
    moment = tally(1)
    taken_out(moment, DUE, 1, k=2)
    assert decide(moment)[0] is None


def test_sachets_without_number_never_add_up_to_a_whole_moment():
    moment = tally(2)
    taken_out(moment, DUE, 1, k=None)
    taken_out(moment, DUE, 2, k=None)
    assert decide(moment)[0] is None


@settings(max_examples=100, deadline=None)
@given(said=st.lists(events, max_size=7, unique_by=lambda event: event[0]), sachets=st.integers(1, 4))
def test_a_contested_moment_is_unknown_whatever_the_rest_says(said, sachets):
    """R33: two bodies under one identity; the moment stays unknown whichever came first."""
    moment = folded(said, tally(sachets), "removed", None, None, "")
    moment.contested = True
    assert decide(moment) == (Outcome.UNKNOWN, DEADLINE, "contested")


@settings(max_examples=200, deadline=None)
@given(
    said=st.lists(events, max_size=7, unique_by=lambda event: event[0]),
    sachets=st.integers(1, 4),
    evidence=st.sampled_from(EVIDENCE),
)
def test_nothing_but_evidence_or_the_word_complete_ends_a_moment_as_out(said, sachets, evidence):
    """Rule 3: silence and everything else is never green."""
    moment = folded(said, tally(sachets), evidence, None, None, "")
    outcome, ended_at, _ = decide(moment)
    whole = (1 << sachets) - 1
    assert (outcome in OUT) == (moment.out & whole == whole or moment.closed_as == "complete")
    assert (outcome is None) == (ended_at is None)
