"""The work that differences on suppliers' bills are: tasks of clients, and what is of no client (R83).

What differs is not kept but found anew from what Reik knows now, so the work is looked at again after every answer and
every hour: a difference that is gone is nobody's task any more, and one that came back is work again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks
from reik.tasks.queries import TaskSeen, tasks_about
from reik.value.bills.checking import SINCE_UNKNOWN, Difference
from reik.value.bills.follow_up import WITHIN, FollowUp, follow_ups, note_left
from reik.value.bills.seen import (
    Answers,
    BillSeen,
    answers_of_all,
    bills,
    differences_of_all,
    houses_with_bills,
)

ASKED, CREDITED, ACCEPTED = "asked", "credited", "accepted"
STATES = (ASKED, CREDITED, ACCEPTED)
SETTLED = (CREDITED, ACCEPTED)
TASK = "value.bill"
BY = "reik"


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


def keep_work(some: Sequence[BillSeen], *, by: str, now: datetime) -> None:
    """One task per client and bill, while a difference of hers is open; what is of no client is the bill's work.

    Of bills of one organisation. What is as it should be already is not written again.
    """
    ids = [each.id for each in some]
    found, answers, whose = differences_of_all(some, now), answers_of_all(ids), follow_ups(some)
    tasks = tasks_about(ids)
    for bill in some:
        _keep(bill, found[bill.id], answers[bill.id], tasks.get(bill.id, ()), by, now)
        left = open_without_client(found[bill.id], answers[bill.id])
        note_left(bill, whose[bill.id], left, by=by, now=now)


def _keep(
    bill: BillSeen, found: Sequence[Difference], answers: Answers, tasks: Sequence[TaskSeen], by: str, now: datetime
) -> None:  # fmt: skip
    wanted = Counter(
        each.client_id for each in found if each.client_id is not None and is_open(each, answers)
    )
    told = {each.client_id: each.detail.get("count") for each in tasks if each.ended_at is None}
    open_tasks(
        [
            NewTask(
                organisation_id=bill.organisation_id, client_id=client, kind=TASK, owner_role="team_manager", by=by,
                due_at=max(bill.created_at + WITHIN, now), key=str(bill.id), about=bill.id,
                detail={"supplier": bill.supplier, "month": str(bill.month), "count": n},
            )
            for client, n in wanted.items()
            if told.get(client) != n
        ],
        now,
    )  # fmt: skip
    if gone := [each for each in told if each not in wanted]:
        end_tasks(gone, TASK, as_=DONE, by=by, now=now, key=str(bill.id))


def look_again(now: datetime) -> None:
    """Of every organisation with bills, for what changed without an answer: a dispenser that was fetched, an order."""
    for house in houses_with_bills():
        with transaction.atomic():
            keep_work(bills(house), by=BY, now=now)
