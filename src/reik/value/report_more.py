"""Tables of a report about what the outcome hangs on and where it is from. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reik.value.report_tables import UNKNOWN, Cell, Column, Row, Table, chosen, parameter_name
from reik.value.report_text import say
from reik.value.report_words import number

Document = Mapping[str, Any]


def break_even_table(document: Document, language: str) -> Table:
    """For the organisation; what is to be filled in first where it cannot be said."""
    found, years = document["break_even"], document["setting"]["years"]
    missing = chosen(found["missing"], language)

    def row(word: str, value: Any, never: str) -> Row:
        return say(word, language), UNKNOWN if missing else never if value is None else value, missing

    rows = (
        row("break_month", found["month"], say("never", language, years=years)),
        row("break_dispensers", found["dispensers"], say("no_number", language)),
        row("break_chance", found["chance_pct"], UNKNOWN),
    )
    columns = (
        Column(say("figure", language)),
        Column(say("number", language), 0),
        Column(say("fill_in", language)),
    )
    return Table(
        key="break_even", title=say("break_even", language), note="", columns=columns, rows=rows
    )  # fmt: skip


def cash_in_table(document: Document, language: str) -> Table:
    """What becomes of freed hours; what nobody chose for stays time."""
    found = document["cash_in"]
    rows: list[Row] = [(say("freed", language), found["freed"], "")]
    if found["uses"] is None:
        rows.append((say("unused", language), None, chosen(found["missing"], language)))
    else:
        rows += [(parameter_name(key, language), each, "") for key, each in found["uses"].items()]
        rows.append((say("unused", language), found["unused"], ""))
    columns = (
        Column(say("figure", language)),
        Column(say("number", language), 1),
        Column(say("fill_in", language)),
    )
    return _noted("cash_in", language, columns, rows)


def tornado_table(document: Document, language: str) -> Table:
    rows = [
        (parameter_name(each["key"], language), *each["net_hours"], *each["organisation"])
        for each in document["tornado"]
    ]
    words = (("hours_low", 2), ("hours_high", 2), ("euros_low", 0), ("euros_high", 0))
    columns = (Column(say("assumption", language)), *(Column(say(key, language), n) for key, n in words))
    return _noted("tornado", language, columns, rows)


def gross_table(document: Document, language: str) -> Table:
    """R68: 5 to 11 hours, with and without a centre. Without the organisation's own euros: an insurer reads it too."""
    rows = [
        (each["gross_hours"], say("with" if each["centre"] else "without", language), each["net_hours"])
        for each in document["by_gross_hours"]
    ]
    columns = (
        Column(say("gross_hours", language), 0),
        Column(say("centre", language)),
        Column(say("net_hours", language), 2),
    )
    return _noted("gross", language, columns, rows)


def start_table(document: Document, language: str) -> Table:
    rows = [(each["dispensers"], each["cost_per_client_month"]) for each in document["start_effect"]]
    columns = (Column(say("dispensers", language), 0), Column(say("cost_month", language), 0))
    return _noted("start", language, columns, rows)


def reproduction_table(published: Sequence[Mapping[str, Any]], language: str) -> Table:
    """Each published figure beside the model, with device type and year."""
    rows = [
        (
            each["title"][language], figure_words(each["published"], language, each["more_than"]), each["unit"],
            figure_words(each["model"], language) or say("not_computable", language),
            figure_words(each["difference"], language).replace(" – ", " / "),
            each["device"] or say("not_named", language), each["year"],
            each["why"][language], f"{each['source']['title']} ({each['source']['date']})",
        )
        for each in published
    ]  # fmt: skip
    keys = ("figure", "published", "unit", "model", "difference", "device", "of_year", "why", "source")
    return _noted("reproduction", language, tuple(Column(say(key, language)) for key in keys), rows)


def figure_words(value: float | Sequence[float] | None, language: str, more_than: bool = False) -> str:
    """A number, or low and high, with one decimal where it has one; empty: there is none."""
    if value is None:
        return ""
    both = list(value) if isinstance(value, Sequence) else [value]
    said = " – ".join(number(each, language, 0 if float(each).is_integer() else 1) for each in both)
    return f"> {said}" if more_than else said


def assumptions_table(document: Document, language: str, hidden: Collection[str] = ()) -> Table:
    """Every assumption with range, unit, source and date; those of `hidden` groups are the organisation's own."""
    rows = [
        (
            each["name"][language], each["unit"], *_range(each), say(f"origin_{each['origin']}", language),
            each["source"], each["date"],
        )
        for each in document["assumptions"] if each["group"] not in hidden
    ]  # fmt: skip
    columns = (
        Column(say("assumption", language)), Column(say("unit", language)), Column(say("range_low", language), 2),
        Column(say("likely", language), 2), Column(say("range_high", language), 2), Column(say("origin", language)),
        Column(say("source", language)), Column(say("date", language)),
    )  # fmt: skip
    return _noted("assumptions", language, columns, rows)


def _range(each: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    return each["low"], each["likely"], each["high"]


def not_counted_table(document: Document, language: str) -> Table:
    rows = [(parameter_name(key, language),) for key in document["not_counted"]]
    return _noted("not_counted", language, (Column(say("assumption", language)),), rows)


def too_few_table(document: Document, language: str) -> Table:
    rows = [
        (parameter_name(each["key"], language), each["cases"], each["needed"]) for each in document["too_few"]
    ]
    columns = (
        Column(say("assumption", language)),
        Column(say("cases", language), 0),
        Column(say("needed", language), 0),
    )
    return _noted("too_few", language, columns, rows)


def _noted(key: str, language: str, columns: tuple[Column, ...], rows: Sequence[Row]) -> Table:
    return Table(
        key=key,
        title=say(key, language),
        note=say(f"{key}_note", language),
        columns=columns,
        rows=tuple(rows),
    )
