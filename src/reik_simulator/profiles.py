"""How households live, and how many of which kind there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a household lives: weights of what becomes of a moment, and how quick it is.

    `promptness` above 1 presses sooner in the window, below 1 later. `takes_within` is the part of the window
    in which a sachet is taken from the tray; `leaves_in_tray` the chance that it is left lying. `by_hand`: this
    household does nothing by itself but put in a roll; somebody else presses and takes.
    """

    name: str
    in_time: float = 1.0
    early: float = 0.0
    late: float = 0.0
    never: float = 0.0
    promptness: float = 2.0
    takes_within: float = 0.05
    leaves_in_tray: float = 0.0
    presses_for_nothing: float = 0.0
    calls_for_help: float = 0.0
    refills_after_s: float = 120.0
    by_hand: bool = False


PROFILES = {
    each.name: each
    for each in (
        Profile(name="steady", in_time=0.97, early=0.02, late=0.01, promptness=4.0),
        Profile(name="ordinary", in_time=0.88, early=0.04, late=0.05, never=0.03, presses_for_nothing=0.05),
        Profile(
            name="forgetful",
            in_time=0.6,
            late=0.2,
            never=0.2,
            promptness=0.8,
            takes_within=0.3,
            leaves_in_tray=0.1,
        ),
        Profile(name="late_riser", in_time=0.35, late=0.6, never=0.05, promptness=0.5),
        Profile(
            name="restless", in_time=0.75, early=0.2, late=0.05, presses_for_nothing=1.0, calls_for_help=0.1
        ),
        Profile(name="absent", in_time=0.0, never=1.0, by_hand=True),
    )
}


def profiles_for(number: int, names: Sequence[str], random: Random) -> list[Profile]:
    """A profile for each of so many homes: those named in turn, or a mix in which most are ordinary."""
    if names:
        return [PROFILES[names[each % len(names)]] for each in range(number)]
    mix = {"steady": 50, "ordinary": 30, "forgetful": 8, "late_riser": 5, "restless": 5, "absent": 2}
    return [PROFILES[name] for name in random.choices(list(mix), list(mix.values()), k=number)]
