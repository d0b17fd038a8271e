"""What an inspector asks for, and whether it was there in time (N9). Pure; what is not known is never in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reik.pathway.use.incident_rules import last_day

ON_TIME, LATE, MISSING, WAITS, UNKNOWN, NOT_ASKED = (
    "on_time", "late", "missing", "waits", "unknown", "not_asked",
)  # fmt: skip
WORST = (MISSING, LATE, UNKNOWN, WAITS, ON_TIME, NOT_ASKED)
"""The order in which the worst line of a subject counts for the whole."""

SUBJECTS = (
    "agreement", "assessed", "trained_client", "trained_carer", "trained_staff", "follow_up", "test_alarm",
    "house_access", "care_plan", "evaluated", "incidents", "overrides",
)  # fmt: skip
CONDITION_OF: Mapping[str, str] = {
    "agreement": "agreement",
    "trained_client": "instruction_client",
    "trained_carer": "instruction_carer",
    "follow_up": "follow_up_agreed",
    "test_alarm": "test_alarm",
    "house_access": "house_access_tried",
    "care_plan": "care_plan",
}
"""Subjects that the start asks for, and the condition that could be let through for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing with its dates. `due`: when it had to be there; `note`: a code; `values` of its sentence."""

    subject: str
    status: str
    at: datetime | None = None
    due: datetime | date | None = None
    by: str = ""
    note: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A condition that was let through, and until when it was to be made good (R2)."""

    condition: str
    because: str
    by: str
    at: datetime
    make_good_by: datetime
    made_good_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When the dispenser began to hand out. `checked`: Reik itself held the conditions against that start.

    `over`: the path ended, so that nothing has to hold any more.
    """

    at: datetime | None
    checked: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What shows a subject now: `first_at` the first time that it was there, `at` the one that holds; None: nothing."""

    at: datetime | None = None
    first_at: datetime | None = None
    by: str = ""
    note: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def of_start(
    subject: str, known: Known | None, start: Start, promised: Promised | None, now: datetime
) -> Line:
    """Something that had to be there before the start: in time, late, missing, or not asked yet."""
    shown = known or Known()

    def line(status: str, due: datetime | None = None, note: str = "") -> Line:
        return Line(
            subject=subject, status=status, at=shown.at, due=due, by=shown.by, note=shown.note or note,
            values=shown.values,
        )  # fmt: skip

    if promised is not None and start.at is not None:
        return line(of_promise(promised, now), promised.make_good_by, "let_through")
    if known is not None:
        return line(_against(known, start), start.at)
    if start.at is None:
        return line(WAITS)
    if start.over:
        return line(ON_TIME if start.checked else UNKNOWN, start.at)
    return line(MISSING, start.at)


def _against(known: Known, start: Start) -> str:
    if start.at is None:
        return ON_TIME if known.at is not None else UNKNOWN
    first = known.first_at or known.at
    if start.checked or (first is not None and first <= start.at):
        return ON_TIME
    return UNKNOWN if first is None else LATE


def of_promise(promised: Promised, now: datetime) -> str:
    """Whether what was let through was made good before its day."""
    if promised.made_good_at is not None:
        return ON_TIME if promised.made_good_at <= promised.make_good_by else LATE
    return WAITS if now < promised.make_good_by else MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One evaluation. `fell_away`: she stopped before it was held."""

    why: str
    due_on: date
    held_at: datetime | None = None
    held_by: str = ""
    outcome: str = ""
    fell_away: bool = False


def of_evaluation(each: Evaluated, today: date, zone: ZoneInfo) -> Line:
    if each.fell_away:
        status = NOT_ASKED
    elif each.held_at is not None:
        status = ON_TIME if each.held_at.astimezone(zone).date() <= each.due_on else LATE
    else:
        status = WAITS if today <= each.due_on else MISSING
    return Line(
        subject="evaluated", status=status, at=each.held_at, due=each.due_on, by=each.held_by,
        note="evaluation", values={"why": each.why, "outcome": each.outcome},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A complaint, an incident or a calamity. `report_by`: when the inspectorate has to know; None: not asked."""

    kind: str
    reported_at: datetime
    reported_by: str
    report_by: datetime | None = None
    inspectorate_at: datetime | None = None
    closed_at: datetime | None = None


def of_report(each: Reported, now: datetime) -> Line:
    if each.report_by is None:
        # A calamity without a day by which it is reported is not settled; a complaint has none.
        status = UNKNOWN if each.kind == "calamity" else NOT_ASKED
    elif each.inspectorate_at is not None:
        status = ON_TIME if each.inspectorate_at < each.report_by else LATE
    else:
        status = WAITS if now < each.report_by else MISSING
    return Line(
        subject="incidents", status=status, at=each.reported_at, by=each.reported_by,
        due=last_day(each.report_by) if each.report_by else None,
        note=each.kind, values={"told_at": each.inspectorate_at, "closed_at": each.closed_at},
    )  # fmt: skip


def worst(lines: Iterable[Line]) -> str:
    """What a subject comes to; without any line nothing was asked."""
    found = {each.status for each in lines}
    return next((each for each in WORST if each in found), NOT_ASKED)


def by_subject(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The lines of each subject, in the order of SUBJECTS; one without any has an empty list."""
    found: dict[str, list[Line]] = {subject: [] for subject in SUBJECTS}
    for each in lines:
        found[each.subject].append(each)
    return found
