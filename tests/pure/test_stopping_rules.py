"""A stop never leaves a moment that nobody gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.use.stopping_rules import (
    ALL_DAYS,
    Instead,
    Slot,
    StopRefused,
    check,
    covers,
    uncovered,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = date(2026, 11, 24)  # a Tuesday
SLOTS = [Slot(day=DAY + timedelta(days=n), at=at) for n in range(14) for at in (time(8), time(20))]


def visit(at: time | None, *, who: str = "team", from_on: date = DAY, weekdays: int = ALL_DAYS) -> Instead:
    return Instead(who=who, name="Team Noord", from_on=from_on, at=at, weekdays=weekdays)


def stop(*instead: Instead, reason: str = "client_wants", slots: list[Slot] | None = None) -> None:
    check(
        reason=reason, note="", last_at=NOW, instead=instead, slots=SLOTS if slots is None else slots, now=NOW
    )  # fmt: skip


def refused(*instead: Instead, **more: object) -> str:
    with pytest.raises(StopRefused) as told:
        stop(*instead, **more)  # type: ignore[arg-type]
    return told.value.code.split()[0]


def test_visits_near_every_moment_from_its_first_day_on() -> None:
    stop(visit(time(8, 30)), visit(time(20)))
    assert refused(visit(time(8, 30))) == "gap"
    assert refused(visit(time(9, 1)), visit(time(20))) == "gap"
    assert refused(visit(time(8), from_on=DAY + timedelta(days=1)), visit(time(20))) == "gap"
    assert refused(visit(time(8), weekdays=0b0111111), visit(time(20))) == "gap", "nobody comes on Sunday"


def test_who_takes_over_everything_needs_no_times_and_a_team_does() -> None:
    stop(visit(None, who="institution"))
    assert refused(visit(None)) == "instead"
    assert refused(visit(None, who="nothing_left")) == "instead"
    stop(visit(None, who="nothing_left"), reason="medication_ended")


def test_only_for_who_died_nothing_comes_instead() -> None:
    stop(reason="died")
    assert refused(slots=[]) == "instead", "also without a moment it is said what comes instead"
    assert refused(visit(None, who="institution"), reason="bored") == "reason"


@given(
    st.lists(
        st.tuples(st.none() | st.times(), st.integers(0, 5), st.integers(1, ALL_DAYS)).map(
            lambda row: visit(
                row[0], who="other_provider", from_on=DAY + timedelta(days=row[1]), weekdays=row[2]
            )
        ),
        max_size=4,
    )
)
def test_it_is_accepted_exactly_when_each_moment_has_somebody(instead: list[Instead]) -> None:
    whole = all(any(covers(one, slot) for one in instead) for slot in SLOTS)
    assert (not uncovered(SLOTS, instead)) is whole
    if whole:
        stop(*instead)
    else:
        assert refused(*instead) == "gap"
