"""A supplier's bill as lines: which column says what, what a line means, and what is refused. Pure (R83)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reik.value.declaring.months import DAY, Month
from reik.value.planning.mapping import DATE_FORMATS

START, MONTH, STOP = "start", "month", "stop"
KINDS = (START, MONTH, STOP)
FIELDS = ("device", "order", "kind", "since", "until", "euros")
"""What a line can say. It names a device or an order; without days it is of the bill's month."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "device": (
        "serienummer",
        "serienr",
        "serial",
        "serial number",
        "apparaat",
        "device",
        "dispenser",
        "toestel",
    ),
    "order": (
        "bestelnummer",
        "ordernummer",
        "bestelling",
        "order",
        "order number",
        "uw referentie",
        "referentie",
    ),
    "kind": ("soort", "omschrijving", "regelsoort", "type", "kind", "description", "product", "artikel"),
    "since": ("van", "vanaf", "periode van", "datum", "from", "start date", "begindatum"),
    "until": ("tot en met", "t/m", "tot", "periode tot", "until", "to", "einddatum"),
    "euros": ("bedrag", "euro", "prijs", "totaal", "amount", "price", "bedrag excl. btw"),
}
STEMS: Mapping[str, tuple[str, ...]] = {
    STOP: ("stop", "retour", "return", "ophaal", "ophalen", "beëind", "beeind", "afsluit"),
    START: ("start", "install", "plaats", "aansluit", "activ", "opstart"),
    MONTH: ("maand", "month", "huur", "rent", "abonn", "subscr", "service", "periode"),
}
LONGEST_PERIOD = 366 * DAY
EARLIEST = date(2015, 1, 1)
MOST_CENTS = 100_000_00
MOST_LINES = 5_000
MOST_WORDS = 60


class BillRefused(ValueError):
    """This bill cannot be taken so; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class BillMap:
    """`columns`: field → the column's header; `kinds`: what stands in the kind column → one of KINDS, or empty."""

    columns: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    date_format: str = "dd-mm-jjjj"
    decimal: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """`since` and `until`: whole days, both inclusive; of a start or stop the same day. `line`: of the file."""

    line: int
    device: str
    order: str
    kind: str
    since: date
    until: date
    cents: int

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class LineRefused:
    """`reason` is a code: who, kind, day, order, long, euros, negative; `value`: what stood there."""

    line: int
    reason: str
    value: str


def guess(header: Sequence[str], first: Sequence[Sequence[str]]) -> BillMap:
    """A mapping from the names of the columns; a person looks at it before anything is kept."""
    small = {name.strip().lower(): name for name in header}
    columns: dict[str, str] = {}
    for said, names in NAMES.items():
        found = next(
            (small[each] for each in names if each in small and small[each] not in columns.values()), None
        )
        if found:
            columns[said] = found
    made = BillMap(columns=columns, kinds=judged(words_in(header, first, columns.get("kind", ""))))
    cells = " ".join(_cell(row, header, columns.get("euros", "")) for row in first[:50])
    return (
        made if "," in cells or "." not in cells else BillMap(columns=columns, kinds=made.kinds, decimal=".")
    )


def words_in(header: Sequence[str], rows: Iterable[Sequence[str]], column: str) -> list[str]:
    """The different texts of the kind column, in the order in which they come."""
    return list(dict.fromkeys(text for row in rows if (text := _cell(row, header, column))))[:MOST_WORDS]


def judged(words: Iterable[str]) -> dict[str, str]:
    """What each text seems to be; empty: nothing that is known."""
    return {
        word: next((kind for kind, stems in STEMS.items() if any(each in word.lower() for each in stems)), "")
        for word in words
    }


def check(mapping: BillMap, header: Sequence[str]) -> None:
    """Raise BillRefused for a mapping that cannot read this file."""
    columns = {said: name for said, name in mapping.columns.items() if name}
    for said, name in columns.items():
        if said not in FIELDS or name not in header:
            raise BillRefused("column", f"This file has no column {name!r} (for {said}): choose another.")
    if not columns.get("device") and not columns.get("order"):
        raise BillRefused("who", "Say which column holds the serial number or the order number.")
    for needed in ("kind", "euros"):
        if not columns.get(needed):
            raise BillRefused(needed, f"Say which column holds the {needed}.")
    if mapping.date_format not in DATE_FORMATS or mapping.decimal not in (",", "."):
        raise BillRefused("form", "Choose how days and amounts are written.")
    if any(kind not in ("", *KINDS) for kind in mapping.kinds.values()):
        raise BillRefused("form", "A line is a start, a month or a stop.")


