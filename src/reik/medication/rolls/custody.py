"""The chain of custody of a roll: which step may follow which. Pure (R18, R24, N6).

A roll is packed, checked, delivered, received, loaded, emptied; what is left is counted, goes back to the
pharmacy, and is counted there again. A step that nobody recorded is shown as such, never filled in: so the chain
may begin at any step until the loading, but a step that was begun is not skipped by a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Step(StrEnum):
    PACKED = "packed"
    CHECKED = "checked"
    DELIVERED = "delivered"  # handed over by the pharmacy: to the client, or to who keeps it for her
    RECEIVED = "received"  # in the home, confirmed by whoever took it in
    LOADED = "loaded"
    EMPTIED = "emptied"
    TAKEN_OUT = "taken_out"  # out of the dispenser with sachets on it
    COUNTED = "counted"  # leftovers counted
    HANDED_BACK = "handed_back"  # leftovers on their way to the pharmacy
    RETURNED = "returned"  # leftovers received by the pharmacy, and counted there


START = ""
"""Nothing is recorded yet."""

ORDER: Sequence[Step] = (
    Step.PACKED, Step.CHECKED, Step.DELIVERED, Step.RECEIVED, Step.LOADED, Step.EMPTIED, Step.COUNTED,
    Step.HANDED_BACK, Step.RETURNED,
)  # fmt: skip
"""The whole chain, as a screen shows it; TAKEN_OUT stands in the place of EMPTIED."""

TRANSITIONS: Mapping[tuple[str, Step], Step] = {
    (START, Step.PACKED): Step.PACKED,
    (START, Step.CHECKED): Step.CHECKED,
    (START, Step.DELIVERED): Step.DELIVERED,
    (START, Step.RECEIVED): Step.RECEIVED,
    (START, Step.LOADED): Step.LOADED,
    (START, Step.COUNTED): Step.COUNTED,
    (Step.PACKED, Step.CHECKED): Step.CHECKED,
    (Step.PACKED, Step.COUNTED): Step.COUNTED,
    (Step.CHECKED, Step.DELIVERED): Step.DELIVERED,
    (Step.CHECKED, Step.RECEIVED): Step.RECEIVED,
    (Step.CHECKED, Step.LOADED): Step.LOADED,
    (Step.CHECKED, Step.COUNTED): Step.COUNTED,
    (Step.DELIVERED, Step.RECEIVED): Step.RECEIVED,
    (Step.DELIVERED, Step.LOADED): Step.LOADED,
    (Step.DELIVERED, Step.COUNTED): Step.COUNTED,
    (Step.RECEIVED, Step.LOADED): Step.LOADED,
    (Step.RECEIVED, Step.COUNTED): Step.COUNTED,
    (Step.LOADED, Step.EMPTIED): Step.EMPTIED,
    (Step.LOADED, Step.TAKEN_OUT): Step.TAKEN_OUT,
    (Step.TAKEN_OUT, Step.LOADED): Step.LOADED,
    (Step.TAKEN_OUT, Step.COUNTED): Step.COUNTED,
    (Step.EMPTIED, Step.COUNTED): Step.COUNTED,
    (Step.COUNTED, Step.COUNTED): Step.COUNTED,  # counted again, by another person
    (Step.COUNTED, Step.LOADED): Step.LOADED,  # taken along or out for a while, and put back
    (Step.COUNTED, Step.HANDED_BACK): Step.HANDED_BACK,
    (Step.HANDED_BACK, Step.RETURNED): Step.RETURNED,
}
"""A pair that is not here is refused and changes nothing."""

COUNTS = frozenset({Step.COUNTED, Step.RETURNED})
"""Steps that are a count: they need a number, 0 included."""

HOME = "client"
RECEIVERS = (HOME, "neighbour", "pick_up", "carer", "team")
"""To whom a roll is delivered. A neighbour, a pick-up point and the team keep it for the client: it is home when it
is received."""
AT_HOME = frozenset({HOME, "carer"})


class StepRefused(ValueError):
    """This step cannot follow; `code` for a screen's own words, the message says what comes first."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


_FIRST: Mapping[str, tuple[str, str]] = {
    START: ("not_begun", "Nothing is recorded of this roll yet: begin with its delivery or its loading."),
    Step.PACKED: ("unchecked", "The pharmacy has not checked this roll yet: have it checked first."),
    Step.CHECKED: ("not_delivered", "This roll is checked and not delivered yet: say first who took it in."),
    Step.DELIVERED: ("not_received", "This roll is delivered: say first that it was received or loaded."),
    Step.RECEIVED: (
        "not_loaded",
        "This roll is in the home and not loaded: load it, or count it to give it back.",
    ),
    Step.LOADED: ("in_dispenser", "This roll is in the dispenser: take it out first."),
    Step.EMPTIED: ("uncounted", "Count first what is left of this roll, 0 included."),
    Step.TAKEN_OUT: ("uncounted", "Count first what is left of this roll, 0 included."),
    Step.COUNTED: ("counted", "What is left is counted: it goes back to the pharmacy now."),
    Step.HANDED_BACK: ("handed_back", "What is left is on its way: the pharmacy says how much it received."),
    Step.RETURNED: ("ended", "The pharmacy has received what was left: this roll is finished."),
}


def follow(state: str, step: Step) -> Step:
    """The state after this step. Raises StepRefused, with what comes first, where it cannot follow."""
    reached = TRANSITIONS.get((state, step))
    if reached is None:
        raise StepRefused(*_FIRST.get(state, _FIRST[START]))
    return reached


def possible(state: str) -> tuple[Step, ...]:
    """The steps that may follow, in the order of the chain."""
    rank = {each: place for place, each in enumerate((*ORDER, Step.TAKEN_OUT))}
    return tuple(sorted((step for before, step in TRANSITIONS if before == state), key=rank.__getitem__))


def next_step(state: str, *, at_home: bool) -> Step | None:
    """The one step that a screen offers first; None at the end. In a dispenser nothing is to be done yet."""
    if state in (START, Step.CHECKED):
        return Step.DELIVERED
    if state == Step.PACKED:
        return Step.CHECKED
    if state == Step.DELIVERED:
        return Step.LOADED if at_home else Step.RECEIVED
    return {
        Step.RECEIVED: Step.LOADED, Step.EMPTIED: Step.COUNTED, Step.TAKEN_OUT: Step.COUNTED,
        Step.COUNTED: Step.HANDED_BACK, Step.HANDED_BACK: Step.RETURNED,
    }.get(Step(state))  # fmt: skip


def checked_count(step: Step, count: int | None) -> int | None:
    """The count as it is kept. Raises StepRefused where a count is asked for and not given, or is below 0."""
    if step in COUNTS and count is None:
        raise StepRefused("count_missing", "Count the sachets: 0 is a count too.")
    if count is not None and count < 0:
        raise StepRefused("count_wrong", "A count is 0 or more: count again.")
    return count
