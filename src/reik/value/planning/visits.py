"""What all rows together tell: rows of one visit, overlaps, shifts, what is medication, travel between visits. Pure.

The frames have `parsing.SCHEMA`; what comes out has `kind`, `heavy` (null: not known), `lines` (how many rows became
this visit) and `estimated`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from reik.value.planning.guessing import parts_of
from reik.value.planning.mapping import CARE, CODES, HEAVY, MEDICATION, PlanningMap
from reik.value.planning.refusals import LONGEST_MIN, LONGEST_SHIFT_H, SHIFT_BREAK_H, RowRefused
from reik.value.tours.factors import PUBLISHED, Factors
from reik.value.tours.matrices import EARTH_METRES, along

NONE, COMBINED, UNIQUE = "none", "combined", "unique"
PEAK_FROM, PEAK_UNTIL = 7, 11
"""The morning peak: a visit that begins from 7:00 up to 11:00 on the wall clock."""
OFTEN = 5
_KNOWN = pl.col("worker") != ""


def joined(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one worker at one client that touch or overlap are one visit: exports with a row per activity.

    Without a worker a row stays a visit: two people may be with a client at the same time.
    """
    ends = pl.col("start") + pl.duration(microseconds=(pl.col("minutes") * 60e6).round().cast(pl.Int64))
    rows = rows.with_columns(end=ends, lines=pl.lit(1, pl.Int32)).sort("worker", "start", "line")
    same = (
        _KNOWN & (pl.col("worker") == pl.col("worker").shift()) & (pl.col("client") == pl.col("client").shift())
        & (pl.col("start") <= pl.col("end").shift())
    )  # fmt: skip
    rows = rows.with_columns(group=(~same.fill_null(False)).cum_sum())
    many = rows.filter(pl.col("group").is_duplicated())
    if not many.height:
        return rows.drop("group")
    first = [
        each for each in rows.columns if each not in ("group", "end", "lines", "activity", "minutes", "line")
    ]
    one = many.group_by("group", maintain_order=True).agg(
        pl.col(first).drop_nulls().first(), pl.col("line").min(), pl.col("end").max(),
        pl.col("activity").filter(pl.col("activity") != "").unique(maintain_order=True).str.join("; "),
        pl.len().cast(pl.Int32).alias("lines"),
    ).with_columns(minutes=(pl.col("end") - pl.col("start")).dt.total_microseconds() / 60e6)  # fmt: skip
    alone = rows.filter(~pl.col("group").is_duplicated())
    return pl.concat([alone, one.select(alone.columns)]).sort("worker", "start", "line").drop("group")


def too_long(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[RowRefused]]:
    """Visits that joining made longer than a day."""
    wrong = pl.col("minutes") > LONGEST_MIN
    said = [
        RowRefused(line, "long", f"{minutes:g}") for line, minutes in _pairs(rows.filter(wrong), "minutes")
    ]
    return rows.filter(~wrong), said


def without_overlaps(rows: pl.DataFrame, allowed_min: float) -> tuple[pl.DataFrame, list[RowRefused]]:
    """Of two visits of one worker that overlap for more than `allowed_min`, the one that begins later is refused."""
    earlier = pl.col("end").cum_max().shift().over("worker")
    lapped = pl.min_horizontal(earlier, pl.col("end")) - pl.col("start") > _span(allowed_min)
    workers = rows.filter(_KNOWN & lapped)["worker"].unique()
    if not len(workers):
        return rows, []
    some = rows.filter(pl.col("worker").is_in(workers.implode()))
    refused: list[RowRefused] = []
    until: dict[str, tuple[Any, int]] = {}
    for worker, start, end, line in some.select("worker", "start", "end", "line").iter_rows():
        last, other = until.get(worker, (None, 0))
        if last is not None and (min(last, end) - start).total_seconds() > allowed_min * 60:
            refused.append(RowRefused(line, "overlap", str(other)))
        elif last is None or end > last:
            until[worker] = end, line
    return _less(rows, refused), refused


def within_a_shift(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[RowRefused]]:
    """Visits on end of one worker, without SHIFT_BREAK_H between two, are one shift, of LONGEST_SHIFT_H at most."""
    new = (pl.col("worker") != pl.col("worker").shift()).fill_null(True) | (
        pl.col("start") - pl.col("end").cum_max().over("worker").shift() >= _span(SHIFT_BREAK_H * 60)
    )
    begun = pl.when(new).then(pl.col("start")).forward_fill()
    hours = (pl.col("end") - begun).dt.total_seconds() / 3600
    seen = rows.with_columns(hours=hours)
    wrong = seen.filter(_KNOWN & (pl.col("hours") > LONGEST_SHIFT_H))
    refused = [RowRefused(line, "shift", f"{hours:.1f}") for line, hours in _pairs(wrong, "hours")]
    return _less(rows, refused), refused


def with_kind(rows: pl.DataFrame, mapping: PlanningMap) -> tuple[pl.DataFrame, dict[str, int]]:
    """`kind` and `heavy` from the judged activities, and the codes that nobody judged yet.

    Only what was judged is kept as activity, and named when it occurs often: a name that stands in a text is neither.
    """
    counted = rows.group_by("activity").len().rows()
    found, unjudged = _judged(counted, mapping)
    alone = ~pl.col("care") & (pl.col("minutes") <= mapping.unique_minutes)
    some = pl.when(alone).then(pl.lit(UNIQUE)).otherwise(pl.lit(COMBINED))
    kind = pl.when(pl.col("medication")).then(some).otherwise(pl.lit(NONE))
    rows = rows.join(found, on="activity", how="left", maintain_order="left").with_columns(kind=kind)
    often = {part: n for part, n in unjudged.items() if n >= OFTEN}
    return rows.with_columns(activity="kept").drop("medication", "care", "kept"), often


