"""Which taken planning says how it was before the dispensers, and which how it is now. Pure (C12, C17)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A taken planning: its days, and the day on which it was taken."""

    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date: ...

    @property
    def taken_on(self) -> date: ...


P = TypeVar("P", bound=Dated)


def before_and_now(
    plannings: Iterable[P], first_use: date | None, since: date, until: date, today: date
) -> tuple[P | None, P | None]:
    """Before: the planning that ended last before the first dispenser was used. Now: the newest one after that.

    So no planning is ever both: one that ended before is before for good, one that ends later is never before.
    `first_use` None: no dispenser was used yet, and every planning is one of before. Now has to touch the period
    [since, until), or, while that runs until today, to come after it: a planning of coming weeks is how it is now.
    """
    known = sorted(plannings, key=lambda each: (each.last_day, each.taken_on, each.first_day))
    earlier = [each for each in known if first_use is None or each.last_day < first_use]
    later = [
        each
        for each in known
        if each not in earlier and each.last_day >= since and (each.first_day < until or until >= today)
    ]
    return (earlier[-1] if earlier else None), (later[-1] if later else None)
