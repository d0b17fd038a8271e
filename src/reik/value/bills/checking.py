"""A bill held against what stood where: each difference in days and euros. Pure (R83).

Every billed day of a line is in one difference at most, so that differences never exceed what was billed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reik.value.bills.lines import MONTH, START, STOP, BillLine
from reik.value.declaring.months import DAY, Month, Period

(
    DEVICE_UNKNOWN, NEVER_INSTALLED, BEFORE_INSTALLED, AFTER_RETURN, DOUBLE_MONTH, START_TWICE, STOP_IN_USE,
    STOP_MISSING, NOT_BILLED, SINCE_UNKNOWN,
) = CODES = (
    "device_unknown", "never_installed", "before_installed", "after_return", "double_month", "start_twice",
    "stop_in_use", "stop_missing", "not_billed", "since_unknown",
)  # fmt: skip
NOT_MONEY = frozenset({NOT_BILLED, SINCE_UNKNOWN})
"""Of which no euros are told: what was not billed has no price here, and what is unknown is no difference yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A dispenser with a client, whole local days. `since` None: it stands there, since when is not known."""

    client_id: UUID
    since: date | None
    until: date | None = None

    def has(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A dispenser that Reik knows, from its own records or from an order; `stays` the oldest first."""

    device: str
    supplier: str
    orders: frozenset[str] = frozenset()
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`key` names it within its bill. `line`: of the file, None for what no line says.

    `cents` None: no amount can be said.
    """

    key: str
    code: str
    device: str
    line: int | None
    client_id: UUID | None
    days: int
    cents: int | None
    period: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """`earlier`: lines of bills that were taken before; `later`: of those after, which only say what was billed."""

    supplier: str
    month: Month
    lines: Sequence[BillLine]
    earlier: Sequence[BillLine] = ()
    later: Sequence[BillLine] = ()


def check_bill(bill: Bill, devices: Sequence[Known], today: date) -> list[Difference]:
    """All differences: those of lines in the order of the file, then what is missing, by device."""
    found = _Checked(bill, devices)
    differences = [each for line in bill.lines for each in found.of(line)]
    for device in sorted(devices, key=lambda each: each.device):
        differences += _missing(bill, device, found, today)
    return differences


class _Checked:
    """Goes through the lines in order, with what was billed before."""

    def __init__(self, bill: Bill, devices: Sequence[Known]) -> None:
        self._by_name = {each.device: each for each in devices}
        self._by_order = {order: each for each in devices for order in each.orders}
        self.billed: dict[str, set[date]] = defaultdict(set)
        self.times: Counter[tuple[str, str]] = Counter()
        for each in bill.earlier:
            self._note(each)

    def device(self, line: BillLine) -> Known | None:
        return self._by_name.get(line.device) or self._by_order.get(line.order)

    def name(self, line: BillLine) -> str:
        known = self.device(line)
        return known.device if known and known.device else line.device or line.order

    def _note(self, line: BillLine) -> None:
        self.times[self.name(line), line.kind] += 1
        if line.kind == MONTH:
            self.billed[self.name(line)].update(_days(line))

    def of(self, line: BillLine) -> list[Difference]:
        """The differences of one line, which is noted as billed after."""
        known = self.device(line)
        if known is None:
            found = [self._whole(line, DEVICE_UNKNOWN)]
        elif not known.stays:
            found = [self._whole(line, NEVER_INSTALLED)]
        elif line.kind == MONTH:
            found = self._of_month(line, known)
        else:
            found = self._of_once(line, known)
        self._note(line)
        return found

    def _whole(self, line: BillLine, code: str, client_id: UUID | None = None) -> Difference:
        days = line.days if line.kind == MONTH else 0
        return Difference(
            key=f"{code}:{line.line}", code=code, device=self.name(line), line=line.line, client_id=client_id,
            days=days, cents=line.cents, period=Period(since=line.since, until=line.until),
        )  # fmt: skip

    def _of_once(self, line: BillLine, known: Known) -> list[Difference]:
        times = self.times[self.name(line), line.kind]
        last = known.stays[-1]
        if line.kind == START and times >= len(known.stays):
            return [self._whole(line, START_TWICE, last.client_id)]
        if line.kind == STOP and last.until is None:
            return [self._whole(line, STOP_IN_USE, last.client_id)]
        return []

    def _of_month(self, line: BillLine, known: Known) -> list[Difference]:
        """Each day in one group at most; the groups share the line's amount by their days."""
        grouped: dict[str, list[date]] = defaultdict(list)
        for day in _days(line):
            code = DOUBLE_MONTH if day in self.billed[self.name(line)] else _beside(known, day)
            if code:
                grouped[code].append(day)
        found, before = [], 0
        for code, days in grouped.items():
            counted = code != SINCE_UNKNOWN
            cents = _part(line.cents, before + len(days), line.days) - _part(line.cents, before, line.days)
            before += len(days) if counted else 0
            found.append(
                Difference(
                    key=f"{code}:{line.line}", code=code, device=self.name(line), line=line.line, days=len(days),
                    cents=cents if counted else None, period=Period(since=days[0], until=days[-1]),
                    client_id=_client_near(known, days[0]),
                )
            )  # fmt: skip
        return found


