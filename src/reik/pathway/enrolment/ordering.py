"""The order of a dispenser: what a supplier is told, and what becomes of it. Pure (R3).

An order holds what a supplier needs to deliver and nothing else: no medicine, no BSN, no reason for the care.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from reik.pathway.path import State

EMAIL, WEBHOOK, PHONE = "email", "webhook", "phone"
CHANNELS = (EMAIL, WEBHOOK, PHONE)
VOLUMES = ("low", "normal", "high")
LONGEST_NOTE, LONGEST_NUMBER = 200, 60
MOST_TIMES = 12
ROLL_ARRANGED = (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED)
"""Where a path stands when its roll is arranged: only here a dispenser is ordered (R3)."""


class OrderState(StrEnum):
    SENT = "sent"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class Answer(StrEnum):
    CONFIRM = "confirm"
    SHIP = "ship"
    DELIVER = "deliver"
    REFUSE = "refuse"
    CANCEL = "cancel"  # by us
    GIVE_BACK = "give_back"  # not taken in at the door, or fetched again


RUNNING = (OrderState.SENT, OrderState.CONFIRMED, OrderState.SHIPPED)
"""States in which something is still to come: one order of a path at a time."""

TRANSITIONS: Mapping[tuple[OrderState, Answer], OrderState] = {
    (OrderState.SENT, Answer.CONFIRM): OrderState.CONFIRMED,
    (
        OrderState.SENT,
        Answer.SHIP,
    ): OrderState.SHIPPED,  # suppliers skip steps; a delivery is never refused for it
    (OrderState.SENT, Answer.DELIVER): OrderState.DELIVERED,
    (OrderState.SENT, Answer.REFUSE): OrderState.REFUSED,
    (OrderState.SENT, Answer.CANCEL): OrderState.CANCELLED,
    (OrderState.CONFIRMED, Answer.SHIP): OrderState.SHIPPED,
    (OrderState.CONFIRMED, Answer.DELIVER): OrderState.DELIVERED,
    (OrderState.CONFIRMED, Answer.REFUSE): OrderState.REFUSED,
    (OrderState.CONFIRMED, Answer.CANCEL): OrderState.CANCELLED,
    (OrderState.SHIPPED, Answer.DELIVER): OrderState.DELIVERED,
    (OrderState.SHIPPED, Answer.GIVE_BACK): OrderState.RETURNED,
    (OrderState.DELIVERED, Answer.GIVE_BACK): OrderState.RETURNED,
}
"""What becomes of an order; a pair that is missing is refused and changes nothing."""


class OrderRefused(ValueError):
    """This cannot be done with this order; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def step(state: OrderState, answer: Answer) -> OrderState:
    """The state after what the supplier (or we) said. Raises OrderRefused."""
    after = TRANSITIONS.get((state, answer))
    if after is None:
        raise OrderRefused(
            "not_from_here",
            f"'{answer}' does not follow from '{state}': look at the order again.",
        )
    return after


def answers_from(state: OrderState) -> tuple[Answer, ...]:
    """What can still be said of an order in this state."""
    return tuple(answer for before, answer in TRANSITIONS if before == state)


def order_number(order_id: UUID) -> str:
    """Short enough to say on the telephone; the last ten digits of an id differ between orders of one second."""
    return f"R-{order_id.hex[-10:].upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for. `volume` one of VOLUMES; `note` for the courier; `taken_by`: who took it by phone.

    `times_per_day`: how often the dispenser gives its signal on a day, 1 to MOST_TIMES.
    """

    model: str
    wanted_on: date
    times_per_day: int
    volume: str = "normal"
    extra_signal: bool = False
    note: str = ""
    taken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderText:
    """What a supplier is told: enough to deliver, and nothing of health. `times_per_day`: signals in a day."""

    order: str
    organisation: str
    organisation_phone: str
    client: str
    address: str
    phone: str
    model: str
    wanted_on: date
    times_per_day: int
    language: str
    volume: str
    extra_signal: bool
    installs: str  # team, supplier or pharmacy
    note: str


FIELDS = tuple(OrderText.__dataclass_fields__)
"""Our names, as a mapping to a supplier's names may use them."""
_THEIRS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}(\.[A-Za-z_][A-Za-z0-9_-]{0,40}){0,3}")
_FIXED = re.compile(r"'[^'\x00-\x1f]{1,60}'")
MOST_LINES = 40


def is_fixed(ours: str) -> bool:
    """Whether the left side of a line is a fixed text, such as our customer number: 'in quotes'."""
    return bool(_FIXED.fullmatch(ours))


def mapping_flaw(mapping: Mapping[str, str]) -> str:
    """What is wrong with {our field or 'fixed text': their name, with dots for parts}; empty: nothing.

    Codes: long, ours, theirs, twice, order (a supplier that cannot name the order cannot answer it).
    """
    if not mapping:
        return ""
    if len(mapping) > MOST_LINES:
        return "long"
    if not all(ours in FIELDS or is_fixed(ours) for ours in mapping):
        return "ours"
    names = list(mapping.values())
    if not all(_THEIRS.fullmatch(each) for each in names):
        return "theirs"
    if len(set(names)) != len(names) or _inside_another(names):
        return "twice"
    return "" if "order" in mapping else "order"


def _inside_another(names: Sequence[str]) -> bool:
    """Whether one name is a part that another goes through: "a" beside "a.b"."""
    return any(other.startswith(each + ".") for each in names for other in names)


def wanted_flaw(wanted: Wanted, models: Sequence[str], channel: str, today: date) -> str:
    """What is wrong with what is asked: model, wanted_on, times, volume, note, taken_by; empty: nothing."""
    if wanted.model not in models:
        return "model"
    if wanted.wanted_on < today:
        return "wanted_on"
    if not 1 <= wanted.times_per_day <= MOST_TIMES:
        return "times"
    if wanted.volume not in VOLUMES:
        return "volume"
    if len(wanted.note) > LONGEST_NOTE:
        return "note"
    return "taken_by" if channel == PHONE and not wanted.taken_by.strip() else ""


def may_be_ordered(state: State, shown: Sequence[str] | frozenset[str]) -> None:
    """Raises OrderRefused unless the roll is arranged (R3): the path is past it, and a roll is confirmed still."""
    if state not in ROLL_ARRANGED:
        raise OrderRefused(
            "roll_first",
            "A dispenser is ordered when the roll is arranged: ask the pharmacy and confirm the roll first.",
        )
    if "roll_confirmed" not in shown:
        raise OrderRefused(
            "roll_gone",
            "No roll is confirmed any more: register it or write down what the pharmacy promised.",
        )
