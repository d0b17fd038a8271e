"""Writes of suppliers' bills: taking one in, and what became of its differences; with the tasks that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel.ids import new_id
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks
from reik.value.bills.checking import SINCE_UNKNOWN, Difference
from reik.value.bills.follow_up import WITHIN, FollowUp, follow_ups, note_left
from reik.value.bills.lines import BillLine, BillRefused, as_json, digest_of
from reik.value.bills.seen import (
    Answers,
    BillSeen,
    answers_of,
    answers_of_all,
    bill_of,
    bills,
    differences_of,
    differences_of_all,
)
from reik.value.declaring.months import Month
from reik.value.models import BillAnswer, SupplierBill

ASKED, CREDITED, ACCEPTED = "asked", "credited", "accepted"
STATES = (ASKED, CREDITED, ACCEPTED)
SETTLED = (CREDITED, ACCEPTED)
TASK = "value.bill"
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
            keep_tasks(bill_of(id, organisation_id), by=by, now=now)
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
    keep_tasks(bill, by=by, now=now)
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


def is_open(difference: Difference, answers: Answers) -> bool:
    """Whether somebody still has to do something: nothing is written down, or it was only asked."""
    newest = answers.get(difference.key)
    return difference.code != SINCE_UNKNOWN and (newest is None or newest.state not in SETTLED)


def open_without_client(differences: Sequence[Difference], answers: Answers) -> int:
    """Of one bill: for these nobody has a task, so the bill itself is somebody's work."""
    return sum(each.client_id is None and is_open(each, answers) for each in differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillWork:
    """A bill with so many differences of no client that are open, and who settles them."""

    bill: BillSeen
    count: int
    follow_up: FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOnBills:
    """`count`: all differences that are open, of a client or of none; `work`: as `work_on_bills`."""

    count: int
    work: Sequence[BillWork]


def open_on_bills(organisation_id: UUID, now: datetime) -> OpenOnBills:
    """Of all bills of an organisation."""
    every = bills(organisation_id)
    found = differences_of_all(every, now)
    answers = answers_of_all([each.id for each in every])
    count = sum(is_open(one, answers[id]) for id, differences in found.items() for one in differences)
    return OpenOnBills(count=count, work=_work(every, follow_ups(every), found, answers))


def work_on_bills(organisation_id: UUID, now: datetime) -> list[BillWork]:
    """What is due first first. Bills of which nothing was left at the last answer are not computed again."""
    every = bills(organisation_id)
    whose = follow_ups(every)
    waiting = [each for each in every if not whose[each.id].done]
    answers = answers_of_all([each.id for each in waiting])
    return _work(waiting, whose, differences_of_all(waiting, now), answers)


def _work(
    some: Sequence[BillSeen], whose: Mapping[UUID, FollowUp], found: Mapping[UUID, Sequence[Difference]],
    answers: Mapping[UUID, Answers],
) -> list[BillWork]:  # fmt: skip
    counted = [(each, open_without_client(found[each.id], answers[each.id])) for each in some]
    work = [BillWork(bill=each, count=n, follow_up=whose[each.id]) for each, n in counted if n]
    return sorted(work, key=lambda each: (each.follow_up.due_on, each.bill.created_at))


def keep_tasks(bill: BillSeen, *, by: str, now: datetime) -> None:
    """One task per client and bill, while a difference of hers is open; what is of no client is the bill's work."""
    answers = answers_of(bill.id)
    of_client: dict[UUID, int] = defaultdict(int)
    clients = set()
    differences = differences_of(bill, now)
    for each in differences:
        if each.client_id is not None:
            clients.add(each.client_id)
            of_client[each.client_id] += is_open(each, answers)
    note_left(bill, open_without_client(differences, answers), by=by, now=now)
    open_tasks(
        [
            NewTask(
                organisation_id=bill.organisation_id, client_id=client, kind=TASK, owner_role="team_manager", by=by,
                due_at=max(bill.created_at + WITHIN, now), key=str(bill.id), about=bill.id,
                detail={"supplier": bill.supplier, "month": str(bill.month), "count": n},
            )
            for client, n in of_client.items()
            if n
        ],
        now,
    )  # fmt: skip
    settled = [client for client in clients if not of_client[client]]
    end_tasks(settled, TASK, as_=DONE, by=by, now=now, key=str(bill.id))
