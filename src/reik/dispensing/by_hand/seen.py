"""Reads of giving by hand, of clients whom the caller may see already (R34)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.dispensing.by_hand import blocking
from reik.dispensing.models import HandGiving, Moment
from reik.dispensing.withholding import gap as gap_held


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingSeen:
    """`state`: blocking, blocked, unblocked, taken, counted, out or dropped. `proven`: nothing can come out now.

    `blocks_by`: hold, pause or past (the dispenser cannot hand it out any more). `sachets`: their numbers on `roll`.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    moment_id: UUID
    state: str
    stock: str
    stock_note: str
    roll: str
    sachets: Sequence[int]
    blocks_by: str
    answer: str
    proven: bool
    by: str
    asked_at: datetime
    said_given_at: datetime | None
    numbers: Sequence[int]
    override_by: str
    override_because: str
    given_at: datetime | None
    given_by: str
    ended_at: datetime | None
    note: str

    @property
    def may_be_given(self) -> bool:
        """Whether `give` would count it now, as far as this page knows."""
        if self.state == "taken":
            return True
        return self.state == "blocked" and self.proven and not (self.stock == "roll" and not self.numbers)


_SAME = tuple(name for name in GivingSeen.__dataclass_fields__ if name != "proven")


def givings_of(moment_ids: Collection[UUID]) -> dict[UUID, list[GivingSeen]]:
    """The givings of each of these moments, the newest first."""
    found: dict[UUID, list[GivingSeen]] = {}
    for each in HandGiving.objects.filter(moment_id__in=moment_ids).order_by("-asked_at", "-id"):
        seen = GivingSeen(**{name: getattr(each, name) for name in _SAME}, proven=_proven(each))
        found.setdefault(each.moment_id, []).append(seen)
    return found


def _proven(row: HandGiving) -> bool:
    if row.state != "blocked" or row.answered_at is None or row.blocks_by != blocking.PAUSE:
        return row.state == "blocked"
    return blocking.pause_is_proven(row.dispenser_id, row.answered_at, row.epoch)


def too_soon_until(moment_id: UUID, now: datetime) -> datetime | None:
    """Until when this moment comes too soon after another one (R31); None: it does not."""
    until = gap_held.too_soon_until(moment_id, now)
    return until if until is not None and until > now else None


def numbers_of(moment_id: UUID) -> Sequence[int]:
    """The numbers on the moment's sachets, as its dispenser has them; empty when it does not know the moment."""
    row = Moment.objects.filter(id=moment_id).values_list("dispenser_id", "key").first()
    where = blocking.lying(*row) if row else None
    return where.sachets if where else ()
