"""Why it came so far, in codes (R49): the common list, which an organisation adds to and never shortens. Pure.

The groups follow how a nurse codes a contact (about the person, her home, the dispenser, the supply, the
agreements); `vkp` is the code of the Norwegian hub's list of alerts for the same thing, where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reik.alerting.outcomes import HANDLED_AS


class Kind(StrEnum):
    """What an organisation may add a word of its own for."""

    OUTCOME = "outcome"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class HandlingCause:
    """A cause as who handled an alert says it. `group`: person, home, dispenser, supply, agreement, none."""

    group: str
    vkp: str = ""


CAUSES = {
    "unknown": HandlingCause("none"),
    "not_heard": HandlingCause("person", "1.1"),
    "asleep": HandlingCause("person", "1.1"),
    "not_home": HandlingCause("home", "1.1"),
    "could_not": HandlingCause("person", "1.1"),
    "did_not_want": HandlingCause("person", "1.1"),
    "confused": HandlingCause("person", "1.1"),
    "ill": HandlingCause("person", "1.1"),
    "device": HandlingCause("dispenser", "1.5"),
    "roll_stuck": HandlingCause("dispenser", "1.8"),
    "network": HandlingCause("home", "1.4"),
    "power": HandlingCause("home", "1.19"),
    "roll": HandlingCause("supply"),
    "roll_empty": HandlingCause("supply", "1.13"),
    "schedule": HandlingCause("agreement"),
    "other": HandlingCause("none"),
}
"""In the order in which they are offered."""

LONGEST_LABEL = 60


class CodeRefused(ValueError):
    """This code cannot be added or retired; the message says what can."""


def check_new(kind: str, like: str, label_nl: str, label_en: str) -> None:
    """Raise CodeRefused unless the new code has words in both languages and the effect of a common one."""
    if kind not in tuple(Kind):
        raise CodeRefused(f"Say what it is: {', '.join(Kind)}.")
    if not label_nl.strip() or not label_en.strip():
        raise CodeRefused("Give its name in Dutch and in English.")
    if max(len(label_nl), len(label_en)) > LONGEST_LABEL:
        raise CodeRefused(f"Its name is {LONGEST_LABEL} characters at most: people choose it in a hurry.")
    known = HANDLED_AS if kind == Kind.OUTCOME else CAUSES
    if like not in known:
        raise CodeRefused(f"Say which of the common codes it is like: {', '.join(sorted(known))}.")