def _judged(counted: Sequence[tuple[str, int]], mapping: PlanningMap) -> tuple[pl.DataFrame, dict[str, int]]:
    """Each text that occurs, judged; and how often a code occurs that nobody judged."""
    codes, heavy_is_known = mapping.activity_as == CODES, mapping.judges_heavy
    known = {part if codes else part.lower(): kind for part, kind in mapping.activities.items()}
    rows: list[tuple[str, bool, bool, bool | None, str]] = []
    unjudged: Counter[str] = Counter()
    for text, n in counted:
        parts = parts_of(text, mapping.activity_as)
        kinds = {known.get(part, CARE if codes else "") for part in parts}
        kept = "; ".join(part for part in parts if known.get(part) in (MEDICATION, CARE, HEAVY))
        heavy = _is_heavy(parts, known, codes=codes) if heavy_is_known else None
        rows.append((text, MEDICATION in kinds, bool(kinds & {CARE, HEAVY}), heavy, kept))
        if codes:
            unjudged.update({part: n for part in parts if part not in known})
    schema = {
        "activity": pl.String, "medication": pl.Boolean, "care": pl.Boolean, "heavy": pl.Boolean, "kept": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row"), dict(unjudged)


def _is_heavy(parts: Sequence[str], known: Mapping[str, str], *, codes: bool) -> bool | None:
    """Whether one of these activities is heavy care; None where nobody said so of all of them."""
    kinds = {known.get(part, "") for part in parts}
    if HEAVY in kinds:
        return True
    if codes and "" in kinds:
        return None
    return False if kinds & {MEDICATION, CARE} else None


def with_places(rows: pl.DataFrame, places: Mapping[str, tuple[float, float]]) -> pl.DataFrame:
    """Coordinates from a file of places where the planning has none: of the address, the postcode, or its figures."""
    if not places:
        return rows.drop("place")
    table = pl.DataFrame(
        [(key, *where) for key, where in places.items()],
        schema={"key": pl.String, "found_lat": pl.Float64, "found_lon": pl.Float64}, orient="row",
    )  # fmt: skip
    rows = rows.with_columns(n=pl.int_range(pl.len()))
    code = pl.col("place").str.extract(r"^([0-9A-Z]+)", 1)
    for key in (pl.col("place"), code, code.str.slice(0, 4)):
        rows = rows.with_columns(key=key).join(table, on="key", how="left").sort("n").with_columns(
            latitude=pl.coalesce("latitude", "found_lat"), longitude=pl.coalesce("longitude", "found_lon")
        ).drop("key", "found_lat", "found_lon")  # fmt: skip
    return rows.drop("place", "n")


def with_travel(rows: pl.DataFrame, mode: str, factors: Mapping[str, Factors] = PUBLISHED) -> pl.DataFrame:
    """`travel` from the planning, else estimated from the visit before of the same shift; `estimated` says which."""
    rows = rows.with_columns(estimated=pl.lit(value=False))
    if not mode or not rows.height:
        return rows
    before = {
        name: pl.col(name).shift().alias(f"{name}_0") for name in ("worker", "end", "latitude", "longitude")
    }
    legs = rows.select(
        "travel", "latitude", "longitude", *before.values(),
        may=_KNOWN & (pl.col("worker") == pl.col("worker").shift())
        & (pl.col("start") - pl.col("end").shift() < _span(SHIFT_BREAK_H * 60)),
    )  # fmt: skip
    crow = _crow(*(legs[name].to_numpy() for name in ("latitude_0", "longitude_0", "latitude", "longitude")))
    chosen = factors[mode]
    seconds = along(chosen.time, np.nan_to_num(crow)) + np.where(crow > 0, chosen.stop_seconds, 0)
    minutes = pl.Series("leg", np.where(np.isnan(crow), np.nan, seconds / 60)).fill_nan(None)
    use = legs["travel"].is_null() & legs["may"].fill_null(value=False) & minutes.is_not_null()
    return rows.with_columns(use.alias("estimated"), leg=minutes).with_columns(
        travel=pl.when("estimated").then(pl.min_horizontal("leg", pl.lit(240.0))).otherwise("travel")
    ).drop("leg")  # fmt: skip


def _crow(lat_0: Any, lon_0: Any, lat: Any, lon: Any) -> Any:
    """Great-circle metres, one by one (haversine); not a number where a place is unknown."""
    a, b, c, d = (np.radians(np.asarray(each, dtype=np.float64)) for each in (lat_0, lon_0, lat, lon))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def _less(rows: pl.DataFrame, refused: list[RowRefused]) -> pl.DataFrame:
    gone = pl.Series([each.line for each in refused], dtype=pl.Int32)
    return rows.filter(~pl.col("line").is_in(gone.implode()))


def _pairs(rows: pl.DataFrame, name: str) -> list[tuple[int, float]]:
    return list(rows.select("line", name).iter_rows())


def _span(minutes: float) -> pl.Expr:
    return pl.duration(seconds=round(minutes * 60))
