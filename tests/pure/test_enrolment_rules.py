"""Orders, rooms and teach-back as rules: what is refused changes nothing, and nothing is enough by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.interop.orders.mapping import mapped
from reik.pathway.enrolment import ordering, room_rules, teach_back
from reik.pathway.enrolment.ordering import Answer, OrderRefused, OrderState, OrderText, Wanted
from reik.pathway.enrolment.room_rules import RoomTried
from reik.pathway.enrolment.teach_back import (
    ALONE,
    CARER,
    CLIENT,
    DAILY,
    HOW,
    ITEMS,
    NOT_YET,
    WITH_HELP,
    Session,
)
from reik.pathway.path import State

TODAY = date(2026, 11, 23)
WANTED = Wanted(model="Lade 4", wanted_on=TODAY, times_per_day=3)
OVER = {OrderState.REFUSED, OrderState.CANCELLED, OrderState.RETURNED}


@given(st.lists(st.sampled_from(Answer), max_size=8))
def test_an_order_ends_and_what_ended_says_no_more(answers: Sequence[Answer]) -> None:
    state = OrderState.SENT
    for each in answers:
        try:
            after = ordering.step(state, each)
        except OrderRefused:
            assert each not in ordering.answers_from(state)
            continue
        assert state not in OVER
        assert after != state
        state = after


def test_from_every_state_that_runs_it_can_be_delivered() -> None:
    for state in ordering.RUNNING:
        assert ordering.step(state, Answer.DELIVER) is OrderState.DELIVERED
    assert all(not ordering.answers_from(each) for each in OVER)


@given(st.sampled_from(State), st.booleans())
def test_nothing_is_ordered_before_the_roll_is_arranged(state: State, confirmed: bool) -> None:
    before = state in {
        State.INDICATED, State.SELECTING, State.NOT_NOW, State.ENROLLING, State.ROLL, State.STOPPING, State.ENDED,
    }  # fmt: skip
    shown = ["roll_confirmed"] if confirmed else ["pharmacy_agreed"]
    if before or not confirmed:
        with pytest.raises(OrderRefused) as refused:
            ordering.may_be_ordered(state, shown)
        assert refused.value.code == ("roll_first" if before else "roll_gone")
    else:
        ordering.may_be_ordered(state, shown)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({}, ""),
        ({"model": "Anders"}, "model"),
        ({"wanted_on": TODAY - timedelta(days=1)}, "wanted_on"),
        ({"times_per_day": 0}, "times"),
        ({"volume": "loud"}, "volume"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_what_is_asked_is_looked_at(change: dict[str, object], flaw: str) -> None:
    assert ordering.wanted_flaw(replace(WANTED, **change), ["Lade 4"], "email", TODAY) == flaw  # type: ignore[arg-type]


def test_by_phone_somebody_took_it() -> None:
    assert ordering.wanted_flaw(WANTED, ["Lade 4"], "phone", TODAY) == "taken_by"
    assert ordering.wanted_flaw(replace(WANTED, taken_by="Sanne"), ["Lade 4"], "phone", TODAY) == ""


@pytest.mark.parametrize(
    ("mapping", "flaw"),
    [
        ({}, ""),
        ({"order": "reference", "'12'": "customer.number"}, ""),
        ({"client": "name"}, "order"),
        ({"order": "a", "medicine": "b"}, "ours"),
        ({"order": "a b"}, "theirs"),
        ({"order": "a", "client": "a"}, "twice"),
        ({"order": "a", "client": "a.b"}, "twice"),
    ],
)
def test_a_mapping_is_checked(mapping: dict[str, str], flaw: str) -> None:
    assert ordering.mapping_flaw(mapping) == flaw


@given(
    st.dictionaries(
        st.sampled_from(ordering.FIELDS),
        st.from_regex(r"[a-c](\.[a-c]){0,2}", fullmatch=True),
    )
)
def test_every_mapping_that_is_taken_can_be_written(mapping: dict[str, str]) -> None:
    text = OrderText(
        order="R-1", organisation="", organisation_phone="", client="", address="", phone="", model="",
        wanted_on=TODAY, times_per_day=1, language="nl", volume="low", extra_signal=False, installs="team", note="",
    )  # fmt: skip
    if ordering.mapping_flaw(mapping) == "":
        made = mapped(text, mapping)
        for theirs in mapping.values():
            place: object = made
            for part in theirs.split("."):
                assert isinstance(place, dict)
                place = place[part]


ROOMS = st.lists(
    st.builds(
        RoomTried,
        room=st.sampled_from([*room_rules.ROOMS, "schuur"]),
        heard=st.booleans(),
        seen=st.booleans(),
        measure=st.sampled_from(["", "bel boven"]),
    )
)


@given(ROOMS)
def test_the_newest_test_of_a_room_counts_and_all_rooms_ask(tests: list[RoomTried]) -> None:
    newest = room_rules.newest_of_each(tests)
    left = room_rules.lacking(newest)
    for room, each in newest.items():
        assert (room in left) == (not (each.heard or each.seen or each.measure))
    if not left:
        assert "studio" in newest or {"living_room", "bedroom"} <= newest.keys()


def test_a_room_where_nobody_hears_it_asks_what_is_done() -> None:
    deaf = RoomTried(room="bedroom", heard=False, seen=False)
    assert room_rules.flaw(deaf) == "measure"
    assert room_rules.flaw(replace(deaf, seen=True)) == ""
    assert room_rules.flaw(replace(deaf, measure="extra signaalgever")) == ""
    assert room_rules.flaw(replace(deaf, seen=True, volume=9)) == "volume"
    assert room_rules.flaw(replace(deaf, room=" ", seen=True)) == "room"


def test_a_network_that_was_never_told_is_not_good() -> None:
    assert [room_rules.coverage(each) for each in (None, -80.0, -95.0, -96.0, -111.0)] == [
        "unknown", "good", "good", "weak", "none",
    ]  # fmt: skip


@given(st.sampled_from([CLIENT, CARER]), st.data())
def test_enough_is_every_part_and_alone_what_comes_daily(who: str, data: st.DataObject) -> None:
    items = {each: data.draw(st.sampled_from(HOW)) for each in ITEMS[who]}
    enough = NOT_YET not in items.values() and (who == CARER or all(items[each] == ALONE for each in DAILY))
    assert teach_back.understood(who, items) == enough
    assert (teach_back.weak(who, items) == ()) == enough
    session = Session(who=who, name="Anna", items=items)
    assert teach_back.flaw(session, TODAY) == ("" if enough else "repeat_on")
    assert teach_back.flaw(replace(session, repeat_on=TODAY + timedelta(days=7)), TODAY) == ""


def test_a_form_that_is_not_whole_is_not_enough() -> None:
    items = dict.fromkeys(ITEMS[CLIENT], ALONE)
    less = {each: how for each, how in items.items() if each != "power_cut"}
    assert not teach_back.understood(CLIENT, less)
    assert teach_back.flaw(Session(who=CLIENT, name="Anna", items=less), TODAY) == "items"
    assert teach_back.flaw(Session(who=CLIENT, name=" ", items=items), TODAY) == "name"
    assert teach_back.understood(CLIENT, items | {"power_cut": WITH_HELP})
    late = Session(who=CLIENT, name="Anna", items=items, repeat_on=TODAY + timedelta(days=29))
    assert teach_back.flaw(late, TODAY) == "repeat_on"