def read(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], mapping: BillMap, month: Month
) -> tuple[list[BillLine], list[LineRefused]]:
    """Every row as a line or refused, in the order of the file. Raises BillRefused."""
    check(mapping, header)
    good: list[BillLine] = []
    refused: list[LineRefused] = []
    for number, row in rows:
        if len(good) + len(refused) >= MOST_LINES:
            raise BillRefused("many", f"More than {MOST_LINES} lines: split the bill.")
        cells = {said: _cell(row, header, name) for said, name in mapping.columns.items() if name}
        found = _line(number, cells, mapping, month)
        (good if isinstance(found, BillLine) else refused).append(found)  # type: ignore[arg-type]
    if not good and not refused:
        raise BillRefused("empty", "There is no line in this file: make the export again.")
    return good, refused


def _cell(row: Sequence[str], header: Sequence[str], name: str) -> str:
    if name not in header:
        return ""
    place = list(header).index(name)
    return " ".join(row[place].replace("\x00", "").split())[:200] if place < len(row) else ""


def _line(number: int, cells: Mapping[str, str], mapping: BillMap, month: Month) -> BillLine | LineRefused:
    device, order = cells.get("device", "").upper(), cells.get("order", "").upper()
    if not device and not order:
        return LineRefused(number, "who", "")
    kind = mapping.kinds.get(cells.get("kind", ""), "")
    if not kind:
        return LineRefused(number, "kind", cells.get("kind", ""))
    period = _period(cells, mapping, kind, month)
    if isinstance(period, str):
        return LineRefused(number, period, f"{cells.get('since', '')} {cells.get('until', '')}".strip())
    cents = _cents(cells.get("euros", ""), mapping.decimal)
    if cents is None or not 0 <= cents <= MOST_CENTS:
        return LineRefused(
            number, "negative" if cents is not None and cents < 0 else "euros", cells.get("euros", "")
        )
    return BillLine(
        line=number,
        device=device[:60],
        order=order[:60],
        kind=kind,
        since=period[0],
        until=period[1],
        cents=cents,
    )


def _period(
    cells: Mapping[str, str], mapping: BillMap, kind: str, month: Month
) -> tuple[date, date] | str:  # fmt: skip
    """The days of a line, or the code of why they cannot be."""
    said = {name: cells.get(name, "") for name in ("since", "until")}
    days = {name: _day(text, mapping.date_format) for name, text in said.items() if text}
    if None in days.values():
        return "day"
    since, until = days.get("since"), days.get("until")
    if kind != MONTH:
        day = since or until or month.first
        since = until = day
    since = since or month.first
    until = until or (month.until - DAY if since < month.until else since)
    if until < since:
        return "order"
    return "long" if until - since >= LONGEST_PERIOD or since < EARLIEST else (since, until)


def _day(text: str, form: str) -> date | None:
    for each in (DATE_FORMATS[form], "%Y-%m-%d"):
        try:
            return datetime.strptime(text, each).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    return None


def _cents(text: str, decimal: str) -> int | None:
    plain = re.sub(r"(?i)eur|€|\s", "", text).replace("\N{MINUS SIGN}", "-")
    plain = plain.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    if not re.fullmatch(r"-?\d{1,7}(\.\d{1,2})?", plain):
        return None
    try:
        return int(Decimal(plain) * 100)
    except InvalidOperation:
        return None


def as_json(lines: Iterable[BillLine]) -> list[dict[str, Any]]:
    return [asdict(each) | {"since": str(each.since), "until": str(each.until)} for each in lines]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[BillLine]:
    return [
        BillLine(
            **{**each, "since": date.fromisoformat(each["since"]), "until": date.fromisoformat(each["until"])}
        )
        for each in rows
    ]


def digest_of(lines: Iterable[BillLine], month: Month) -> str:
    """The same for the same lines, in any order and under any number."""
    said = sorted((e.device, e.order, e.kind, str(e.since), str(e.until), e.cents) for e in lines)
    return hashlib.sha256(json.dumps([str(month), said]).encode()).hexdigest()
