"""The day card, without a database: a time goes by dispenser only when everything says so (R5, R26, R82)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.cards.daycard import Content, DayCard, DeviceWay, Ended, Known, OnRoll, Turned, cards_of
from reik.medication.times.schedule import EVERY_DAY, TimeLine, Timetable, expand

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
AT = time(8)
DUE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
PACKED, OTHERS, AGREED = ((Content(text=each, amount="1"),) for each in ("gepakt", "overig", "afgesproken"))


def card(**more: object) -> DayCard:
    table = Timetable(starts_on=None, lines=(TimeLine(weekdays=EVERY_DAY, at=AT, late_min=90),))
    doses = expand([table], DAY, DAY + timedelta(days=1), ZONE)
    return cards_of(Known(client_id=UUID(int=1), zone=ZONE, doses=doses, **more), DAY, 1, NOW)[0]  # type: ignore[arg-type]


def device(state: str | None = "ready") -> DeviceWay:
    return DeviceWay(name="D", evidence="removed", since=DAY, state=state, heard_at=NOW)


def rolled(state: str, contents: tuple[Content, ...] | None = PACKED) -> dict[tuple[date, time], OnRoll]:
    return {(DAY, AT): OnRoll(roll="R", state=state, sequences=(1,), contents=contents)}


def ended(outcome: str | None) -> dict[datetime, Ended]:
    return {DUE: Ended(outcome=outcome, deadline_at=DUE, latest_at=DUE + timedelta(minutes=90), at=None)}


@given(
    st.none() | st.sampled_from(["ready", "paused", "signalling", None]).map(device),
    st.sampled_from(["registered", "delivered", "loaded", None]),
    st.lists(
        st.builds(
            Turned, since=st.sampled_from([DUE - timedelta(hours=1), DUE, DUE + timedelta(hours=1)]),
            until=st.sampled_from([None, DUE, DUE + timedelta(seconds=1)]),
            why=st.sampled_from(["away", "change", "by_hand"]),
        ),
        max_size=3,
    ),
)  # fmt: skip
def test_by_dispenser_only_when_it_is_there_loaded_not_paused_and_nobody_turned_it_back(
    there: DeviceWay | None, roll: str | None, turned: list[Turned]
) -> None:
    made = card(device=there, on_roll=rolled(roll) if roll else {}, turned=turned, ended=ended(None))
    (line,) = made.lines
    back = any(each.since <= DUE and (each.until is None or each.until > DUE) for each in turned)
    goes = there is not None and there.state != "paused" and roll == "loaded" and not back
    assert (line.way == "dispenser") == goes
    assert (line.why == "") == goes
    assert made.by_hand == (not goes)
    assert any(each.code.startswith("hand_") for each in made.warnings) == (not goes)


@pytest.mark.parametrize("outcome", ["in_time", "late", "not_out", "unknown", "device_failure"])
def test_what_ended_at_the_dispenser_stays_by_dispenser(outcome: str) -> None:
    later = Turned(since=NOW - timedelta(days=1), until=None, why="away")
    made = card(device=device("paused"), on_roll=rolled("loaded"), turned=[later], ended=ended(outcome))
    assert (made.lines[0].way, made.lines[0].stands) == ("dispenser", outcome)


@pytest.mark.parametrize("outcome", ["by_hand", "paused", "withheld"])
def test_what_ended_by_hand_says_so(outcome: str) -> None:
    made = card(device=device(), on_roll=rolled("loaded"), ended=ended(outcome))
    assert (made.lines[0].way, made.lines[0].why) == ("hand", outcome)


def test_of_a_changed_sachet_what_was_packed_is_never_what_is_to_be_given() -> None:
    turned = [Turned(since=DUE, until=DUE + timedelta(seconds=1), why="change", who="Anja", others=OTHERS)]
    made = card(device=device(), on_roll=rolled("loaded"), agreed={(DAY, AT): AGREED}, turned=turned)
    assert (made.lines[0].contents, made.lines[0].contents_from, made.lines[0].who_name) == (
        OTHERS,
        "change",
        "Anja",
    )
    unknown = [Turned(since=DUE, until=None, why="change")]
    assert card(device=device(), on_roll=rolled("loaded"), turned=unknown).lines[0].contents == ()


def test_contents_are_those_of_the_sachet_else_of_the_agreements_else_not_known() -> None:
    agreed = {(DAY, AT): AGREED}
    assert card(device=device(), on_roll=rolled("loaded"), agreed=agreed).lines[0].contents == PACKED
    assert card(device=device(), on_roll=rolled("loaded", None), agreed=agreed).lines[0].contents == AGREED
    assert card(device=device(), on_roll=rolled("loaded", None)).lines[0].contents == ()


@pytest.mark.parametrize(("silent", "codes"), [(False, ["unwell"]), (True, ["silent", "unwell"])])
def test_a_dispenser_that_is_silent_or_unwell_is_warned_of(silent: bool, codes: list[str]) -> None:
    there = DeviceWay(name="D", evidence="removed", since=DAY, state="fault", heard_at=NOW, silent=silent)
    made = card(device=there, on_roll=rolled("loaded"))
    assert [each.code for each in made.warnings] == codes


def test_a_card_counts_until_the_end_of_its_own_local_day() -> None:
    assert card(device=None).valid_until == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
