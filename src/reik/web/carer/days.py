"""A client's day and week as an informal carer sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.dispensing.queries import MomentSeen
from reik.web.carer.asking import clock_time
from reik.web.shown import Shown, shown
from reik.web.strips import OnStrip, Strip, strip_of

GOOD = frozenset({"uit", "laat", "hand"})
DEVIATES = frozenset({"niet", "onb", "geen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One moment of the day. `more`: when it was out, how many sachets, or where it lies now."""

    moment: MomentSeen
    shown: Shown
    word: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the week with its strip; `said`: how many sachets of that day are out."""

    day: date
    strip: Strip
    said: str
    deviates: bool


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local day as instants: [begin, end)."""
    return datetime.combine(day, time(0), zone), datetime.combine(day + timedelta(days=1), time(0), zone)


def _shown(moment: MomentSeen, now: datetime) -> Shown:
    return shown(
        moment.outcome, due_at=moment.due_at, deadline_at=moment.deadline_at, now=now,
        sachets=moment.sachets, out=moment.out,
    )  # fmt: skip


def lines_of(moments: Sequence[MomentSeen], now: datetime) -> list[Line]:
    """The day's moments, in order."""
    found = []
    for each in moments:
        mark = _shown(each, now)
        found.append(
            Line(
                moment=each,
                shown=mark,
                word=mark.word[:1].upper() + mark.word[1:],
                more=_more(each, mark, now),
            )
        )
    return found


def _more(moment: MomentSeen, mark: Shown, now: datetime) -> str:
    if mark.mark in ("uit", "laat") and moment.last_out_at is not None:
        return _("om %(time)s") % {"time": clock_time(moment.last_out_at)}
    if mark.mark == "sig":
        return _("de dispenser geeft nu een signaal")
    if mark.mark == "niet" and now < moment.latest_at:
        return _("kan er nog uit tot %(time)s") % {"time": clock_time(moment.latest_at)}
    if mark.mark == "niet":
        return _("kan er nu niet meer uit: overleg eerst")
    if mark.mark == "onb" and moment.outcome is not None:
        return _("de dispenser heeft ons dit niet verteld")
    if moment.sachets > 1:
        return ngettext("%(n)s zakje", "%(n)s zakjes", moment.sachets) % {"n": moment.sachets}
    return ""


def how_it_is(lines: Sequence[Line], now: datetime) -> str:
    """One sentence that opens the page when nothing is asked."""
    if not lines:
        return _("Vandaag staat er niets gepland.")
    odd = [each for each in lines if each.shown.mark in DEVIATES]
    if odd:
        return _("Om %(time)s ging het anders: %(what)s.") % {
            "time": clock_time(odd[-1].moment.due_at), "what": odd[-1].shown.word,
        }  # fmt: skip
    due = [each for each in lines if each.moment.due_at <= now]
    coming = next((each for each in lines if each.moment.due_at > now), None)
    if any(each.shown.mark == "sig" for each in due):
        return _("De dispenser geeft nu een signaal.")
    if not due and coming is not None:
        return _("Nog niets aan de beurt. Het eerste zakje komt om %(time)s.") % {
            "time": clock_time(coming.moment.due_at)
        }
    if any(each.shown.mark == "pau" for each in due):
        return _("De dispenser geeft vandaag niet alles uit.")
    return _("Tot nu toe ging vandaag alles goed.")


def week_of(moments: Sequence[MomentSeen], today: date, now: datetime, zone: ZoneInfo) -> list[Day]:
    """Today and the six days before, the newest first."""
    days = []
    for back in range(7):
        day = today - timedelta(days=back)
        begins, ends = bounds(day, zone)
        mine = [each for each in moments if begins <= each.due_at < ends]
        marks = [(each, _shown(each, now)) for each in mine]
        strip = strip_of(
            [
                OnStrip(
                    due_at=each.due_at, deadline_at=each.deadline_at, mark=mark.mark, word=mark.word,
                    sachets=each.sachets,
                )
                for each, mark in marks
            ],
            day, now, zone,
        )  # fmt: skip
        days.append(
            Day(
                day=day,
                strip=strip,
                said=_said(marks),
                deviates=any(m.mark in DEVIATES for _each, m in marks),
            )
        )
    return days


def _said(marks: Sequence[tuple[MomentSeen, Shown]]) -> str:
    if not marks:
        return _("niets gepland")
    out = sum(each.out for each, _mark in marks)
    ended = sum(each.sachets for each, mark in marks if mark.mark not in ("plan", "sig"))
    if not ended:
        return _("nog niets aan de beurt")
    return _("%(out)s van %(ended)s zakjes uitgenomen") % {"out": out, "ended": max(ended, out)}
