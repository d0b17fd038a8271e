"""Rules of fire drills: when somebody is called, what became of it, and when Reik holds one by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.alerting.drills import rules
from reik.alerting.drills.rules import Standing, Tried, Verdict
from reik.alerting.policy import RouteStep, why_not_now

ZONE = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2026, 11, 10, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WAIT = 5 * MINUTE
times = st.times(min_value=time(0), max_value=time(23, 59)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
instants = st.integers(0, 3 * 366 * 1440).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def tried(**said: object) -> Tried:
    return Tried(**{"due_at": NOON, "wait": WAIT, "sent_at": NOON, **said})  # type: ignore[arg-type]


@given(times, times, instants)
def test_nobody_is_called_outside_her_hours_and_everybody_within_two_days(
    start: time, end: time, now: datetime
) -> None:
    if start == end:
        return
    at = rules.next_time((start, end), now, ZONE)
    assert now <= at <= now + timedelta(days=2)
    offsets = {(at + timedelta(hours=n)).astimezone(ZONE).utcoffset() for n in (-3, 3)}
    assert len(offsets) > 1 or not why_not_now((start, end), at, ZONE), "but for an hour that does not exist"


def test_every_step_and_the_emergency_path_are_called() -> None:
    one, two, path = uuid4(), uuid4(), uuid4()
    route = [
        RouteStep(
            action="ask_carer", responder="a", destination_id=one, wait=WAIT, hours=(time(18), time(22))
        ),
        RouteStep(action="ask_team", responder="b", destination_id=two, wait=2 * WAIT, repeat=WAIT),
    ]
    calls = rules.calls_of(route, ("c", path), NOON, ZONE)
    assert [(each.position, each.destination_id) for each in calls] == [(1, one), (2, two), (99, path)]
    assert calls[0].due_at == datetime(2026, 11, 10, 17, tzinfo=UTC)
    assert [each.due_at for each in calls[1:]] == [NOON, NOON]
    assert calls[2].wait == 2 * WAIT


@pytest.mark.parametrize(
    ("tries", "after", "verdict"),
    [
        ([tried()], 4, Verdict.WAITING),
        ([tried()], 5, Verdict.NO_ANSWER),
        ([tried(answered_at=NOON + WAIT)], 9, Verdict.ANSWERED),
        ([tried(answered_at=NOON + WAIT + MINUTE)], 9, Verdict.LATE),
        ([tried(failed_at=NOON)], 1, Verdict.FAILED),
        ([tried(failed_at=NOON), tried()], 1, Verdict.WAITING),
        ([tried(failed_at=NOON), tried()], 5, Verdict.NO_ANSWER),
        ([tried(failed_at=NOON), tried(answered_at=NOON + MINUTE)], 2, Verdict.OTHER_WAY),
        ([tried(failed_at=NOON), tried(failed_at=NOON)], 1, Verdict.FAILED),
        ([tried(sent_at=None, due_at=NOON + 60 * MINUTE)], 1, Verdict.LATER),
        ([tried(sent_at=None)], 1, Verdict.WAITING),
        ([tried(sent_at=None, reason="carer_away")], 1, Verdict.AWAY),
        ([tried(sent_at=None, reason="proven")], 1, Verdict.PROVEN),
    ],
)
def test_what_became_of_a_step(tries: list[Tried], after: int, verdict: Verdict) -> None:
    assert rules.verdict_of(tries, NOON + after * MINUTE) is verdict


@given(st.dictionaries(st.sampled_from([1, 2, 3, 99]), st.sampled_from(list(Verdict)), min_size=1))
def test_a_drill_passes_only_when_its_end_answered_and_nobody_who_was_called_was_silent(
    verdicts: dict[int, Verdict],
) -> None:
    ends = [each for each in verdicts if each != 99]
    expected = bool(ends) and verdicts[max(ends)] in ("answered", "other_way", "proven")
    for verdict in verdicts.values():
        expected = expected and verdict not in ("late", "failed", "no_answer", "waiting", "later")
    assert rules.passed(verdicts) is expected


@given(st.text(min_size=1, max_size=32), st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_the_monthly_drill_falls_in_working_hours_of_its_month(covers: str, day: date) -> None:
    at = rules.slot(covers, day, ZONE)
    assert rules.is_working_time(at, ZONE)
    assert at.astimezone(ZONE).date().replace(day=1) == day.replace(day=1)


def test_monthly_drills_are_spread_over_the_month() -> None:
    slots = [rules.slot(f"route {n}", date(2026, 11, 1), ZONE) for n in range(400)]
    by_day = {each.date(): sum(other.date() == each.date() for other in slots) for each in slots}
    assert len(by_day) >= 19
    assert max(by_day.values()) < 45


def standing(changed: timedelta, held: timedelta | None) -> Standing:
    return Standing(covers="x", changed_at=NOON - changed, held_at=None if held is None else NOON - held)


@pytest.mark.parametrize(
    ("route", "now", "why"),
    [
        (standing(2 * 60 * MINUTE, None), NOON - 2 * 60 * MINUTE, ""),  # somebody may still be at it
        (standing(timedelta(days=9), None), datetime(2026, 11, 10, 9, tzinfo=UTC), "changed"),
        (standing(timedelta(days=9), None), datetime(2026, 11, 10, 2, tzinfo=UTC), ""),  # night
        (standing(timedelta(days=9), None), datetime(2026, 11, 15, 9, tzinfo=UTC), ""),  # Sunday
        (standing(timedelta(days=90), timedelta(days=3)), datetime(2026, 11, 10, 9, tzinfo=UTC), ""),
        (standing(timedelta(days=2), timedelta(days=3)), datetime(2026, 11, 10, 9, tzinfo=UTC), "changed"),
        (standing(timedelta(days=90), timedelta(days=30)), datetime(2026, 11, 30, 15, tzinfo=UTC), "monthly"),
        (standing(timedelta(days=90), timedelta(days=30)), datetime(2026, 11, 2, 8, 30, tzinfo=UTC), ""),
    ],
)
def test_when_reik_holds_a_drill_by_itself(route: Standing, now: datetime, why: str) -> None:
    assert rules.why_now(route, now, ZONE) == why


def test_a_peak_is_many_moments_at_once() -> None:
    assert rules.is_peak(40, 100)
    assert not rules.is_peak(9, 9)
    assert not rules.is_peak(40, 400)
