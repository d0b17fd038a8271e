"""The day strip: one local day of one client as a ribbon of 24 hours (design language, Dagstrook). Pure.

Positions are percentages in SVG attributes, so that the page needs no inline style. All strips of a list share
one axis; each carries its finding as a sentence for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

DAY_S = 24 * 3600
NIGHT_ENDS, NIGHT_BEGINS = time(7), time(23)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStrip:
    """One moment for a strip: its instants, its mark and word, and how many sachets it has."""

    due_at: datetime
    deadline_at: datetime
    mark: str
    word: str
    sachets: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A moment at its place: `x` and `window` in percent of the day, `run` the part of the signal so far."""

    x: str
    window: str
    run: str
    mark: str
    label: str
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What `{% strip %}` draws. `now` is empty on another day than today."""

    placed: Sequence[Placed]
    night_until: str
    night_from: str
    night_length: str
    now: str
    sentence: str


def strip_of(
    moments: Sequence[OnStrip], day: date, now: datetime, zone: ZoneInfo, *, title: str = ""
) -> Strip:
    """The strip of one local day; moments of other days are left out."""
    begins = datetime.combine(day, time(0), zone)
    ends = datetime.combine(day + timedelta(days=1), time(0), zone)
    today = [each for each in moments if begins <= each.due_at < ends]
    pin = _share(now, begins) if begins <= now < ends else None
    said = "; ".join(_said(each, zone) for each in today) or _("geen momenten")
    if pin is not None:
        said += "; " + _("nu %(time)s") % {"time": f"{now.astimezone(zone):%H:%M}"}
    night_from = _share(datetime.combine(day, NIGHT_BEGINS, zone), begins)
    return Strip(
        placed=[_place(each, begins, now, zone) for each in today],
        night_until=_percent(_share(datetime.combine(day, NIGHT_ENDS, zone), begins)),
        night_from=_percent(night_from),
        night_length=_percent(100 - night_from),
        now="" if pin is None else _percent(pin),
        sentence=f"{title}: {said}" if title else said,
    )


def _place(each: OnStrip, begins: datetime, now: datetime, zone: ZoneInfo) -> Placed:
    x = _share(each.due_at, begins)
    window = min(100 - x, _share(each.deadline_at, begins) - x)
    run = max(0.0, min(window, _share(now, begins) - x)) if each.mark == "sig" else 0.0
    return Placed(
        x=_percent(x),
        window=_percent(window),
        run=_percent(run) if run else "",
        mark=each.mark,
        label=f"{each.due_at.astimezone(zone):%H:%M}",
        many=each.sachets > 1,
    )


def _said(each: OnStrip, zone: ZoneInfo) -> str:
    text = f"{each.due_at.astimezone(zone):%H:%M} {each.word}"
    return text + " " + _("(%(count)s zakjes)") % {"count": each.sachets} if each.sachets > 1 else text


def _share(at: datetime, begins: datetime) -> float:
    """Where an instant stands in percent of a day by the wall clock: the axis is the same on a day of 23 hours."""
    local = at.astimezone(begins.tzinfo)
    days = (local.date() - begins.date()).days
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return 100 * (days + seconds / DAY_S)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
