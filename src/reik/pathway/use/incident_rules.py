"""Complaints, medication incidents and calamities: their classes, and when the inspectorate must know. Pure (R79).

The phases are those in which medication incidents are reported (VIM); the causes are the usual classes of such
reports. A calamity is with the inspectorate within three working days after it was established (Wkkgz art. 11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from reik.people.opening import OFFICE_HOURS, Opening

COMPLAINT, INCIDENT, CALAMITY = "complaint", "incident", "calamity"
KINDS = (COMPLAINT, INCIDENT, CALAMITY)
PHASES = (
    "prescribing", "entry", "filling", "bag_changed", "delivering", "loading", "handing_out", "taking", "following_up",
)  # fmt: skip
CAUSES = (
    "wrong_client", "wrong_medicine", "wrong_dose", "wrong_time", "missing", "double", "damaged", "not_heard",
    "device_fault", "power_or_network", "regimen_change", "relocation", "miscommunication", "route_unclear",
    "not_followed", "slip", "other",
)  # fmt: skip
HARMS = ("none", "slight", "serious", "death", "unknown")
REPORTERS = ("client", "carer", "nurse", "caregiver", "team_manager", "pharmacist", "operator", "other")
WORKING_DAYS = 3
LONGEST = 4000
HANDLED_WITHIN: Mapping[str, int] = {COMPLAINT: 28, INCIDENT: 14, CALAMITY: 3}
"""Days in which it is looked into, where the organisation's terms say nothing else."""
NONE, WAITS, LATE, IN_TIME, TOO_LATE = "none", "waits", "late", "in_time", "too_late"


class IncidentRefused(ValueError):
    """This cannot be done with this report; `code` names the field, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def report_by(established_at: datetime, opening: Opening = OFFICE_HOURS) -> datetime:
    """The end of the third working day after a calamity was established; the day itself does not count."""
    local: date = established_at.astimezone(opening.zone).date()
    last = opening.working_days_after(local, WORKING_DAYS)
    return datetime.combine(last + timedelta(days=1), time(0), opening.zone)


def last_day(by: datetime, opening: Opening = OFFICE_HOURS) -> date:
    """The last whole day of a term as `report_by` gives it: what a person is told, as a term ends at midnight."""
    return (by - timedelta(microseconds=1)).astimezone(opening.zone).date()


def told(by: datetime | None, at: datetime | None, now: datetime) -> str:
    """Whether the inspectorate knows in time: NONE (not asked), WAITS, LATE (not yet, and past), IN_TIME, TOO_LATE."""
    if by is None:
        return NONE
    if at is None:
        return WAITS if now < by else LATE
    return IN_TIME if at < by else TOO_LATE


def check_reported(
    *, kind: str, what: str, reporter: str, by: str, happened_at: datetime, now: datetime
) -> None:
    """Raise IncidentRefused for what cannot be reported."""
    if kind not in KINDS:
        raise IncidentRefused("kind", "Choose: a complaint, an incident or a calamity.")
    if reporter not in REPORTERS:
        raise IncidentRefused("reporter", "Choose who tells this.")
    if not what.strip() or len(what) > LONGEST:
        raise IncidentRefused("what", f"Write in at most {LONGEST} letters what happened.")
    if not by.strip():
        raise IncidentRefused("by", "Say who reports this.")
    if happened_at > now:
        raise IncidentRefused("happened_at", "It cannot have happened later than now: look at date and time.")


def check_classed(*, phase: str, cause: str, harm: str) -> None:
    """Raise IncidentRefused for a class that there is not; empty phase and cause are: not known yet."""
    if phase and phase not in PHASES:
        raise IncidentRefused("phase", "Choose in which step it went wrong.")
    if cause and cause not in CAUSES:
        raise IncidentRefused("cause", "Choose the cause that fits best.")
    if harm not in HARMS:
        raise IncidentRefused("harm", "Choose the harm; unknown is an answer too.")


def missing_to_close(
    *,
    kind: str,
    phase: str,
    cause: str,
    harm: str,
    measures: str,
    answer: str,
    inspectorate_at: datetime | None,
) -> list[str]:
    """The fields that must be filled in before this report is closed."""
    lacking = []
    if kind == COMPLAINT:
        return ["answer"] if not answer.strip() else []
    for name, value in (("phase", phase), ("cause", cause), ("measures", measures.strip())):
        if not value:
            lacking.append(name)
    if harm == "unknown":
        lacking.append("harm")
    if kind == CALAMITY and inspectorate_at is None:
        lacking.append("inspectorate_at")
    return lacking
