"""What a device's events mean for a roll: pure, and blind to the order in which they arrive (N6, R24, R33).

Everything said of one roll is kept as a set; the stays of the roll in the device are read from it in the order
(epoch, seq), so that any order of arrival and any repetition gives the same stays (device contract, invariants 4
and 5). A stay is one time in the device: from a `roll_loaded` until the next one or the `roll_removed`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

OF_A_ROLL = frozenset(
    {
        "roll_loaded", "roll_removed", "roll_refused", "sachet_presented", "sachet_taken_out", "sachet_retained",
        "sachet_removed", "unlocked",
    }
)  # fmt: skip
"""The events that this module, or the refusal of a roll, is about; `unlocked` names no roll."""

MOST_SAID = 2_000
"""A roll of 400 sachets says less. Beyond it a device is talking nonsense, and its count is unknown."""


class Kind(StrEnum):
    """What is kept of an event, one letter each."""

    LOADED = "l"
    LEFT = "x"
    UNLOCKED = "u"
    PRESENTED = "p"
    OUT = "o"
    RETAINED = "r"
    REMOVED = "h"  # by hand
    BY_PERSON = "m"  # a person entered the number of a sachet that she took out: no event of the device


_KINDS = {
    "roll_loaded": Kind.LOADED, "roll_removed": Kind.LEFT, "unlocked": Kind.UNLOCKED,
    "sachet_presented": Kind.PRESENTED, "sachet_taken_out": Kind.OUT, "sachet_retained": Kind.RETAINED,
    "sachet_removed": Kind.REMOVED,
}  # fmt: skip

Place = tuple[int, int]
"""(epoch, seq)"""


@dataclass(frozen=True, slots=True)
class Said:
    """One event: `numbers` are the sachet, or first, last and count of a loading; of a removal only the count."""

    kind: Kind
    numbers: tuple[int | None, ...] = ()


@dataclass(slots=True)
class Record:
    """Everything that one device said of one roll. `nonsense`: more than any roll has to say; sticks.

    `by_person`: the numbers of sachets that people say they took out, whatever the device says of them.
    """

    said: dict[Place, Said] = field(default_factory=dict)
    nonsense: bool = False
    by_person: set[int] = field(default_factory=set)


def said_by(type: str, data: Mapping[str, object]) -> Said | None:
    """What an event says of a roll; None when it does not say which sachet, or is about no roll."""
    kind = _KINDS.get(type)
    if kind is None or kind is Kind.UNLOCKED:
        return Said(kind) if kind else None
    if kind is Kind.LOADED:
        return Said(kind, tuple(_number(data, name) for name in ("first", "last", "count")))
    if kind is Kind.LEFT:
        return Said(kind, (_number(data, "count"),))
    sachet = _number(data, "sachet")
    return None if sachet is None else Said(kind, (sachet,))


def _number(data: Mapping[str, object], name: str) -> int | None:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def add(record: Record, place: Place, said: Said) -> None:
    """Keep one event of the ledger (each comes under one (epoch, seq))."""
    if record.nonsense:
        return
    record.said[place] = said
    if len(record.said) > MOST_SAID:
        record.said, record.nonsense = {}, True


class Fate(StrEnum):
    OUT = "out"
    PRESENTED = "presented"
    RETAINED = "retained"
    REMOVED = "removed"


_FATES = {
    Kind.PRESENTED: Fate.PRESENTED, Kind.OUT: Fate.OUT, Kind.RETAINED: Fate.RETAINED, Kind.REMOVED: Fate.REMOVED,
}  # fmt: skip


@dataclass(slots=True)
class Stay:
    """One time of the roll in the device. None: not said. `counted` is False from an unlocking on.

    `untold`: sachets that a person took out and of which the device knows nothing: it counts them as remaining.
    """

    since: Place
    first: int | None
    last: int | None
    loaded: int | None
    fates: dict[int, Fate] = field(default_factory=dict)
    ended: bool = False
    left_with: int | None = None
    counted: bool = True
    untold: int = 0

    def number_of(self, fate: Fate) -> int:
        return sum(each is fate for each in self.fates.values())

    @property
    def remaining(self) -> int | None:
        """By Reik's reckoning: loaded, less every sachet that went its way."""
        return None if self.loaded is None else self.loaded - len(self.fates)

    @property
    def strangers(self) -> tuple[int, ...]:
        """Sachets that the roll, as it was loaded, does not have."""
        if self.first is None or self.last is None:
            return ()
        return tuple(sorted(each for each in self.fates if not self.first <= each <= self.last))


