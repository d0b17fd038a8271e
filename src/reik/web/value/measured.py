"""What was measured before and now, for the dashboard: the morning, moments per client, the first indicators (C12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reik.kernel.shares import FEWEST
from reik.value.indicators.material import Material
from reik.value.indicators.plan import indicators
from reik.value.indicators.seen import filled_in
from reik.value.indicators.weekly import Moments, Weekly, weekly
from reik.value.peak_lines import Line, Lines, peak_lines
from reik.value.planning import queries as planning
from reik.value.planning.before_now import before_and_now
from reik.value.planning.queries import FileSeen
from reik.value.report_words import number
from reik.web.frame import ZONE
from reik.web.value.rows import period, row_of
from reik.web.value.words import domain_words

SHOWN = ("visits", "minutes_per_visit", "travel_minutes", "in_time", "stays", "travel_km")
"""Of each domain the first that a board asks for; the measurement plan has all."""


WHOLE_FROM = 20
"""From so many visits on, tenths say nothing."""
TOP, ABOVE, BELOW = 24, "-10", "22"
"""Pixels: above the field, and from a top to the word at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A taken planning with its days."""

    file: FileSeen
    first_day: date
    last_day: date
    taken_on: date


def measured(organisation_id: UUID, now: datetime, language: str) -> dict[str, Any]:
    """`peak`, `moments` (None where nothing was measured) and `rows`."""
    material = Material(organisation_id, period(now), now)
    rows = filled_in(material, [indicators()[key] for key in SHOWN])
    found = weekly(material.baselines, material.last_day)
    return {
        "peak": _peak(material, language), "moments": None if found is None else _moments(found, language),
        "rows": [{**row_of(each, language), "domain": domain_words(each.indicator.domain)} for each in rows],
    }  # fmt: skip


def _peak(material: Material, language: str) -> dict[str, Any] | None:
    taken = [_taken(each) for each in planning.files(material.organisation_id) if each.state == "taken"]
    days = material.days
    before, now = before_and_now(taken, material.first_use, days.since, days.until, material.today)
    lines = peak_lines(
        planning.quarters_of(before.file) if before else [], planning.quarters_of(now.file) if now else []
    )
    if lines is None:
        return None
    above, below = (BELOW, ABOVE) if lines.rises else (ABOVE, BELOW)
    sides = (
        ("was", _("ervoor"), lines.before, before, above),
        ("now", _("nu"), lines.now, now, below),
    )
    drawn = [
        _drawn(key, word, line, of.file, dy, language)
        for key, word, line, of, dy in sides
        if line is not None and of is not None
    ]
    return {
        "drawn": drawn, "before": before, "now": now, "said": _said(lines, language),
        "marks": [(f"{TOP + y:g}", number(n, language)) for y, n in lines.marks],
        "hours": [(f"{x:g}%", at, "start" if x == 0 else "middle") for x, at in lines.hours],
    }  # fmt: skip


def _drawn(key: str, word: str, line: Line, file: FileSeen, dy: str, language: str) -> dict[str, Any]:
    """Places as text for SVG, which knows no decimal comma. `dy`: from the top of the line to its word."""
    return {
        "key": key, "word": word, "file": file, "path": line.path, "area": line.area, "x": f"{line.x:g}%",
        "y": f"{TOP + line.y:g}", "dy": dy, "top": _visits(line.top.total, language),
    }  # fmt: skip


def _taken(seen: FileSeen) -> Taken:
    day = (seen.taken_at or seen.created_at).astimezone(ZONE).date()
    return Taken(file=seen, first_day=seen.first_day or day, last_day=seen.last_day or day, taken_on=day)


def _said(lines: Lines, language: str) -> str:
    """The picture in words."""

    def top(line: Line) -> Mapping[str, str]:
        return {"n": _visits(line.top.total, language), "at": line.top.at}

    words = []
    if lines.before is not None:
        words.append(
            _("Ervoor beginnen de meeste bezoeken om %(at)s: %(n)s per kwartier.") % top(lines.before)
        )
    if lines.now is not None:
        words.append(_("Nu beginnen de meeste bezoeken om %(at)s: %(n)s per kwartier.") % top(lines.now))
    return " ".join(words)


def _visits(number_of: float, language: str) -> str:
    return number(number_of, language, 0 if number_of >= WHOLE_FROM else 1)


def _moments(found: Weekly, language: str) -> dict[str, Any]:
    """Bars on one axis; no figure of fewer clients than tell something."""
    most = max(found.before.total, found.now.total) or 1.0
    less = 100 * (1 - found.now.unique / found.before.unique) if found.before.unique else None
    return {
        "clients": found.clients, "enough": found.clients >= FEWEST, "fewest": FEWEST,
        "bars": [
            _bar(_("Ervoor"), found.before, most, language), _bar(_("Nu"), found.now, most, language),
        ],
        "less": None if less is None or less < 0 else number(less, language, 0),
        "before": number(found.before.unique, language, 1), "now": number(found.now.unique, language, 1),
    }  # fmt: skip


def _bar(word: str, of: Moments, most: float, language: str) -> dict[str, str]:
    return {
        "word": word, "unique": number(of.unique, language, 1), "combined": number(of.combined, language, 1),
        "unique_long": f"{100 * of.unique / most:.1f}", "combined_long": f"{100 * of.combined / most:.1f}",
    }  # fmt: skip
