"""The words of adherence: outcomes, delays and shares, each with what they count."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.kernel.shares import Share
from reik.value.adherence import OPEN, RULES, Delay
from reik.value.report_words import number
from reik.web.shown import Shown


def language() -> str:
    return "en" if translation.get_language() == "en" else "nl"


def outcome_shown(outcome: str) -> Shown:
    """Mark and word of an outcome in a table of counts; unknown is never green."""
    return {
        "in_time": Shown("uit", _("op tijd uitgenomen")),
        "early": Shown("uit", _("vroeg uitgenomen")),
        "late": Shown("laat", _("laat uitgenomen")),
        "partly": Shown("niet", _("deels uitgenomen")),
        "not_out": Shown("niet", _("niet uitgenomen")),
        "withheld": Shown("pau", _("vastgehouden")),
        "by_hand": Shown("hand", _("met de hand gegeven")),
        "paused": Shown("pau", _("gepauzeerd")),
        "device_failure": Shown("onb", _("onbekend, storing")),
        "no_notice": Shown("geen", _("geen bericht ontvangen")),
        "unknown": Shown("onb", _("onbekend")),
        OPEN: Shown("plan", _("nog niet afgelopen")),
    }[outcome]


def rule_words(outcome: str) -> str:
    """What an outcome does in the percentage, and why."""
    rule = RULES[outcome]
    return rule.nl if language() == "nl" else rule.en


def delay_words(each: Delay) -> str:
    """Minutes between planned and out."""
    if each.at_least is None:
        return _("vóór de geplande tijd")
    if each.under is None:
        return _("na %(n)s minuten of meer") % {"n": each.at_least}
    return _("na %(low)s tot %(high)s minuten") % {"low": each.at_least, "high": each.under}


def percent_words(value: float | None) -> str:
    """A percentage, or that there are too few cases for one."""
    return _("te weinig momenten") if value is None else f"{number(value, language(), 1)} %"


def of_words(share: Share) -> str:
    return _("%(n)s van %(of)s") % {"n": share.n, "of": share.of}


def between_words(low: float | None, high: float | None) -> str:
    """Two bounds; empty with too few cases."""
    if low is None or high is None:
        return ""
    return f"{number(low, language(), 1)} – {number(high, language(), 1)} %"


def minutes_words(minutes: int | None) -> str:
    """Within how many minutes half of it was out."""
    if minutes is None:
        return ""
    if minutes == 0:
        return _("De helft kwam eruit vóór de geplande tijd.")
    return _("De helft kwam eruit binnen %(n)s minuten.") % {"n": minutes}


def weeks_words(weeks: int) -> str:
    return ngettext("%(n)s week", "%(n)s weken", weeks) % {"n": weeks}


def days_words(since: date, until: date) -> str:
    """From and with the first, to and with the last day of [since, until)."""
    last = until - timedelta(days=1)
    return f"{date_format(since, 'j F')} – {date_format(last, 'j F Y')}"
