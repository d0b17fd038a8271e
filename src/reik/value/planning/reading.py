"""A planning's file, read whole by a mapping: visits, refused rows, counts. Pure but for the file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from reik.value.planning.guessing import MANY, parts_of
from reik.value.planning.mapping import CODES, WORDS, PlanningMap, check
from reik.value.planning.parsing import SCHEMA, Parser
from reik.value.planning.refusals import RowRefused
from reik.value.planning.sheets import Lot, Sheet, SheetRefused
from reik.value.planning.visits import (
    COMBINED,
    NONE,
    PEAK_FROM,
    PEAK_UNTIL,
    UNIQUE,
    joined,
    too_long,
    with_kind,
    with_places,
    with_travel,
    within_a_shift,
    without_overlaps,
)

Places = Mapping[str, tuple[float, float]]
PREVIEWED = 12
MOST_PLACES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`visits`: parsing.SCHEMA without `place`, with kind, heavy, lines, end, estimated. `counted`: for the summary."""

    visits: pl.DataFrame
    refused: list[RowRefused]
    counted: dict[str, Any]


def read_planning(
    sheet: Sheet,
    mapping: PlanningMap,
    places: Places | None = None,
    told: Callable[[int], None] | None = None,
) -> Reading:
    """`told` hears after each lot how many rows were read. Raises MappingRefused and SheetRefused."""
    parser = Parser(sheet.header, check(mapping, sheet.header))
    frames, refused, rows = [], [], 0
    for lines, lot in sheet.lots():
        frame, wrong = parser.read(lines, lot)
        frames.append(frame)
        refused += wrong
        rows += len(lot)
        if told:
            told(rows)
    read = pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)
    return _judged(read, refused, rows, mapping, places or {})


def _judged(
    read: pl.DataFrame, refused: list[RowRefused], rows: int, mapping: PlanningMap, places: Places
) -> Reading:
    visits = joined(with_places(read, places))
    visits, long = too_long(visits)
    visits, lapping = without_overlaps(visits, mapping.overlap_minutes)
    visits, working = within_a_shift(visits)
    visits, unjudged = with_kind(visits, mapping)
    visits = with_travel(visits, mapping.travel_mode)
    refused = sorted([*refused, *long, *lapping, *working], key=lambda each: each.line)
    return Reading(visits=visits, refused=refused, counted=_counted(visits, refused, rows, unjudged))


def _counted(
    visits: pl.DataFrame, refused: Sequence[RowRefused], rows: int, unjudged: Mapping[str, int]
) -> dict[str, Any]:
    kinds = dict(visits["kind"].value_counts().iter_rows())
    hour = pl.col("start").dt.hour()
    peak = visits.filter((hour >= PEAK_FROM) & (hour < PEAK_UNTIL)).height
    travel = visits.filter(pl.col("travel").is_not_null())
    return {
        "rows": rows, "visits": visits.height, "joined": int(visits["lines"].sum()) - visits.height,
        "refused": len(refused), "reasons": dict(Counter(each.reason for each in refused).most_common()),
        **{kind: kinds.get(kind, 0) for kind in (NONE, COMBINED, UNIQUE)}, "peak": peak,
        "clients": visits["client"].n_unique(), "workers": visits.filter(pl.col("worker") != "")["worker"].n_unique(),
        "teams": visits.filter(pl.col("team") != "")["team"].n_unique(), "days": visits["start"].dt.date().n_unique(),
        "care_hours": round(float(visits["minutes"].sum()) / 60, 1),
        "travel_hours": round(float(travel["travel"].sum()) / 60, 1),
        "legs_planned": travel.height - int(travel["estimated"].sum()),
        "legs_estimated": int(travel["estimated"].sum()),
        "legs_unknown": visits.height - travel.height, "placed": visits.height - visits["latitude"].null_count(),
        "unjudged": dict(Counter(unjudged).most_common(50)), "heavy": _heavy(visits),
    }  # fmt: skip


def _heavy(visits: pl.DataFrame) -> dict[str, int] | None:
    """Visits with heavy care of those of which it is `known`, and the same on routes; None: nothing is known of it.

    A route is one worker on one day: who of a visit is not named, its route is not either.
    """
    known = visits.filter(pl.col("heavy").is_not_null())
    if not known.height:
        return None
    driven = known.filter(pl.col("worker") != "")
    return {
        "heavy": int(known["heavy"].sum()), "known": known.height, "unknown": visits.height - known.height,
        "routes": driven.select("worker", pl.col("start").dt.date()).n_unique(),
        "routes_heavy": int(driven["heavy"].sum()), "routes_known": driven.height,
        "routes_unknown": visits.filter((pl.col("worker") != "") & pl.col("heavy").is_null()).height,
    }  # fmt: skip


def first_rows(sheet: Sheet, most: int = 2000) -> Lot:
    """The first rows of a sheet, with their lines."""
    lines, rows = next(sheet.lots(), ([], []))
    return lines[:most], rows[:most]


def preview(
    sheet: Sheet, lot: Lot, mapping: PlanningMap, most: int = PREVIEWED
) -> tuple[list[dict[str, Any]], list[RowRefused]]:
    """The first visits as they will be understood, and what would be refused of these rows."""
    reading = _judged(
        *Parser(sheet.header, check(mapping, sheet.header)).read(*lot), len(lot[0]), mapping, {}
    )
    return list(islice(reading.visits.sort("line").iter_rows(named=True), most)), reading.refused


def activities_in(sheet: Sheet, column: str, activity_as: str = "") -> tuple[str, dict[str, int]]:
    """(codes or words, the codes or words that occur in a column with how often), the most frequent first."""
    place = sheet.header.index(column)
    texts: Counter[str] = Counter()
    for _, rows in sheet.lots():
        texts.update(row[place] for row in rows if len(row) > place)
    return counted_parts(texts, activity_as)


def counted_parts(texts: Mapping[str, int], activity_as: str = "") -> tuple[str, dict[str, int]]:
    """The same from texts that were counted already."""
    way = activity_as or (CODES if len(texts) <= MANY else WORDS)
    parts: Counter[str] = Counter()
    for text, n in texts.items():
        for part in parts_of(text, way):
            parts[part] += n
    return way, dict(parts.most_common(300))


def read_places(path: Path) -> dict[str, tuple[float, float]]:
    """A CSV of your own: postcode (with or without house number), latitude, longitude; all that is refused is a header.

    Columns: postcode[;number];latitude;longitude. Raises SheetRefused.
    """
    found: dict[str, tuple[float, float]] = {}
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as failure:
        raise SheetRefused("unreadable", f"{path.name} cannot be read: {failure.strerror}.") from failure
    separator = ";" if ";" in text[:200] else ","
    for row in csv.reader(text.splitlines(), delimiter=separator):
        try:
            latitude, longitude = (float(each.replace(",", ".")) for each in row[-2:])
        except ValueError:
            continue
        key = " ".join("".join(each.upper().split()) for each in row[:-2] if each.strip())
        if key and -90 <= latitude <= 90 and -180 <= longitude <= 180:
            found[key] = latitude, longitude
        if len(found) > MOST_PLACES:
            raise SheetRefused("places_many", "More than two million places: give those of your own region.")
    if not found:
        raise SheetRefused(
            "places", "No line gives a postcode, a latitude and a longitude: write 1234AB;52,1;5,2."
        )
    return found
