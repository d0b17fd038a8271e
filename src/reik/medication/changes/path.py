"""The way of one change, from found to ended: a table and a pure step (rule 2; N5, R22, R23).

While a change has not ended plan and roll differ, and a task about it is open (`owned_by` says whose).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OPEN = "open"  # found; somebody has to choose
    UNDECIDED = "undecided"  # its first moment came before a decision: not handed out, and an alert is open
    CHOSEN = "chosen"  # the pharmacy has to confirm
    CONFIRMED = "confirmed"  # decided; it is still to be carried out
    CARRIED_OUT = "carried_out"  # done; until the roll is over plan and roll still differ
    ENDED = "ended"
    WITHDRAWN = "withdrawn"  # plan and roll agree again before anything was carried out


class Event(StrEnum):
    CHOSEN = "chosen"  # a person chose a way out
    CONFIRMED = "confirmed"  # the pharmacy agrees
    DECLINED = "declined"  # the pharmacy does not
    MOMENT_CAME = "moment_came"  # the first affected moment is there
    DONE = "done"  # the device did it, or a person took the sachets out
    UNDONE = "undone"  # the device did not keep to it after all
    AGREES = "agrees"  # plan and roll agree again, or the roll is no longer at home
    OVER = "over"  # the last affected moment is over
    SUPERSEDED = "superseded"  # the plan changed again: another change takes its place


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.OPEN, Event.CHOSEN): State.CHOSEN,
    (State.OPEN, Event.MOMENT_CAME): State.UNDECIDED,
    (State.OPEN, Event.AGREES): State.WITHDRAWN,
    (State.OPEN, Event.SUPERSEDED): State.WITHDRAWN,
    (State.OPEN, Event.OVER): State.ENDED,
    (State.UNDECIDED, Event.CHOSEN): State.CHOSEN,
    (State.UNDECIDED, Event.AGREES): State.WITHDRAWN,
    (State.UNDECIDED, Event.SUPERSEDED): State.WITHDRAWN,
    (State.UNDECIDED, Event.OVER): State.ENDED,
    (State.CHOSEN, Event.CHOSEN): State.CHOSEN,
    (State.CHOSEN, Event.CONFIRMED): State.CONFIRMED,
    (State.CHOSEN, Event.DECLINED): State.OPEN,
    (State.CHOSEN, Event.MOMENT_CAME): State.CHOSEN,
    (State.CHOSEN, Event.AGREES): State.WITHDRAWN,
    (State.CHOSEN, Event.SUPERSEDED): State.WITHDRAWN,
    (State.CHOSEN, Event.OVER): State.ENDED,
    (State.CONFIRMED, Event.CHOSEN): State.CHOSEN,
    (State.CONFIRMED, Event.DONE): State.CARRIED_OUT,
    (State.CONFIRMED, Event.AGREES): State.ENDED,
    (State.CONFIRMED, Event.SUPERSEDED): State.ENDED,
    (State.CONFIRMED, Event.OVER): State.ENDED,
    (State.CARRIED_OUT, Event.UNDONE): State.CONFIRMED,
    (State.CARRIED_OUT, Event.AGREES): State.ENDED,
    (State.CARRIED_OUT, Event.SUPERSEDED): State.ENDED,
    (State.CARRIED_OUT, Event.OVER): State.ENDED,
}

OVER = frozenset({State.ENDED, State.WITHDRAWN})

REFUSALS: Mapping[Event, str] = {
    Event.CHOSEN: "This change is being carried out or is over: look at it again.",
    Event.CONFIRMED: "There is no choice to confirm: look at the change again.",
    Event.DECLINED: "There is no choice to decline: look at the change again.",
    Event.MOMENT_CAME: "Something was decided before its moment came.",
    Event.DONE: "The pharmacy has not confirmed what is to be done: wait for it, or phone.",
    Event.UNDONE: "Nothing was carried out that could be undone.",
    Event.AGREES: "This change is over.",
    Event.OVER: "This change is over.",
    Event.SUPERSEDED: "This change is over.",
}


class ChangeRefused(ValueError):
    """This cannot be done with this change; the message says what to do instead. `code`: for a screen's own words."""

    def __init__(self, sentence: str, code: str = "step") -> None:
        super().__init__(sentence)
        self.code = code


def step(state: State, event: Event) -> State:
    """The state after this event. Raises ChangeRefused, and nothing has changed, where the table has no such step."""
    after = TRANSITIONS.get((state, event))
    if after is None:
        raise ChangeRefused(REFUSALS[event], event.value)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose task a change is in a state, and the task's kind."""

    kind: str
    role: str


def owned_by(state: State, choice: str) -> Owner | None:
    """Who has to do something while a change is in this state; None only when it is over."""
    if state in OVER:
        return None
    if state in (State.OPEN, State.UNDECIDED):
        return Owner(kind="choose_change", role="nurse")
    if state is State.CHOSEN:
        return Owner(kind="confirm_change", role="pharmacist")
    if state is State.CARRIED_OUT:
        return Owner(kind="change_running", role="nurse")
    return Owner(kind=_TO_DO[choice], role="nurse")


_TO_DO = {
    "keep": "release_sachets", "add_by_hand": "release_sachets", "hold": "hold_sachets",
    "take_out": "take_out_sachets", "replace_roll": "replace_roll",
}  # fmt: skip


def transition_table() -> str:
    """The table as Markdown, for docs/reference: what happens (down) in which state (across)."""
    across = [each for each in State if each not in OVER]
    lines = [
        "| | " + " | ".join(f"`{each}`" for each in across) + " |",
        "|---|" + "---|" * len(across),
    ]
    for event in Event:
        cells = [TRANSITIONS.get((state, event)) for state in across]
        lines.append(
            f"| `{event}` | " + " | ".join(f"→ `{each}`" if each else "refused" for each in cells) + " |"
        )
    return "\n".join(lines)
