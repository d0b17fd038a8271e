"""A whole list of schedules of times only, as CSV (R15): read line by line, and turned into one draft per client.

One line per time of a client: who (BSN, or name and birth date), on which weekdays, at what time, how many
sachets. Every line that cannot be is refused with its number and the reason.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from reik.kernel.crypto import vault
from reik.medication.operations import Draft
from reik.medication.times.schedule import EVERY_DAY, WINDOW_MIN, ScheduleRefused, TimeLine, check_lines
from reik.people.models import Client
from reik.people.operations import BsnInvalid, check_bsn

MOST_BYTES = 5_000_000
COLUMNS = {
    "name": ("name", "naam", "client", "cliënt"),
    "birth_date": ("birth_date", "birth date", "geboortedatum"),
    "bsn": ("bsn",),
    "weekdays": ("weekdays", "days", "weekdagen", "dagen"),
    "time": ("time", "tijd"),
    "sachets": ("sachets", "zakjes"),
    "window": ("window", "venster"),
    "latest": ("latest", "uiterlijk"),
}
"""What a column may be called; window and latest (minutes after the time) may be missing."""
_DAYS = {
    name: number
    for number, names in enumerate(
        ("ma mo maandag monday", "di tu dinsdag tuesday", "wo we woensdag wednesday", "do th donderdag thursday",
         "vr fr vrijdag friday", "za sa zaterdag saturday", "zo su zondag sunday"),
        start=1,
    )
    for name in (str(number), *names.split())
}  # fmt: skip
_EVERY_DAY = {"dagelijks", "elke dag", "daily", "every day", "alle"}


class ListRefused(Exception):
    """The file is not a list of schedules; the message says why."""


class LineRefused(Exception):
    """One line cannot be taken; the message says why, without what the line says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line of the list: for whom, and which time (None: it cannot be planned)."""

    number: int
    bsn: str
    name: str
    birth_date: date | None
    line: TimeLine | None


def read(text: str) -> tuple[list[Asked], dict[int, str]]:
    """The lines of which it can be read for whom they are, and by number why a line is refused. Pure.

    Raises ListRefused for what is no list at all.
    """
    header, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") >= header.count(",") else ",")
    try:
        found = _columns(next(rows, []))
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as broken:
        raise ListRefused(f"Line {rows.line_num} is not CSV: {broken}.") from broken
    asked, refused = [], {}
    for number, row in numbered:
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in found.items()}
        try:
            line, why = _line(cells)
            asked.append(_asked(number, cells, line))
        except LineRefused as stranger:
            why = str(stranger)
        if why:
            refused[number] = why
    return asked, refused


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {
        column: next(place for place, name in enumerate(names) if name in known)
        for column, known in COLUMNS.items()
        if any(name in known for name in names)
    }
    missing = [each for each in ("weekdays", "time", "sachets") if each not in found]
    if missing or not ("bsn" in found or {"name", "birth_date"} <= found.keys()):
        raise ListRefused(
            "The first line names the columns: bsn (or name and birth_date), weekdays, time, sachets,"
            " and if wanted window and latest."
        )
    return found


def _asked(number: int, cells: Mapping[str, str], line: TimeLine | None) -> Asked:
    bsn, name, born = (cells.get(each, "") for each in ("bsn", "name", "birth_date"))
    if bsn:
        try:
            check_bsn(bsn)
        except BsnInvalid as invalid:
            raise LineRefused("the BSN is not valid.") from invalid
    elif not name or not born:
        raise LineRefused("say who: a BSN, or name and birth date.")
    return Asked(number=number, bsn=bsn, name=name, birth_date=_date(born) if born else None, line=line)


def _line(cells: Mapping[str, str]) -> tuple[TimeLine | None, str]:
    """The time that a line asks for, or why it cannot be."""
    latest = cells.get("latest", "")
    try:
        line = TimeLine(
            weekdays=weekdays(cells["weekdays"]),
            at=_time(cells["time"]),
            sachets=_whole(cells["sachets"], "number of sachets"),
            window_min=_whole(cells.get("window") or str(WINDOW_MIN), "window"),
            late_min=_whole(latest, "latest hand-out time") if latest else None,
        )
        check_lines([line])
    except (LineRefused, ScheduleRefused) as why:
        return None, str(why).removeprefix("Line 1: ")
    return line, ""


def weekdays(text: str) -> frozenset[int]:
    """ "ma wo vr", "ma-vr", "1,3", "dagelijks" as ISO weekdays. Raises LineRefused."""
    plain = " ".join(text.lower().split())
    if plain in _EVERY_DAY:
        return EVERY_DAY
    days: set[int] = set()
    for part in plain.replace(",", " ").replace("/", " ").replace("+", " ").split():
        first, dash, last = part.partition("-")
        if not dash:
            last = first
        if first not in _DAYS or last not in _DAYS:
            raise LineRefused("the weekdays cannot be read: write ma di wo do vr za zo, ma-vr or dagelijks.")
        since, until = _DAYS[first], _DAYS[last]
        days |= {(since + n - 1) % 7 + 1 for n in range((until - since) % 7 + 1)}
    if not days:
        raise LineRefused("the weekdays are missing.")
    return frozenset(days)


def _time(text: str) -> time:
    for form in ("%H:%M", "%H.%M"):
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
    raise LineRefused("the time cannot be read: write 08:00.")


def _date(text: str) -> date:
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    raise LineRefused("the birth date cannot be read: write 31-12-1940.")


def _whole(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise LineRefused(f"the {what} is a whole number.")
    return int(text)


def find_clients(
    organisation_id: UUID, asked: Sequence[Asked], *, among: Collection[UUID] | None = None
) -> tuple[dict[int, UUID], dict[int, str]]:
    """Whose each line is, by line number, and why a line is nobody's. Two statements for any list.

    `among`: only these clients are known, those whom the asker may see; None for all of the organisation.
    """
    index = {each.number: vault().blind_index(organisation_id, each.bsn) for each in asked if each.bsn}
    own = Client.objects.filter(organisation_id=organisation_id)
    if among is not None:
        own = own.filter(id__in=among)
    by_bsn = {
        bytes(found or b""): id
        for id, found in own.filter(bsn_index__in=set(index.values())).values_list("id", "bsn_index")
    }
    by_name: dict[tuple[str, date | None], list[UUID]] = defaultdict(list)
    born = {each.birth_date for each in asked if not each.bsn}
    for id, name, birth_date in own.filter(birth_date__in=born).values_list("id", "name", "birth_date"):
        by_name[_plain(name), birth_date].append(id)
    clients, refused = {}, {}
    for each in asked:
        if each.bsn:
            found = [by_bsn[index[each.number]]] if index[each.number] in by_bsn else []
        else:
            found = by_name.get((_plain(each.name), each.birth_date), [])
        if len(found) == 1:
            clients[each.number] = found[0]
        else:
            refused[each.number] = (
                "more than one client is called so: give the BSN." if found else "no such client."
            )
    return clients, refused


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def drafts_of(
    asked: Sequence[Asked], clients: Mapping[int, UUID], refused: dict[int, str], *, only_good: bool
) -> list[Draft]:
    """One draft per client. With `only_good`, clients of whom a line is refused are left out whole.

    A schedule with a time missing would be worse than none.
    """
    of_clients: dict[UUID, list[Asked]] = defaultdict(list)
    for each in asked:
        if each.number in clients:
            of_clients[clients[each.number]].append(each)
    made = []
    for client_id, of_client in of_clients.items():
        lines = [each.line for each in of_client if each.line is not None]
        try:
            if len(lines) == len(of_client):
                check_lines(lines)
                made.append(Draft(client_id=client_id, lines=lines))
        except ScheduleRefused as why:
            refused[of_client[-1].number] = str(why)
    return made if only_good or not refused else []


def decoded(data: bytes) -> str:
    """The text of a file, also as spreadsheets in Dutch offices write it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