def _days(line: BillLine) -> list[date]:
    return [line.since + n * DAY for n in range(line.days)]


def _part(cents: int, days: int, of: int) -> int:
    """Half a cent goes up; parts of one line together are never more than the line."""
    return (2 * cents * days + of) // (2 * of)


def _beside(known: Known, day: date) -> str:
    """Why nothing can be billed for this day; empty: the device stood with a client."""
    if any(each.has(day) for each in known.stays):
        return SINCE_UNKNOWN if all(each.since is None for each in known.stays if each.has(day)) else ""
    first = known.stays[0].since
    return BEFORE_INSTALLED if first is not None and day < first else AFTER_RETURN


def _client_near(known: Known, day: date) -> UUID:
    before = [each for each in known.stays if each.since is None or each.since <= day]
    return (before or list(known.stays))[-1 if before else 0].client_id


def _missing(bill: Bill, device: Known, checked: _Checked, today: date) -> list[Difference]:
    """A stop that no line says, and a device in use that is not billed at all."""
    if not device.stays:
        return []
    found = []
    name = device.device
    mine = [each for each in bill.lines if checked.name(each) == name]
    ended = [each.until for each in device.stays if each.until is not None and each.until < bill.month.until]
    billed = bool(checked.billed[name]) and device.stays[-1].until is not None
    recent = bool(ended) and (ended[-1] >= bill.month.first or any(each.kind == MONTH for each in mine))
    if billed and recent and checked.times[name, STOP] < len(ended):
        found.append(_of_device(STOP_MISSING, device, 0, 0, Period(since=ended[-1])))
    stood = [
        day
        for day in bill.month.days
        if day < today and any(each.since and each.has(day) for each in device.stays)
    ]
    later = {
        day for each in bill.later if checked.name(each) == name and each.kind == MONTH for day in _days(each)
    }
    if _same(device.supplier, bill.supplier) and stood and not ({*stood} & (checked.billed[name] | later)):
        period = Period(since=stood[0], until=stood[-1])
        found.append(_of_device(NOT_BILLED, device, len(stood), None, period))
    return found


def _of_device(code: str, device: Known, days: int, cents: int | None, period: Period) -> Difference:
    return Difference(
        key=f"{code}:{device.device}", code=code, device=device.device, line=None, days=days, cents=cents,
        client_id=_client_near(device, period.since), period=period,
    )  # fmt: skip


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def sums(differences: Sequence[Difference]) -> Mapping[str, tuple[int, int, int]]:
    """By code: how many, days, cents (of those that have an amount)."""
    found: dict[str, tuple[int, int, int]] = {}
    for each in differences:
        n, days, cents = found.get(each.code, (0, 0, 0))
        found[each.code] = (n + 1, days + each.days, cents + (each.cents or 0))
    return found
