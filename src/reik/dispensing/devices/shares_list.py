"""Network, supplier and region of many dispensers as one CSV: read line by line, compared, and written at once (N4).

The list that goes out is the list that comes in: read back unchanged, it changes nothing. An empty cell says "not
known"; a column that is not there is left alone. No client stands in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from reik.dispensing.devices.shares import Shares, SharesRefused, in_use, written
from reik.dispensing.models import Dispenser
from reik.kernel.rows import Columns

MOST_BYTES = 500_000
HEADER = ("dispenser", "netwerk", "leverancier", "regio")
COLUMNS = {
    "device": ("dispenser", "device", "apparaat"),
    "network": ("netwerk", "network"),
    "supplier": ("leverancier", "supplier"),
    "region": ("regio", "region"),
}
"""What a column may be called."""
KINDS = ("network", "supplier", "region")
NO_DEVICE, UNKNOWN, TWICE, TOO_LONG = "no_device", "unknown", "twice", "too_long"
"""Why a line is refused."""


class ListRefused(ValueError):
    """This is no list of dispensers; `code` is `columns`, `csv` or `nothing`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a line changes. `number`: of the line in the file."""

    number: int
    dispenser_id: UUID
    device: str
    before: Shares
    after: Shares


@dataclass(slots=True, kw_only=True)
class Looked:
    """What a list would do: `refused` by line number why not; `same`: lines that say what is known already."""

    changes: list[Change] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    same: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one line says; a kind that the file has no column for is missing."""

    number: int
    device: str
    said: Mapping[str, str]


def read(text: str) -> list[Line]:
    """The lines of a file. Pure. Raises ListRefused for what is no list at all."""
    header, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") >= header.count(",") else ",")
    try:
        found = _columns(next(rows, []))
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as broken:
        raise ListRefused("csv", f"Line {rows.line_num} is not CSV: {broken}.") from broken
    if not numbered:
        raise ListRefused("nothing", "No line follows the names of the columns.")
    return [_line(number, row, found) for number, row in numbered]


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {kind: names.index(each) for kind, known in COLUMNS.items() for each in known if each in names}
    if "device" not in found or len(found) == 1:
        raise ListRefused(
            "columns", "The first line names the columns: dispenser, and network, supplier or region."
        )
    return found


def _line(number: int, row: Sequence[str], found: Mapping[str, int]) -> Line:
    cells = {kind: _cell(row[place]) if place < len(row) else "" for kind, place in found.items()}
    return Line(number=number, device=cells.pop("device").upper(), said=cells)


def _cell(text: str) -> str:
    """As it was before a spreadsheet's guard against formulas was put before it."""
    plain = text.strip()
    return plain[1:] if plain[:1] == "'" and plain[1:2] in ("=", "+", "-", "@") else plain


def known_to(organisation_id: UUID, client_ids: Collection[UUID]) -> QuerySet[Dispenser]:
    """The organisation's dispensers with these clients, and those that stand with nobody; by label."""
    mine = Q(client_id__in=client_ids) | Q(client=None)
    return Dispenser.objects.filter(mine, organisation_id=organisation_id).order_by("device")


def listed(organisation_id: UUID, client_ids: Collection[UUID]) -> list[tuple[UUID, str, Shares]]:
    """The list as it is now."""
    return [
        (each.id, each.device, _shares(each))
        for each in known_to(organisation_id, client_ids).only("id", "device", *KINDS)
    ]


def _shares(row: Dispenser) -> Shares:
    return Shares(network=row.network, supplier=row.supplier, region=row.region)


def look(lines: Sequence[Line], organisation_id: UUID, client_ids: Collection[UUID]) -> Looked:
    """What these lines would change, of dispensers that the reader may see. Two statements."""
    of = {each.device: each for each in known_to(organisation_id, client_ids)}
    known = {kind: list(values) for kind, values in in_use([organisation_id]).items()}
    looked, seen = Looked(), set()
    for line in lines:
        row = of.get(line.device)
        why = (
            NO_DEVICE if not line.device else UNKNOWN if row is None else TWICE if line.device in seen else ""
        )
        seen.add(line.device)
        if why or row is None:
            looked.refused[line.number] = why
            continue
        _compare(line, row, known, looked)
    return looked


def _compare(line: Line, row: Dispenser, known: dict[str, list[str]], looked: Looked) -> None:
    before = _shares(row)
    try:
        after = written(replace(before, **line.said), known)
    except SharesRefused:
        looked.refused[line.number] = TOO_LONG
        return
    for kind, value in asdict(after).items():  # a new name is spelled as it is first written in the file
        if value and value not in known[kind]:
            known[kind].append(value)
    if after == before:
        looked.same += 1
    else:
        looked.changes.append(
            Change(number=line.number, dispenser_id=row.id, device=row.device, before=before, after=after)
        )


_SET = Columns(id="uuid", network="text", supplier="text", region="text")
SET = f"""
UPDATE dispensing_dispenser AS d SET network = n.network, supplier = n.supplier, region = n.region
FROM {_SET.unnest} AS n({_SET.names}) WHERE d.id = n.id
"""  # noqa: S608 - column names of this module


@transaction.atomic
def take(lines: Sequence[Line], organisation_id: UUID, client_ids: Collection[UUID]) -> Looked:
    """Write what the good lines change, as the dispensers are now; gives what was done."""
    rows = known_to(organisation_id, client_ids).filter(device__in={each.device for each in lines})
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("id").values_list("id"))
    looked = look(lines, organisation_id, client_ids)
    if looked.changes:
        with connection.cursor() as cursor:
            cursor.execute(
                SET,
                _SET.values(
                    (each.dispenser_id, each.after.network, each.after.supplier, each.after.region)
                    for each in looked.changes
                ),
            )
    return looked
