"""The pharmacy's limits of a time: when it is told, how late it may be handed out, the interval (R27, R29, R31)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reik.medication.seen.pharmacy import times_of
from reik.medication.times.limits import Limit, limits_of, limits_set, set_limit
from reik.medication.times.schedule import PRESETS_MIN, PlannedDose, ScheduleRefused
from reik.people.queries import ClientCard
from reik.web.pharmacy.words import limit_flaw, minutes_words

DAY_MIN = 24 * 60
LONGEST_BECAUSE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One time of the client with what holds for it, and its form. `set` is what the pharmacy set, if it did."""

    key: str
    at: str
    window: str
    latest: str
    gap: str
    critical: bool
    set: Limit | None
    values: Mapping[str, str]
    windows: Sequence[tuple[int, str, bool]]
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Typed:
    """What was typed for one time, and what is not right about it."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    error: str = ""


def rows(client_id: UUID, today: date, typed: Typed | None = None) -> list[TimeRow]:
    """Every time that is planned in the week ahead, and those for which something was set."""
    limits = limits_of([client_id]).get(client_id, {})
    return [_row(each, limits.get(each.at), typed) for each in times_of(client_id, today)]


def _row(dose: PlannedDose, limit: Limit | None, typed: Typed | None) -> TimeRow:
    key = f"{dose.at:%H%M}"
    mine = typed if typed is not None and typed.key == key else None
    late = dose.late_min > dose.window_min or limit is not None
    shown = f"{_later(dose.at, dose.late_min):%H:%M}" if late else ""
    values = mine.values if mine else {
        "window": str(dose.window_min), "latest": shown,
        "gap": _clocked(dose.gap_min) if dose.gap_min else "", "critical": "1" if dose.criticality == 0 else "",
        "because": "",
    }  # fmt: skip
    return TimeRow(
        key=key, at=f"{dose.at:%H:%M}", window=minutes_words(dose.window_min),
        latest=shown,
        gap=minutes_words(dose.gap_min) if dose.gap_min else "", critical=dose.criticality == 0, set=limit,
        values=values, windows=_windows(values["window"], dose.window_min), error=mine.error if mine else "",
    )  # fmt: skip


def _windows(chosen: str, now_min: int) -> list[tuple[int, str, bool]]:
    known = sorted({*PRESETS_MIN, now_min})
    return [(each, minutes_words(each), str(each) == chosen) for each in known]


def _later(at: time, minutes: int) -> time:
    whole = (at.hour * 60 + at.minute + minutes) % DAY_MIN
    return time(whole // 60, whole % 60)


def _clocked(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def history(client_id: UUID) -> list[dict[str, object]]:
    """Everything that was ever set, the newest first."""
    return [
        {
            "each": each, "window": minutes_words(each.window_min), "critical": each.criticality == 0,
            "latest": f"{_later(each.at, each.late_min):%H:%M}",
            "gap": minutes_words(each.gap_min) if each.gap_min else "",
        }
        for each in limits_set(client_id)
    ]  # fmt: skip


def clock_of(text: str) -> time | None:
    """ "8", "800", "8:00" or "08.00"; None for what is no time."""
    found = re.fullmatch(r"\s*(\d{1,2})(?:[:.\s]?(\d{2}))?\s*", text, re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def read(data: Mapping[str, str], at: time) -> tuple[Limit | None, Typed]:
    """The limit that was typed for this time; None with the fault in words."""
    names = ("window", "latest", "gap", "critical", "because")
    typed = Typed(
        key=f"{at:%H%M}", values={name: str(data.get(name, "")).strip()[:LONGEST_BECAUSE] for name in names}
    )
    values = typed.values
    latest, gap = clock_of(values["latest"]), clock_of(values["gap"] or "0")
    if not values["window"].isdigit() or len(values["window"]) > 3:
        typed.error = _("Kies na hoeveel minuten de melding komt.")
    elif latest is None:
        typed.error = _("Vul in tot hoe laat het nog mag, zoals 10:30.")
    elif gap is None:
        typed.error = _("Vul de tussentijd in uren en minuten in, zoals 4:00.")
    if typed.error:
        return None, typed
    assert latest is not None
    assert gap is not None
    late_min = (latest.hour * 60 + latest.minute - at.hour * 60 - at.minute) % DAY_MIN or DAY_MIN
    return (
        Limit(
            at=at, window_min=int(values["window"]), late_min=late_min, gap_min=gap.hour * 60 + gap.minute,
            criticality=0 if values["critical"] else 1, because=values["because"],
        ),
        typed,
    )  # fmt: skip


def store(card: ClientCard, limit: Limit, by: str, role: str, now: datetime) -> str:
    """Empty, or why not."""
    try:
        with transaction.atomic():
            set_limit(client_id=card.id, limit=limit, by=by, role=role, now=now)
    except ScheduleRefused as refused:
        return limit_flaw(str(refused))
    return ""
