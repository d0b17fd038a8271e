"""Reads of suppliers' bills of one organisation, with their differences as they are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import local_day
from reik.value.bills.checking import Bill, Difference, check_bill
from reik.value.bills.known import known_devices
from reik.value.bills.lines import BillLine, from_json
from reik.value.declaring.months import Month
from reik.value.models import BillAnswer, SupplierBill

ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSeen:
    """One bill as it came."""

    id: UUID
    organisation_id: UUID
    supplier: str
    number: str
    month: Month
    lines: Sequence[BillLine]
    by: str
    created_at: datetime

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.lines)


def bills(organisation_id: UUID) -> list[BillSeen]:
    """The newest first."""
    rows = SupplierBill.objects.filter(organisation_id=organisation_id)
    return [_seen(each) for each in rows.order_by("-month", "-created_at", "-id")]


def houses_with_bills() -> list[UUID]:
    """The organisations that took in a bill."""
    return list(SupplierBill.objects.order_by().values_list("organisation_id", flat=True).distinct())


def bill_of(bill_id: UUID, organisation_id: UUID) -> BillSeen:
    """Raises SupplierBill.DoesNotExist."""
    return _seen(SupplierBill.objects.get(id=bill_id, organisation_id=organisation_id))


def find(bill_id: UUID, organisation_id: UUID) -> BillSeen | None:
    row = SupplierBill.objects.filter(id=bill_id, organisation_id=organisation_id).first()
    return _seen(row) if row else None


def _seen(row: SupplierBill) -> BillSeen:
    return BillSeen(
        id=row.id, organisation_id=row.organisation_id, supplier=row.supplier, number=row.number,
        month=Month(row.month), lines=from_json(row.lines), by=row.by, created_at=row.created_at,
    )  # fmt: skip


def differences_of(bill: BillSeen, now: datetime) -> list[Difference]:
    """As what Reik knows now says; bills that were taken before this one count as billed."""
    return differences_of_all([bill], now)[bill.id]


def differences_of_all(some: Sequence[BillSeen], now: datetime) -> dict[UUID, list[Difference]]:
    """Of bills of one organisation; what Reik knows of dispensers is read once."""
    if not some:
        return {}
    house = some[0].organisation_id
    every = sorted(bills(house), key=lambda each: (each.created_at, each.id))
    devices, today = known_devices(house, now), local_day(now, ZONE)
    found = {}
    for bill in some:
        at = next(n for n, each in enumerate(every) if each.id == bill.id)
        asked = Bill(
            supplier=bill.supplier, month=bill.month, lines=bill.lines,
            earlier=[line for each in every[:at] for line in each.lines],
            later=[line for each in every[at + 1 :] for line in each.lines],
        )  # fmt: skip
        found[bill.id] = check_bill(asked, devices, today)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeen:
    id: UUID
    key: str
    state: str
    reason: str
    cents: int | None
    by: str
    created_at: datetime


Answers = Mapping[str, AnswerSeen]
"""The newest answer to each difference of one bill, by its key."""


def answers_of(bill_id: UUID) -> Answers:
    """Of one bill."""
    return answers_of_all([bill_id])[bill_id]


def answers_of_all(bill_ids: Collection[UUID]) -> Mapping[UUID, Answers]:
    """Of each of these bills, by its id. One statement."""
    rows = BillAnswer.objects.filter(bill_id__in=bill_ids).order_by("bill_id", "key", "-created_at", "-id")
    found: dict[UUID, dict[str, AnswerSeen]] = {each: {} for each in bill_ids}
    for row in rows.distinct("bill_id", "key"):
        found[row.bill_id][row.key] = _answer(row)
    return found


def history_of(bill_id: UUID, key: str) -> list[AnswerSeen]:
    """All that was written down of one difference, the newest first."""
    rows = BillAnswer.objects.filter(bill_id=bill_id, key=key).order_by("-created_at", "-id")
    return [_answer(each) for each in rows]


def _answer(row: BillAnswer) -> AnswerSeen:
    return AnswerSeen(**{name: getattr(row, name) for name in AnswerSeen.__dataclass_fields__})
