"""What a change of plan means for the sachets at home, and the way of a change, as tables (N5, R19, R22, R23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from reik.medication.changes.meaning import (
    CHOICES,
    is_same,
    options_from,
    options_json,
    plan_change,
    urgency_of,
)
from reik.medication.changes.path import (
    OVER,
    TRANSITIONS,
    ChangeRefused,
    Event,
    State,
    owned_by,
    step,
    transition_table,
)
from reik.medication.changes.sachets import AtHome, OnRoll, affected_from, affected_json, sachets_of
from reik.medication.rolls.sachets import Content, sachets_for
from reik.medication.times.schedule import EVERY_DAY, TimeLine, Timetable, expand

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HOLDS = AtHome(has_dispenser=True, can_hold=True, changes_after_last=False)
SOON = NOW + 12 * HOUR


def doses(*times: str, sachets: int = 1, days: int = 7):
    lines = tuple(
        TimeLine(weekdays=EVERY_DAY, at=time.fromisoformat(each), sachets=sachets) for each in times
    )
    return expand([Timetable(starts_on=None, lines=lines)], TUESDAY, TUESDAY + days * DAY, ZONE)


def packed(*times: str, sachets: int = 1, **more) -> OnRoll:
    """A roll that was packed for these times, with the same plan now."""
    made = doses(*times, sachets=sachets)
    usual = {
        "number": "R1", "starts_at": datetime(2026, 11, 23, 23, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 30, 23, tzinfo=UTC), "sachets": sachets_for(made), "doses": made,
        "replaceable_by": SOON,
    }  # fmt: skip
    return OnRoll(**(usual | more))


def contents(lines, *times):
    return {(TUESDAY + day * DAY, time.fromisoformat(at)): sorted(lines) for day in range(7) for at in times}


def by_choice(found):
    return {each.choice: each for each in found.options}


def test_a_roll_that_is_as_planned_is_no_change():
    assert plan_change(packed("08:00", "20:00"), HOLDS, ZONE, NOW) is None


@pytest.mark.parametrize(
    ("planned", "kind", "numbers", "sequences"),
    [
        (doses("08:00"), "extra", (0, 1), [2, 4, 6, 8, 10, 12, 14]),
        (doses("08:00", "13:00", "20:00"), "missing", (1, 0), []),
        (doses("08:00", "21:00"), "other_time", (1, 1), [2, 4, 6, 8, 10, 12, 14]),
        (doses("08:00", "20:00", sachets=2), "other_number", (2, 1), list(range(1, 15))),
    ],
)
def test_every_kind_of_difference_names_its_sachets(planned, kind, numbers, sequences):
    found = plan_change(packed("08:00", "20:00", doses=planned), HOLDS, ZONE, NOW)
    assert {each.kind for each in found.affected} == {kind}
    assert {(each.planned, each.found) for each in found.affected} == {numbers}
    assert sachets_of(found.affected) == sequences


def test_other_medicines_at_the_same_time_name_what_is_more_what_is_less_and_what_else_is_in_it():
    roll = packed(
        "08:00", "20:00", packed=contents(["a, 1", "b, 1"], "08:00", "20:00"),
        agreed=contents(["a, 1", "b, 1"], "08:00") | contents(["a, 1", "c, 1"], "20:00"),
    )  # fmt: skip
    found = plan_change(roll, HOLDS, ZONE, NOW)
    first = found.affected[0]
    assert (first.kind, first.at, first.more, first.less, first.others) == (
        "other_contents", time(20), ("c, 1",), ("b, 1",), ("a, 1",),
    )  # fmt: skip
    assert sachets_of(found.affected) == [2, 4, 6, 8, 10, 12, 14]
    assert not by_choice(found)["add_by_hand"].possible  # b is still in it


def test_what_only_came_to_it_can_be_added_by_hand():
    roll = packed(
        "08:00", packed=contents(["a, 1"], "08:00"), agreed=contents(["a, 1", "c, 1"], "08:00"),
    )  # fmt: skip
    found = plan_change(roll, HOLDS, ZONE, NOW)
    assert by_choice(found)["add_by_hand"].possible
    assert found.proposed == "add_by_hand"
    assert sachets_of(found.affected) == [1, 2, 3, 4, 5, 6, 7]  # and yet withheld until the pharmacy says so


def test_a_time_of_the_pharmacy_near_the_moment_on_the_roll_is_that_moment():
    roll = packed(
        "08:00", packed=contents(["a, 1"], "07:30"), agreed=contents(["a, 2"], "07:30"),
    )  # fmt: skip
    assert sachets_of(plan_change(roll, HOLDS, ZONE, NOW).affected) == [1, 2, 3, 4, 5, 6, 7]


def test_the_packers_words_go_before_the_plan_of_then():
    made = packed("20:00", doses=doses("21:00"))
    told = tuple(
        replace(each, contents=(Content(code="1", text="metoprolol 50 mg", amount="1"),))
        for each in made.sachets
    )
    found = plan_change(replace(made, sachets=told), HOLDS, ZONE, NOW)
    assert found.affected[0].contents == ("metoprolol 50 mg, 1",)
    assert found.affected[0].others == ("metoprolol 50 mg, 1",)


@pytest.mark.parametrize(
    ("home", "choice", "reasons"),
    [
        (HOLDS, "hold", ("others_by_hand",)),
        (replace(HOLDS, can_hold=False), "hold", ("device_cannot_hold",)),
        (replace(HOLDS, can_hold=None), "hold", ("device_unknown",)),
        (AtHome(), "hold", ("no_dispenser",)),
        (replace(HOLDS, changes_after_last=True), "replace_roll", ("changes_after_last",)),
        (replace(HOLDS, changes_after_last=None), "replace_roll", ("new_roll_before",)),
    ],
)
def test_options_are_possible_or_say_why_not(home, choice, reasons):
    found = plan_change(packed("08:00", "20:00", doses=doses("08:00")), home, ZONE, NOW)
    assert [each.choice for each in found.options] == list(CHOICES)
    assert by_choice(found)[choice].reasons == reasons


def test_a_roll_that_cannot_be_there_in_time_is_no_option():
    late = packed("08:00", "20:00", doses=doses("08:00"), replaceable_by=NOW + 3 * DAY)
    assert by_choice(plan_change(late, HOLDS, ZONE, NOW))["replace_roll"].reasons == ("no_roll_in_time",)
    unknown = replace(late, replaceable_by=None)
    assert by_choice(plan_change(unknown, HOLDS, ZONE, NOW))["replace_roll"].reasons == ("no_roll_in_time",)


def test_a_recalled_roll_may_not_be_kept():
    found = plan_change(packed("08:00", recalled=True), HOLDS, ZONE, NOW)
    options = by_choice(found)
    assert not options["keep"].possible
    assert not options["add_by_hand"].possible
    assert sachets_of(found.affected) == [1, 2, 3, 4, 5, 6, 7]
    assert all(each.has_others for each in found.affected)


@pytest.mark.parametrize("hours", [0.0, 3.0, 15.2, 20.0, 23.9, 24.1, 40.0, 71.9, 72.1, 100.0])
def test_time_passing_never_makes_the_same_difference_another_one(hours):
    """Whatever passes in a day, what is found is what was found before, less what is over."""
    for planned in (
        doses("08:00"),
        doses("08:00", "09:30"),
        doses("08:00", "21:30"),
        doses("07:00", "20:00"),
    ):
        roll = packed("08:00", "20:00", doses=planned)
        first = plan_change(roll, HOLDS, ZONE, NOW)
        later = plan_change(
            replace(roll, known={each.key for each in first.affected}), HOLDS, ZONE, NOW + hours * HOUR
        )
        assert later is not None
        assert is_same(first.affected, later, NOW + hours * HOUR)


def test_another_plan_is_another_difference():
    first = plan_change(packed("08:00", "20:00", doses=doses("08:00")), HOLDS, ZONE, NOW)
    second = plan_change(packed("08:00", "20:00", doses=doses("20:00")), HOLDS, ZONE, NOW)
    assert not is_same(first.affected, second, NOW)


def test_what_is_under_way_is_affected_and_what_is_out_is_not():
    ten = datetime(2026, 11, 24, 7, 10, tzinfo=UTC)
    roll = packed("08:00", "20:00", doses=doses("20:00"))
    begun = replace(HOLDS, under_way=frozenset({("R1", 1)}))
    assert 1 in sachets_of(plan_change(roll, begun, ZONE, ten).affected)
    assert 1 not in sachets_of(plan_change(roll, HOLDS, ZONE, ten).affected)
    gone = replace(HOLDS, gone=frozenset({("R1", 1), ("R1", 3)}))
    assert sachets_of(plan_change(roll, gone, ZONE, NOW).affected) == [5, 7, 9, 11, 13]


def test_what_the_pharmacy_accepted_before_and_what_a_person_took_out_is_no_change():
    roll = packed("08:00", "20:00", doses=doses("08:00"))
    keys = {each.key for each in plan_change(roll, HOLDS, ZONE, NOW).affected}
    assert plan_change(replace(roll, accepted=keys), HOLDS, ZONE, NOW) is None
    assert plan_change(replace(roll, removed=frozenset(range(1, 15))), HOLDS, ZONE, NOW) is None


def test_urgency_follows_the_first_moment():
    assert [urgency_of(NOW + each * HOUR, NOW) for each in (-1, 23, 24, 71, 72)] == [
        "now", "now", "today", "today", "week",
    ]  # fmt: skip


def test_what_is_kept_as_json_comes_back_the_same():
    roll = packed("08:00", packed=contents(["a, 1"], "08:00"), agreed=contents(["b, 1"], "08:00"))
    found = plan_change(roll, HOLDS, ZONE, NOW)
    assert affected_from(affected_json(found.affected)) == list(found.affected)
    assert options_from(options_json(found.options)) == list(found.options)


# -- the way of a change ------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_pair_is_a_step_or_a_refusal_with_a_sentence(state, event):
    if (state, event) in TRANSITIONS:
        assert step(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ChangeRefused, match=r"\.$"):
            step(state, event)


def test_nothing_leaves_the_end_and_every_state_before_it_has_an_owner():
    assert not [pair for pair in TRANSITIONS if pair[0] in OVER]
    for state, choice in product(State, CHOICES):
        assert (owned_by(state, choice) is None) == (state in OVER)


def test_only_the_pharmacys_word_leads_to_what_is_carried_out():
    """Without CONFIRMED nothing is ever confirmed or carried out: no sequence of other steps gets there."""
    reached, seen = {State.OPEN}, set()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {
            after for (before, event), after in TRANSITIONS.items()
            if before is state and event is not Event.CONFIRMED
        }  # fmt: skip
    assert not reached & {State.CONFIRMED, State.CARRIED_OUT}


def test_every_state_can_end():
    for state in State:
        if state not in OVER:
            assert {step(state, event) for event in (Event.AGREES, Event.OVER)} <= OVER


def test_the_table_is_printed_whole():
    printed = transition_table()
    assert all(f"| `{event}` |" in printed for event in Event)
    assert printed.count("→") == len(TRANSITIONS)
