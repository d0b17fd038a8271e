"""Figures as a page draws them: bars by whole percents, words, and addresses of the rows behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.utils import formats

from reik.alerting.figures.callers import Called, Disturbed
from reik.alerting.figures.counting import Figures, Group, Spread
from reik.kernel.shares import Share
from reik.kernel.tenancy import Actor
from reik.people.queries import teams_of, visible_to
from reik.web.load.words import figure_words, interval_words, length_words, shift_words
from reik.web.words import cause_words, step_words

LENGTHS = (7, 28, 91)
USUAL = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table with a bar. `width` of 100; `link` opens the rows; `few`: too few cases for a rate."""

    word: str
    n: int
    width: int
    link: str
    of: int | None = None
    more: str = ""
    few: bool = False
    pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page was asked for: how many days, and by what alerts are grouped."""

    days: int
    by: str

    @property
    def query(self) -> str:
        return urlencode({"dagen": self.days, "per": self.by})

    def since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


GROUPS = {"oorzaak": "cause", "team": "team", "client": "client"}


def asked_of(given: Mapping[str, str]) -> Asked:
    """What the address says; anything else is the usual."""
    days = given.get("dagen", "")
    known = int(days) if days.isdecimal() and int(days) in LENGTHS else USUAL
    return Asked(days=known, by=given["per"] if given.get("per") in GROUPS else "oorzaak")


def whom(actor: Actor) -> list[UUID]:
    return list(visible_to(actor).values_list("id", flat=True))


def share_line(figure: str, share: Share, asked: Asked) -> Line:
    return Line(
        word=figure_words(figure), n=share.n, of=share.of, width=round(share.pct or 0), few=not share.enough,
        pct=share.pct, link=link_to(figure, asked),
    )  # fmt: skip


def link_to(figure: str, asked: Asked, **more: str) -> str:
    return f"/belasting/cijfer/{figure}?" + urlencode({"dagen": asked.days, **more})


def group_lines(groups: Sequence[Group], asked: Asked, names: Mapping[str, str]) -> list[Line]:
    most = max((each.alerts for each in groups), default=1)
    return [
        Line(
            word=cause_words(each.key) if asked.by == "oorzaak" else names.get(each.key, "–"), n=each.alerts,
            width=round(100 * each.alerts / most), more=_rate(each), few=each.per_month is None,
            link=link_to("all", asked, oorzaak=each.key) if asked.by == "oorzaak" else "",
        )
        for each in groups
    ]  # fmt: skip


def _rate(group: Group) -> str:
    return "" if group.per_month is None else formats.number_format(group.per_month, 2)


def called_lines(called: Sequence[Called], asked: Asked) -> list[Line]:
    most = max((each.calls for each in called), default=1)
    return [
        Line(
            word=f"{step_words(each.action, each.responder)} · {shift_words(each.shift)}", n=each.calls,
            of=each.alerts, width=round(100 * each.calls / most), more=str(each.shifts),
            link=link_to("all", asked, wie=str(each.who), dienst=each.shift),
        )
        for each in called
    ]  # fmt: skip


def night_lines(nights: Sequence[Disturbed], asked: Asked) -> list[Line]:
    return [
        Line(
            word=each.responder, n=each.nights, of=asked.days, more=str(each.calls),
            width=min(100, round(100 * each.nights / asked.days)),
            link=link_to("all", asked, wie=str(each.who), dienst="night"),
        )
        for each in nights
    ]  # fmt: skip


def spread_rows(spreads: Sequence[Spread]) -> list[tuple[str, int, str, str]]:
    return [
        (interval_words(each.name), each.cases, length_words(each.p50), length_words(each.p90))
        for each in spreads
    ]


def team_names(actor: Actor) -> dict[str, str]:
    return {str(id): name for id, name in teams_of(actor)}


def totals(figures: Figures, asked: Asked) -> list[tuple[str, int, str]]:
    return [
        (figure_words(name), figures.counts[name], link_to(name, asked))
        for name in ("all", "open", "by_itself", "by_person", "visit", "of_outage")
    ]


def csv_rows(figures: Figures, groups: Sequence[Group], asked: Asked) -> list[Collection[object]]:
    """Every figure with its denominator; empty where there are too few cases."""
    rows: list[Collection[object]] = [("figure", "key", "n", "of", "value")]
    rows += [("count", name, n, figures.counts["all"], "") for name, n in figures.counts.items()]
    for name, share in (
        ("closed_by_centre_pct", figures.by_centre), ("without_visit_pct", figures.without_visit),
    ):  # fmt: skip
        rows.append((name, "", share.n, share.of, "" if share.pct is None else share.pct))
    for group in groups:
        rate = "" if group.per_month is None else group.per_month
        rows.append(
            (
                f"per_client_month_by_{GROUPS[asked.by]}",
                group.key,
                group.alerts,
                f"{group.client_months:.2f}",
                rate,
            )
        )
    for each in figures.spreads:
        for name, value in (("p50_s", each.p50), ("p90_s", each.p90)):
            rows.append((f"{each.name}_{name}", "", each.cases, "", "" if value is None else value))
    rows += [
        ("calls", f"{each.responder} / {each.action} / {each.shift}", each.calls, each.alerts, "")
        for each in figures.called
    ]
    rows += [("nights_disturbed", each.responder, each.nights, asked.days, "") for each in figures.nights]
    rows += [("outage_lines", "", figures.outage_lines, "", ""), ("drills", "", figures.drills, "", "")]
    return rows
