"""The witness of a device's life: it sees what a court would see, and shares no code with the machine's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reik_dispenser.canonical import read_at
from reik_dispenser.messages import Event, EventType
from reik_dispenser.roll import Sachet


@dataclass
class Stay:
    """One stay of a roll, counted from events alone."""

    roll: str
    loaded: int
    fate: dict[int, str] = field(default_factory=dict)
    known: bool = True
    numbers: frozenset[int] = frozenset()

    @property
    def remaining(self) -> int:
        return self.loaded - len(self.fate)


@dataclass
class Witness:
    """What was said and done."""

    seq: int = 0
    evidence: str = "removed"
    stay: Stay | None = None
    of_sachet: dict[Sachet, Stay] = field(default_factory=dict)
    cut: dict[Sachet, datetime] = field(default_factory=dict)
    kept: dict[Sachet, str] = field(default_factory=dict)
    given_at: dict[str, datetime] = field(default_factory=dict)
    plans: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)
    expected: dict[str, datetime | None] = field(default_factory=dict)
    by_hand: set[Sachet] = field(default_factory=set)
    held: set[Sachet] = field(default_factory=set)
    granted: set[str] = field(default_factory=set)
    paused: bool = False
    unlocked: bool = False
    timed: bool = False
    slack: timedelta = timedelta()
    closed: dict[str, list[str]] = field(default_factory=dict)
    out: dict[str, set[int]] = field(default_factory=dict)
    ended: list[tuple[str, Stay, list[int]]] = field(default_factory=list)
    answers: dict[int, Mapping[str, object]] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        assert event.seq == self.seq + 1, "seq rises by one without gaps"
        self.seq = event.seq
        judge = getattr(self, "on_" + event.type, None)
        if judge:
            judge(event, event.data)
        if self.stay and self.stay.known:
            assert 0 <= self.stay.remaining <= self.stay.loaded

    def on_started(self, event: Event, data: Mapping[str, Any]) -> None:
        self.timed = False
        self.granted.clear()

    def on_roll_loaded(self, event: Event, data: Mapping[str, Any]) -> None:
        assert self.stay is None or not self.stay.known or self.stay.remaining == 0
        assert data["roll"] in self.expected
        there = set(range(data["first"], data["last"] + 1))
        there -= {sachet.number for sachet in {*self.cut, *self.by_hand} if sachet.roll == data["roll"]}
        assert data["count"] == len(there)
        self.stay = Stay(data["roll"], data["count"], numbers=frozenset(there))
        assert data["count"] >= 1
        for number in range(data["first"], data["first"] + 1):
            assert Sachet(data["roll"], number) not in self.cut

    def on_roll_removed(self, event: Event, data: Mapping[str, Any]) -> None:
        assert self.stay is not None
        if self.evidence != "pressed":  # what knows only its button says nothing of sachets
            assert data["count"] == (self.stay.remaining if self.stay.known else None), "all remaining leave"
        self.stay = None

    def on_unlocked(self, event: Event, data: Mapping[str, Any]) -> None:
        assert not self.unlocked
        self.unlocked = True
        if self.stay:
            self.stay.known = False

    def on_locked(self, event: Event, data: Mapping[str, Any]) -> None:
        assert self.unlocked
        self.unlocked = False

    def move(self, sachet: Sachet, before: set[str | None], after: str) -> None:
        stay = self.of_sachet.get(sachet) or self.stay
        assert stay is not None
        assert stay.roll == sachet.roll
        assert stay.fate.get(sachet.number) in before, (sachet, stay.fate.get(sachet.number), after)
        stay.fate[sachet.number] = after
        self.of_sachet[sachet] = stay

    def on_sachet_presented(self, event: Event, data: Mapping[str, Any]) -> None:
        sachet = Sachet(data["roll"], data["sachet"])
        assert sachet in self.cut
        self.move(sachet, {None, "retained"}, "presented")

    def on_sachet_taken_out(self, event: Event, data: Mapping[str, Any]) -> None:
        self.move(Sachet(data["roll"], data["sachet"]), {"presented"}, "out")
        out = self.out.setdefault(data["moment"], set())
        out.add(data["k"])
        assert len(out) <= data["n"]

    def on_sachet_retained(self, event: Event, data: Mapping[str, Any]) -> None:
        """Kept once. Only what was given up under the knife may be said again, once: it lies in the tray after all.

        The sum of the contract (section 7, 4) stays as it is by that: retained it was, and retained it is.
        """
        sachet = Sachet(data["roll"], data["sachet"])
        if sachet not in self.cut:
            self.of_sachet.pop(sachet, None)  # it came back uncut, in a new stay
        fell = sachet in self.cut and (self.kept.get(sachet), data["where"]) == ("roll", "tray")
        self.move(sachet, {"retained"} if fell else {None}, "retained")
        self.kept[sachet] = data["where"]

    def on_sachet_removed(self, event: Event, data: Mapping[str, Any]) -> None:
        sachet = Sachet(data["roll"], data["sachet"])
        if self.of_sachet.get(sachet) is not self.stay:
            self.of_sachet.pop(sachet, None)
        self.move(sachet, {None, "retained"}, "removed")
        self.by_hand.add(sachet)

    def on_paused(self, event: Event, data: Mapping[str, Any]) -> None:
        self.paused = True

    def on_resumed(self, event: Event, data: Mapping[str, Any]) -> None:
        self.paused = False

    def on_moment_closed(self, event: Event, data: Mapping[str, Any]) -> None:
        said = self.closed.setdefault(data["moment"], [])
        assert "complete" not in said, "a complete moment is closed once and for all"
        assert not said or said[-1] != data["outcome"], "said again without news"
        assert len(said) < 3
        said.append(data["outcome"])

    def left_at_end(self) -> list[tuple[str, int]]:
        """Sachets of moments that had their last word while the roll of now was in."""
        if self.stay is None or not self.stay.known or self.evidence == "pressed":
            return []
        ended = [(name, numbers) for name, stay, numbers in self.ended if stay is self.stay]
        return [
            (name, number) for name, numbers in ended for number in numbers if number in self.stay.numbers
        ]

    def on_signal_started(self, event: Event, data: Mapping[str, Any]) -> None:
        assert "complete" not in self.closed.get(data["moment"], [])
        assert not self.paused

    def on_command_result(self, event: Event, data: Mapping[str, Any]) -> None:
        if data["command"] in [*self.answers][-32:]:
            before = self.answers[data["command"]]
            assert dict(before) == dict(data), "the same number gets the same answer"
        else:
            assert data["command"] not in self.answers or data["reason"] == "out_of_order"
            self.answers.pop(data["command"], None)
            self.answers[data["command"]] = data

    def see_cut(self, sachet: Sachet, name: str, now: datetime, real: datetime) -> None:
        assert sachet not in self.cut, "never presented twice"
        assert sachet not in self.held, "never while held"
        assert not self.paused
        assert not self.unlocked
        assert self.timed, "nothing without a valid time since boot"
        assert self.stay is not None
        assert self.stay.roll == sachet.roll
        assert sachet.roll in self.expected, "never from a roll that is not expected"
        assert sachet.number not in self.stay.fate
        until = self.expected[sachet.roll]
        moment = self.begun.get(name) or self.plans[-1][name]
        self.begun[name] = moment
        at = read_at(moment["at"])
        assert at is not None
        assert until is None or at < until, "never outside the period of the roll"
        assert sachet.number in moment["sachets"]
        assert now <= at + timedelta(minutes=moment["late_min"]), "never after the latest hand-out time"
        if name not in self.granted:
            assert now >= at - timedelta(minutes=moment["early_min"]), "never before at - early_min"
            others = [given for other, given in self.given_at.items() if other != name]
            gap = timedelta(minutes=moment["gap_min"])
            assert not others or real - max(others) >= gap - self.slack, "never sooner than gap_min"
        if moment["whole"]:
            gone = [Sachet(sachet.roll, number) in self.held for number in moment["sachets"]]
            assert not any(gone), "a whole moment presents nothing while one is held"
        self.cut[sachet] = now
        self.given_at[name] = real
        self.of_sachet[sachet] = self.stay


def test_the_witness_objects_to_a_sachet_that_comes_twice(now: datetime) -> None:
    witness = Witness(stay=Stay("R-1", 2), timed=True, expected={"R-1": None})
    moment = {
        "at": "2026-11-23T07:00:00.000Z",
        "late_min": 60,
        "early_min": 0,
        "gap_min": 0,
        "sachets": [1],
        "whole": False,
    }
    witness.plans.append({"m": moment})
    witness.see_cut(Sachet("R-1", 1), "m", now, now)
    with pytest.raises(AssertionError, match="twice"):
        witness.see_cut(Sachet("R-1", 1), "m", now, now)


def retained(seq: int, where: str) -> Event:
    data = {"roll": "R-1", "sachet": 1, "where": where}
    at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    return Event(epoch=1, seq=seq, at=at, type=EventType.SACHET_RETAINED, data=data)


@pytest.mark.parametrize("again", ["roll", "bin"])
def test_the_witness_objects_to_a_sachet_that_is_kept_twice(now: datetime, again: str) -> None:
    witness = Witness(stay=Stay("R-1", 2), cut={Sachet("R-1", 1): now})
    witness.hear(retained(1, "roll"))
    with pytest.raises(AssertionError):
        witness.hear(retained(2, again))


def test_the_witness_takes_a_fall_into_the_tray_once_and_only_of_what_was_given_up(now: datetime) -> None:
    witness = Witness(stay=Stay("R-1", 2), cut={Sachet("R-1", 1): now})
    witness.hear(retained(1, "roll"))
    witness.hear(retained(2, "tray"))
    with pytest.raises(AssertionError):
        witness.hear(retained(3, "tray"))
    uncut = Witness(stay=Stay("R-1", 2))
    uncut.hear(retained(1, "roll"))
    assert uncut.stay is not None
    uncut.of_sachet[Sachet("R-1", 1)] = uncut.stay
    with pytest.raises(AssertionError):
        uncut.hear(retained(2, "tray"))
