"""How a term is said: one at midnight is a whole day ("uiterlijk donderdag 26 november"), any other has its clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.web.client.state import clock_of


def last_day(before: datetime, zone: ZoneInfo) -> date | None:
    """The last whole day before a term that ends at midnight; None for one that ends at another hour."""
    local = before.astimezone(zone)
    return local.date() - timedelta(days=1) if local.time() == time(0) else None


def day_said(day: date) -> str:
    """A day by its name; the year only where it is another than one thinks of."""
    return date_format(day, "l j F")


def iso_day_said(day: str) -> str:
    """A day that a task kept as ISO; as it is when it is none."""
    try:
        return day_said(date.fromisoformat(day))
    except ValueError:
        return day


def by_words(before: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Before when: "uiterlijk donderdag 26 november", or "vóór 27 november 14:00"."""
    overdue = before <= now
    day = last_day(before, zone)
    if day is not None:
        said = _("moest uiterlijk %(day)s") if overdue else _("uiterlijk %(day)s")
        return said % {"day": day_said(day)}
    said = _("moest vóór %(time)s") if overdue else _("vóór %(time)s")
    return said % {"time": clock_of(before, now, zone)}
