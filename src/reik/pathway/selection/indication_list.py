"""A list of indications as CSV: one line per client, each taken or refused with its number and the reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.medication.times.lists import Asked, find_clients
from reik.pathway.path import SETTINGS
from reik.pathway.selection.indications import Entry, IndicationRefused, check
from reik.people.operations import BsnInvalid, check_bsn

MOST_LINES = 500
COLUMNS = {
    "name": ("name", "naam", "client", "cliënt"),
    "birth_date": ("birth_date", "birth date", "geboortedatum"),
    "bsn": ("bsn",),
    "basis": ("basis", "wet", "law"),
    "starts_on": ("starts_on", "vanaf", "from"),
    "ends_on": ("ends_on", "tot", "tot en met", "until"),
    "in_care_plan": ("in_care_plan", "zorgplan", "care plan"),
    "source_key": ("source_key", "kenmerk", "reference"),
}
BASES = {
    **{each: each for each in SETTINGS},
    "wlz": "wlz_home", "wlz thuis": "wlz_home", "wlz intramuraal": "wlz_intramural",
    "beschermd wonen": "supported_living", "begeleid wonen": "supported_living", "particulier": "private",
    "zelf betaald": "private",
}  # fmt: skip
YES = ("1", "ja", "j", "yes", "y", "x")
EXAMPLE = "naam;geboortedatum;basis;vanaf;tot;zorgplan\nA. Voorbeeld;31-12-1940;zvw;01-12-2026;;ja\n"


class ListRefused(ValueError):
    """The file is no list of indications; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its entry, or a code why it is refused."""

    number: int
    entry: Entry | None = None
    refused: str = ""


def read(text: str, organisation_id: UUID, among: Collection[UUID], today: date) -> list[Line]:
    """Every line with what it asks for. `among`: the clients whom the asker may see. Raises ListRefused."""
    numbered = rows_of(text, COLUMNS, needed={"basis", "starts_on"})
    clients, unknown = whose(numbered, organisation_id, among)
    lines, taken = [], set()
    for number, cells in numbered:
        refused = unknown.get(number, "")
        line = (
            Line(number=number, refused=refused) if refused else _line(number, cells, clients[number], today)
        )
        if line.entry is not None and line.entry.client_id in taken:
            line = Line(number=number, refused="again")
        if line.entry is not None:
            taken.add(line.entry.client_id)
        lines.append(line)
    return lines


def rows_of(
    text: str, columns: Mapping[str, Collection[str]], needed: Collection[str]
) -> list[tuple[int, dict[str, str]]]:
    """The lines of a list of clients with their numbers, by our names of the columns. Raises ListRefused."""
    header, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") >= header.count(",") else ",")
    try:
        places = _columns(next(rows, []), columns, needed)
        numbered = [
            (rows.line_num, {name: _cell(row, at) for name, at in places.items()})
            for row in rows
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as broken:
        raise ListRefused("This is not CSV.") from broken
    if len(numbered) > MOST_LINES:
        raise ListRefused(f"At most {MOST_LINES} lines: split the list.")
    return numbered


def whose(
    numbered: Sequence[tuple[int, Mapping[str, str]]], organisation_id: UUID, among: Collection[UUID]
) -> tuple[dict[int, UUID], dict[int, str]]:
    """Whose each line is, by number, and the code of why a line is nobody's (bsn, who, nobody, twice_named)."""
    asked = {number: _who(number, cells) for number, cells in numbered}
    who = [each for each in asked.values() if isinstance(each, Asked)]
    clients, nobody = find_clients(organisation_id, who, among=among)
    unknown = {number: each for number, each in asked.items() if isinstance(each, str)}
    for number, why in nobody.items():
        unknown[number] = "twice_named" if "more than one" in why else "nobody"
    return clients, unknown


def _columns(
    header: Sequence[str], columns: Mapping[str, Collection[str]], needed: Collection[str]
) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {
        column: next(place for place, name in enumerate(names) if name in known)
        for column, known in columns.items()
        if any(name in known for name in names)
    }
    if not set(needed) <= found.keys() or not ("bsn" in found or {"name", "birth_date"} <= found.keys()):
        raise ListRefused(
            f"The first line names the columns: bsn (or name and birth date), {', '.join(sorted(needed))}."
        )
    return found


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].replace("\x00", "").strip() if at < len(row) else ""


def _who(number: int, cells: Mapping[str, str]) -> Asked | str:
    """For whom a line is, or the code of why that cannot be read."""
    bsn, name, born = (cells.get(each, "") for each in ("bsn", "name", "birth_date"))
    if bsn:
        try:
            check_bsn(bsn)
        except BsnInvalid:
            return "bsn"
    elif not name or day_of(born) is None:
        return "who"
    return Asked(number=number, bsn=bsn, name=name, birth_date=day_of(born), line=None)


def _line(number: int, cells: Mapping[str, str], client_id: UUID, today: date) -> Line:
    basis = BASES.get(cells["basis"].lower())
    starts_on, until = day_of(cells["starts_on"]), cells.get("ends_on", "")
    if basis is None:
        return Line(number=number, refused="basis")
    if starts_on is None or (until and day_of(until) is None):
        return Line(number=number, refused="day")
    entry = Entry(
        client_id=client_id, basis=basis, starts_on=starts_on, ends_on=day_of(until) if until else None,
        in_care_plan=cells.get("in_care_plan", "").lower() in YES, source_key=cells.get("source_key", "")[:200],
    )  # fmt: skip
    try:
        check(entry, today)
    except IndicationRefused as refusal:
        return Line(number=number, refused=refusal.code)
    return Line(number=number, entry=entry)


def day_of(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    return None
