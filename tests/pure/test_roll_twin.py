"""The sum of a roll in a device: loaded = out + presented + retained + removed + remaining (N6, R24, R33)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.dispensing.rolls.twin import (
    MOST_SAID,
    Fate,
    Record,
    Said,
    Verdict,
    add,
    as_json,
    from_json,
    judged,
    said_by,
    stays,
)

FIRST, LAST = 1, 6


def record(*events) -> Record:
    """Events as (seq or (epoch, seq), type, data)."""
    made = Record()
    for place, type, data in events:
        said = said_by(type, data)
        if said is not None:
            add(made, place if isinstance(place, tuple) else (1, place), said)
    return made


def loaded(place, count=6, first=FIRST, last=LAST):
    return (place, "roll_loaded", {"roll": "R", "first": first, "last": last, "count": count, "by": "n1"})


def left(place, count):
    return (place, "roll_removed", {"roll": "R", "first": 1, "last": 6, "count": count, "by": "n1"})


def of(place, type, sachet):
    return (place, type, {"roll": "R", "sachet": sachet})


def verdicts(made: Record, **more):
    return [(balance.verdict, balance.off_by) for _, balance in judged(made, **more)]


@dataclass
class Life:
    """A lawful life of one roll in a device, as section 7 of the device contract allows it."""

    events: list = field(default_factory=list)
    fates: dict[int, str] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    inside: bool = False
    count: int = 0
    seq: int = 0

    def say(self, type: str, **data) -> None:
        self.seq += 1
        self.events.append(((1, self.seq), type, {"roll": "R", **data}))

    @property
    def remaining(self) -> int:
        return self.count - len(self.fates)

    def act(self, what: str, sachet: int) -> None:
        fate = self.fates.get(sachet)
        if what == "load" and not self.inside and (there := [n for n in range(1, 7) if n not in self.used]):
            self.inside, self.fates, self.count = True, {}, len(there)
            self.say("roll_loaded", first=there[0], last=6, count=len(there), by="n1")
        elif not self.inside or (sachet in self.used and fate is None):
            return
        elif what == "leave":
            self.inside = False
            self.say("roll_removed", first=1, last=6, count=self.remaining, by="n1")
            self.used |= {n for n, each in self.fates.items() if each != "retained"}
        elif what == "present" and fate is None:
            self.move("presented", "sachet_presented", sachet)
        elif what == "take" and fate == "presented":
            self.move("out", "sachet_taken_out", sachet)
        elif what == "retain" and fate in (None, "presented"):
            self.move("retained", "sachet_retained", sachet)
        elif what == "remove" and fate in (None, "retained"):
            self.move("removed", "sachet_removed", sachet)

    def move(self, fate: str, type: str, sachet: int) -> None:
        self.fates[sachet] = fate
        self.say(type, sachet=sachet)


acts = st.lists(
    st.tuples(st.sampled_from(["load", "leave", "present", "take", "retain", "remove"]), st.integers(1, 6)),
    max_size=40,
)


def lived(deeds) -> Life:
    life = Life()
    life.act("load", 0)
    for deed in deeds:
        life.act(*deed)
    return life


@settings(max_examples=300, deadline=None)
@given(deeds=acts, drawn=st.data())
def test_every_lawful_life_balances_whatever_the_order_of_arrival(deeds, drawn):
    """R24, R33; device contract, invariants 4 and 5."""
    life = lived(deeds)
    arrived = drawn.draw(st.permutations(life.events + life.events))
    made = record(*arrived)
    found = judged(made, reported=life.remaining if life.inside else None)
    assert {balance.verdict for _, balance in found} == {Verdict.BALANCES}
    newest = found[-1][0]
    assert newest.remaining == life.remaining
    assert {n: fate.value for n, fate in newest.fates.items()} == life.fates
    total = sum(newest.number_of(fate) for fate in Fate)
    assert newest.loaded == total + newest.remaining


@settings(max_examples=200, deadline=None)
@given(deeds=acts, drawn=st.data())
def test_a_sachet_that_nobody_accounts_for_shows(deeds, drawn):
    """The only event that tells of a sachet's end is missing: the sum is off by one."""
    life = lived([*deeds, ("leave", 0), ("load", 0)])
    newest = max((n for n, each in enumerate(life.events) if each[1] == "roll_loaded"))
    free = [n for n in range(1, 7) if n not in life.used]
    if not life.inside or not free:
        return
    sachet = drawn.draw(st.sampled_from(free))
    life.events = life.events[: newest + 1]
    life.fates = {}
    life.act("retain", sachet)
    without = [
        each for each in life.events if each[1] != "sachet_retained" or each[0] < life.events[newest][0]
    ]
    assert verdicts(record(*without), reported=life.remaining)[-1] == (Verdict.OFF, 1)


