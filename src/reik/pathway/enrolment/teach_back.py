"""What a client and an informal carer have to show that they can, and when that is enough. Pure (R4, R75)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

CLIENT, CARER = "client", "carer"
ALONE, WITH_HELP, NOT_YET = "alone", "with_help", "not_yet"
HOW = (ALONE, WITH_HELP, NOT_YET)
DAILY = ("hears_signal", "presses", "takes_out")
"""What happens at every moment, when nobody is there: a client does these alone."""
ITEMS: Mapping[str, tuple[str, ...]] = {
    CLIENT: (*DAILY, "not_there", "power_cut", "going_away", "whom_to_call"),
    CARER: ("message", "takes_out", "not_there", "power_cut", "going_away", "whom_to_call"),
}
"""`not_there`: no sachet comes, or it is not the right one; `message`: what to do with a message on the phone."""
LATEST_REPEAT = timedelta(days=28)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One time that somebody was shown and showed it back. `practised`: with a sachet, a nurse beside her."""

    who: str
    name: str
    items: Mapping[str, str]
    practised: bool = False
    repeat_on: date | None = None
    note: str = ""


def understood(who: str, items: Mapping[str, str]) -> bool:
    """Whether this is enough to begin: nothing "not yet", and a client does alone what comes at every moment."""
    asked = ITEMS[who]
    if any(items.get(each) not in (ALONE, WITH_HELP) for each in asked):
        return False
    return who != CLIENT or all(items[each] == ALONE for each in DAILY)


def weak(who: str, items: Mapping[str, str]) -> tuple[str, ...]:
    """The items that keep it from being enough, in the order of the form."""
    return tuple(
        each
        for each in ITEMS[who]
        if items.get(each) not in (ALONE, WITH_HELP)
        or (who == CLIENT and each in DAILY and items[each] != ALONE)
    )


def flaw(session: Session, today: date) -> str:
    """What is wrong with a session: who, name, items, repeat_on, note; empty: nothing.

    Not enough yet asks for a day on which it is done again; a day may be given in any case.
    """
    if session.who not in ITEMS:
        return "who"
    if not session.name.strip():
        return "name"
    if set(session.items) != set(ITEMS[session.who]) or any(
        each not in HOW for each in session.items.values()
    ):
        return "items"
    if session.repeat_on is None:
        if not understood(session.who, session.items):
            return "repeat_on"
    elif not today <= session.repeat_on <= today + LATEST_REPEAT:
        return "repeat_on"
    return "note" if len(session.note) > LONGEST_NOTE else ""
