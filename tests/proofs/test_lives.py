"""Proofs of the alert loop, small: lives, every path, what the guard outside concludes (R45 to R56)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.alerting.policy import ASK_CARER, ASK_TEAM, CARER_AWAY, PlannedStep, RouteStep, asked_now
from reik.ops.bench.lives import every_path
from reik.ops.bench.lives.cases import draw
from reik.ops.bench.lives.play import Player
from reik.ops.bench.lives.reference import differences
from reik.ops.bench.lives.wall import instant, ms, offset, within
from reik.ops.outside_rules import BEAT_S, GONE_S, SILENT_S, STUCK_S, Answer, Watched

MINUTE = timedelta(minutes=1)
AMSTERDAM = "Europe/Amsterdam"


def lives(count: int, plant: str = "") -> Counter[str]:
    found: Counter[str] = Counter()
    for each in range(count):
        random = Random(f"1 {each}")
        life = Player(draw(random), random, plant).play()
        calls = [(ms(call.at), call.position, call.destination_id) for call in life.alert.calls]
        found += life.wrong
        found["differing"] += bool(next(differences(life.case, life.told, calls), None))
    return +found


def test_each_life_ends_with_a_person_or_the_device_and_is_as_the_reference_reckons() -> None:
    assert lives(1000) == Counter()


@pytest.mark.parametrize(
    ("plant", "found"),
    [("lose", "without_human"), ("late", "late_steps"), ("double", "differing"), ("hold", "over_bound")],
)
def test_a_planted_fault_of_a_life_is_found(plant: str, found: str) -> None:
    assert lives(100, plant)[found] > 0


def test_every_path_of_three_events_leads_to_a_person_within_the_bound() -> None:
    walked = every_path.check(3)
    assert (walked.unheard, walked.over_bound) == (0, 0), walked.first
    assert walked.states > 5000


@pytest.mark.parametrize(("plant", "found"), [("lose", "unheard"), ("hold", "over_bound")])
def test_a_planted_fault_of_a_path_is_found(plant: str, found: str) -> None:
    assert getattr(every_path.check(2, plant), found) > 0


def test_lives_that_were_otherwise_once() -> None:
    """Found by the proof: a step that the bound drew forward called an informal carer who was away."""
    for each in (90564, 124542):
        random = Random(f"1 {each}")
        life = Player(draw(random), random).play()
        calls = [(ms(call.at), call.position, call.destination_id) for call in life.alert.calls]
        assert not list(differences(life.case, life.told, calls))


class TestAskedNow:
    """A step that is drawn forward is asked for the time at which it is called."""

    NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
    CARER = UUID(int=7)
    ROUTE = (
        RouteStep(
            action=ASK_CARER, responder="carer", destination_id=UUID(int=1), wait=MINUTE, carer_id=CARER,
            hours=(time(8), time(22)),
        ),
        RouteStep(
            action=ASK_TEAM, responder="team", destination_id=UUID(int=2), wait=MINUTE, repeat=MINUTE
        ),
    )  # fmt: skip

    def planned(self, due_at: datetime) -> list[PlannedStep]:
        return [
            PlannedStep(
                position=number, round=1, action=step.action, responder=step.responder,
                destination_id=step.destination_id, due_at=due_at, repeat=step.repeat,
            )
            for number, step in enumerate(self.ROUTE, start=1)
        ]  # fmt: skip

    def skipped(self, due_at: datetime, away: frozenset[UUID] = frozenset()) -> list[str]:
        zone = ZoneInfo(AMSTERDAM)
        return [each.skipped for each in asked_now(self.planned(due_at), self.ROUTE, self.NOW, zone, away)]

    def test_within_her_hours_and_at_home_she_is_called(self) -> None:
        assert self.skipped(self.NOW) == ["", ""]

    def test_away_she_is_not(self) -> None:
        assert self.skipped(self.NOW, frozenset({self.CARER})) == [CARER_AWAY, ""]

    def test_outside_her_hours_she_is_not(self) -> None:
        early = replace(self.ROUTE[0], hours=(time(10), time(22)))
        found = asked_now(self.planned(self.NOW), (early, self.ROUTE[1]), self.NOW, ZoneInfo(AMSTERDAM), ())
        assert [bool(each.skipped) for each in found] == [True, False]

    def test_what_is_due_later_is_asked_when_it_is_taken(self) -> None:
        assert self.skipped(self.NOW + MINUTE, frozenset({self.CARER})) == ["", ""]


class TestWallOfTheReference:
    """The reference's own clock, against the zone's tables: otherwise the two could be wrong together."""

    @pytest.mark.parametrize("zone", [AMSTERDAM, "America/Kralendijk"])
    def test_its_offset_is_that_of_the_tables(self, zone: str) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        while at < datetime(2028, 1, 1, tzinfo=UTC):
            assert timedelta(milliseconds=offset(ms(at), zone)) == at.astimezone(ZoneInfo(zone)).utcoffset()
            at += timedelta(hours=1)

    def test_hours_that_the_clock_leaves_out_or_has_twice(self) -> None:
        spring, autumn = (datetime(2026, *day, tzinfo=UTC) for day in ((3, 29), (10, 25)))
        half_past_two = 150
        assert instant(ms(spring) // 86_400_000, half_past_two, AMSTERDAM) == ms(spring + timedelta(hours=1))
        assert instant(ms(autumn) // 86_400_000, half_past_two, AMSTERDAM) == ms(
            autumn + timedelta(minutes=30)
        )

    def test_hours_run_past_midnight_and_do_not_hold_at_their_end(self) -> None:
        noon = ms(datetime(2026, 11, 23, 11, tzinfo=UTC))
        assert within((time(22), time(12, 30)), noon, AMSTERDAM)
        assert not within((time(22), time(12)), noon, AMSTERDAM)
        assert within(None, noon, AMSTERDAM)


class TestOutside:
    """What the guard elsewhere makes of answers; `reik prove watchdog` has it notice them."""

    @staticmethod
    def answer(age_s: float = 1, ahead_s: float = 0, now: float = 1000.0, *names: str) -> Answer:
        processes = [
            {"process": each, "age_s": age_s, "ahead_s": ahead_s} for each in names or ("watch", "send")
        ]
        return Answer(now=now, processes=processes)

    @staticmethod
    def look(*answers: tuple[Answer, float], beat: float | None = None) -> dict[str, str]:
        watched, found = Watched(("watch", "send"), 0.0, last_beat=beat), dict[str, str]()
        for answer, at in answers:
            found = watched.look(answer, at, 1000.0)
        return found

    def test_all_is_well(self) -> None:
        assert self.look((self.answer(), 0), (self.answer(), 300)) == {}

    def test_who_stands_still_is_named(self) -> None:
        assert list(self.look((self.answer(STUCK_S + 1), 0))) == ["watch stuck", "send stuck"]

    def test_two_of_a_kind_of_which_one_stands_still(self) -> None:
        both = [{"process": "watch", "age_s": age, "ahead_s": 0} for age in (1, STUCK_S + 1)] + [
            {"process": "send", "age_s": 1, "ahead_s": 0}
        ]
        assert list(self.look((Answer(now=1000.0, processes=both), 0))) == ["watch stuck"]

    def test_who_is_gone_is_named_after_the_time_of_a_restart(self) -> None:
        alone = self.answer(1, 0, 1000.0, "watch")
        assert self.look((alone, 0), (alone, GONE_S - 1)) == {}
        assert list(self.look((alone, 0), (alone, GONE_S))) == ["send gone"]
        assert self.look((alone, 0), (self.answer(), 10), (alone, GONE_S)) == {}

    @pytest.mark.parametrize("ahead_s", [20.0, -20.0])
    def test_a_clock_that_is_off(self, ahead_s: float) -> None:
        assert list(self.look((self.answer(1, ahead_s), 0))) == ["watch shifted", "send shifted"]

    def test_a_platform_whose_clock_is_off(self) -> None:
        assert list(self.look((self.answer(1, 0, 1100.0), 0))) == ["clock"]

    def test_silence(self) -> None:
        silent = Answer("HTTP 503")
        assert self.look((silent, 0), (silent, SILENT_S - 1)) == {}
        assert list(self.look((silent, 0), (silent, SILENT_S))) == ["silent"]
        assert self.look((silent, 0), (self.answer(), 10), (silent, SILENT_S)) == {}

    def test_a_heartbeat_that_stays_away(self) -> None:
        assert self.look((self.answer(), BEAT_S), beat=0.0) == {}
        assert list(self.look((self.answer(), BEAT_S + 1), beat=0.0)) == ["heartbeat"]