kinds = st.sampled_from(
    ["roll_loaded", "roll_removed", "unlocked", "sachet_presented", "sachet_taken_out", "sachet_retained",
     "sachet_removed", "button_pressed"]
)  # fmt: skip
anything = st.tuples(
    st.tuples(st.integers(1, 2), st.integers(1, 30)),
    kinds,
    st.fixed_dictionaries(
        {name: st.one_of(st.none(), st.integers(-2, 9)) for name in ("sachet", "first", "last", "count")}
    ),
)


@settings(max_examples=300, deadline=None)
@given(said=st.lists(anything, max_size=15, unique_by=lambda each: each[0]), drawn=st.data())
def test_any_events_in_any_order_end_the_same(said, drawn):
    """R33, also for what no device should say."""
    again = drawn.draw(st.permutations(said + said))
    one, other = record(*said), record(*again)
    assert judged(one) == judged(other)
    assert as_json(one) == as_json(other)
    assert from_json(json.loads(json.dumps(as_json(one)))) == one


def test_presented_is_not_out_and_stays_counted():
    made = record(
        loaded(1), of(2, "sachet_presented", 1), of(4, "sachet_presented", 2), of(3, "sachet_taken_out", 1)
    )
    (stay,) = stays(made)
    assert (stay.number_of(Fate.OUT), stay.number_of(Fate.PRESENTED), stay.remaining) == (1, 1, 4)


def test_taken_out_after_the_roll_left_belongs_to_the_stay_it_was_presented_in():
    made = record(
        loaded(1),
        of(2, "sachet_presented", 1),
        left(3, 5),
        loaded(4, 5, first=2),
        of(5, "sachet_taken_out", 1),
    )
    assert verdicts(made, reported=5) == [(Verdict.BALANCES, 0), (Verdict.BALANCES, 0)]


def test_what_was_retained_on_the_roll_may_be_presented_in_its_next_stay():
    made = record(
        loaded(1), of(2, "sachet_retained", 3), left(3, 5), loaded(4), of(5, "sachet_presented", 3),
        of(6, "sachet_taken_out", 3),
    )  # fmt: skip
    assert verdicts(made, reported=5) == [(Verdict.BALANCES, 0), (Verdict.BALANCES, 0)]


@pytest.mark.parametrize(
    ("events", "verdict", "off_by"),
    [
        ([loaded(1), left(2, 4)], Verdict.OFF, 2),
        ([loaded(1), left(2, 7)], Verdict.OFF, -1),
        ([loaded(1), of(2, "sachet_removed", 9)], Verdict.OFF, -1),
        ([loaded(1, 1), of(2, "sachet_removed", 1), of(3, "sachet_removed", 2)], Verdict.OFF, -1),
        ([loaded(1, None)], Verdict.UNKNOWN, 0),
        ([loaded(1), (2, "unlocked", {"reason": "battery_end"})], Verdict.UNKNOWN, 0),
        ([loaded(1), left(2, None)], Verdict.UNKNOWN, 0),
    ],
)
def test_by_how_much_a_sum_is_off(events, verdict, off_by):
    assert verdicts(record(*events)) == [(verdict, off_by)]


def test_after_an_unlocking_the_count_is_unknown_until_a_person_enters_the_lowest_sachet():
    """Device contract, section 3."""
    made = record(loaded(1), (2, "unlocked", {}), loaded(3, 4, first=3), of(4, "sachet_taken_out", 3))
    assert verdicts(made, reported=3) == [(Verdict.UNKNOWN, 0), (Verdict.BALANCES, 0)]


def test_a_device_that_knows_only_its_button_has_no_sum():
    assert verdicts(record(loaded(1), left(2, 0)), counts=False) == [(Verdict.UNKNOWN, 0)]


def test_before_any_loading_is_known_there_is_no_stay():
    assert judged(record(of(2, "sachet_taken_out", 1))) == []


def test_a_flood_of_nonsense_ends_in_unknown_in_any_order():
    flood = [((1, n), Said(*_retained(n))) for n in range(2, MOST_SAID + 3)]
    for order in (flood, flood[::-1]):
        made = record(loaded(1))
        for place, said in order:
            add(made, place, said)
        assert made == Record(nonsense=True)
        assert from_json(as_json(made)) == made


def _retained(n: int):
    said = said_by("sachet_retained", {"sachet": n})
    return said.kind, said.numbers
