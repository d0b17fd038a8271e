"""One lot of rows of text as visits: days, times, minutes and places understood, what cannot be is refused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from reik.value.planning.mapping import DATE_FORMATS, PlanningMap
from reik.value.planning.refusals import LONGEST_MIN, LONGEST_TRAVEL_MIN, RowRefused
from reik.value.planning.sheets import Row

SCHEMA: dict[str, Any] = {
    "line": pl.Int32, "start": pl.Datetime("us"), "minutes": pl.Float64, "client": pl.String, "worker": pl.String,
    "team": pl.String, "activity": pl.String, "travel": pl.Float64, "latitude": pl.Float64, "longitude": pl.Float64,
    "place": pl.String, "bsn": pl.String, "client_name": pl.String, "birth_date": pl.Date,
}  # fmt: skip
"""A visit as it was understood: `start` on the wall clock, `place` a postcode with the number where there is one."""
_MONTHS = {
    each: f" {number} " for number, names in enumerate(
        ("jan", "feb", "mrt maa mar", "apr", "mei may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec"), 1
    ) for each in names.split()
}  # fmt: skip
_TIME = r"^(\d{1,2})[:.hu](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?$"
_TIME_PLAIN = r"^(\d{1,2})(\d{2})$"
_BEHIND_DAY = r"[T ,]+(\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)(?:Z|[+-]\d{2}:?\d{2})?$"
_OFFSET = r"\d[:.]\d{2}(Z|[+-]\d{2}:?\d{2})$"
NIGHT_FROM, NIGHT_UNTIL = 18 * 60, 12 * 60
"""A visit that begins after 18:00 and ends before 12:00 ends the day after; any other that ends earlier is wrong."""
_DAY = 24 * 60


class Parser:
    """For one header and mapping; `read` takes lot after lot."""

    def __init__(self, header: Sequence[str], mapping: PlanningMap) -> None:
        self._mapping = mapping
        self._width = len(header)
        self._fields = tuple(mapping.columns)
        self._places = [header.index(column) for column in mapping.columns.values()]

    def read(self, lines: Sequence[int], rows: Sequence[Row]) -> tuple[pl.DataFrame, list[RowRefused]]:
        """The visits of this lot (SCHEMA) and what was refused, both in the order of the lines."""
        good, narrow = self._as_wide(lines, rows)
        texts = self._texts(*good)
        read = self._understood(texts)
        wrong = read.filter(pl.col("reason").is_not_null())
        refused = [RowRefused(*row) for row in wrong.select("line", "reason", "value").iter_rows()]
        kept = read.filter(pl.col("reason").is_null()).select(list(SCHEMA)).cast(pl.Schema(SCHEMA))
        return kept, sorted([*narrow, *refused], key=lambda each: each.line)

    def _as_wide(
        self, lines: Sequence[int], rows: Sequence[Row]
    ) -> tuple[tuple[Sequence[int], Sequence[Row]], list[RowRefused]]:
        """Empty cells at the end are no cells; a row that is too short or too long may have shifted."""
        width = self._width
        if all(len(row) == width for row in rows):
            return (lines, rows), []
        good_lines, good, refused = [], [], []
        for line, row in zip(lines, rows, strict=True):
            cells = len(row)
            if cells == width or (cells > width and not any(row[width:])):
                good_lines.append(line)
                good.append(row)
            else:
                refused.append(RowRefused(line, "width", str(cells)))
        return (good_lines, good), refused

    def _texts(self, lines: Sequence[int], rows: Sequence[Row]) -> pl.DataFrame:
        columns = {
            name: pl.Series([row[place] for row in rows], dtype=pl.String)
            for name, place in zip(self._fields, self._places, strict=True)
        }
        made = pl.DataFrame({"line": pl.Series(lines, dtype=pl.Int32), **columns})
        bare = [_text(name) if name in columns else _nothing(name) for name in _ALL]
        return made.select("line", *bare)

    def _understood(self, texts: pl.DataFrame) -> pl.DataFrame:
        day_text = pl.col("date" if "date" in self._fields else "start")
        read = texts.with_columns(
            day=_day(day_text, self._mapping), begins=_clock(pl.col("start")), ends=_clock(pl.col("end")),
            end_day=_day(pl.col("end"), self._mapping) if "end" in self._fields else pl.lit(None, pl.Date),
            lasts=_length(pl.col("minutes"), self._mapping.decimal, 60 if self._mapping.unit == "hours" else 1),
            travelled=_length(pl.col("travel"), self._mapping.decimal, 1),
            lat=_number(pl.col("latitude"), "."), lon=_number(pl.col("longitude"), "."),
            born=_day(pl.col("birth_date"), self._mapping) if "birth_date" in self._fields else pl.lit(None, pl.Date),
        )  # fmt: skip
        read = read.with_columns(start_at=pl.col("day").cast(pl.Datetime("us")) + _minutes(pl.col("begins")))
        if texts["start"].str.contains(_OFFSET).any():
            read = read.with_columns(
                start_at=_by_offset(pl.col("start"), pl.col("start_at"), self._mapping.zone)
            )
        read = read.with_columns(length=_from_end()).with_columns(_reason())
        return read.select(
            "line", "reason", "client", "bsn", "client_name", pl.col("worker").fill_null(""),
            pl.col("team").fill_null(""), pl.col("activity").fill_null(""), _value(day_text),
            start="start_at", minutes="length", travel="travelled", latitude="lat", longitude="lon", birth_date="born",
            place=_place(),
        )  # fmt: skip


_ALL = (
    "client", "date", "start", "end", "minutes", "activity", "worker", "team", "travel", "latitude", "longitude",
    "postcode", "number", "bsn", "client_name", "birth_date",
)  # fmt: skip


def _text(name: str) -> pl.Expr:
    bare = pl.col(name).str.strip_chars()
    return pl.when(bare == "").then(None).otherwise(bare).alias(name)


def _nothing(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(name)


def _day(text: pl.Expr, mapping: PlanningMap) -> pl.Expr:
    """The day that a text begins with; a time behind it is left to `_clock`."""
    bare = text.str.replace(_BEHIND_DAY, "")
    iso = bare.str.to_date("%Y-%m-%d", strict=False)
    if mapping.date_format == "jjjj-mm-dd":
        return iso
    if mapping.date_format == "d mmm jjjj":
        # "ma 5 januari 2026": the word of the weekday before, and what a month has behind its third letter, go
        bare = bare.str.to_lowercase().str.extract(r"(\d{1,2}[ -]+[a-z]{3}).*", 1) + bare.str.extract(
            r"(\d{4})$", 1
        )
        bare = bare.str.replace_many(list(_MONTHS), list(_MONTHS.values()))
        bare = bare.str.replace_all(r"[ -]+", " ")
    given = bare.str.to_date(DATE_FORMATS[mapping.date_format], strict=False)
    return pl.coalesce(given, iso)


def _clock(text: pl.Expr) -> pl.Expr:
    """Minutes since midnight of "7:30", "07.30", "0730", "07:30:00", or of the time behind a day. 24:00 is one."""
    alone = pl.coalesce(text.str.extract(_BEHIND_DAY, 1), text)
    parts = alone.str.extract_groups(_TIME)
    plain = alone.str.extract_groups(_TIME_PLAIN)
    hours = pl.coalesce(parts.struct.field("1"), plain.struct.field("1")).cast(pl.Int32)
    minutes = pl.coalesce(parts.struct.field("2"), plain.struct.field("2")).cast(pl.Int32)
    seconds = parts.struct.field("3").cast(pl.Int32).fill_null(0)
    whole = hours * 60 + minutes + seconds / 60
    return pl.when((minutes < 60) & (seconds < 60) & (whole <= _DAY)).then(whole).otherwise(None)


def _minutes(number: pl.Expr) -> pl.Expr:
    return (number * 60_000_000).round().cast(pl.Int64).cast(pl.Duration("us"))


def _length(text: pl.Expr, decimal: str, times: int) -> pl.Expr:
    """Minutes of "12,5", "15 min", "0:15" or "0:15:00"; a bare number counts so many `times`."""
    parts = text.str.extract_groups(r"^(-?\d{1,3}):(\d{2})(?::(\d{2}))?$")
    whole = parts.struct.field("1").cast(pl.Float64) * 60 + parts.struct.field("2").cast(pl.Float64)
    clock = whole + parts.struct.field("3").cast(pl.Float64).fill_null(0) / 60
    bare = text.str.to_lowercase().str.replace(r"\s*(minuten|minutes|min\.?|uren|uur|hours|m|u)$", "")
    return pl.coalesce(clock, _number(bare, decimal) * times)


def _number(text: pl.Expr, decimal: str) -> pl.Expr:
    """A single comma or point is the decimal sign whatever the mapping says, unless three figures follow it."""
    thousands = "." if decimal == "," else ","
    grouped = text.str.contains(rf"^-?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?$") & (decimal == ",")
    plain = pl.when(grouped).then(text.str.replace_all(thousands, "", literal=True)).otherwise(text)
    plain = plain.str.replace(",", ".", literal=True)
    return pl.when(plain.str.contains(r"^[+-]?\d+(\.\d+)?$")).then(plain).otherwise(None).cast(pl.Float64)


def _from_end() -> pl.Expr:
    """The minutes as given, else from begin to end; an end without a day is of the same one, or after midnight."""
    over = (pl.col("begins") >= NIGHT_FROM) & (pl.col("ends") <= NIGHT_UNTIL)
    same_day = pl.col("ends") - pl.col("begins") + pl.when(over).then(_DAY).otherwise(0)
    dated = pl.col("end_day").cast(pl.Datetime("us")) + _minutes(pl.col("ends"))
    naive_start = pl.col("day").cast(pl.Datetime("us")) + _minutes(pl.col("begins"))
    by_day = (dated - naive_start).dt.total_seconds() / 60
    return pl.coalesce(pl.col("lasts"), by_day, same_day)


def _by_offset(text: pl.Expr, naive: pl.Expr, zone: str) -> pl.Expr:
    """An instant with its own offset on the wall clock of the zone; a text without one stays as it is."""
    offset = text.str.extract(_OFFSET, 1).str.replace("Z", "+00:00").str.replace(":", "", literal=True)
    minutes = offset.str.slice(1, 2).cast(pl.Int32) * 60 + offset.str.slice(3, 2).cast(pl.Int32)
    signed = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    utc = naive - _minutes(signed.cast(pl.Float64))
    local = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return pl.coalesce(local, naive)


def _reason() -> pl.Expr:
    """The first thing that is wrong; null for a good row."""
    none, length = pl.lit(None, dtype=pl.String), pl.col("length")
    bad_travel = pl.col("travel").is_not_null() & (
        pl.col("travelled").is_null() | ~pl.col("travelled").is_between(0, LONGEST_TRAVEL_MIN)
    )
    half = pl.col("latitude").is_null() != pl.col("longitude").is_null()
    lost = half | (
        pl.col("latitude").is_not_null()
        & ~(pl.col("lat").is_between(-90, 90) & pl.col("lon").is_between(-180, 180)).fill_null(False)
    )
    year = pl.col("day").dt.year()
    return (
        pl.when(pl.col("start") == "repeats").then(pl.lit("repeats"))
        .when(pl.col("client").is_null()).then(pl.lit("client"))
        .when(year.is_null() | ~year.is_between(2000, 2100)).then(pl.lit("date"))
        .when(pl.col("begins").is_null() | (pl.col("begins") >= _DAY)).then(pl.lit("time"))
        .when(pl.col("minutes").is_not_null() & pl.col("lasts").is_null()).then(pl.lit("minutes"))
        .when(length.is_null()).then(pl.lit("minutes"))
        .when(length < 0).then(pl.lit("negative"))
        .when(length == 0).then(pl.lit("zero"))
        .when(length > LONGEST_MIN).then(pl.lit("long"))
        .when(bad_travel).then(pl.lit("travel"))
        .when(lost).then(pl.lit("coordinates"))
        .otherwise(none).alias("reason")
    )  # fmt: skip


def _value(day_text: pl.Expr) -> pl.Expr:
    """What stood there, short: days, times and numbers only, so that no refusal holds a name."""
    length = pl.coalesce(pl.col("minutes"), pl.concat_str("start", "end", separator=" – ", ignore_nulls=True))
    where = pl.concat_str("latitude", "longitude", separator=" ", ignore_nulls=True)
    said = (
        pl.when(pl.col("reason") == "date").then(day_text)
        .when(pl.col("reason") == "time").then(pl.col("start"))
        .when(pl.col("reason").is_in(["minutes", "negative", "zero", "long"])).then(length)
        .when(pl.col("reason") == "travel").then(pl.col("travel"))
        .when(pl.col("reason") == "coordinates").then(where)
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return said.fill_null("").str.slice(0, 40).alias("value")


def _place() -> pl.Expr:
    """ "1234 ab" and 5 become "1234AB 5"."""
    code = pl.col("postcode").str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    return pl.concat_str(code, pl.col("number").str.to_uppercase(), separator=" ", ignore_nulls=True)
