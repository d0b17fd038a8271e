"""Plan beside roll as the page shows it: a calendar of 28 days, and each day with its moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.rolls.beside import NO_ROLL, ON_ROLL, Beside, DayBeside, Said
from reik.medication.rolls.contents import ContentDifference
from reik.medication.rolls.sachets import Content
from reik.medication.seen.pharmacy import DAYS, plan_beside_roll
from reik.medication.times.schedule import local_day
from reik.web.pharmacy.words import beside_word, day_words
from reik.web.work.words import finding_words

OPEN_FIRST = 2
"""How many differing days stand open; where none differs, today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sachet:
    """One sachet of the roll; `contents` empty and `known` False: not known."""

    sequence: int
    known: bool
    contents: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRow:
    """One time of one day: plan left, roll right, and what holds between them."""

    at: str
    icon: str
    word: str
    tone: str
    planned: str
    medicines: Sequence[str]
    roll: str
    roll_at: str
    sachets: Sequence[Sachet]
    contents: Sequence[str]
    accepted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day. `icon`, `word` and `tone` are of the whole day; `rolls` the numbers that serve it."""

    key: str
    day: date
    name: str
    icon: str
    word: str
    tone: str
    open: bool
    moments: Sequence[MomentRow]
    rolls: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideShown:
    """All days, the weeks of the calendar (None: not of these days), and one sentence of how it is."""

    days: Sequence[DayRow]
    weeks: Sequence[Sequence[DayRow | None]]
    sentence: str
    differing: int


def shown(client_id: UUID, now: datetime, zone: ZoneInfo) -> BesideShown:
    """The page's part of these days, from the client's own today on."""
    today = local_day(now, zone)
    found = plan_beside_roll(client_id, today, DAYS)
    differing = [each.day for each in found if _unaccepted(each)][:OPEN_FIRST] or [today]
    days = [_day(each, open_=each.day in differing) for each in found]
    return BesideShown(
        days=days,
        weeks=_weeks(days),
        sentence=_sentence(found),
        differing=sum(_unaccepted(each) for each in found),
    )


def _unaccepted(day: DayBeside) -> int:
    return sum(each.differs and each.accepted is None for each in day.moments)


def _sentence(days: Sequence[DayBeside]) -> str:
    """How it is, in one sentence."""
    differing = [each for each in days if _unaccepted(each)]
    if differing:
        count = len(differing)
        said = ngettext(
            "Plan en rol verschillen op %(n)s dag", "Plan en rol verschillen op %(n)s dagen", count
        )
        return said % {"n": count} + _(", het eerst op %(day)s.") % {"day": day_words(differing[0].day)}
    planned = [each for each in days if any(moment.planned for moment in each.moments)]
    if not planned:
        return _("Er is niets gepland: geen teruggelezen schema, en geen afspraken.")
    without = next((day for day in planned if any(one.state == NO_ROLL for one in day.moments)), None)
    return _until_where(days, without) + _contents_said(planned)


def _until_where(days: Sequence[DayBeside], without: DayBeside | None) -> str:
    if without is None:
        return _("Plan en rol zijn alle 28 dagen gelijk.")
    before = without.day - timedelta(days=1)
    if before < days[0].day:
        return _("Voor vandaag is er geen rol.")
    return _("Plan en rol zijn gelijk tot en met %(day)s; daarna is er nog geen rol.") % {
        "day": day_words(before)
    }


def _contents_said(planned: Sequence[DayBeside]) -> str:
    """Says so where equal means times and numbers only."""
    on_roll = [each for day in planned for each in day.moments if each.state == ON_ROLL]
    if not on_roll or all(each.compared for each in on_roll):
        return ""
    return " " + _("De inhoud is niet overal te vergelijken.")


def _weeks(days: Sequence[DayRow]) -> list[list[DayRow | None]]:
    """Rows of seven, Monday first."""
    cells: list[DayRow | None] = [None] * (days[0].day.isoweekday() - 1)
    cells += days
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _day(day: DayBeside, *, open_: bool) -> DayRow:
    icon, word, tone = _of_day(day)
    rolls = dict.fromkeys(each.roll for moment in day.moments for each in moment.sachets)
    return DayRow(
        key=f"{day.day:%Y%m%d}", day=day.day, name=date_format(day.day, "D j F"), icon=icon, word=word, tone=tone,
        open=open_, moments=[_moment(each) for each in day.moments], rolls=", ".join(rolls),
    )  # fmt: skip


def _of_day(day: DayBeside) -> tuple[str, str, str]:
    count = _unaccepted(day)
    if count:
        return (
            "alert-triangle",
            ngettext("%(n)s moment verschilt", "%(n)s momenten verschillen", count) % {"n": count},
            "differs",
        )
    if not day.moments:
        return "minus", _("niets gepland"), "none"
    without = [each for each in day.moments if each.state == NO_ROLL]
    if len(without) == len(day.moments):
        return "circle-dashed", _("nog geen rol"), "none"
    if without:
        return "circle-dashed", _("deels nog geen rol"), "none"
    if day.differing:
        return "check", _("akkoord"), "same"
    return "check", _same(day.moments), "same"


def _same(moments: Sequence[Beside]) -> str:
    """Equal, and no more than is known: without contents on both sides only times and numbers were compared."""
    return _("gelijk") if all(each.compared for each in moments) else _("tijd en aantal gelijk")


def _moment(moment: Beside) -> MomentRow:
    icon, word, tone = beside_word(moment.state)
    if moment.state == ON_ROLL:
        word = _same([moment])
    if moment.differs and moment.accepted is not None:
        icon, tone = "check", "same"
        word = _("%(what)s, akkoord") % {"what": word}
    return MomentRow(
        at=f"{moment.at:%H:%M}", icon=icon, word=word, tone=tone, planned=_planned(moment),
        medicines=[_medicine(each) for each in moment.medicines],
        roll=", ".join(dict.fromkeys(each.roll for each in moment.sachets)),
        roll_at=f"{moment.other_at:%H:%M}" if moment.other_at else "",
        sachets=[
            Sachet(
                sequence=each.sequence, known=each.contents is not None,
                contents=[_content(said) for said in each.contents or ()],
            )
            for each in moment.sachets
        ],
        contents=[_differing(each) for each in moment.contents],
        accepted=moment.accepted or "",
    )  # fmt: skip


def _planned(moment: Beside) -> str:
    if moment.planned is None:
        return ""
    count = moment.planned.sachets
    return ngettext("%(n)s zakje", "%(n)s zakjes", count) % {"n": count}


def _medicine(said: Said) -> str:
    return " ".join(each for each in (said.amount, said.text or _("naam niet bekend")) if each)


def _content(said: Content) -> str:
    """As the packer wrote it: so much of a medicine."""
    amount = f"{said.amount} {said.unit}".strip() if said.unit else f"{said.amount} ×" if said.amount else ""
    return " ".join(each for each in (amount, said.text or said.code) if each)


def _differing(each: ContentDifference) -> str:
    """Without the day and the time, which stand beside it."""
    words = finding_words(each.kind, each.key, each.sentence, of_roll=True)
    return re.sub(r"^\d\d-\d\d-\d{4} \d\d:\d\d: ", "", words)
