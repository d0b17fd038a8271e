"""What four weeks of one client's use suggest: another window, another step. Pure; a person decides (N11).

Each rule is a sentence that a nurse can check against the rows that come with it. Nothing changes by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

LOOKED_BACK = timedelta(days=28)
WEEK = timedelta(days=7)
DRIFTS_LATER, MORE_MISSES, LATE_PRESSES, SILENT_STEP = (
    "drifts_later",
    "more_misses",
    "late_presses",
    "silent_step",
)
KINDS = (DRIFTS_LATER, MORE_MISSES, LATE_PRESSES, SILENT_STEP)

LEAST_OF_WEEK = 3
"""Presses of one time of day that a week needs for its middle one to mean anything."""
LATER_BY = timedelta(minutes=10)
"""By how much the last week's middle press is later than the first week's."""
LEAST_MISSES, LEAST_OF_HALF = 3, 10
LATE_BY = timedelta(minutes=10)
LEAST_LATE = 5
LEAST_CALLS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One moment that is over. `out_at`: when the last sachet came out; `missed`: it was not, or not all, out."""

    moment_id: UUID
    due_at: datetime
    deadline_at: datetime
    out_at: datetime | None
    missed: bool
    alerted: bool = False  # an alert opened about it


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """One call of a route's step that nobody else answered meanwhile. `answered`: whoever was called took it."""

    alert_id: UUID
    position: int
    responder: str
    at: datetime
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A proposal. `subject`: a local time of day, or a step; `evidence`: JSON values, with the ids of the rows."""

    kind: str
    subject: str
    evidence: Mapping[str, object]


def suggest(uses: Sequence[Use], calls: Sequence[CallMade], now: datetime, zone: ZoneInfo) -> list[Suggested]:
    """Every proposal that these 28 days give, in a fixed order."""
    since = now - LOOKED_BACK
    by_time: dict[str, list[Use]] = defaultdict(list)
    for each in sorted(uses, key=lambda use: (use.due_at, use.moment_id)):
        if since <= each.due_at < now:
            by_time[f"{each.due_at.astimezone(zone):%H:%M}"].append(each)
    found = [
        rule(time, of, now)
        for time, of in sorted(by_time.items())
        for rule in (_drifts_later, _more_misses, _late_presses)
    ]
    found += _silent_steps([each for each in calls if since <= each.at < now])
    return [each for each in found if each is not None]


def _drifts_later(time: str, uses: Sequence[Use], now: datetime) -> Suggested | None:
    """In each of four weeks the middle press came later than the week before, ten minutes in all."""
    weeks: list[list[Use]] = [[] for _ in range(4)]
    for each in uses:
        if each.out_at is not None and each.out_at >= each.due_at:
            weeks[3 - min(int((now - each.due_at) / WEEK), 3)].append(each)
    if any(len(week) < LEAST_OF_WEEK for week in weeks):
        return None
    middles = [
        median((use.out_at - use.due_at).total_seconds() for use in week if use.out_at) for week in weeks
    ]
    rising = all(before < after for before, after in pairwise(middles))
    if not rising or middles[-1] - middles[0] < LATER_BY.total_seconds():
        return None
    return Suggested(
        kind=DRIFTS_LATER, subject=time,
        evidence={
            "weeks_s": [round(each) for each in middles], "cases": [len(each) for each in weeks],
            "moments": [str(use.moment_id) for week in weeks for use in week],
        },
    )  # fmt: skip


def _more_misses(time: str, uses: Sequence[Use], now: datetime) -> Suggested | None:
    """Twice as many misses in the last two weeks as in the two before, and three more at least."""
    middle = now - 2 * WEEK
    halves = [[use for use in uses if (use.due_at >= middle) is late] for late in (False, True)]
    before, after = (sum(use.missed for use in half) for half in halves)
    enough = all(len(half) >= LEAST_OF_HALF for half in halves)
    if not enough or after - before < LEAST_MISSES or after < 2 * before:
        return None
    return Suggested(
        kind=MORE_MISSES, subject=time,
        evidence={
            "before": before, "after": after, "cases": [len(each) for each in halves],
            "moments": [str(use.moment_id) for half in halves for use in half if use.missed],
        },
    )  # fmt: skip


def _late_presses(time: str, uses: Sequence[Use], now: datetime) -> Suggested | None:  # noqa: ARG001 - as its neighbours
    """Five alerts that a press just after the end of the window closed, and they are most of the alerts there were."""
    alerted = [each for each in uses if each.alerted]
    late = [
        each
        for each in alerted
        if each.out_at is not None and each.deadline_at <= each.out_at <= each.deadline_at + LATE_BY
    ]
    if len(late) < LEAST_LATE or 2 * len(late) <= len(alerted):
        return None
    over = max((use.out_at - use.deadline_at).total_seconds() for use in late if use.out_at)
    return Suggested(
        kind=LATE_PRESSES, subject=time,
        evidence={
            "late": len(late), "alerts": len(alerted), "longer_min": -(-int(over) // 300) * 5 or 5,
            "moments": [str(use.moment_id) for use in late],
        },
    )  # fmt: skip


def _silent_steps(calls: Sequence[CallMade]) -> list[Suggested]:
    """Somebody was called five times or more and never answered."""
    by_step: dict[tuple[int, str], list[CallMade]] = defaultdict(list)
    for each in sorted(calls, key=lambda call: (call.at, call.alert_id)):
        by_step[each.position, each.responder].append(each)
    return [
        Suggested(
            kind=SILENT_STEP, subject=f"{position} {responder}",
            evidence={
                "position": position, "responder": responder, "calls": len(of),
                "alerts_of": list(dict.fromkeys(str(each.alert_id) for each in of)),
            },
        )
        for (position, responder), of in sorted(by_step.items())
        if len(of) >= LEAST_CALLS and not any(each.answered for each in of)
    ]  # fmt: skip
