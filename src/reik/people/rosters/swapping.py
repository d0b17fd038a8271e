"""One takes over the other's turn, when both have said yes. How they are asked: `asking`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.people.models import RosterMember
from reik.people.rosters.duty import Stretch
from reik.people.rosters.operations import keep_exception, locked, member_of
from reik.people.rosters.queries import duty_between
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.turns import NewException, check_stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """The giver is off and the taker on, in these hours. `agreed`: who of them has said yes."""

    giver_id: UUID
    taker_id: UUID
    starts_at: datetime
    ends_at: datetime
    agreed: Collection[UUID]


@transaction.atomic
def swap(new: Swap, *, by: str, now: datetime) -> UUID:
    """Exceptions for both in one go, of which neither holds without the other; gives what ties them together.

    Raises RosterRefused when one of them has not agreed, when the giver does not stand in all of these hours, and
    when the taker stands in some of them already: two would become one.
    """
    giver, taker, turns = fits(new, now)
    _check_agreed((giver, taker), new.agreed)
    key, words = new_id(now), f"{giver.name} → {taker.name}"
    off = NewException(
        member_id=giver.id, on=False, starts_at=new.starts_at, ends_at=new.ends_at, reason=words
    )
    keep_exception(giver, off, by, key, now)
    for turn in turns:
        on = NewException(
            member_id=taker.id, on=True, place=turn.place, starts_at=turn.starts_at, ends_at=turn.ends_at,
            reason=words,
        )  # fmt: skip
        keep_exception(taker, on, by, key, now)
    return key


def fits(new: Swap, now: datetime) -> tuple[RosterMember, RosterMember, list[Stretch]]:
    """Giver, taker and the turns that go over, as the roster (locked from now on) is. Raises RosterRefused."""
    giver, taker = member_of(new.giver_id), member_of(new.taker_id)
    roster = locked(giver.roster_id)
    check_stretch(new.starts_at, new.ends_at, now)
    if giver.id == taker.id or taker.roster_id != roster.id:
        raise RosterRefused("A swap is between two people of one roster.", "swap_with_herself")
    stand, _ = duty_between([roster.id], new.starts_at, new.ends_at)[roster.id]
    return giver, taker, _turns(stand, giver, taker, new.ends_at - new.starts_at)


def _check_agreed(both: Collection[RosterMember], agreed: Collection[UUID]) -> None:
    for each in both:
        if each.id not in agreed:
            raise RosterRefused(
                f"{each.name} has not agreed yet: ask first, then note it here.", "not_agreed", each.name
            )


def _turns(
    stand: Collection[Stretch], giver: RosterMember, taker: RosterMember, lasts: timedelta
) -> list[Stretch]:
    """The giver's turns in these hours, which the taker takes over at the same place."""
    hers = [each for each in stand if each.member_id == giver.id]
    if sum((each.ends_at - each.starts_at for each in hers), timedelta()) != lasts:
        raise RosterRefused(
            f"{giver.name} does not stand on the roster in all of these hours.", "not_standing", giver.name
        )
    if any(each.member_id == taker.id for each in stand):
        raise RosterRefused(
            f"{taker.name} stands on the roster in these hours already.", "stands_already", taker.name
        )
    return hers
