"""What four weeks suggest: only what its own rows show, and always with those rows (N11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reik.alerting.figures.proposing import CallMade, Suggested, Use, suggest

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WINDOW = 30 * MINUTE


def use(days_ago: int, delay_min: float | None, *, alerted: bool = False) -> Use:
    due = NOW - timedelta(days=days_ago) - timedelta(hours=1)
    return Use(
        moment_id=uuid4(), due_at=due, deadline_at=due + WINDOW, missed=delay_min is None, alerted=alerted,
        out_at=None if delay_min is None else due + delay_min * MINUTE,
    )  # fmt: skip


def suggested(uses: list[Use], calls: list[CallMade] | None = None) -> dict[str, Suggested]:
    return {each.kind: each for each in suggest(uses, calls or [], NOW, ZONE)}


def test_later_and_later_is_seen_with_the_middle_of_each_week() -> None:
    uses = [use(day, 20 - 5 * (day // 7)) for day in range(28)]
    found = suggested(uses)
    assert set(found) == {"drifts_later"}
    assert found["drifts_later"].subject == "12:00"
    assert found["drifts_later"].evidence["weeks_s"] == [300, 600, 900, 1200]
    assert suggested([use(day, 20 - 3 * (day // 7)) for day in range(28)]) == {}, "nine minutes in all"
    assert suggested([use(day, [25, 10, 15, 5][day // 7]) for day in range(28)]) == {}, "up and down"
    assert suggested([use(day, 20 - 5 * (day // 7)) for day in range(0, 28, 4)]) == {}, "too few of a week"


def test_more_misses_needs_twice_as_many_and_three_more() -> None:
    def found(before: int, after: int) -> bool:
        uses = [
            use(day, None if day - 14 in range(before) or day in range(after) else 5) for day in range(28)
        ]
        return "more_misses" in suggested(uses)

    for before in range(8):
        for after in range(12):
            assert found(before, after) is (after - before >= 3 and after >= 2 * before), (before, after)


def test_presses_just_after_the_window_suggest_a_longer_one() -> None:
    late = [use(day, 37, alerted=True) for day in range(5)]
    found = suggested(late + [use(day, 5) for day in range(5, 9)])
    assert found["late_presses"].evidence["longer_min"] == 10
    assert len(found["late_presses"].evidence["moments"]) == 5  # type: ignore[arg-type]
    assert "late_presses" not in suggested(late[:4])
    assert "late_presses" not in suggested(late + [use(day, None, alerted=True) for day in range(5, 10)])
    assert "late_presses" not in suggested([use(day, 41, alerted=True) for day in range(8)])


def call(n: int, *, answered: bool = False, responder: str = "Petra") -> CallMade:
    return CallMade(
        alert_id=UUID(int=n), position=2, responder=responder, at=NOW - timedelta(days=n), answered=answered
    )


def test_a_step_that_never_answers_is_named() -> None:
    found = suggested([], [call(n) for n in range(1, 6)])
    assert found["silent_step"].subject == "2 Petra"
    assert found["silent_step"].evidence["calls"] == 5
    assert suggested([], [call(n) for n in range(1, 5)]) == {}
    assert suggested([], [*(call(n) for n in range(1, 9)), call(9, answered=True)]) == {}
    assert suggested([], [call(n, responder=f"{n}") for n in range(1, 9)]) == {}
    assert suggested([], [call(n) for n in range(27, 33)]) == {}, (
        "what is older than four weeks does not count"
    )


uses_drawn = st.lists(
    st.builds(
        use, st.integers(0, 40), st.one_of(st.none(), st.floats(-5, 60)), alerted=st.booleans()
    ),
    max_size=80,
)  # fmt: skip
calls_drawn = st.lists(
    st.builds(call, st.integers(0, 40), answered=st.booleans(), responder=st.sampled_from("ab")), max_size=30
)


@given(uses_drawn, calls_drawn)
def test_every_proposal_is_carried_by_its_own_rows(uses: list[Use], calls: list[CallMade]) -> None:
    by_id = {str(each.moment_id): each for each in uses}
    for each in suggest(uses, calls, NOW, ZONE):
        shown = [by_id[id] for id in each.evidence.get("moments", [])]  # type: ignore[attr-defined]
        assert all(NOW - timedelta(days=28) <= one.due_at < NOW for one in shown)
        if each.kind == "drifts_later":
            weeks = each.evidence["weeks_s"]
            assert isinstance(weeks, list)
            assert weeks == sorted(weeks)
            last = [one for one in shown if NOW - one.due_at <= timedelta(days=7)]
            middle = median((one.out_at - one.due_at).total_seconds() for one in last if one.out_at)
            assert abs(middle - weeks[3]) <= 1
        elif each.kind == "more_misses":
            assert all(one.missed for one in shown)
            assert len(shown) == each.evidence["before"] + each.evidence["after"]  # type: ignore[operator]
        elif each.kind == "late_presses":
            assert all(one.out_at and one.out_at >= one.deadline_at and one.alerted for one in shown)
        else:
            of = [one for one in calls if f"{one.position} {one.responder}" == each.subject]
            recent = [one for one in of if one.at >= NOW - timedelta(days=28) and one.at < NOW]
            assert len(recent) == each.evidence["calls"]
            assert not any(one.answered for one in recent)


@given(uses_drawn, calls_drawn, st.randoms())
def test_the_order_of_rows_changes_nothing(uses: list[Use], calls: list[CallMade], order: object) -> None:
    mixed = list(uses)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert suggest(uses, calls, NOW, ZONE) == suggest(mixed, list(reversed(calls)), NOW, ZONE)
