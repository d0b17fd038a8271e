"""Plan beside roll: every planned moment stands there once, and what the roll lacks is never called equal."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reik.medication.rolls.beside import NO_ROLL, ON_ROLL, OTHER_CONTENTS, Covering, days_beside
from reik.medication.rolls.check import differences
from reik.medication.rolls.contents import ContentDifference
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.seen.audit import AuditLine, merge, page
from reik.medication.times.schedule import PlannedDose, instant_of, key_of

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST, DAYS = date(2026, 11, 23), 4
ROLL = UUID(int=7)
TIMES = (time(8), time(12), time(20))
slots = st.sets(
    st.tuples(st.sampled_from([FIRST + timedelta(days=each) for each in range(DAYS)]), st.sampled_from(TIMES))
)


def doses(places: set[tuple[date, time]]) -> list[PlannedDose]:
    return [
        PlannedDose(
            key=key_of(day, at), day=day, at=at, due_at=instant_of(day, at, ZONE), sachets=1, window_min=45,
            late_min=45, criticality=1,
        )
        for day, at in sorted(places)
    ]  # fmt: skip


def roll(places: set[tuple[date, time]], days: int, *contents: ContentDifference) -> Covering:
    until = FIRST + timedelta(days=days)
    return Covering(
        id=ROLL, number="R-1", state="loaded", starts_at=instant_of(FIRST, time(), ZONE),
        ends_at=instant_of(until, time(), ZONE), contents=contents,
        sachets=[
            SachetOnRoll(sequence=number, day=day, at=at)
            for number, (day, at) in enumerate(sorted(each for each in places if each[0] < until), start=1)
        ],
    )  # fmt: skip


@given(planned=slots, packed=slots, days=st.integers(1, DAYS))
def test_every_planned_moment_stands_there_once_and_differs_just_where_the_roll_does(
    planned: set[tuple[date, time]], packed: set[tuple[date, time]], days: int
) -> None:
    """R15, R23: the page's word is that of `rolls.check`; where no roll is, it says so and nothing else."""
    on_roll = roll(packed, days)
    found = days_beside(doses(planned), [on_roll], {}, {}, first=FIRST, days=DAYS, zone=ZONE)
    assert [each.day for each in found] == [FIRST + timedelta(days=each) for each in range(DAYS)]
    rows = {(day.day, each.at): each for day in found for each in day.moments}
    assert sum(len(day.moments) for day in found) == len(rows)
    assert {place for place, each in rows.items() if each.planned} == planned
    covered = [each for each in doses(planned) if on_roll.starts_at <= each.due_at < on_roll.ends_at]
    differing = {(each.day, each.at): each.kind for each in differences(covered, on_roll.sachets)}
    assert {place: each.state for place, each in rows.items() if each.differs} == differing
    assert all(
        (each.state == NO_ROLL) == (place[0] >= FIRST + timedelta(days=days)) for place, each in rows.items()
    )
    shown = [one.sequence for each in rows.values() for one in each.sachets]
    assert sorted(shown) == [each.sequence for each in on_roll.sachets]


def test_other_contents_are_no_equal_and_are_accepted_only_as_a_whole() -> None:
    place = (FIRST, time(8))
    one, other = (
        ContentDifference(
            kind="content_extra", day=FIRST, at=time(8), text=text, code=text, planned="", found="1"
        )
        for text in ("a", "b")
    )

    def state(*keys: str) -> tuple[str, str | None]:
        accepted = {(ROLL, key): f"Ruud: {number}" for number, key in enumerate(keys)}
        found = days_beside(
            doses({place}), [roll({place}, 1, one, other)], {}, accepted, first=FIRST, days=1, zone=ZONE
        )
        (moment,) = found[0].moments
        return moment.state, moment.accepted

    assert state() == (OTHER_CONTENTS, None)
    assert state(one.key) == (OTHER_CONTENTS, None)
    assert state(one.key, other.key) == (OTHER_CONTENTS, "Ruud: 0; Ruud: 1")
    equal = days_beside(doses({place}), [roll({place}, 1)], {}, {}, first=FIRST, days=1, zone=ZONE)
    assert equal[0].moments[0].state == ON_ROLL


@given(counts=st.lists(st.integers(0, 6), min_size=1, max_size=4), number=st.integers(-3, 9))
def test_the_pages_of_the_history_hold_every_line_once_newest_first(counts: list[int], number: int) -> None:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    sources = [
        [
            AuditLine(at=begin + timedelta(hours=each % 3), by=str(of), subject="roll", kind=str(each))
            for each in range(count)
        ]
        for of, count in enumerate(counts)
    ]
    merged = merge(*sources)
    assert [each.at for each in merged] == sorted((each.at for each in merged), reverse=True)
    pages = page(merged, 1, size=4).pages
    assert [each for one in range(1, pages + 1) for each in page(merged, one, size=4).lines] == merged
    assert 1 <= page(merged, number, size=4).number <= pages
