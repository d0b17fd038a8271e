"""A business case as a report: tables with their definitions, for a board or an insurer, in two languages. Pure.

PDF, workbook and CSV are made from the same tables, so that they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reik.value import report_more as more
from reik.value.report_charts import CHARTS, Chart, chart
from reik.value.report_tables import Column, Row, Table, amount_columns, amount_row, chosen
from reik.value.report_text import say
from reik.value.report_words import figures_said, name_of, number

Document = Mapping[str, Any]
BOARD, INSURER = "board", "insurer"
AUDIENCES = (BOARD, INSURER)
NOT_FOR_INSURERS = frozenset({"costs", "cash_in"})
"""Groups of assumptions that are the organisation's own business."""
HOURS = (
    "care", "administration", "travel", "gross", "loading_care", "loading_travel", "alert_care", "alert_travel",
    "false_care", "false_travel", "phone", "registration", "net_care", "net_travel", "net",
)  # fmt: skip
SIDES = ("society", "insurer", "organisation", "others")
GREEN = ("km_less", "co2_kg_travel_less", "co2_kg_making_and_disposal", "co2_kg_less")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`lead`: the sentences at the top; `tables` in reading order."""

    title: str
    organisation: str
    language: str
    audience: str
    lead: tuple[str, ...]
    tables: tuple[Table, ...]


def report(
    document: Document,
    published: Sequence[Mapping[str, Any]],
    *,
    organisation: str,
    language: str,
    audience: str = BOARD,
    peak: Table | None = None,
) -> Report:
    """Of `case_of` and `reproduction`; `peak`: of the newest planning. Raises KeyError for an unknown audience."""
    made = [each(document, language) for each in _TABLES[audience] if _has(document, each)]
    made += [] if peak is None else [peak]
    made.append(more.reproduction_table(published, language))
    hidden = NOT_FOR_INSURERS if audience == INSURER else frozenset()
    made += [
        more.assumptions_table(document, language, hidden), more.not_counted_table(document, language),
        more.too_few_table(document, language), definitions_table(language),
    ]  # fmt: skip
    return Report(
        title=say("title", language), organisation=organisation, language=language, audience=audience,
        lead=tuple(lead(document, language, audience)), tables=tuple(each for each in made if each.rows),
    )  # fmt: skip


def _has(document: Document, table: Callable[[Document, str], Table]) -> bool:
    return document["hours"] is not None or table is denominators_table


def lead(document: Document, language: str, audience: str) -> list[str]:
    """Who it is for, what was asked, and the one figure with its band."""
    setting = document["setting"]
    said = [
        say(
            "setting", language, dispensers=setting["dispensers"], years=setting["years"],
            centre=say("with" if setting["centre"] else "without", language),
            link=say("with" if setting["record_link"] else "without", language),
        )
    ]  # fmt: skip
    if document["hours"] is None:
        return [*said, say("lead_unknown", language)]
    month = document["hours"]["per_month_at_full_size"]
    said.append(
        say(
            "lead_hours", language, net=number(month["net"]["likely"], language),
            low=number(month["net"]["p10"], language), high=number(month["net"]["p90"], language),
            care=number(month["net_care"]["likely"], language),
            travel=number(month["net_travel"]["likely"], language),
        )
    )  # fmt: skip
    said.append(say("band", language, draws=number(document["draws"], language)))
    return [*said, say("insurer_note", language)] if audience == INSURER else said


def charts_of(document: Document, language: str, audience: str) -> list[Chart]:
    """What can be drawn; an insurer gets the hours only, the others show the organisation's own euros."""
    wanted = CHARTS if audience == BOARD else ("uren",)
    return [found for each in wanted if (found := chart(each, document, language)) is not None]


def denominators_table(document: Document, language: str) -> Table:
    """R66: issued, installed, active, paused, silent, ended, each with what it counts."""
    rows = [
        (name_of(key, language), each["n"], each["definition"][language])
        for key, each in document["denominators"].items()
    ]
    columns = (
        Column(say("figure", language)),
        Column(say("number", language), 0),
        Column(say("definition", language)),
    )
    return Table(
        key="denominators", title=say("denominators", language), note=say("denominators_note", language),
        columns=columns, rows=tuple(rows),
    )  # fmt: skip


