"""What a person's word does to an alert: outcome by role gives the effect (R46, R49, R50). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """As whom someone accepts or handles an alert."""

    OPERATOR = "operator"
    INFORMAL_CARER = "informal_carer"
    TEAM = "team"


class Effect(StrEnum):
    CLOSES = "closes"
    PASSES_ON = "passes_on"  # the next step of the route, now
    TO_TEAM = "to_team"  # the care team's step, now; who stands between is skipped
    EMERGENCY = "emergency"  # what the organisation agreed for when it is worrying, now
    WATCHES = "watches"  # for a while; then it passes on by itself unless the device says out


OUT_AFTER_CALL = "out_after_call"
SAYS_OUT = "says_out"
NOT_REACHED = "not_reached"
NOT_REACHED_WORRYING = "not_reached_worrying"
OUT_AT_VISIT = "out_at_visit"
PUT_RIGHT = "put_right"
DEVICE_FAULT = "device_fault"
UNWELL = "unwell"

ENDS_IT = frozenset({"away", "died", "false_notice"})
NEEDS_THE_TEAM = frozenset({"refuses", "says_taken_otherwise", "advice_asked", DEVICE_FAULT, UNWELL})
ABOUT_A_SACHET = frozenset({OUT_AFTER_CALL, SAYS_OUT, OUT_AT_VISIT, "says_taken_otherwise"})
ABOUT_A_DISPENSER = frozenset({PUT_RIGHT})
OF_WHO_STOOD_THERE: Mapping[str, frozenset[Role]] = MappingProxyType(
    {OUT_AT_VISIT: frozenset({Role.TEAM, Role.INFORMAL_CARER}), PUT_RIGHT: frozenset({Role.TEAM})}
)
"""What ends an alert by a person's own eyes (R49), and whose word that is: never an operator's, who is not there."""

HANDLED_AS = frozenset(
    {
        OUT_AFTER_CALL,
        SAYS_OUT,
        NOT_REACHED,
        NOT_REACHED_WORRYING,
        *ENDS_IT,
        *NEEDS_THE_TEAM,
        *OF_WHO_STOOD_THERE,
    }
)
"""R49's least set, and what only who stands there can say: the sachet is out, the dispenser is put right."""

VISIT_DECIDED_BY = ("team", "centre")
"""Who decided that somebody drives: the care team, unless that was delegated to the centre (R50)."""

WATCHED = timedelta(minutes=10)
UNDO_WITHIN = timedelta(seconds=60)

EMERGENCY = "emergency_path"
"""Reason of an alert about someone who is unwell: it does not wait behind anything."""


class OutcomeRefused(ValueError):
    """This outcome cannot be said here; the message says what can."""


def check(outcome: str, role: Role, *, about_moment: bool, remote: bool) -> None:
    """Raise OutcomeRefused for an outcome that is not in the list, or not this role's to say, or not of this alert."""
    if outcome not in HANDLED_AS:
        raise OutcomeRefused(f"Choose one of the outcomes: {', '.join(sorted(HANDLED_AS))}.")
    if outcome in OF_WHO_STOOD_THERE and role not in OF_WHO_STOOD_THERE[outcome]:
        raise OutcomeRefused(
            "Only the care team, or who stood beside the dispenser, says so: choose what the client says."
        )
    if outcome == OUT_AT_VISIT and remote:
        raise OutcomeRefused(
            "Out at a visit is said by who was there: choose another outcome, or say it was a visit."
        )
    if outcome in ABOUT_A_SACHET and not about_moment:
        raise OutcomeRefused("This alert is about the dispenser, not about a sachet: choose another outcome.")
    if outcome in ABOUT_A_DISPENSER and about_moment:
        raise OutcomeRefused("This alert is about a sachet, not about the dispenser: choose another outcome.")


def effect_of(outcome: str, role: Role, *, moment_is_out: bool) -> Effect:
    """What the outcome does. `moment_is_out`: the device itself said so; what a client says never ends it (R49)."""
    if outcome in ENDS_IT or outcome in OF_WHO_STOOD_THERE:
        return Effect.CLOSES
    if outcome == NOT_REACHED:
        return Effect.PASSES_ON
    if outcome == NOT_REACHED_WORRYING:
        return Effect.EMERGENCY
    if outcome == OUT_AFTER_CALL and moment_is_out:
        return Effect.CLOSES
    if outcome in NEEDS_THE_TEAM:
        return Effect.CLOSES if role is Role.TEAM else Effect.TO_TEAM
    return Effect.WATCHES


def until(now: datetime, lasts: timedelta, latest_at: datetime | None) -> datetime:
    """When a promise or a watch ends: never beyond the latest hand-out time (R29) where that still lies ahead."""
    end = now + lasts
    return latest_at if latest_at is not None and now < latest_at < end else end
