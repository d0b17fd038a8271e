"""Charts as SVG files: for paper and to take along. No script, no style, explicit colours, words in text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reik.value.report_tables import parameter_name
from reik.value.report_text import say
from reik.value.report_words import name_of, number

Document = Mapping[str, Any]
INK, SOFT, TRACK, BRAND, LOSS = "#0F2422", "#33514D", "#E1E9E7", "#0B6E66", "#8A3B12"
FONT = "Atkinson Hyperlegible Next, sans-serif"
WIDTH, LEFT, ROW, TOP = 720, 270, 34, 16
MOST_ROWS = 10
CHARTS = ("uren", "tornado", "verzilveren", "voor-wie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """From `low` to `high` with a mark at `at`; None: not known. `said` stands at the end."""

    word: str
    low: float | None
    high: float | None
    at: float | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`alt`: what the picture says, in words."""

    title: str
    alt: str
    svg: str


def chart(name: str, document: Document, language: str) -> Chart | None:
    """One of CHARTS; None where nothing can be drawn yet. Raises KeyError for another name."""
    title, bars = _BARS[name](document, language) if document["hours"] is not None else ("", [])
    known = [each for each in bars if each.low is not None]
    return bar_chart(title, bars) if known else None


def bar_chart(title: str, bars: Sequence[Bar]) -> Chart:
    """A row of bars as one chart, with all that it says in words."""
    alt = ". ".join([title, *(f"{each.word}: {each.said}" for each in bars)])
    return Chart(title=title, alt=alt, svg=_drawn(title, alt, bars))


def _hours(document: Document, language: str) -> tuple[str, list[Bar]]:
    found = document["hours"]["per_month_at_full_size"]
    return say("full", language), [
        _band(key, found[key], language) for key in ("net_care", "net_travel", "net")
    ]


def _sides(document: Document, language: str) -> tuple[str, list[Bar]]:
    found = document["money"]["sides"]
    bars = [_band(key, found[key]["in_all"], language) for key in ("society", "insurer", "organisation")]
    return say("sides", language, years=document["setting"]["years"]), bars


def _band(key: str, amount: Mapping[str, Any], language: str) -> Bar:
    if amount["likely"] is None:
        return Bar(word=name_of(key, language), low=None, high=None, at=None, said=say("fill_in", language))
    return Bar(
        word=name_of(key, language), low=amount["p10"], high=amount["p90"], at=amount["likely"],
        said=f"{number(amount['p10'], language)} – {number(amount['p90'], language)}",
    )  # fmt: skip


def _tornado(document: Document, language: str) -> tuple[str, list[Bar]]:
    """By euros for the organisation where they are known, else by net hours per client-month."""
    rows = document["tornado"][:MOST_ROWS]
    euros = bool(rows) and all(each["organisation"][0] is not None for each in rows)
    which, decimals = ("organisation", 0) if euros else ("net_hours", 1)
    unit = say("organisation_eur" if euros else "net_hours", language)
    bars = []
    for each in rows:
        one, other = each[which]
        said = f"{number(one, language, decimals)} – {number(other, language, decimals)}"
        word = parameter_name(each["key"], language)
        bars.append(Bar(word=word, low=min(one, other), high=max(one, other), at=None, said=said))
    return f"{say('tornado', language)}, {unit}", bars


def _cash_in(document: Document, language: str) -> tuple[str, list[Bar]]:
    found = document["cash_in"]
    parts = dict(found["uses"] or {})
    bars = [
        Bar(word=parameter_name(key, language), low=0.0, high=each, at=None, said=number(each, language))
        for key, each in parts.items()
    ]
    unused = found["freed"] if found["unused"] is None else found["unused"]
    bars.append(
        Bar(word=say("unused", language), low=0.0, high=unused, at=None, said=number(unused, language))
    )
    return say("cash_in", language), bars


_BARS = {"uren": _hours, "tornado": _tornado, "verzilveren": _cash_in, "voor-wie": _sides}


def scale_of(bars: Sequence[Bar], *, from_zero: bool) -> tuple[float, float]:
    """Least and most of an axis; never empty."""
    ends = [end for each in bars for end in (each.low, each.high) if end is not None]
    if from_zero or not ends:
        ends.append(0.0)
    least, most = min(ends), max(ends)
    return (least, most) if most > least else (least, least + 1.0)


def _drawn(title: str, alt: str, bars: Sequence[Bar]) -> str:
    least, most = scale_of(bars, from_zero=True)
    width, height = WIDTH - LEFT - 130, TOP * 2 + ROW * len(bars)

    def x(value: float) -> float:
        return round(LEFT + width * (value - least) / (most - least), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" font-family="{FONT}" font-size="14"><title>{escape(title)}</title><desc>{escape(alt)}</desc>'
    ]
    for number_, each in enumerate(bars):
        parts.append(_row(each, TOP + ROW * number_, width, x))
    parts.append(f'<path d="M{x(0.0)} {TOP}V{height - TOP}" stroke="{INK}" stroke-width="1"/>')
    return "".join([*parts, "</svg>"])


def _row(each: Bar, y: float, width: float, x: Any) -> str:
    word = escape(each.word if len(each.word) <= 38 else each.word[:37] + "…")
    found = [
        f'<text x="{LEFT - 12}" y="{y + 21}" text-anchor="end" fill="{INK}">{word}</text>',
        f'<rect x="{LEFT}" y="{y + 8}" width="{width}" height="16" rx="3" fill="{TRACK}"/>',
        f'<text x="{LEFT + width + 10}" y="{y + 21}" fill="{SOFT}">{escape(each.said)}</text>',
    ]
    if each.low is not None and each.high is not None:
        long = max(x(each.high) - x(each.low), 1.5)
        fill = LOSS if each.high < 0 else BRAND
        found.insert(
            2, f'<rect x="{x(each.low)}" y="{y + 8}" width="{long:.1f}" height="16" rx="3" fill="{fill}"/>'
        )
    if each.at is not None:
        found.append(
            f'<circle cx="{x(each.at)}" cy="{y + 16}" r="6" fill="#FFFFFF" stroke="{INK}" stroke-width="2"/>'
        )
    return "".join(found)
