"""The table of the care path: what may follow, what is asked first, and what nobody may let through (R1, R2, R3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.drawing import diagram, transition_table
from reik.pathway.evidence import CARRIED, DERIVED, KINDS, Shown, carried, holds
from reik.pathway.path import (
    CONDITIONS,
    DUTIES,
    NEXT,
    SETTINGS,
    STEP_OF,
    STEPS,
    TRANSITIONS,
    WHO,
    Event,
    PathRefused,
    State,
    asked_in,
    check,
    check_variant,
    conditions,
    step,
    usual,
)

ALL = frozenset(KINDS)
EVENTS = st.sampled_from(sorted(Event))
KIND_SETS = st.frozensets(st.sampled_from(sorted(ALL)))
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@given(st.lists(st.tuples(EVENTS, KIND_SETS, KIND_SETS), max_size=60), st.sampled_from(SETTINGS))
def test_a_walk_never_goes_live_without_all_that_is_asked(
    walk: list[tuple[Event, frozenset[str], frozenset[str]]], setting: str
) -> None:
    """A refused event changes nothing; what is let through is never what nobody may let through."""
    state = State.INDICATED
    for event, shown, let in walk:
        before = state
        try:
            after = step(state, event)
            check(event, setting, shown, let)
        except PathRefused:
            continue
        state = after
        assert (before, event) in TRANSITIONS
        for each in conditions(event, setting):
            met = each.kind in shown or any(other in shown for other in each.unless)
            assert met or (each.days is not None and each.kind in let)
        if state is State.IN_USE:
            assert event in (Event.GO_LIVE, Event.RESUME)


def reaches(state: State) -> set[State]:
    found, new = {state}, {state}
    while new:
        new = {after for (before, _event), after in TRANSITIONS.items() if before in new} - found
        found |= new
    return found


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_and_reaches_the_end(state: State) -> None:
    assert State.ENDED in reaches(state)
    assert state in reaches(State.INDICATED)
    assert STEP_OF[state] in STEPS


def test_nothing_leaves_the_end_and_a_dispenser_in_a_home_is_stopped_not_declined() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] is State.ENDED]
    for state in (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED, State.STOPPING):
        assert (state, Event.DECLINE) not in TRANSITIONS


@pytest.mark.parametrize(
    "kind", ["indication", "allotment", "device_linked", "roll_loaded", "follow_up_agreed"]
)
def test_nobody_lets_through_what_a_life_hangs_on(kind: str) -> None:
    with pytest.raises(PathRefused) as refused:
        check(Event.GO_LIVE, "zvw", ALL - {kind}, ALL)
    assert refused.value.missing == (kind,)


def test_the_agreement_or_a_wzd_decision() -> None:
    check(Event.GO_LIVE, "zvw", ALL - {"agreement"})
    check(Event.GO_LIVE, "zvw", ALL - {"wzd_decision"})
    with pytest.raises(PathRefused):
        check(Event.GO_LIVE, "zvw", ALL - {"agreement", "wzd_decision"}, ALL)


def test_no_order_before_the_roll_is_arranged() -> None:
    assert TRANSITIONS[State.ROLL, Event.ROLL_ARRANGED] is State.DELIVERING
    assert all(each.days is None for each in CONDITIONS[Event.ROLL_ARRANGED])


def test_a_nurse_on_call_is_asked_inside_the_walls_only() -> None:
    asked = {setting: {each.kind for each in conditions(Event.GO_LIVE, setting)} for setting in SETTINGS}
    assert {setting for setting, kinds in asked.items() if "nurse_on_call" in kinds} == {
        "wlz_intramural", "supported_living",
    }  # fmt: skip


def test_every_condition_is_a_kind_and_every_way_on_leaves_its_state() -> None:
    assert {each.kind for of in CONDITIONS.values() for each in of} <= ALL
    for state, event in NEXT.items():
        assert TRANSITIONS[state, event] is not state
    assert [each.kind for each in asked_in(State.INDICATED, "zvw")] == ["indication", "selection"]
    assert asked_in(State.IN_USE, "zvw") == ()


def test_every_derived_kind_has_somebody_who_shows_it() -> None:
    from reik.pathway import elsewhere, readiness

    readers = {kind for kinds, _reader in elsewhere.READERS for kind in kinds} | readiness.OF_PATHWAY.keys()
    assert {kind for kind, each in KINDS.items() if each.source == DERIVED} <= readers
    for name in readiness.OF_PATHWAY.values():
        assert callable(readiness._reader(name))


@given(st.fixed_dictionaries({}, optional={"installs": st.sampled_from(WHO["install"]),
                                           "sets_times": st.sampled_from(WHO["set_times"])}))  # fmt: skip
def test_no_variant_leaves_a_duty_without_somebody_who_may(variant: dict[str, str]) -> None:
    check_variant(variant)
    filled = usual(variant)
    assert set(filled) == set(DUTIES)
    assert all(who in WHO[duty] for duty, who in filled.items())
    if "installs" in variant:
        assert filled["install"] == variant["installs"]
    if "sets_times" in variant:
        assert filled["set_times"] == variant["sets_times"]


@pytest.mark.parametrize("variant", [{"installs": "carer"}, {"sings": "team"}])
def test_an_unknown_variant_is_refused(variant: dict[str, str]) -> None:
    with pytest.raises(PathRefused):
        check_variant(variant)


def test_a_restart_takes_over_a_selection_younger_than_half_a_year() -> None:
    assert carried("selection", Shown(at=NOW - timedelta(days=180)), NOW)
    assert not carried("selection", Shown(at=NOW - timedelta(days=184)), NOW)
    assert carried("baseline", Shown(at=NOW - timedelta(days=900)), NOW)
    for kind in ALL - CARRIED.keys():
        assert not carried(kind, Shown(at=NOW), NOW)


def test_what_has_an_end_does_not_hold_after_it() -> None:
    assert holds("roll_loaded", Shown(until=NOW + timedelta(seconds=1)), NOW)
    assert not holds("roll_loaded", Shown(until=NOW), NOW)
    assert not holds("house_access_tried", Shown(at=NOW - timedelta(days=190)), NOW)


def test_the_pages_name_every_event_and_state() -> None:
    table, drawn = transition_table(), diagram()
    assert all(f"`{event}`" in table for event in Event)
    assert all(state in drawn for state in State)


def test_everything_that_a_step_asks_opens_a_task() -> None:
    """But for the restart after a pause, whose tasks are the absence's."""
    from reik.pathway.asking import TASKS

    asked = {
        each.kind
        for state in State
        for setting in SETTINGS
        for each in asked_in(state, setting)
        if state is not State.PAUSED
    }
    assert asked == TASKS.keys()
    assert all(task == f"path.{kind}" for kind, task in TASKS.items())
