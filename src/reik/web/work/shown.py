"""Rolls, sachets and weeks as these pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.medication.times import written
from reik.medication.times.schedule import TimeLine, instant_of, local_day
from reik.web.strips import OnStrip, Strip, strip_of
from reik.web.work.words import state_words

WEEK = 7
ZONE = ZoneInfo("Europe/Amsterdam")


def week_of(
    lines: Sequence[TimeLine], client_id: UUID, now: datetime, zone: ZoneInfo, starts_on: date | None = None
) -> list[tuple[str, Strip]]:
    """The seven days from today (or from the day it begins) as strips, with the name of each day."""
    first = max(local_day(now, zone), starts_on or date.min)
    doses = written.doses_of(lines, client_id, first, WEEK)
    marks = [
        OnStrip(
            due_at=each.due_at, deadline_at=each.deadline_at, mark="plan", word=_("gepland"), sachets=each.sachets
        )
        for each in doses
    ]  # fmt: skip
    long_ago = instant_of(first, time(), zone) - timedelta(days=2)  # a plan has no "now"
    days = [first + timedelta(days=number) for number in range(WEEK)]
    return [
        (date_format(day, "D j"), strip_of(marks, day, long_ago, zone, title=date_format(day, "l j F")))
        for day in days
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRow:
    """A roll in a list."""

    id: UUID
    client_id: UUID
    number: str
    state: str
    state_word: str
    starts_at: datetime
    ends_at: datetime
    first: int
    last: int
    count: int
    packer: str
    barcode: str
    said: str
    left: str = ""

    @property
    def last_day(self) -> datetime:
        """The end as a day that is still in it: midnight is of the day before."""
        return self.ends_at - timedelta(seconds=1)

    @property
    def whole_days(self) -> bool:
        """Whether it begins and ends at midnight, so that its days say all."""
        return all(each.astimezone(ZONE).time() == time() for each in (self.starts_at, self.ends_at))


def roll_row(roll: Any, left: str = "") -> RollRow:
    return RollRow(
        id=roll.id, client_id=roll.client_id, number=roll.number, state=roll.state,
        state_word=state_words(roll.state), starts_at=roll.starts_at, ends_at=roll.ends_at, first=roll.first,
        last=roll.last, count=roll.count, packer=roll.packer, barcode=roll.barcode, said=_said(roll),
        left=left,
    )  # fmt: skip


def _said(roll: Any) -> str:
    """Who did the last thing with it, and when."""
    steps = [
        (roll.left_at, roll.left_by), (roll.loaded_at, roll.loaded_by), (roll.delivered_at, roll.delivered_by),
        (roll.registered_at, roll.registered_by),
    ]  # fmt: skip
    at, by = max(((at, by) for at, by in steps if at), key=lambda each: each[0])
    name = {"device": _("de dispenser"), "household": _("het huishouden")}.get(by, by)
    return f"{name}, {date_format(at.astimezone(ZONE), 'j F H:i')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetRow:
    """A sachet as the roll's page shows it. `contents` says so when it is not known."""

    sequence: int
    empty: bool
    at: time | None
    k: int | None
    n: int | None
    contents: str
    barcode: str
    differs: bool


def sachet_days(
    sachets: Sequence[Any], differing: set[tuple[date, time]]
) -> list[tuple[date | None, list[SachetRow]]]:
    """The sachets day by day, in their order on the roll."""
    return [
        (day, [_sachet(each, differing) for each in group])
        for day, group in groupby(sachets, key=lambda each: each.day)
    ]


def _sachet(each: Any, differing: set[tuple[date, time]]) -> SachetRow:
    said = ", ".join(f"{one.get('amount', '')} {one.get('text', '')}".strip() for one in each.contents or ())
    return SachetRow(
        sequence=each.sequence, empty=each.empty, at=each.at, k=each.k, n=each.n,
        contents=said or _("inhoud niet bekend"), barcode=each.barcode, differs=(each.day, each.at) in differing,
    )  # fmt: skip
