"""The nine steps of the care path as a table: what moves it, and what must be so first. Pure (R1, R2, R3, R12, R13).

The founding documents name steps 2, 3, 5, 7 and 9; 1, 4, 6 and 8 are inferred. An organisation names them as it likes.
Step 7 (changes and faults) has no state of its own: it runs beside step 8 while a dispenser is in use.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

ZVW, WLZ_HOME, WLZ_INTRAMURAL, WMO, SUPPORTED, PRIVATE = (
    "zvw", "wlz_home", "wlz_intramural", "wmo", "supported_living", "private",
)  # fmt: skip
SETTINGS = (ZVW, WLZ_HOME, WLZ_INTRAMURAL, WMO, SUPPORTED, PRIVATE)

STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
NAMED_BY_SOURCE = frozenset({2, 3, 5, 7, 9})


class State(StrEnum):
    INDICATED = "indicated"
    SELECTING = "selecting"
    NOT_NOW = "not_now"
    ENROLLING = "enrolling"
    ROLL = "roll"
    DELIVERING = "delivering"
    STARTING = "starting"
    IN_USE = "in_use"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDED = "ended"


class Event(StrEnum):
    SELECT = "select"  # the form opens
    NOT_NOW = "not_now"  # assessed; looked at again on a day
    LOOK_AGAIN = "look_again"
    SUITS = "suits"  # assessed and chosen
    ENROLLED = "enrolled"  # pharmacy asked, who does what is settled
    ROLL_ARRANGED = "roll_arranged"
    INSTALLED = "installed"
    GO_LIVE = "go_live"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    STOPPED = "stopped"
    DECLINE = "decline"  # before the start: the client does not want it, or it does not suit
    REOPEN = "reopen"  # one step back: what was settled no longer holds


STEP_OF: Mapping[State, int] = {
    State.INDICATED: 1,
    State.SELECTING: 2,
    State.NOT_NOW: 2,
    State.ENROLLING: 3,
    State.ROLL: 4,
    State.DELIVERING: 5,
    State.STARTING: 6,
    State.IN_USE: 8,
    State.PAUSED: 8,
    State.STOPPING: 9,
    State.ENDED: 9,
}

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.INDICATED, Event.SELECT): State.SELECTING,
    (State.SELECTING, Event.NOT_NOW): State.NOT_NOW,
    (State.NOT_NOW, Event.LOOK_AGAIN): State.SELECTING,
    (State.SELECTING, Event.SUITS): State.ENROLLING,
    (State.ENROLLING, Event.ENROLLED): State.ROLL,
    (State.ROLL, Event.ROLL_ARRANGED): State.DELIVERING,
    (State.DELIVERING, Event.INSTALLED): State.STARTING,
    (State.STARTING, Event.GO_LIVE): State.IN_USE,
    (State.IN_USE, Event.PAUSE): State.PAUSED,
    (State.PAUSED, Event.RESUME): State.IN_USE,
    (State.DELIVERING, Event.STOP): State.STOPPING,
    (State.STARTING, Event.STOP): State.STOPPING,
    (State.IN_USE, Event.STOP): State.STOPPING,
    (State.PAUSED, Event.STOP): State.STOPPING,
    (State.STOPPING, Event.STOPPED): State.ENDED,
    # A dispenser may be in the home from delivery on: from there it is stopped, not declined.
    (State.INDICATED, Event.DECLINE): State.ENDED,
    (State.SELECTING, Event.DECLINE): State.ENDED,
    (State.NOT_NOW, Event.DECLINE): State.ENDED,
    (State.ENROLLING, Event.DECLINE): State.ENDED,
    (State.ROLL, Event.DECLINE): State.ENDED,
    (State.ENROLLING, Event.REOPEN): State.SELECTING,
    (State.ROLL, Event.REOPEN): State.ENROLLING,
    (State.DELIVERING, Event.REOPEN): State.ROLL,
    (State.STARTING, Event.REOPEN): State.DELIVERING,
}
"""What becomes of a path; a pair that is missing is refused and changes nothing."""


class PathRefused(ValueError):
    """This cannot be done with this path now; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str, missing: Collection[str] = ()) -> None:
        super().__init__(sentence)
        self.code, self.missing = code, tuple(missing)


