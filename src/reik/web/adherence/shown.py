"""Adherence as pages and paper show it: percentages with numerator and denominator, and all that is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reik.kernel.shares import Share
from reik.value.adherence import DEFINITION, RULES, Adherence, Counts, adherence, total
from reik.value.adherence_seen import AdherenceSeen
from reik.value.rollups.seen import Days
from reik.web.adherence import words

WEEKS = (4, 13, 26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many weeks up to and with yesterday, as the client's own days."""

    weeks: int
    days: Days


def period_of(given: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Period:
    """`?weken=4`, 13 or 26; anything else is the first."""
    said = given.get("weken", "")
    weeks = next((each for each in WEEKS if str(each) == said), WEEKS[0])
    today = now.astimezone(zone).date()
    return Period(weeks=weeks, days=Days(since=today - timedelta(weeks=weeks), until=today))


def choices(period: Period) -> list[tuple[int, str, bool]]:
    return [(each, words.weeks_words(each), each == period.weeks) for each in WEEKS]


def shown(seen: AdherenceSeen) -> dict[str, Any]:
    """The values of `adherence/_figures.html`."""
    found = seen.adherence
    return {
        "in_time": share_of(found.in_time), "out": share_of(found.out), "known": share_of(found.known),
        "bounds": words.between_words(found.lowest, found.highest),
        "moments": found.counts.moments, "denominator": found.in_time.of,
        "counted": [_row(key, found.counts) for key, rule in RULES.items() if rule.counts],
        "excluded": [_row(key, found.counts) for key in found.excluded],
        "left_out": sum(found.excluded.values()), "bars": bars(seen), "half": words.minutes_words(seen.half_within),
        "definition": definition(),
    }  # fmt: skip


def definition() -> dict[str, str]:
    """The open definition, in the language of the page."""
    return {key: said[words.language()] for key, said in DEFINITION.items()}


def share_of(share: Share) -> dict[str, Any]:
    """A percentage with what it is of; with too few cases no percentage."""
    low, high = share.interval or (None, None)
    return {
        "pct": words.percent_words(share.pct), "enough": share.enough, "of": words.of_words(share),
        "interval": words.between_words(low, high),
    }  # fmt: skip


def _row(key: str, counts: Counts) -> dict[str, Any]:
    return {
        "key": key,
        "shown": words.outcome_shown(key),
        "n": counts.by_outcome[key],
        "why": words.rule_words(key),
    }


def bars(seen: AdherenceSeen) -> list[dict[str, str]]:
    """The distribution of delay; lengths of 100, of the longest one."""
    most = max((each.share.n for each in seen.delays), default=0) or 1
    return [
        {
            "word": words.delay_words(each), "said": _said(each.share), "start": "0",
            "length": f"{100 * each.share.n / most:.1f}",
        }
        for each in seen.delays
    ]  # fmt: skip


def _said(share: Share) -> str:
    return str(share.n) if share.pct is None else f"{share.n} ({words.percent_words(share.pct)})"


def by_week(counted: Mapping[date, Counts], days: Days) -> list[dict[str, Any]]:
    """Week by week, the newest first, as numbers: a week has too few moments for a percentage."""
    rows = []
    since = days.since
    while since < days.until:
        until = min(since + timedelta(weeks=1), days.until)
        found = adherence(total([each for day, each in counted.items() if since <= day < until]))
        rows.append({"days": words.days_words(since, until), **week_row(found)})
        since = until
    return rows[::-1]


def week_row(found: Adherence) -> dict[str, Any]:
    counts = found.counts
    return {
        "in_time": words.of_words(found.in_time) if found.in_time.of else "–", "late": counts.by_outcome["late"],
        "not_out": counts.by_outcome["not_out"] + counts.by_outcome["partly"],
        "unknown": sum(counts.by_outcome[key] for key, rule in RULES.items() if rule.may_be_out),
        "rest": sum(counts.by_outcome[key] for key in ("withheld", "by_hand", "paused")),
    }  # fmt: skip
