"""The rows of the schedule form: what was typed stays as it was typed, with its fault beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from reik.medication.times.schedule import (
    EVERY_DAY,
    MOST_SACHETS,
    PRESETS_MIN,
    WINDOW_MIN,
    ScheduleRefused,
    TimeLine,
    check_lines,
)
from reik.web.work.flaws import schedule_flaw
from reik.web.work.words import day_names, days_words, latest_at

MOST_ROWS = 40
CRITICAL = "c"
"""After the minutes of a window that is time-critical: "15c" (R27)."""
TOLERANT_MIN = 75
WORKWEEK, WEEKEND = frozenset(range(1, 6)), frozenset((6, 7))
CHOICES: Mapping[str, frozenset[int]] = {"all": EVERY_DAY, "week": WORKWEEK, "end": WEEKEND}
SOON = timedelta(minutes=2)


@dataclass(slots=True, kw_only=True)
class Row:
    """One row as typed. `days` is all, week, end or own; then `own` are the days. `kept`: set by the pharmacy."""

    number: int = 0
    at: str = ""
    sachets: str = "1"
    days: str = "all"
    own: frozenset[int] = frozenset()
    window: str = str(WINDOW_MIN)
    late: str = ""
    kept: TimeLine | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.at.strip()

    @property
    def kept_until(self) -> str:
        """Until when the pharmacy lets it be handed out; empty when she did not say so."""
        latest = latest_at(self.kept) if self.kept is not None else None
        return f"{latest:%H:%M}" if latest else ""

    @property
    def day_boxes(self) -> list[tuple[int, str, bool]]:
        return [(number, name, number in self.own) for number, name in day_names()]

    @property
    def day_choices(self) -> list[tuple[str, str, bool]]:
        known = [(key, days_words(days)) for key, days in CHOICES.items()]
        return [(key, word, key == self.days) for key, word in [*known, ("own", _("zelf kiezen"))]]

    def windows(self, *, by_pharmacy: bool) -> list[tuple[str, str, bool, bool]]:
        """Value, word, chosen, to be chosen: time-critical is for the prescriber or the pharmacy (R27)."""
        minutes = [str(each) for each in PRESETS_MIN]
        chosen = self.window.removesuffix(CRITICAL)
        if chosen.isdigit() and chosen not in minutes:
            minutes.append(chosen)
        made = [(each, _("%(n)s min") % {"n": each}, each == self.window, True) for each in minutes]
        critical = self.window if self.window.endswith(CRITICAL) else f"{PRESETS_MIN[0]}{CRITICAL}"
        word = _("%(n)s min, tijdkritisch") % {"n": critical.removesuffix(CRITICAL)}
        held = self.kept is not None and self.kept.criticality == 0
        made.append((critical, word, critical == self.window, by_pharmacy or held))
        return made


def row_of(line: TimeLine, *, by_pharmacy: bool) -> Row:
    """The row of a line that is known already."""
    days = next((key for key, each in CHOICES.items() if each == line.weekdays), "own")
    latest = latest_at(line)
    return Row(
        at=f"{line.at:%H:%M}", sachets=str(line.sachets), days=days,
        own=line.weekdays if days == "own" else frozenset(),
        window=f"{line.window_min}{CRITICAL if line.criticality == 0 else ''}",
        late=f"{latest:%H:%M}" if latest and by_pharmacy else "", kept=line if is_kept(line) else None,
    )  # fmt: skip


def is_kept(line: TimeLine) -> bool:
    """Whether the pharmacy said something of this time that a team does not change (R27, R29)."""
    return line.criticality == 0 or line.late_min is not None


def rows_from(data: QueryDict) -> list[Row]:
    """What came with the form, row by row."""
    count = min(_whole(data.get("rows", "")) or 0, MOST_ROWS)
    return [
        Row(
            at=data.get(f"at-{n}", ""), sachets=data.get(f"n-{n}", "1"), days=data.get(f"days-{n}", "all"),
            own=frozenset(int(each) for each in data.getlist(f"day-{n}") if each in "1234567" and each),
            window=data.get(f"win-{n}", str(WINDOW_MIN)), late=data.get(f"late-{n}", ""),
        )
        for n in range(count)
    ]  # fmt: skip


def numbered(rows: Sequence[Row], base: Sequence[TimeLine]) -> list[Row]:
    """The rows with their place, and beside each what the pharmacy set for its time."""
    kept = {line.at: line for line in base if is_kept(line)}
    for number, row in enumerate(rows):
        row.number, row.kept = number, kept.get(clock_of(row.at) or time.max)
    return list(rows)


def soon_row(now: datetime, zone: ZoneInfo) -> Row:
    """In a demo: a time two minutes from now, so that a newcomer sees the dispenser signal."""
    at = now.astimezone(zone) + SOON
    if at.second or at.microsecond:
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Row(at=f"{at:%H:%M}", window=str(PRESETS_MIN[0]))


def clock_of(text: str) -> time | None:
    """ "8", "830", "8:30", "8.30" or "8u30" as a time of day; None for anything else."""
    found = re.fullmatch(r"\s*(\d{1,2})(?:\s*[:.uh]?\s*(\d{2}))?\s*", text.lower(), re.ASCII)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def lines_of(rows: Sequence[Row], *, by_pharmacy: bool) -> list[TimeLine]:
    """The schedule that the rows ask for; faults are put beside the rows. Empty rows are left out."""
    filled = [row for row in rows if not row.is_empty]
    lines = [line for row in filled if (line := _line(row, by_pharmacy)) is not None]
    return lines if len(lines) == len(filled) else []


def _line(row: Row, by_pharmacy: bool) -> TimeLine | None:
    at, sachets = clock_of(row.at), _whole(row.sachets)
    weekdays = CHOICES.get(row.days, row.own)
    if at is None:
        row.errors["at"] = _("Een tijd is uren en minuten: 08:00.")
    if sachets is None or not 1 <= sachets <= MOST_SACHETS:
        row.errors["n"] = _("Een moment heeft 1 tot 30 zakjes.")
    if not weekdays:
        row.errors["days"] = _("Kies ten minste één dag.")
    window, criticality = _window(row, by_pharmacy)
    if row.errors or at is None or sachets is None:
        return None
    line = TimeLine(
        weekdays=weekdays, at=at, sachets=sachets, window_min=window, late_min=_late(row, at, by_pharmacy),
        criticality=criticality,
    )  # fmt: skip
    return _checked(row, line)


def _checked(row: Row, line: TimeLine) -> TimeLine | None:
    if row.errors:
        return None
    if line.late_min is not None and line.late_min < line.window_min:
        row.errors["win"] = _(
            "Het venster duurt langer dan de uiterste uitneemtijd. Overleg met de apotheek."
        )
        return None
    try:
        check_lines([line])
    except ScheduleRefused as why:
        row.errors["at"] = schedule_flaw(str(why))
        return None
    return line


def _window(row: Row, by_pharmacy: bool) -> tuple[int, int]:
    """Minutes and criticality. What the pharmacy called time-critical a team leaves as it is."""
    if not by_pharmacy and row.kept is not None and row.kept.criticality == 0:
        return row.kept.window_min, 0
    minutes = _whole(row.window.removesuffix(CRITICAL))
    critical = row.window.endswith(CRITICAL)
    if critical and not by_pharmacy:
        row.errors["win"] = _("Tijdkritisch kiest alleen de voorschrijver of de apotheek: kies 15, 45 of 75.")
    if minutes is None:
        row.errors["win"] = _("Kies het venster: 15, 45 of 75 minuten.")
        minutes = WINDOW_MIN
    return minutes, 0 if critical else 2 if minutes >= TOLERANT_MIN else 1


def _late(row: Row, at: time, by_pharmacy: bool) -> int | None:
    """Minutes from the time until the latest hand-out; only the pharmacy sets it (R29)."""
    if not by_pharmacy:
        return row.kept.late_min if row.kept is not None else None
    if not row.late.strip():
        return None
    latest = clock_of(row.late)
    if latest is None:
        row.errors["late"] = _("Een tijd is uren en minuten: 08:00.")
        return None
    minutes = (latest.hour - at.hour) * 60 + latest.minute - at.minute
    return minutes if minutes > 0 else minutes + 24 * 60


def _whole(text: str) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 4 else None


def as_kept(lines: Sequence[TimeLine], base: Sequence[TimeLine], *, by_pharmacy: bool) -> list[TimeLine]:
    """Lines of a list, with what the pharmacy set before; a team sets no latest hand-out time itself (R29)."""
    if by_pharmacy:
        return list(lines)
    kept = {line.at: line for line in base if is_kept(line)}
    made = []
    for line in lines:
        before = kept.get(line.at)
        window = before.window_min if before and before.criticality == 0 else line.window_min
        made.append(
            replace(
                line, window_min=window, late_min=before.late_min if before else None,
                criticality=before.criticality if before and before.criticality == 0 else line.criticality,
            )
        )  # fmt: skip
    return made
