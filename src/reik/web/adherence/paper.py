"""A client's adherence on paper: the same numbers, with the definition and all that is left out beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.interop.print.report import Sheet, sheet_pdf
from reik.value.report_charts import Bar, bar_chart
from reik.value.report_tables import Column, Table
from reik.web.adherence.words import language


def made(seen: Mapping[str, Any], *, now: datetime, zone: ZoneInfo, demo: bool) -> bytes:
    """The PDF, A4, with tags. `seen`: what the page shows. Raises PaperFailed."""
    of = seen["of"]
    sheet = Sheet(
        title=_("Wat er uit de dispenser kwam"), name=f"{seen['card'].display}, {seen['said_days']}",
        lead=_lead(seen), charts=[_delays(of)], tables=_tables(seen), language=language(),
    )  # fmt: skip
    return sheet_pdf(sheet, made_at=now, zone=zone, demo=demo)


def _lead(seen: Mapping[str, Any]) -> list[str]:
    of = seen["of"]
    lines = [
        _("Op tijd uitgenomen: %(pct)s (%(of)s).") % of["in_time"],
        _("Uitgenomen, ook te laat: %(pct)s (%(of)s).") % of["out"],
    ]
    if of["bounds"]:
        lines.append(_("Met wat onbekend is: %(range)s op tijd.") % {"range": of["bounds"]})
    if seen["evidence"]:
        lines.append(_("Deze dispenser ziet alleen: %(what)s.") % {"what": seen["evidence"]})
    return [*lines, *of["definition"].values()]


def _delays(of: Mapping[str, Any]) -> Any:
    rows = [
        Bar(word=each["word"], low=0.0, high=float(each["length"]), at=None, said=each["said"])
        for each in of["bars"]
    ]
    return bar_chart(_("Hoe lang na de geplande tijd"), rows)


def _tables(seen: Mapping[str, Any]) -> list[Table]:
    columns = (Column(_("uitkomst")), Column(_("momenten"), 0), Column(_("waarom")))

    def table(key: str, title: str, note: str) -> Table:
        rows = tuple((each["shown"].word, each["n"], each["why"]) for each in seen["of"][key])
        return Table(key=key, title=title, note=note, columns=columns, rows=rows)

    weeks = tuple(
        (each["days"], each["in_time"], each["late"], each["not_out"], each["unknown"], each["rest"])
        for each in seen["weeks"]
    )
    return [
        table("counted", _("Wat meetelt"), ""),
        table("excluded", _("Wat niet meetelt"), _("Deze momenten zitten in geen enkel percentage.")),
        Table(
            key="weeks", title=_("Week voor week"), note=_("Een week heeft te weinig momenten voor een percentage."),
            columns=(
                Column(_("week")), Column(_("op tijd")), Column(_("laat"), 0), Column(_("niet of deels"), 0),
                Column(_("onbekend"), 0), Column(_("anders"), 0),
            ),
            rows=weeks,
        ),
    ]  # fmt: skip
