"""Loading rounds: never outside a window, every client once, and the order of addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.lists.round_rules import (
    FULL,
    NIGHT,
    NO_ROLL,
    PARTS,
    PASSED,
    TAKES,
    TOO_TIGHT,
    Change,
    Plan,
    plan,
    stops_of,
)
from reik.pathway.lists.route_rules import place_of

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 10, 20, 8, 0, tzinfo=ZONE)
"""Five days before the clock goes back: windows run over that night."""
DAYS = 14
HOUR = timedelta(hours=1)


def change(n: int, opens: datetime | None, closes: datetime | None, **more: object) -> Change:
    values = {"client_id": UUID(int=n), "who": "team", "opens_at": opens, "closes_at": closes, "zone": ZONE}
    return Change(**{**values, **more})  # type: ignore[arg-type]


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    found = []
    for n in range(draw(st.integers(0, 30))):
        opens = NOW + timedelta(minutes=draw(st.integers(-2000, 25_000)))
        lasts = draw(st.none() | st.integers(-60, 5000))
        found.append(
            change(
                n, draw(st.just(opens) | st.none()), None if lasts is None else opens + timedelta(minutes=lasts),
                weekday=draw(st.none() | st.integers(1, 7)), who=draw(st.sampled_from(["team", "pharmacy"])),
                because=draw(st.sampled_from(["", "", "", TOO_TIGHT])),
            )
        )  # fmt: skip
    return found


def times(made: Plan) -> list[UUID]:
    planned = [each.change.client_id for stops in made.rounds.values() for each in stops]
    return planned + [each.client_id for each, _why in made.without]


@given(changes())
def test_every_client_stands_in_the_plan_once(asked: list[Change]) -> None:
    made = plan(asked, NOW, DAYS)
    assert sorted(times(made)) == sorted(each.client_id for each in asked)
    assert all(why for _each, why in made.without)


@given(changes())
def test_nobody_is_planned_outside_her_window_or_outside_the_hours_of_a_round(asked: list[Change]) -> None:
    for slot, stops in plan(asked, NOW, DAYS).rounds.items():
        assert 0 < len(stops) <= FULL
        starts, ends = (datetime.combine(slot.day, at, ZONE) for at in PARTS[slot.part])
        for each in stops:
            one = each.change
            assert not one.because
            assert one.who == slot.who
            assert one.opens_at is not None
            assert max(NOW, one.opens_at, starts) <= each.since
            assert each.until <= min(ends, one.closes_at or ends)
            assert each.until - each.since >= TAKES


@given(changes())
def test_who_has_a_possible_hour_is_planned_unless_all_are_full(asked: list[Change]) -> None:
    made = plan(asked, NOW, DAYS)
    assert all(not stops_of(each, NOW, DAYS) or why == "full" for each, why in made.without)


@given(changes(), st.randoms())
def test_the_order_in_which_they_are_asked_changes_nothing(asked: list[Change], any_order: object) -> None:
    mixed = list(asked)
    any_order.shuffle(mixed)  # type: ignore[attr-defined]
    assert plan(mixed, NOW, DAYS).rounds == plan(asked, NOW, DAYS).rounds


def test_windows_that_meet_are_one_round() -> None:
    asked = [change(n, NOW + n * HOUR, NOW + 60 * HOUR) for n in range(6)]
    made = plan(asked, NOW, DAYS)
    assert [len(stops) for stops in made.rounds.values()] == [6]


def test_an_agreed_weekday_goes_first_where_the_window_has_one() -> None:
    friday = change(1, NOW, NOW + timedelta(days=6), weekday=5)
    (slot,) = plan([friday], NOW, DAYS).rounds
    assert slot.day.isoweekday() == 5
    (other,) = plan([change(1, NOW, NOW + 4 * HOUR, weekday=5)], NOW, DAYS).rounds
    assert other.day.isoweekday() == NOW.isoweekday()


def test_a_part_of_the_day_that_runs_is_taken_only_when_nothing_else_can_be() -> None:
    (later,) = plan([change(1, NOW - HOUR, NOW + 30 * HOUR)], NOW, DAYS).rounds
    assert (later.day, later.part) == (NOW.date(), "afternoon")
    (now,) = plan([change(1, NOW - HOUR, NOW + 2 * HOUR)], NOW, DAYS).rounds
    assert (now.day, now.part) == (NOW.date(), "morning")


def test_a_roll_that_may_be_changed_at_any_time_is_used_first() -> None:
    late = NOW + timedelta(days=5)
    (slot,) = plan([change(1, NOW, late + 9 * HOUR, rather_from=late)], NOW, DAYS).rounds
    assert slot.day == late.date()
    (soon,) = plan([change(1, NOW, NOW + 9 * HOUR, rather_from=late)], NOW, DAYS).rounds
    assert soon.day == NOW.date()


@pytest.mark.parametrize(
    ("opens", "closes", "why"),
    [
        (None, None, NO_ROLL),
        (NOW - 9 * HOUR, NOW + TAKES - timedelta(minutes=1), PASSED),
        (NOW + 20 * HOUR, NOW + 20 * HOUR + timedelta(minutes=5), TOO_TIGHT),
        (NOW + 15 * HOUR, NOW + 22 * HOUR, NIGHT),
    ],
)
def test_without_a_possible_day_the_reason_is_given(
    opens: datetime | None, closes: datetime | None, why: str
) -> None:
    made = plan([change(1, opens, closes)], NOW, DAYS)
    assert made.rounds == {}
    assert [each for _one, each in made.without] == [why]


def test_addresses_go_by_postcode_street_and_number() -> None:
    given_order = [
        "", "Dorpsstraat 10, 7621 AB Borne", "Dorpsstraat 9, 7621 AB Borne", "Achterweg 100, 7622CD Borne",
        "Kerkplein 3a, 7621 AA Borne", "Kerkplein 3, 7621 AA Borne",
    ]  # fmt: skip
    assert sorted(given_order, key=place_of) == [
        "Kerkplein 3, 7621 AA Borne", "Kerkplein 3a, 7621 AA Borne", "Dorpsstraat 9, 7621 AB Borne",
        "Dorpsstraat 10, 7621 AB Borne", "Achterweg 100, 7622CD Borne", "",
    ]  # fmt: skip
    assert place_of("Voorbeeldstraat 1, Borne").area == "BORNE"
    assert place_of("Dorpsstraat 10, 7621 AB Borne").area == "7621"


@given(st.text(max_size=60))
def test_any_address_has_a_place(text: str) -> None:
    assert isinstance(place_of(text).number, int)
