"""Asking for a swap: one proposes it, each says yes or no herself, and only with both it counts on the roster.

A planner may note a yes that she heard on the phone; then it stands there with her name. Nothing here changes who
stands on the roster until the second yes, so gaps and calls go by what counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.people.models import RosterMember, RosterSwap
from reik.people.rosters.operations import locked
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.swapping import Swap, fits, swap
from reik.people.rosters.telling import tell_answer, tell_asked

HERSELF, PHONE = "herself", "phone"
"""How a yes came: she said so in Reik, or somebody heard her and noted it."""
GIVER, TAKER = "giver", "taker"
AGREED, REFUSED, WITHDRAWN, OVERTAKEN = "agreed", "refused", "withdrawn", "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The taker would stand for the giver in these hours."""

    giver_id: UUID
    taker_id: UUID
    starts_at: datetime
    ends_at: datetime


@transaction.atomic
def ask_swap(new: Asked, yes: Mapping[str, str], *, by: str, now: datetime) -> UUID:
    """Propose it. `yes`: who of giver and taker has said so already, and how; with both it counts at once.

    Raises RosterRefused for what could not count now either, for hours that have begun while somebody still has to
    answer, and for what the same two were asked before.
    """
    giver, taker, _ = fits(_swap_of(new), now)
    if not {GIVER, TAKER} <= set(yes):
        _check_ahead(new.starts_at, now)
    open_ones = RosterSwap.objects.filter(roster_id=giver.roster_id, giver=giver, taker=taker, ended_at=None)
    if open_ones.filter(starts_at__lt=new.ends_at, ends_at__gt=new.starts_at).exists():
        raise RosterRefused("They were asked this already: wait for the answer.", "swap_asked")
    row = RosterSwap.objects.create(
        id=new_id(now), organisation_id=giver.organisation_id, roster_id=giver.roster_id, giver=giver, taker=taker,
        starts_at=new.starts_at, ends_at=new.ends_at, by=by, created_at=now,
    )  # fmt: skip
    for side, how in yes.items():
        _note(row, side, how, by, now)
    if not _count(row, by, now):
        tell_asked(row, [getattr(row, side) for side in (GIVER, TAKER) if side not in yes], now)
    return row.id


@transaction.atomic
def say_yes(swap_id: UUID, account_id: UUID, *, by: str, now: datetime) -> bool:
    """She herself agrees; says whether it counts now. Raises RosterRefused, and then nothing changed."""
    row = _open(swap_id, now)
    side = _side_of(row, account_id)
    _note(row, side, HERSELF, by, now)
    tell_answer(row, [_other(row, side)], now)
    return _count(row, by, now)


@transaction.atomic
def note_yes(swap_id: UUID, side: str, *, by: str, now: datetime) -> bool:
    """A planner heard the giver or the taker agree; says whether it counts now. Raises RosterRefused."""
    if side not in (GIVER, TAKER):
        raise RosterRefused("Say who of the two agreed.", "who")
    row = _open(swap_id, now)
    _note(row, side, PHONE, by, now)
    tell_answer(row, [_other(row, side)], now)
    return _count(row, by, now)


@transaction.atomic
def say_no(swap_id: UUID, account_id: UUID, *, by: str, now: datetime) -> None:
    """She does not want it: who was asked refuses, who asked withdraws. Raises RosterRefused."""
    row = _open(swap_id, now)
    side = _side_of(row, account_id)
    _end(row, WITHDRAWN if getattr(row, f"{side}_how") == HERSELF else REFUSED, by, now)
    tell_answer(row, [_other(row, side)], now)


@transaction.atomic
def withdraw(swap_id: UUID, *, by: str, now: datetime) -> None:
    """Nobody is asked any more. Raises RosterRefused for one that is over."""
    row = _open(swap_id, now, begun=True)
    _end(row, WITHDRAWN, by, now)
    tell_answer(row, [row.giver, row.taker], now)


def _open(swap_id: UUID, now: datetime, *, begun: bool = False) -> RosterSwap:
    """The proposal, its roster locked; still open, and not begun unless that does not matter."""
    found = RosterSwap.objects.filter(id=swap_id).first()
    if found is None:
        raise RosterRefused("This proposal is not there any more.", "swap_over")
    locked(found.roster_id)
    row = RosterSwap.objects.select_related("giver", "taker").get(
        id=swap_id
    )  # as the last who held the lock left it
    if row.ended_at is not None:
        raise RosterRefused("This proposal is over: look at the roster again.", "swap_over")
    if not begun:
        _check_ahead(row.starts_at, now)
    return row


def _check_ahead(starts_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise RosterRefused(
            "These hours have begun: the roster holds as it is. Call each other.", "swap_begun"
        )


def _side_of(row: RosterSwap, account_id: UUID) -> str:
    for side in (GIVER, TAKER):
        member: RosterMember = getattr(row, side)
        if member.account_id == account_id:
            return side
    raise RosterRefused("Only the two whom it is about can answer.", "swap_not_hers")


def _other(row: RosterSwap, side: str) -> RosterMember:
    member: RosterMember = getattr(row, TAKER if side == GIVER else GIVER)
    return member


def _note(row: RosterSwap, side: str, how: str, by: str, now: datetime) -> None:
    """Her yes; one that stands there already stays as it was noted first."""
    if getattr(row, f"{side}_at") is None:
        for name, value in (("at", now), ("by", by), ("how", how)):
            setattr(row, f"{side}_{name}", value)
        row.save(update_fields=[f"{side}_at", f"{side}_by", f"{side}_how"])


def _count(row: RosterSwap, by: str, now: datetime) -> bool:
    """With both it holds on the roster from now on; other proposals about the giver's hours are overtaken."""
    if row.giver_at is None or row.taker_at is None:
        return False
    asked = Asked(giver_id=row.giver_id, taker_id=row.taker_id, starts_at=row.starts_at, ends_at=row.ends_at)
    row.swap = swap(_swap_of(asked), by=by, now=now)
    row.ended_at, row.ended_as, row.ended_by = now, AGREED, by
    row.save(update_fields=["swap", "ended_at", "ended_as", "ended_by"])
    others = RosterSwap.objects.select_related("giver", "taker").filter(
        roster_id=row.roster_id, giver_id=row.giver_id, ended_at=None,
        starts_at__lt=row.ends_at, ends_at__gt=row.starts_at,
    )  # fmt: skip
    for other in others:  # who said nothing yet need not answer; the giver knows, for it is her turn
        _end(other, OVERTAKEN, by, now)
        tell_answer(other, [other.taker], now)
    return True


def _end(row: RosterSwap, as_: str, by: str, now: datetime) -> None:
    RosterSwap.objects.filter(id=row.id).update(ended_at=now, ended_as=as_, ended_by=by)


def _swap_of(asked: Asked) -> Swap:
    return Swap(
        giver_id=asked.giver_id, taker_id=asked.taker_id, starts_at=asked.starts_at, ends_at=asked.ends_at,
        agreed=(asked.giver_id, asked.taker_id),
    )  # fmt: skip
