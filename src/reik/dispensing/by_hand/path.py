"""Giving by hand: from the wish to give until it counts. Pure (R31, R34).

    TRANSITIONS[(state, event)] → state

Before a dose is given by hand its sachet is blocked in the dispenser, or a person takes it out and says its
number. Until then the dispenser may still hand it out, and the page says so. What is out already is not given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    BLOCKING = "blocking"  # the dispenser was told, and has not answered: it may still hand it out
    BLOCKED = "blocked"  # the dispenser said that it will not
    UNBLOCKED = "unblocked"  # it did not do it, or cannot: take the sachet out
    TAKEN = "taken"  # a person has the sachet
    COUNTED = "counted"
    OUT = "out"  # handed out already: do not give
    DROPPED = "dropped"


class Event(StrEnum):
    CONFIRMED = "confirmed"
    NOT_DONE = "not_done"  # refused, unanswered, or it never went out
    ALREADY_OUT = "already_out"
    OUT_SEEN = "out_seen"  # Reik knows from the dispenser that it is out
    NUMBER_ENTERED = "number_entered"
    GIVEN = "given"
    DROPPED = "dropped"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.BLOCKING, Event.CONFIRMED): State.BLOCKED,
    (State.BLOCKING, Event.NOT_DONE): State.UNBLOCKED,
    (State.BLOCKING, Event.ALREADY_OUT): State.OUT,
    (State.UNBLOCKED, Event.CONFIRMED): State.BLOCKED,  # a late answer still counts
    (State.UNBLOCKED, Event.ALREADY_OUT): State.OUT,
    (State.BLOCKED, Event.NOT_DONE): State.UNBLOCKED,  # the hold was released, or the dispenser forgot it
    (State.BLOCKED, Event.GIVEN): State.COUNTED,
    (State.TAKEN, Event.GIVEN): State.COUNTED,
    # Whoever holds the sachet in her hand knows better than a dispenser that finds it gone.
    (State.TAKEN, Event.CONFIRMED): State.TAKEN,
    (State.TAKEN, Event.NOT_DONE): State.TAKEN,
    (State.TAKEN, Event.ALREADY_OUT): State.TAKEN,
    **{
        (each, Event.NUMBER_ENTERED): State.TAKEN for each in (State.BLOCKING, State.BLOCKED, State.UNBLOCKED)
    },
    **{
        (each, Event.OUT_SEEN): State.OUT
        for each in (State.BLOCKING, State.BLOCKED, State.UNBLOCKED, State.TAKEN)
    },
    **{
        (each, Event.DROPPED): State.DROPPED
        for each in (State.BLOCKING, State.BLOCKED, State.UNBLOCKED, State.TAKEN)
    },
}
OPEN = frozenset({State.BLOCKING, State.BLOCKED, State.UNBLOCKED, State.TAKEN})

STOCKS = ("roll", "own", "other")
"""Where the dose comes from: the sachet of the roll itself, the client's own stock, or another."""
EARLIEST = timedelta(hours=2)
"""How long before its time a dose may be given by hand."""
CLOCK_MAY_DIFFER = timedelta(minutes=5)
"""By so much a dispenser's clock may be slow before it stops handing out by itself (device contract, section 6)."""
SOON = timedelta(minutes=15)
"""A giving that is not finished by then is somebody's task."""


class GivingRefused(ValueError):
    """This dose cannot be given by hand like this; the message says what to do instead."""


def step(state: State, event: Event) -> State:
    """The state after this event. Raises GivingRefused for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise GivingRefused(
            f"This giving is {state}: open the page again to see what can be done now."
        ) from None


def places_left(sachets: int, out: int, presented: int, by_hand: int, *, afterwards: bool) -> int:
    """Mask of the sachets that may be given by hand now.

    `afterwards`: they were given already; then also what is out counts, and is looked at as a possible double.
    Raises GivingRefused when nothing is left to give.
    """
    whole = (1 << sachets) - 1
    if by_hand & whole == whole:
        raise GivingRefused("This dose was given by hand already: do not give it again.")
    if afterwards:
        return whole & ~(out | by_hand) or whole & ~by_hand
    if presented & ~out & whole:
        raise GivingRefused("A sachet of this moment lies in the tray of the dispenser: give that one.")
    if out & whole == whole:
        raise GivingRefused("Handed out already: do not give.")
    return whole & ~(out | by_hand)


def check_time(
    *,
    due_at: datetime,
    latest_at: datetime,
    given_at: datetime,
    too_soon_until: datetime | None,
    allowed: bool,
) -> None:
    """Raise GivingRefused outside of what the pharmacy set (R29, R31), unless a named person allowed it.

    `too_soon_until`: the end of the least interval after the hand-over before it; None: there is none.
    """
    if given_at < due_at - EARLIEST:
        raise GivingRefused(
            "This moment is more than two hours ahead: pack its sachets to be taken along instead."
        )
    if allowed:
        return
    if given_at > latest_at:
        raise GivingRefused(
            "The latest hand-out time is over: consult the pharmacy, and enter who allowed it and why."
        )
    if too_soon_until is not None and given_at < too_soon_until:
        raise GivingRefused(
            "Too soon after the dose before it: consult the pharmacy, and enter who allowed it and why."
        )


def check_numbers(entered: Collection[int], of_moment: Collection[int]) -> None:
    """Raise GivingRefused unless these are exactly the numbers of the sachets that must be taken out."""
    if not entered:
        raise GivingRefused("Enter the number on each sachet that you took out of the dispenser.")
    if of_moment and set(entered) != set(of_moment):
        raise GivingRefused(
            "This is not the sachet of this moment: put it back, and look for the number that the page names."
        )
