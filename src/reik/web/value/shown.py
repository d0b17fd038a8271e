"""Figures of a business case as pages draw them: bands and bars by SVG attributes, with their words and links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reik.value.report_tables import parameter_name
from reik.value.report_words import euros, name_of, number

Document = Mapping[str, Any]
NEAR_EDGE = 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An assumption that is to be filled in first."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A figure with what it may well be. Places are percents as text for SVG; empty `lead`: not known yet."""

    key: str
    name: str
    lead: str
    said: str
    missing: tuple[Missing, ...]
    start: str = "0"
    length: str = "0"
    at: str = "0"
    anchor: str = "middle"
    wide_start: str = ""
    wide_length: str = "0"
    zero: str = ""
    negative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of a chart. `start` and `length` of 100."""

    word: str
    said: str
    start: str
    length: str
    link: str = ""
    kind: str = ""


def missing_of(keys: Iterable[str], language: str) -> tuple[Missing, ...]:
    return tuple(Missing(key=key, name=parameter_name(key, language)) for key in keys)


def band(
    key: str, amount: Mapping[str, Any], language: str, unit: str, *, most: float = 0.0, least: float = 0.0,
    wide: tuple[float, float] | None = None,
) -> Band:  # fmt: skip
    """`unit`: uur, € or empty. `wide`: a lighter band behind it. Its axis runs from 0, or from below it, to `most`."""
    name = name_of(key, language)
    if amount["likely"] is None:
        return Band(key=key, name=name, lead="", said="", missing=missing_of(amount["missing"], language))
    ends = [amount["p10"], amount["p90"], amount["likely"], least, 0.0, *(wide or ())]
    low, high = min(ends), max([*ends, most])
    high = high * 1.1 if most == 0.0 else high
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return float(100 * (value - low) / span)

    at = place(amount["likely"])
    return Band(
        key=key, name=name, lead=_range(amount["p10"], amount["p90"], unit, language),
        said=said(amount["likely"], unit, language), missing=(), start=_pct(place(amount["p10"])),
        length=_pct(max(place(amount["p90"]) - place(amount["p10"]), 0.8)), at=_pct(min(max(at, 2.5), 97.5)),
        anchor="start" if at < NEAR_EDGE else "end" if at > 100 - NEAR_EDGE else "middle",
        wide_start=_pct(place(wide[0])) if wide else "",
        wide_length=_pct(place(wide[1]) - place(wide[0])) if wide else "0",
        zero=_pct(place(0.0)) if low < 0 else "", negative=amount["p90"] < 0,
    )  # fmt: skip


def said(value: float, unit: str, language: str) -> str:
    """A number with its unit."""
    if unit == "€":
        return euros(value, language)
    decimals = 0 if abs(value) >= 100 else 1
    return f"{number(value, language, decimals)} {unit}".strip()


def plain(value: float, said: str) -> str:
    """With as many decimals as it has, three at most."""
    decimals = len(f"{value:.3f}".rstrip("0").partition(".")[2])
    return number(value, said, decimals)


def _range(low: float, high: float, unit: str, language: str) -> str:
    decimals = 0 if unit == "€" or max(abs(low), abs(high)) >= 100 else 1
    one, other = number(low, language, decimals), number(high, language, decimals)
    words = one if one == other else _("%(low)s tot %(high)s") % {"low": one, "high": other}
    return f"€ {words}" if unit == "€" else f"{words} {unit}".strip()


def _pct(value: float) -> str:
    return f"{value:.1f}%"


def headline(document: Document, language: str) -> list[Band]:
    """Hours, costs now and costs hybrid: the two on one axis, so that eyes may compare them."""
    hours, cost = document["hours"], document["care_cost"]
    month = hours["per_month_at_full_size"]["net"]
    ends = [each[name] or 0.0 for each in cost.values() for name in ("p90", "likely")]
    lowest = [each["p10"] or 0.0 for each in cost.values()]
    most, least = max([*ends, 0.0]) * 1.1, min([*lowest, 0.0])
    return [
        band("net", month, language, _("uur per maand"), wide=_published_band(document)),
        band("cost_now", cost["now"], language, "€", most=most, least=least),
        band("cost_hybrid", cost["hybrid"], language, "€", most=most, least=least),
    ]


def _published_band(document: Document) -> tuple[float, float] | None:
    """R68: when each dispenser saves 5 to 11 hours, times the dispensers."""
    setting = document["setting"]
    found = [each["net_hours"] for each in document["by_gross_hours"] if each["centre"] == setting["centre"]]
    many = setting["dispensers"]
    return (min(found) * many, max(found) * many) if found and many else None


def sides(document: Document, language: str) -> list[Band]:
    """Three lines and the others', on one axis."""
    found = document["money"]["sides"]
    amounts = {key: found[key]["in_all"] for key in ("society", "insurer", "organisation", "others")}
    ends = [each[name] for each in amounts.values() for name in ("p10", "p90") if each[name] is not None]
    most, least = max([*ends, 0.0]), min([*ends, 0.0])
    return [band(key, each, language, "€", most=most or 1.0, least=least) for key, each in amounts.items()]


