"""When a choice for a dispenser is a free one, and what a decision has to say. Pure (R2, R8; Wzd)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

YES, NO, LATER, WITHDRAWN = "yes", "no", "later", "withdrawn"
CHOICES = (YES, NO, LATER, WITHDRAWN)
CLIENT, REPRESENTATIVE = "client", "representative"
ABLE, NOT_ABLE, DOUBTFUL = "able", "not_able", "doubtful"
CAPACITIES = (ABLE, DOUBTFUL, NOT_ABLE)
NONE, SHOWN = "none", "shown"
NOT_NEEDED, ASKED, STEP_PLAN, STOPPED = "not_needed", "asked", "step_plan", "stopped"
WZD = (NOT_NEEDED, ASKED, STEP_PLAN, STOPPED)
AHEAD_AT_MOST = timedelta(minutes=5)
MOST_WORDS = 1000


class DecisionRefused(ValueError):
    """This decision cannot be written down so; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was chosen, by whom, and how freely. `words`: her own, if she wants them kept; never asked."""

    choice: str
    decided_by: str = CLIENT
    representative: str = ""
    capacity: str = ABLE
    resistance: str = NONE
    wzd: str = NOT_NEEDED
    wzd_on: date | None = None
    carer: str = ""
    words: str = ""
    at: datetime


def check(said: Said, now: datetime, today: date) -> None:
    """Raise DecisionRefused for what cannot be.

    A no or a withdrawal asks for nothing: not for a reason, and not for capacity (R8).
    """
    known = (
        (said.choice, CHOICES), (said.decided_by, (CLIENT, REPRESENTATIVE)), (said.capacity, CAPACITIES),
        (said.resistance, (NONE, SHOWN)), (said.wzd, WZD),
    )  # fmt: skip
    if any(value not in values for value, values in known):
        raise DecisionRefused("unknown", "Choose one of the answers.")
    if said.at > now + AHEAD_AT_MOST:
        raise DecisionRefused("future", "This is still to come.")
    if any(len(each) > MOST_WORDS for each in (said.representative, said.carer, said.words)):
        raise DecisionRefused("long", f"At most {MOST_WORDS} letters.")
    if said.decided_by == REPRESENTATIVE and not said.representative.strip():
        raise DecisionRefused("representative", "Say who decides for her.")
    if said.wzd in (STEP_PLAN, STOPPED, ASKED) and said.wzd_on is None:
        raise DecisionRefused("wzd_day", "Say on which day that was decided.")
    if said.wzd_on is not None and said.wzd_on > today:
        raise DecisionRefused("wzd_future", "The day of the Wzd decision is over, or it is no decision yet.")
    if said.choice == YES:
        _check_yes(said)


def _check_yes(said: Said) -> None:
    if said.decided_by == CLIENT and said.capacity == NOT_ABLE:
        raise DecisionRefused("who", "She cannot decide on this herself: say which representative says yes.")
    if said.decided_by == REPRESENTATIVE and said.capacity == ABLE:
        raise DecisionRefused("who", "She can decide on this herself: then her own word counts.")
    if said.capacity == DOUBTFUL:
        raise DecisionRefused(
            "doubtful", "Have it assessed first whether she can decide on this; until then: later."
        )


def is_agreement(said: Said) -> bool:
    """Whether this is a yes, freely: by herself where she can, by her representative where she cannot."""
    if said.choice != YES or said.resistance == SHOWN or said.wzd in (ASKED, STOPPED):
        return False
    rightly = {CLIENT: ABLE, REPRESENTATIVE: NOT_ABLE}
    return said.capacity == rightly[said.decided_by]


def is_wzd_decision(said: Said) -> bool:
    """Whether the Wzd step plan decided for it, on a day, while she herself or her representative resists or doubts."""
    return said.choice == YES and said.wzd == STEP_PLAN and said.wzd_on is not None


def asks_wzd(said: Said) -> bool:
    """R8: resistance of who cannot decide on this herself asks for the step plan, or to stop."""
    return said.resistance == SHOWN and said.capacity != ABLE and said.wzd in (NOT_NEEDED, ASKED)
