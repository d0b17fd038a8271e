"""A list of who pays for whom, as CSV: one line per client, each taken or refused with its number and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reik.pathway.selection.indication_list import day_of, rows_of, whose
from reik.value.declaring.keeping import FundingRefused, NewFunding, check
from reik.value.declaring.rules import LAWS

COLUMNS = {
    "name": ("name", "naam", "client", "cliënt"),
    "birth_date": ("birth_date", "birth date", "geboortedatum"),
    "bsn": ("bsn",),
    "insurer": ("insurer", "verzekeraar", "zorgverzekeraar", "zorgkantoor", "financier", "funder"),
    "law": ("law", "wet", "basis"),
    "since": ("since", "vanaf", "from"),
    "until": ("until", "tot en met", "t/m", "tot"),
    "also_paid_by": ("also_paid_by", "ook betaald door", "also paid by"),
}
_LAWS = {**{each: each for each in LAWS}, "particulier": "private", "zelf betaald": "private"}
EXAMPLE = (
    "naam;geboortedatum;verzekeraar;wet;vanaf;tot en met;ook betaald door\n"
    "A. Voorbeeld;31-12-1940;Voorbeeldzorg;zvw;01-01-2026;;\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what it asks for, or a code why it is refused."""

    number: int
    funding: NewFunding | None = None
    refused: str = ""


def read(text: str, organisation_id: UUID, among: Collection[UUID], today: date) -> list[Line]:
    """Every line. `among`: the clients whom the asker may see. Raises `indication_list.ListRefused`."""
    numbered = rows_of(text, COLUMNS, needed={"insurer", "law", "since"})
    clients, unknown = whose(numbered, organisation_id, among)
    lines: list[Line] = []
    taken: set[UUID] = set()
    for number, cells in numbered:
        if number in unknown:
            lines.append(Line(number=number, refused=unknown[number]))
        elif clients[number] in taken:
            lines.append(Line(number=number, refused="again"))
        else:
            line = _line(number, cells, clients[number], today)
            taken |= {clients[number]} if line.funding else set()
            lines.append(line)
    return lines


def _line(number: int, cells: Mapping[str, str], client_id: UUID, today: date) -> Line:
    since, last = day_of(cells["since"]), cells.get("until", "")
    until = day_of(last) if last else None
    if since is None or (last and until is None):
        return Line(number=number, refused="day")
    new = NewFunding(
        client_id=client_id, insurer=cells["insurer"], law=_LAWS.get(cells["law"].lower(), ""), since=since,
        until=until, also_paid_by=cells.get("also_paid_by", ""),
    )  # fmt: skip
    try:
        check(new, today)
    except FundingRefused as refusal:
        return Line(number=number, refused=refusal.code)
    return Line(number=number, funding=new)