CARE = (
    ("care", "administration"),
    ("loading_care", "alert_care", "false_care", "phone", "registration"),
    "net_care",
)
TRAVEL = (("travel",), ("loading_travel", "alert_travel", "false_travel"), "net_travel")


def apart(document: Document, language: str) -> list[tuple[str, list[Bar]]]:
    """Care and travel, each: what lapses, own work, what is left (R65). Hours per client-month."""
    found = document["hours"]["per_client_month"]

    def total(keys: Sequence[str]) -> float:
        return float(sum(found[key]["likely"] or 0.0 for key in keys))

    most = max(total(CARE[0]), total(TRAVEL[0]), total(CARE[1]), total(TRAVEL[1]), 0.1)
    rows = []
    for title, (lapses, own, net) in ((_("Zorgtijd"), CARE), (_("Reistijd"), TRAVEL)):
        left = found[net]["likely"]
        rows.append(
            (
                title,
                [
                    _bar(_("vervalt"), total(lapses), most, language, f"/waarde/cijfer/{lapses[0]}", ""),
                    _bar(_("eigen werk, gaat eraf"), total(own), most, language, "", "own"),
                    _bar(_("blijft over"), left, most, language, f"/waarde/cijfer/{net}", "net"),
                ],
            )
        )
    return rows


def _bar(word: str, value: float, most: float, language: str, link: str, kind: str) -> Bar:
    length = min(100.0, 100 * max(value, 0.0) / most)
    said_ = _("%(hours)s uur") % {"hours": number(value, language, 1)}
    return Bar(word=word, said=said_, start="0", length=f"{length:.1f}", link=link, kind=kind)


def tornado(document: Document, language: str, most_rows: int = 8) -> tuple[bool, list[Bar], str]:
    """What moves the outcome most: in euros of the organisation where known, else in net hours per client-month."""
    rows = document["tornado"][:most_rows]
    in_euros = bool(rows) and all(None not in each["organisation"] for each in rows)
    which, unit = ("organisation", "€") if in_euros else ("net_hours", _("uur per cliënt"))
    ends = [end for each in rows for end in each[which]]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    span = (high - low) or 1.0
    bars = []
    for each in rows:
        least, most = sorted(each[which])
        words = f"{said(each[which][0], unit if in_euros else '', language)} · {said(each[which][1], unit, language)}"
        bars.append(
            Bar(
                word=parameter_name(each["key"], language), said=words, start=f"{100 * (least - low) / span:.1f}",
                length=f"{max(100 * (most - least) / span, 0.8):.1f}", link=f"/waarde/aannames/{each['key']}",
            )
        )  # fmt: skip
    likely = (
        document["money"]["sides"]["organisation"]["in_all"]["likely"]
        if in_euros
        else document["hours"]["per_client_month"]["net"]["likely"]
    )
    return in_euros, bars, f"{100 * (likely - low) / span:.1f}"


def cash_in(document: Document, language: str) -> tuple[list[Bar], tuple[Missing, ...]]:
    """What becomes of the freed hours of a month at full size."""
    found = document["cash_in"]
    most = found["freed"] or 1.0
    uses = dict(found["uses"] or {})
    bars = [
        Bar(
            word=parameter_name(key, language), start="0",
            said=_("%(hours)s uur") % {"hours": said(each, "", language)},
            length=f"{100 * each / most:.1f}", link=f"/waarde/aannames/{key}",
        )
        for key, each in uses.items()
    ]  # fmt: skip
    unused = found["freed"] if found["unused"] is None else found["unused"]
    words = _("nog niet gekozen: blijft tijd")
    bars.append(
        Bar(word=words, said=_("%(hours)s uur") % {"hours": said(unused, "", language)}, start="0",
            length=f"{100 * unused / most if found['freed'] else 0:.1f}", kind="own")
    )  # fmt: skip
    return bars, missing_of(found["missing"], language)


def year_rows(document: Document, language: str) -> list[dict[str, Any]]:
    """The turnover by year, with what to fill in first."""
    rows = []
    for key, line in document["turnover"]["lines"].items():
        whole = line["in_all"]
        rows.append(
            {
                "key": key, "name": name_of(key, language), "missing": missing_of(whole["missing"], language),
                "years": [None if each is None else euros(each, language) for each in line["per_year"]],
                "total": None if whole["likely"] is None else euros(whole["likely"], language),
            }
        )  # fmt: skip
    return rows
