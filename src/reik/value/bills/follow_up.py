"""Who settles the differences of a bill that are of no client, and before when.

A task is of a client (its reader must be allowed to see her), so these cannot be one: they are work of the bill itself.
Nothing is edited: the newest line counts. Without a line it is of no one yet, within two weeks of the bill.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from reik.kernel.ids import new_id
from reik.kernel.models import Account
from reik.medication.times.schedule import local_day
from reik.value.bills.lines import BillRefused
from reik.value.bills.seen import ZONE, BillSeen
from reik.value.models import BillFollowUp, SupplierBill

WITHIN = timedelta(days=14)
AHEAD = timedelta(days=366)
OWNS = "team_manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """`id` None: nobody wrote anything down yet. `owner_id` None: it is of no one yet. `done`: nothing was left."""

    id: UUID | None
    owner_id: UUID | None
    owner: str
    due_on: date
    done: bool = False

    def is_late(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.due_on


def follow_ups(bills: Collection[BillSeen]) -> Mapping[UUID, FollowUp]:
    """Of each of these bills, by its id. One statement."""
    return _newest({each.id: each.created_at for each in bills})


def waiting(organisation_id: UUID) -> list[FollowUp]:
    """Of the bills on which something of no client was open when they were last looked at, without reading a bill."""
    rows = SupplierBill.objects.filter(organisation_id=organisation_id).values_list("id", "created_at")
    return [each for each in _newest(dict(rows)).values() if not each.done]


def _newest(taken: Mapping[UUID, datetime]) -> dict[UUID, FollowUp]:
    rows = BillFollowUp.objects.filter(bill_id__in=taken).order_by("bill_id", "-created_at", "-id")
    newest = {each.bill_id: each for each in rows.distinct("bill_id")}
    return {id: _seen(at, newest.get(id)) for id, at in taken.items()}


def _seen(taken_at: datetime, row: BillFollowUp | None) -> FollowUp:
    if row is None:
        return FollowUp(id=None, owner_id=None, owner="", due_on=local_day(taken_at + WITHIN, ZONE))
    return FollowUp(id=row.id, owner_id=row.owner_id, owner=row.owner_name, due_on=row.due_on, done=row.done)


def who_may(organisation_id: UUID) -> list[tuple[UUID, str]]:
    """Who can take this on, by name: those who may see bills."""
    rows = Account.objects.filter(organisation_id=organisation_id, role=OWNS, is_active=True)
    return list(rows.order_by("display_name", "id").values_list("id", "display_name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFollowUp:
    """`seen`: the line that was on the page, None: there was none yet."""

    owner_id: UUID | None
    due_on: date
    seen: UUID | None = None


def take_on(bill: BillSeen, new: NewFollowUp, *, by: str, now: datetime) -> UUID:
    """Write down who settles what is left without a client, and before when. Raises BillRefused."""
    before = follow_ups([bill])[bill.id]
    if before.id != new.seen:
        raise BillRefused("meanwhile", "Somebody else wrote something down just now: look at it first.")
    name = dict(who_may(bill.organisation_id)).get(new.owner_id, "") if new.owner_id else ""
    if new.owner_id and not name:
        raise BillRefused("owner", "Choose somebody who manages a team here, or nobody.")
    today = local_day(now, ZONE)
    if not today <= new.due_on <= today + AHEAD:
        raise BillRefused("due", "Give a day from today, within a year.")
    return _write(bill, new.owner_id, name, new.due_on, done=False, by=by, now=now)


def note_left(bill: BillSeen, before: FollowUp, left: int, *, by: str, now: datetime) -> None:
    """With nothing left it is done; what is open again is work again, of no one yet."""
    if before.done == (not left):
        return
    if left:
        _write(bill, None, "", local_day(now + WITHIN, ZONE), done=False, by=by, now=now)
    else:
        _write(bill, before.owner_id, before.owner, before.due_on, done=True, by=by, now=now)


def _write(
    bill: BillSeen, owner_id: UUID | None, owner: str, due_on: date, *, done: bool, by: str, now: datetime
) -> UUID:
    made = BillFollowUp.objects.create(
        id=new_id(now), organisation_id=bill.organisation_id, bill_id=bill.id, owner_id=owner_id, owner_name=owner,
        due_on=due_on, done=done, by=by, created_at=now,
    )  # fmt: skip
    return made.id
