"""PLAN.csv: a planning as a table, for `reik whatif`. The format is in docs/reference/planning-csv.md."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reik.value.tours.planned import Planned, Shift
from reik.value.tours.problem import LAST_SECOND, LONGEST_SHIFT, LONGEST_VISIT, MINUTE, Place, TourRefused

LARGEST = 200_000_000  # bytes
ONE_DAY = date(2026, 1, 5)  # a planning without dates is one working day
NEEDED = ("client", "start", "minutes", "kind")
NAMES = {
    "cliënt": "client", "datum": "day", "dag": "day", "tijd": "start", "begin": "start", "minuten": "minutes",
    "soort": "kind", "medewerker": "nurse", "organisatie": "organisation", "plaats": "place", "vroegst": "earliest",
    "laatst": "latest", "vast": "held", "kandidaat": "candidate", "breedtegraad": "latitude",
    "lengtegraad": "longitude", "van": "from", "tot": "until", "vervoer": "mode", "regel": "line", "zwaar": "heavy",
}  # fmt: skip
KINDS = {"geen": "none", "gecombineerd": "combined", "uniek": "unique"}
YES, NO = ("yes", "ja", "1", "true"), ("no", "nee", "0", "false", "")
Row = Mapping[str, str]


WRITTEN = (
    "line", "day", "start", "minutes", "kind", "client", "nurse", "team", "place", "latitude", "longitude", "heavy",
)  # fmt: skip
SAID = {None: "", True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that could not be read, and why."""

    line: int
    reason: str


def visits(path: Path) -> tuple[list[Planned], list[Unread]]:
    """The visits of a planning, and the lines that could not be read. Raises TourRefused when it is no planning."""
    read: list[Planned] = []
    unread: list[Unread] = []
    for line, row in _rows(path, NEEDED):
        try:
            read.append(_visit(line, row))
        except TourRefused as error:
            unread.append(Unread(line, str(error)))
    return read, unread


def written(planned: Iterable[Planned]) -> str:
    """These visits as such a file, in their order; read again they give the same plans."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    rows.writerow(WRITTEN)
    for each in planned:
        begin = f"{each.start // 3600:02}:{each.start // 60 % 60:02}"
        where = (each.place.latitude, each.place.longitude)
        rows.writerow(
            (each.line, each.day.isoformat(), begin, f"{each.seconds / MINUTE:.12g}", each.kind, each.client,
             each.nurse, each.team, each.place.key, *("" if at is None else repr(at) for at in where),
             SAID[each.heavy])
        )  # fmt: skip
    return out.getvalue()


def shifts(path: Path) -> list[Shift]:
    """The list of shifts (`--nurses`). Raises TourRefused with line and reason: half a team plans half the work."""
    found = []
    for line, row in _rows(path, ("nurse", "from", "until")):
        try:
            found.append(_shift(row))
        except TourRefused as error:
            raise TourRefused(f"{path.name}, line {line}: {error}") from None
    return found


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max((";", ",", "\t"), key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [NAMES.get(name.strip().lower(), name.strip().lower()) for name in next(rows, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        raise TourRefused(
            f"{path.name} has no column {missing[0]}: the first line names {', '.join(needed)}."
        )
    for row in rows:
        if any(cell.strip() for cell in row):
            yield rows.line_num, dict(zip(header, (cell.strip() for cell in row), strict=False))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise TourRefused(f"{path} cannot be opened: {error.strerror}.") from None
    if len(data) > LARGEST:
        raise TourRefused(f"{path.name} is larger than {LARGEST // 10**6} MB: give a part of the period.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _visit(line: int, row: Row) -> Planned:
    client = row.get("client", "")
    if not client:
        raise TourRefused("no client")
    kind = KINDS.get(row["kind"].lower(), row["kind"].lower()) if row.get("kind") else ""
    if kind not in KINDS.values():
        raise TourRefused(f"kind “{row.get('kind', '')}”: write none, combined or unique")
    minutes = _number(row, "minutes", 0, LONGEST_VISIT / MINUTE)
    if not minutes:
        raise TourRefused("0 minutes: give more than 0")
    earliest, latest = (_time(row, name) if row.get(name) else None for name in ("earliest", "latest"))
    start = _time(row, "start")
    if (earliest is not None and earliest > start) or (latest is not None and latest < start):
        raise TourRefused("start is not between earliest and latest")
    heavy = _yes(row, "heavy") if row.get("heavy") else None
    if heavy and kind == "unique":
        raise TourRefused("unique and heavy: a visit with heavy care is there for more than the medication")
    known = int(_number(row, "line", 1, 10**9)) if row.get("line") else line
    return Planned(
        known, _date(row) or ONE_DAY, client, _place(row, client), start, max(1, round(minutes * MINUTE)), kind,
        row.get("nurse", ""), row.get("team", ""), row.get("organisation", ""), earliest, latest,
        _yes(row, "held") or False, _yes(row, "candidate") if row.get("candidate") else None, heavy,
    )  # fmt: skip


def _shift(row: Row) -> Shift:
    since, until = _time(row, "from"), _time(row, "until")
    if until <= since:
        until += 24 * 3600
    if until - since > LONGEST_SHIFT:
        raise TourRefused(f"a shift of {(until - since) / 3600:.3g} h: give at most 16 h")
    place = _place(row, row["nurse"]) if row.get("latitude") or row.get("place") else None
    return Shift(
        row["nurse"], _date(row), since, until, row.get("team", ""), row.get("organisation", ""), place,
        row.get("mode", "").lower(),
    )  # fmt: skip


def _place(row: Row, owner: str) -> Place:
    key = row.get("place") or ""
    if not row.get("latitude") and not row.get("longitude"):
        return Place(key or owner)
    latitude, longitude = _number(row, "latitude", -90, 90), _number(row, "longitude", -180, 180)
    return Place(key or f"{latitude:.6f},{longitude:.6f}", latitude, longitude)


def _number(row: Row, name: str, low: float, high: float) -> float:
    written = row.get(name, "")
    try:
        value = float(written.replace(",", "."))
    except ValueError:
        raise TourRefused(f"{name} “{written}” is no number") from None
    if not low <= value <= high:
        raise TourRefused(f"{name} {written} cannot be: give {low:g} to {high:g}")
    return value


def _time(row: Row, name: str) -> int:
    written = row.get(name, "")
    hours, _, minutes = written.partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes[:2].isascii() and minutes[:2].isdigit()):
        raise TourRefused(f"{name} “{written}” is no time: write 08:15")
    seconds = int(hours) * 3600 + int(minutes[:2]) * 60
    if int(minutes[:2]) > 59 or seconds > LAST_SECOND:
        raise TourRefused(f"{name} “{written}” is no time of this day")
    return seconds


def _date(row: Row) -> date | None:
    written = row.get("day", "")
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise TourRefused(f"day “{written}”: write 2026-01-31") from None


def _yes(row: Row, name: str) -> bool | None:
    written = row.get(name, "").lower()
    if written not in (*YES, *NO):
        raise TourRefused(f"{name} “{written}”: write yes or no")
    return written in YES
