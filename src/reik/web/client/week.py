"""A client's week on one axis, and what it counts to, with the definition beside it (R72, N7, N8). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.dispensing.queries import MomentSeen
from reik.medication.times.schedule import TimeLine
from reik.web.client.state import handed_words, on_strip
from reik.web.shown import Shown, shown
from reik.web.strips import Strip, strip_of

DAYS = 7
OUT = ("in_time", "early", "late")
ASKED = (*OUT, "partly", "not_out", "withheld")
"""Ends of moments that the dispenser had to hand out and of which it is known how they went."""
APART = ("device_failure", "by_hand", "paused")
NOT_KNOWN = ("unknown", "no_notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the week: its short name and its strip."""

    label: str
    today: bool
    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Sunday. `following` is None where nothing later can be planned yet."""

    monday: date
    days: Sequence[Day]
    before: date
    following: date
    this: bool

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=DAYS - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`out` of `asked`; the rest is counted apart and is in no fraction."""

    out: int
    asked: int
    known: Sequence[tuple[Shown, int]]
    apart: Sequence[tuple[Shown, int]]
    not_known: Sequence[tuple[Shown, int]]
    to_come: int


def monday_of(wanted: str, today: date) -> date:
    """The Monday of the week in the address; without, or nonsense: of this week. At most a year off."""
    try:
        day = date.fromisoformat(wanted) if wanted else today
    except ValueError:
        day = today
    day = min(max(day, today - timedelta(days=3660)), today + timedelta(days=366))
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants between which a week lies."""
    return (
        datetime.combine(monday, time(0), zone),
        datetime.combine(monday + timedelta(days=DAYS), time(0), zone),
    )


def week_of(
    moments: Sequence[MomentSeen], monday: date, now: datetime, zone: ZoneInfo, evidence: str
) -> Week:
    today = now.astimezone(zone).date()
    placed = on_strip(moments, now, evidence)
    days = []
    for number in range(DAYS):
        day = monday + timedelta(days=number)
        strip = strip_of(placed, day, now, zone, title=date_format(day, "l j F"))
        days.append(Day(label=date_format(day, "D j"), today=day == today, strip=strip))
    return Week(
        monday=monday, days=days, before=monday - timedelta(days=DAYS), following=monday + timedelta(days=DAYS),
        this=monday <= today < monday + timedelta(days=DAYS),
    )  # fmt: skip


def counts_of(moments: Sequence[MomentSeen], now: datetime, evidence: str) -> Counts:
    """How the week's moments ended; open ones are still to come."""
    ends = Counter(each.outcome for each in moments if each.outcome is not None)

    def of(outcomes: Sequence[str]) -> list[tuple[Shown, int]]:
        return [(_said(each, now, evidence), ends[each]) for each in outcomes if ends[each]]

    return Counts(
        out=sum(ends[each] for each in OUT), asked=sum(ends[each] for each in ASKED), known=of(ASKED),
        apart=of(APART), not_known=of(NOT_KNOWN), to_come=sum(each.outcome is None for each in moments),
    )  # fmt: skip


def _said(outcome: str, now: datetime, evidence: str) -> Shown:
    """The mark and word of an outcome, never more than the evidence of the dispenser (R26)."""
    said = shown(outcome, due_at=now, deadline_at=now, now=now)
    if outcome == "partly":
        return Shown(said.mark, _("deels uitgenomen"))
    if outcome in OUT and evidence != "removed":
        return Shown(said.mark, handed_words(outcome, evidence))
    return Shown(said.mark, _("op tijd uitgenomen")) if outcome == "in_time" else said


def in_words(lines: Sequence[TimeLine]) -> str:
    """The week plan in a sentence: how many times, where more sachets, and when a notice goes out (R27)."""
    if not lines:
        return ""
    times = len({each.at for each in lines})
    said = [ngettext("%(n)s tijd", "%(n)s tijden", times) % {"n": times}]
    many = [each for each in lines if each.sachets > 1]
    if many:
        said.append(
            ", ".join(
                _("om %(at)s %(n)s zakjes") % {"at": f"{each.at:%H:%M}", "n": each.sachets}
                for each in many[:2]
            )
        )
    windows = sorted({each.window_min for each in lines})
    said.append(_("melding na %(n)s minuten") % {"n": "–".join(str(each) for each in windows)})
    return ", ".join(said) + "."
