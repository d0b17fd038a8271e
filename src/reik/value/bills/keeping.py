"""Writes of suppliers' bills: taking one in, and what became of its differences; with the work that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel.ids import new_id
from reik.value.bills.checking import Difference
from reik.value.bills.lines import BillLine, BillRefused, as_json, digest_of
from reik.value.bills.seen import answers_of, bill_of, bills, differences_of
from reik.value.bills.work import ACCEPTED, CREDITED, STATES, keep_work
from reik.value.declaring.months import Month
from reik.value.models import BillAnswer, SupplierBill

LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBill:
    supplier: str
    number: str
    month: Month
    lines: Sequence[BillLine]


def take(organisation_id: UUID, new: NewBill, *, by: str, now: datetime) -> UUID:
    """Keep a bill as it came, and open tasks for its differences; gives its id. Raises BillRefused.

    The same lines of the same month, or the same number of the same supplier, are taken once.
    """
    supplier, number = " ".join(new.supplier.split())[:120], " ".join(new.number.split())[:60]
    if not supplier:
        raise BillRefused("supplier", "Name the supplier.")
    if not new.lines:
        raise BillRefused("empty", "No line of this bill can be read: look at the columns.")
    if new.month.first > now.date():
        raise BillRefused("month", "This month has not begun: choose the month of the bill.")
    id, digest = new_id(now), digest_of(new.lines, new.month)
    rows = SupplierBill.objects.filter(organisation_id=organisation_id)
    known = [name for name in rows.values_list("supplier", flat=True).distinct() if _same(name, supplier)]
    supplier = known[0] if known else supplier
    if rows.filter(digest=digest).exists():
        raise BillRefused("twice", "This bill was taken in already: look at the list of bills.")
    try:
        with transaction.atomic():
            SupplierBill.objects.create(
                id=id, organisation_id=organisation_id, supplier=supplier, number=number, month=new.month.first,
                lines=as_json(new.lines), digest=digest, by=by, created_at=now,
            )  # fmt: skip
            keep_work(bills(organisation_id), by=by, now=now)  # what it bills may be missing on another
    except IntegrityError:
        raise BillRefused("twice", "This bill was taken in already: look at the list of bills.") from None
    return id


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What became of the difference with this key. `cents`: credited; `seen`: the answer that was on the page."""

    key: str
    state: str
    reason: str = ""
    cents: int | None = None
    seen: UUID | None = None


@transaction.atomic
def answer(bill_id: UUID, organisation_id: UUID, new: NewAnswer, *, by: str, now: datetime) -> UUID:
    """Write down what became of one difference. Raises BillRefused; `meanwhile` when somebody else was first."""
    row = SupplierBill.objects.filter(id=bill_id, organisation_id=organisation_id).first()
    if row is None:
        raise BillRefused("gone", "This bill is not there: look at the list of bills.")
    bill = bill_of(bill_id, organisation_id)
    difference = next((each for each in differences_of(bill, now) if each.key == new.key), None)
    if difference is None:
        raise BillRefused("no_difference", "This difference is gone: what Reik knows has changed meanwhile.")
    newest = answers_of(bill_id).get(new.key)
    if (newest.id if newest else None) != new.seen:
        raise BillRefused("meanwhile", "Somebody else wrote something down just now: look at it first.")
    _check(new, difference)
    made = BillAnswer.objects.create(
        id=new_id(now), organisation_id=organisation_id, bill_id=bill_id, key=new.key, state=new.state,
        reason=new.reason.strip(), cents=new.cents if new.state == CREDITED else None, by=by, created_at=now,
    )  # fmt: skip
    keep_work([bill], by=by, now=now)
    return made.id


def _check(new: NewAnswer, difference: Difference) -> None:
    if new.state not in STATES:
        raise BillRefused("state", "Say whether it was asked, credited or accepted.")
    if new.state == ACCEPTED and not new.reason.strip():
        raise BillRefused("reason", "Say why this is accepted.")
    if len(new.reason) > LONGEST or "\x00" in new.reason:
        raise BillRefused("reason", f"Say it in at most {LONGEST} letters.")
    if new.state == CREDITED:
        most = difference.cents
        if new.cents is None or new.cents < 0 or (most is not None and new.cents > most):
            raise BillRefused("cents", "Give what was credited: from 0 to what the difference comes to.")
