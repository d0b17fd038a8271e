"""How long people may have an alert: the table, and that nothing they do keeps the last step away for longer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.alerting.claims.bounds import (
    BEHIND,
    BY_PHONE,
    NoClaim,
    Route,
    bounds_of,
    claimed_until,
    held_until,
    longest_of,
    moved,
    refuse_second,
    within,
)
from reik.alerting.outcomes import WATCHED, Role, until
from reik.alerting.policy import PlannedStep, RouteStep, go_on, plan

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
CRITICAL, NORMAL = 0, 1


def route(
    priority: int = NORMAL, *, last: int | None = 60, reached: bool = False, latest: int | None = None
) -> Route:
    return Route(
        priority=priority, latest_at=None if latest is None else NOW + latest * MINUTE,
        last_due_at=None if last is None else NOW + last * MINUTE, reached=reached,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("priority", "role", "kind", "minutes"),
    [
        (NORMAL, Role.OPERATOR, "screen", 15),
        (NORMAL, Role.INFORMAL_CARER, "screen", 15),
        (NORMAL, Role.TEAM, "screen", 30),
        (CRITICAL, Role.OPERATOR, "screen", 5),
        (CRITICAL, Role.INFORMAL_CARER, "screen", 5),
        (CRITICAL, Role.TEAM, "screen", 10),
        (NORMAL, Role.TEAM, "phone", 5),
        (CRITICAL, Role.OPERATOR, "phone", 5),
        (2, Role.OPERATOR, "screen", 15),
    ],
)
def test_how_long_a_person_has_it(priority, role, kind, minutes):
    assert longest_of(priority, role, kind) == minutes * MINUTE
    assert claimed_until(route(priority), role, NOW, kind=kind) == NOW + minutes * MINUTE


def test_a_claim_may_be_shorter_and_not_longer():
    assert claimed_until(route(), Role.OPERATOR, NOW, lasts=3 * SECOND) == NOW + 3 * SECOND
    assert claimed_until(route(CRITICAL), Role.OPERATOR, NOW, lasts=60 * MINUTE) == NOW + 5 * MINUTE


def test_never_beyond_the_latest_hand_out_time_that_lies_ahead():
    """R29."""
    assert claimed_until(route(latest=8), Role.OPERATOR, NOW) == NOW + 8 * MINUTE
    assert claimed_until(route(latest=0), Role.OPERATOR, NOW) == NOW + 15 * MINUTE


def test_a_key_on_the_phone_that_is_opened_counts_from_the_key():
    assert claimed_until(route(), Role.OPERATOR, NOW + 4 * MINUTE, begun=NOW) == NOW + 15 * MINUTE


@pytest.mark.parametrize(("priority", "together"), [(CRITICAL, 10), (NORMAL, 30)])
def test_all_together_never_beyond_the_bound_of_the_last_step(priority, together):
    near = route(priority, last=2)
    cap = NOW + (2 + together) * MINUTE
    at = cap - 3 * MINUTE
    assert claimed_until(near, Role.TEAM, at) == cap
    with pytest.raises(NoClaim, match="last step") as refused:
        claimed_until(near, Role.TEAM, cap - 59 * SECOND)
    assert not refused.value.used
    assert held_until(near, cap + MINUTE, cap) == cap
    # nobody was called for longer than a watch may be behind: then a person is better than none
    assert claimed_until(near, Role.OPERATOR, cap + BEHIND + SECOND) > cap + BEHIND


def test_behind_the_last_step_a_claim_puts_off_its_repetition_only():
    assert claimed_until(route(CRITICAL, last=-60, reached=True), Role.TEAM, NOW) == NOW + 10 * MINUTE
    assert claimed_until(route(last=None), Role.TEAM, NOW) == NOW + 30 * MINUTE


def test_a_second_claim_says_what_she_can_do():
    refuse_second(had_it=False)
    with pytest.raises(NoClaim, match="say how it went") as refused:
        refuse_second(had_it=True)
    assert refused.value.used


def test_the_rest_of_a_route_is_drawn_together_where_it_would_be_too_late():
    planned = plan(steps(3, wait=20), NOW, ZONE)
    assert [each.due_at - NOW for each in within(planned, route(CRITICAL, last=20))] == [
        0 * MINUTE, 20 * MINUTE, 30 * MINUTE,
    ]  # fmt: skip
    assert within(planned, route(CRITICAL, last=20, reached=True)) == planned


def test_moved_is_never_less_than_nothing():
    assert moved(route(last=10), NOW + 25 * MINUTE) == 15 * MINUTE
    assert moved(route(last=10), NOW) == 0 * MINUTE
    assert moved(route(last=10, reached=True), NOW + 25 * MINUTE) == 0 * MINUTE


def steps(number: int, *, wait: int = 5) -> list[RouteStep]:
    step = RouteStep(action="ask_team", responder="x", destination_id=UUID(int=1), wait=wait * MINUTE)
    return [*[step] * (number - 1), replace(step, repeat=5 * MINUTE)]


@dataclass
class Life:
    """One alert as the rules let it live, to the second, with `reik watch` on time and nothing else."""

    priority: int
    route: list[RouteStep]
    latest_at: datetime | None
    at: datetime = NOW
    planned: list[PlannedStep] = field(default_factory=list)
    after: int = 0
    holder: str = ""
    ends: datetime | None = None
    used: set[str] = field(default_factory=set)
    held: dict[str, timedelta] = field(default_factory=dict)
    called_last: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.planned = plan(self.route, NOW, ZONE)
        self.first = self.planned[-1].due_at
        self.take()

    def stands(self) -> Route:
        return Route(
            priority=self.priority,
            latest_at=self.latest_at,
            last_due_at=self.first,
            reached=bool(self.called_last),
        )

    def take(self) -> None:
        while not self.holder and self.planned and self.planned[0].due_at <= self.at:
            step = self.planned.pop(0)
            self.after = step.position
            if step.repeat:
                self.called_last.append(self.at)
                self.planned.append(replace(step, due_at=self.at + step.repeat))

    def hold(self, who: str, ends: datetime) -> None:
        self.holder, self.ends, self.planned = who, ends, []

    def free(self) -> None:
        self.holder, self.ends = "", None
        self.planned = within(go_on(self.route, self.after, self.at, ZONE), self.stands())
        self.take()

    def claim(self, who: str, role: Role, kind: str) -> None:
        if self.holder:
            return
        refuse_second(who in self.used)
        ends = claimed_until(self.stands(), role, self.at, kind=kind)
        self.used.add(who)
        self.hold(who, ends)

    def act(self, what: str, who: str, role: Role) -> None:
        match what:
            case "screen" | "phone":
                self.claim(who, role, what)
            case "release" if self.holder == who:
                self.free()
            case "pass_on" if self.holder in ("", who):
                self.free()
            case "says_out" if self.holder in ("", who) or role is Role.TEAM:
                ends = held_until(self.stands(), until(self.at, WATCHED, self.latest_at), self.at)
                if ends > self.at:
                    self.hold("watched", ends)
                else:
                    self.free()
            case "late_press" if self.holder == "watched" and who not in self.used:
                self.holder = ""  # a sachet of two is out: still open, and somebody takes it over
                try:
                    self.claim(who, role, "screen")
                except NoClaim:
                    self.holder = "watched"

    def pass_time(self, seconds: int) -> None:
        goal = self.at + seconds * SECOND
        while True:
            coming = [self.ends] if self.ends else [each.due_at for each in self.planned[:1]]
            if not coming or coming[0] > goal:
                break
            self.at = max(self.at, coming[0])
            if self.ends:
                self.free()
            self.take()
        self.at = goal


ACTS = st.tuples(
    st.sampled_from(["screen", "screen", "phone", "release", "pass_on", "says_out", "late_press"]),
    st.sampled_from(["Jo", "Ed", "Els", "Ali", "wijkteam", "Mo"]),
    st.sampled_from(Role),
    st.one_of(st.integers(0, 120), st.sampled_from([0, 299, 300, 301, 599, 600, 899, 900, 1800])),
)


@settings(max_examples=1500, deadline=None)
@given(
    priority=st.sampled_from([CRITICAL, NORMAL]), number=st.integers(1, 5), wait=st.sampled_from([1, 3, 10, 20, 60]),
    latest=st.one_of(st.none(), st.integers(0, 120)), acts=st.lists(ACTS, max_size=25),
)  # fmt: skip
def test_no_sequence_keeps_an_alert_from_its_last_step(priority, number, wait, latest, acts):
    """At most 10 minutes for a time-critical alert, 30 for another; and it is called in the end."""
    life = Life(priority, steps(number, wait=wait), None if latest is None else NOW + latest * MINUTE)
    bound = bounds_of(priority).together
    for what, who, role, seconds in acts:
        with suppress(NoClaim):
            life.act(what, who, role)
        if not life.called_last:
            waits_until = life.ends or life.planned[-1].due_at
            assert waits_until - life.first <= bound
            if life.planned:
                assert moved(life.stands(), life.planned[-1].due_at) <= bound
        life.pass_time(seconds)
        assert life.holder or life.planned  # somebody has it, or somebody is called next
    life.pass_time(3 * 3600 + number * wait * 60)
    assert life.called_last
    assert life.called_last[0] - life.first <= bound


def test_the_page_in_the_docs_says_the_same():
    page = (Path(__file__).parents[2] / "docs/explanation/life-of-an-alert.md").read_text()

    def said(words: str) -> list[int]:
        (line,) = [each for each in page.splitlines() if each.startswith(f"| {words}")]
        return [int(each.strip().removesuffix(" min")) for each in line.split("|")[2:4]]

    def minutes(ordinary: timedelta, critical: timedelta) -> list[int]:
        return [ordinary // MINUTE, critical // MINUTE]

    both = bounds_of(NORMAL), bounds_of(CRITICAL)
    assert said("one person") == minutes(*(each.claim for each in both))
    assert said("the care team") == minutes(*(each.team for each in both))
    assert said("a key on the phone") == minutes(BY_PHONE, min(BY_PHONE, both[1].claim))
    assert said("all together") == minutes(*(each.together for each in both))