def stays(record: Record) -> list[Stay]:
    """The stays, in order. What is said of sachets before any loading is known belongs to none yet."""
    found: list[Stay] = []
    lives: dict[int, Stay] = {}  # where each sachet was last seen
    for place in sorted(record.said):
        said = record.said[place]
        if said.kind is Kind.LOADED:
            first, last, count = said.numbers
            found.append(Stay(place, first, last, count))
        elif not found:
            continue
        elif said.kind is Kind.LEFT:
            found[-1].ended, found[-1].left_with = True, said.numbers[0]
        elif said.kind is Kind.UNLOCKED:
            if not found[-1].ended:
                found[-1].counted = False
        else:
            _move(found[-1], lives, said)
    _take_out(found, record.by_person)
    return found


def _take_out(found: Sequence[Stay], by_person: Collection[int]) -> None:
    """What people took out is removed, once: also when the device says so too, or believes to have kept it back."""
    for sachet in sorted(by_person):
        told = [stay for stay in found if sachet in stay.fates]
        if told:
            if told[-1].fates[sachet] is Fate.RETAINED:
                told[-1].fates[sachet] = Fate.REMOVED
            continue
        for stay in reversed(found):
            if stay.first is None or stay.last is None or stay.first <= sachet <= stay.last:
                stay.fates[sachet] = Fate.REMOVED
                stay.untold += 1
                break


def newest_move(record: Record) -> Place | None:
    """When the roll last came in or left."""
    moves = (place for place, said in record.said.items() if said.kind in (Kind.LOADED, Kind.LEFT))
    return max(moves, default=None)


def _move(newest: Stay, lives: dict[int, Stay], said: Said) -> None:
    """A sachet in the tray keeps to the stay that it was presented in; any other is on the roll as it is now."""
    sachet, fate = said.numbers[0], _FATES[said.kind]
    assert sachet is not None
    stay = lives.get(sachet, newest)
    if stay.fates.get(sachet) is not Fate.PRESENTED or fate is Fate.PRESENTED:
        stay = newest
    stay.fates[sachet] = fate
    lives[sachet] = stay


class Verdict(StrEnum):
    BALANCES = "balances"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether a stay's sum is right (R24). `off_by`: sachets that nobody accounts for; below 0: too many."""

    verdict: Verdict
    off_by: int = 0
    reason: str = ""


def balance(stay: Stay, *, reported: int | None = None, counts: bool = True) -> Balance:
    """Compare what must remain with what is said to.

    `reported`: what the device itself says remains, now that Reik holds all its events. `counts` False: a
    device that knows only its button.
    """
    if not counts:
        return Balance(Verdict.UNKNOWN, reason="not_counted")
    if not stay.counted:
        return Balance(Verdict.UNKNOWN, reason="unlocked")
    remaining = stay.remaining
    if remaining is None:
        return Balance(Verdict.UNKNOWN, reason="count_not_said")
    if stay.strangers:
        return Balance(Verdict.OFF, -len(stay.strangers), "sachets_of_another_roll")
    if remaining < 0:
        return Balance(Verdict.OFF, remaining, "more_than_loaded")
    if stay.ended and stay.left_with is None:
        return Balance(Verdict.UNKNOWN, reason="count_not_said")
    said = stay.left_with if stay.ended else reported
    if said is not None and not remaining <= said <= remaining + stay.untold:
        return Balance(Verdict.OFF, remaining - said, "left_with" if stay.ended else "reported")
    return Balance(Verdict.BALANCES)


def judged(record: Record, *, reported: int | None = None, counts: bool = True) -> list[tuple[Stay, Balance]]:
    """Every stay with its sum. One that ended in another loading, unsaid, left what that loading counted."""
    found = stays(record)
    said = [None if stay.ended else after.loaded for stay, after in pairwise(found)]
    return [
        (stay, balance(stay, reported=remains, counts=counts))
        for stay, remains in zip(found, [*said, reported], strict=False)
    ]


def as_json(record: Record) -> object:
    """For a column: `[[epoch, seq, kind, numbers…], …]`, or null for nonsense; what a person said is at (0, 0)."""
    if record.nonsense:
        return None
    told = [[*place, said.kind.value, *said.numbers] for place, said in sorted(record.said.items())]
    return [*told, *([0, 0, Kind.BY_PERSON.value, each] for each in sorted(record.by_person))]


def from_json(value: object) -> Record:
    if not isinstance(value, list):
        return Record(nonsense=True)
    return Record(
        {
            (each[0], each[1]): Said(Kind(each[2]), tuple(each[3:]))
            for each in value
            if each[2] != Kind.BY_PERSON
        },
        by_person={each[3] for each in value if each[2] == Kind.BY_PERSON},
    )
