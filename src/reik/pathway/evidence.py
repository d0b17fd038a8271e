"""What shows that a condition of the care path holds: who writes it down, or which context knows it by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

PERSON, DERIVED = "person", "derived"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence. `derived`: Reik knows it from its own records, nobody ticks it.

    `months`: how long it holds; None: until it is taken back. `step`: of the nine. `role`: whose work it is.
    """

    step: int
    source: str
    role: str = "nurse"
    months: int | None = None


KINDS: Mapping[str, Kind] = {
    "indication": Kind(1, DERIVED),  # an open pathway.Indication
    "baseline": Kind(1, DERIVED),  # a pathway.Baseline of this path
    "assessed": Kind(2, DERIVED),  # a signed pathway.Selection, whatever it came to
    "selection": Kind(2, DERIVED),  # the newest signed pathway.Selection: it suits, with measures or without
    "selection_skipped": Kind(2, PERSON),  # the form was not filled in, with the reason
    "agreement": Kind(2, DERIVED),  # the newest pathway.SharedDecision says yes, freely
    "wzd_decision": Kind(2, DERIVED),  # ... or the Wzd step plan decided
    "care_plan": Kind(2, PERSON),  # goal and agreement stand in the care plan
    "allotment": Kind(3, DERIVED),  # every duty has somebody (R6)
    "pharmacy_asked": Kind(3, DERIVED),
    "pharmacy_agreed": Kind(4, DERIVED, "pharmacist"),
    "roll_confirmed": Kind(4, DERIVED, "pharmacist"),  # a roll is registered or promised with its dates
    "times_confirmed": Kind(4, DERIVED),  # a schedule that was read back, or agreements that plan
    "device_ordered": Kind(5, DERIVED),
    "device_delivered": Kind(5, DERIVED),
    "device_linked": Kind(5, DERIVED),  # a dispenser of this client is enrolled and was heard
    "signal_tested": Kind(5, DERIVED, "caregiver"),  # in each room that was named
    "coverage_tested": Kind(5, PERSON, "caregiver"),
    "power_tested": Kind(5, PERSON, "caregiver"),
    "fallback_agreed": Kind(5, PERSON),  # what is done when the dispenser stands still
    "roll_loaded": Kind(5, DERIVED, "caregiver"),
    "instruction_client": Kind(6, DERIVED, "caregiver"),
    "instruction_carer": Kind(6, DERIVED, "caregiver"),  # not asked where no informal carer takes part
    "follow_up_agreed": Kind(6, DERIVED),  # a follow-up arrangement for her, or the organisation's
    "test_alarm": Kind(6, DERIVED),  # a go-live drill that passed (R57)
    "house_access": Kind(6, DERIVED),
    "house_access_tried": Kind(6, DERIVED, "caregiver", 6),
    "nurse_on_call": Kind(6, PERSON),
    "medication_checked": Kind(8, PERSON),
    "roll_checked": Kind(8, PERSON),
    "route_tested": Kind(8, DERIVED),
    "resistance": Kind(8, PERSON, "caregiver"),  # informs: plug pulled, refused thrice, distress (R8)
    "routes_closed": Kind(9, DERIVED),
    "access_closed": Kind(9, PERSON),
    "billing_told": Kind(9, PERSON, "team_manager"),
    "device_back": Kind(9, DERIVED),
    "leftovers_back": Kind(9, DERIVED, "caregiver"),
    "care_instead": Kind(9, PERSON),
}
"""Every kind that a condition asks for, and a few that only inform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """That a kind holds: since when and by whom, `about` which row. `at` None: it holds, since when is not known.

    `until`: exclusive; from then on it does not hold any more. `words`: what a screen may add (a roll's number).
    """

    at: datetime | None = None
    by: str = ""
    about: UUID | None = None
    until: datetime | None = None
    words: str = ""
    evidence_id: UUID | None = None  # the row that a person can take back


HALF_A_YEAR = timedelta(days=183)
CARRIED: Mapping[str, timedelta | None] = {
    "selection": HALF_A_YEAR,
    "baseline": None,
}
"""What a restart takes over from the path before it, when it is younger than this; None: however old it is.

Consent is asked anew, and so is the instruction, as a repeat.
"""


def holds(kind: str, shown: Shown, now: datetime) -> bool:
    """Whether this still holds at `now`."""
    if shown.until is not None and shown.until <= now:
        return False
    months = KINDS[kind].months if kind in KINDS else None
    return months is None or shown.at is None or now < shown.at + months * HALF_A_YEAR / 6


def carried(kind: str, shown: Shown, now: datetime) -> bool:
    """Whether a restart takes this over from the path before it."""
    if kind not in CARRIED or not holds(kind, shown, now):
        return False
    youth = CARRIED[kind]
    return youth is None or (shown.at is not None and now - shown.at < youth)