def _amounts(
    key: str, document: Document, language: str, found: Iterable[tuple[str, Any]], decimals: int, **words: Any
) -> Table:
    note = (
        say(f"{key}_note", language, n=document["setting"]["dispensers"]) if words.pop("noted", True) else ""
    )
    return Table(
        key=key, title=say(key, language, years=document["setting"]["years"]), note=note,
        columns=amount_columns(language, decimals),
        rows=tuple(amount_row(name, each, language) for name, each in found),
    )  # fmt: skip


def hours_table(document: Document, language: str) -> Table:
    """Care and travel apart, own work line by line (R65)."""
    found = document["hours"]["per_client_month"]
    return _amounts("hours", document, language, [(key, found[key]) for key in HOURS], 2)


def full_table(document: Document, language: str) -> Table:
    found = document["hours"]["per_month_at_full_size"]
    return _amounts("full", document, language, found.items(), 1)


def sides_table(document: Document, language: str) -> Table:
    """Society, insurer and organisation are separate lines."""
    found = document["money"]["sides"]
    return _amounts("sides", document, language, [(key, found[key]["in_all"]) for key in SIDES], 0)


def insurer_table(document: Document, language: str) -> Table:
    """Without the organisation's own line."""
    found = document["money"]["sides"]
    return _amounts(
        "sides", document, language, [(key, found[key]["in_all"]) for key in ("society", "insurer")], 0
    )


def costs_table(document: Document, language: str) -> Table:
    found = [(key, each["in_all"]) for key, each in document["money"]["costs"].items()]
    return _amounts("costs", document, language, found, 0, noted=False)


def saved_table(document: Document, language: str) -> Table:
    found = [(key, each["in_all"]) for key, each in document["money"]["saved"].items()]
    return _amounts("saved", document, language, found, 0, noted=False)


def turnover_table(document: Document, language: str) -> Table:
    """By year and in all, with what is worked above the ceiling."""
    years = document["setting"]["years"]
    rows: list[Row] = []
    for key, line in document["turnover"]["lines"].items():
        whole = line["in_all"]
        fill = chosen(whole["missing"], language)
        rows.append((name_of(key, language), *line["per_year"], whole["likely"], fill))
    change = document["turnover"]["change"]
    rows.append(
        (name_of("change", language), *[None] * years, change["likely"], chosen(change["missing"], language))
    )
    columns = [Column(say("figure", language))]
    columns += [Column(say("year", language, n=each + 1), 0) for each in range(years)]
    columns += [Column(say("total", language), 0), Column(say("fill_in", language))]
    return Table(
        key="turnover", title=say("turnover", language), note=say("turnover_note", language),
        columns=tuple(columns), rows=tuple(rows),
    )  # fmt: skip


def green_table(document: Document, language: str) -> Table:
    green = document["green"]
    missing = chosen(green["missing"], language)
    rows = [(name_of(key, language), green[key], "" if green[key] is not None else missing) for key in GREEN]
    columns = (
        Column(say("figure", language)),
        Column(say("likely", language), 1),
        Column(say("fill_in", language)),
    )
    return Table(key="green", title=say("green", language), note="", columns=columns, rows=tuple(rows))


def definitions_table(language: str) -> Table:
    rows = tuple((each.name[language], each.what[language]) for each in figures_said().values())
    columns = (Column(say("figure", language)), Column(say("definition", language)))
    return Table(key="definitions", title=say("definitions", language), note="", columns=columns, rows=rows)


_COMMON = (denominators_table, full_table, hours_table)
_TABLES: Mapping[str, tuple[Callable[[Document, str], Table], ...]] = {
    BOARD: (
        *_COMMON, sides_table, costs_table, saved_table, turnover_table, more.break_even_table, more.cash_in_table,
        more.tornado_table, more.gross_table, more.start_table, green_table,
    ),
    INSURER: (*_COMMON, insurer_table, turnover_table, more.gross_table, green_table),
}  # fmt: skip