def step(state: State, event: Event) -> State:
    """The state after `event`. Raises PathRefused for what may not happen from here."""
    after = TRANSITIONS.get((state, event))
    if after is None:
        raise PathRefused(
            "not_from_here",
            f"'{event}' does not follow from '{state}': look at the client's care path again.",
        )
    return after


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so before an event. `kind` is what shows it (`pathway.evidence.KINDS`).

    `days`: None: nobody may let it through; else an authorised person may, and it is made good within that many days.
    """

    kind: str
    days: int | None = None
    settings: tuple[str, ...] = SETTINGS
    unless: tuple[str, ...] = ()  # any of these kinds shows it as well


CONDITIONS: Mapping[Event, tuple[Condition, ...]] = {
    Event.SELECT: (Condition("indication"),),
    Event.NOT_NOW: (Condition("assessed"),),
    Event.SUITS: (Condition("selection"), Condition("agreement", unless=("wzd_decision",))),
    Event.ENROLLED: (
        Condition("baseline", days=14),
        Condition("allotment"),
        Condition("pharmacy_asked"),
    ),
    Event.ROLL_ARRANGED: (Condition("pharmacy_agreed"), Condition("roll_confirmed")),
    Event.INSTALLED: (
        Condition("device_linked"),
        Condition("signal_tested", days=2),
        Condition("coverage_tested"),
        Condition("power_tested", days=2),
        Condition("fallback_agreed", days=2),
    ),
    Event.GO_LIVE: (
        Condition("indication"),
        Condition("agreement", unless=("wzd_decision",)),
        Condition("care_plan", days=3),
        Condition("allotment"),
        Condition("device_linked"),
        Condition("times_confirmed"),
        Condition("roll_loaded"),
        Condition("follow_up_agreed"),
        Condition("test_alarm", days=2),
        Condition("house_access", days=2),
        Condition("house_access_tried", days=3),
        Condition("instruction_client", days=3),
        Condition("instruction_carer", days=7),
        Condition("nurse_on_call", settings=(WLZ_INTRAMURAL, SUPPORTED)),
    ),
    Event.RESUME: (
        Condition("medication_checked"),
        Condition("roll_checked"),
        Condition("route_tested"),
    ),
    Event.STOPPED: (
        Condition("routes_closed"),
        Condition("access_closed"),
        Condition("billing_told"),
        Condition("device_back"),
        Condition("leftovers_back"),
        Condition("care_instead"),
    ),
}
"""What an event asks for; an event that is not here asks for nothing but the pair in TRANSITIONS."""

MAY_LET_THROUGH = ("nurse", "team_manager")
MAY_GO_LIVE = ("nurse",)
BY_ABSENCE = (Event.PAUSE, Event.RESUME)
"""What an absence does: pausing a path and reporting the client away are one act (R9 to R12)."""

NEXT: Mapping[State, Event] = {
    State.INDICATED: Event.SELECT,
    State.SELECTING: Event.SUITS,
    State.NOT_NOW: Event.LOOK_AGAIN,
    State.ENROLLING: Event.ENROLLED,
    State.ROLL: Event.ROLL_ARRANGED,
    State.DELIVERING: Event.INSTALLED,
    State.STARTING: Event.GO_LIVE,
    State.PAUSED: Event.RESUME,
    State.STOPPING: Event.STOPPED,
}
"""The way on from each state; a path in use goes on until something happens."""
SPARED_BY: Mapping[str, str] = {"selection": "selection_skipped"}
"""What is not asked any more, though it does not hold: not filling in the form is a choice with a reason (R76)."""
FIRST_TASKS = ("selection",)
"""Digital, unless: asked as soon as there is an indication, before the form is opened."""
DUTIES = ("order", "install", "load", "set_times", "first_responder", "change_roll", "take_back")
WHO: Mapping[str, tuple[str, ...]] = {
    "order": ("team", "pharmacy", "supplier"),
    "install": ("team", "pharmacy", "supplier"),
    "load": ("team", "carer", "pharmacy"),
    "set_times": ("team", "pharmacy", "centre"),
    "first_responder": ("centre", "carer", "team"),
    "change_roll": ("team", "carer", "pharmacy"),
    "take_back": ("team", "carer", "pharmacy", "supplier"),
}
"""Who may do each duty (R6); the first is what is usual."""
VARIES: Mapping[str, str] = {"installs": "install", "sets_times": "set_times"}
"""What a variant of the path settles, and the duty that it fills in."""


def asked_in(state: State, setting: str) -> tuple[Condition, ...]:
    """What this state asks for before the path can go on."""
    following = NEXT.get(state)
    asked = conditions(following, setting) if following else ()
    if state is State.INDICATED:
        asked = (*asked, *(Condition(kind) for kind in FIRST_TASKS))
    return asked


def check_variant(variant: Mapping[str, str]) -> None:
    """Raises PathRefused for a variant that is not known."""
    for name, who in variant.items():
        if name not in VARIES or who not in WHO[VARIES[name]]:
            raise PathRefused("variant", f"'{who}' cannot be chosen for '{name}': choose from the list.")


def usual(variant: Mapping[str, str]) -> dict[str, str]:
    """Who does each duty when nobody says otherwise, by the variant."""
    chosen = {VARIES[name]: who for name, who in variant.items() if name in VARIES}
    if chosen.get("install") == "pharmacy":
        chosen.setdefault("load", "pharmacy")
    if chosen.get("install") == "supplier":
        chosen.setdefault("take_back", "supplier")
    return {duty: chosen.get(duty, WHO[duty][0]) for duty in DUTIES}


def conditions(event: Event, setting: str) -> tuple[Condition, ...]:
    """What this event asks for in this setting."""
    return tuple(each for each in CONDITIONS.get(event, ()) if setting in each.settings)


def also_shown_by(kind: str) -> frozenset[str]:
    """The other kinds that show this one as well."""
    return frozenset(
        other for of in CONDITIONS.values() for each in of if each.kind == kind for other in each.unless
    )


def missing(event: Event, setting: str, shown: Collection[str]) -> tuple[Condition, ...]:
    """The conditions that nothing of `shown` (kinds that hold now) meets."""
    return tuple(
        each
        for each in conditions(event, setting)
        if each.kind not in shown and not any(other in shown for other in each.unless)
    )


def check(event: Event, setting: str, shown: Collection[str], let_through: Collection[str] = ()) -> None:
    """Raises PathRefused, with what is missing, unless all holds or was let through where that may be done."""
    lacking = [
        each for each in missing(event, setting, shown) if each.days is None or each.kind not in let_through
    ]
    if lacking:
        kinds = [each.kind for each in lacking]
        raise PathRefused(
            "conditions",
            f"Not yet: {', '.join(kinds)}. Do these first, or have what may wait let through.",
            kinds,
        )
