"""The declaration list of a month: lines per insurer and client, sums, and what is unknown apart (R83)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import local_day
from reik.value.case.funding import agreed_of
from reik.value.declaring.gathering import gather
from reik.value.declaring.months import Month
from reik.value.declaring.rules import (
    ADMISSION,
    AWAY,
    DECLARABLE,
    IN_USE,
    NOT_YET,
    PAUSE,
    STATES,
    Line,
    lines_of,
)
from reik.value.declaring.terms import DeclaringTerms

ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtInsurer:
    """The lines at one insurer; `insurer` empty: nobody wrote down who pays. `euros`: what can be said of them.

    `unpriced`: declarable lines of which no amount can be said. `agreed`: whether there are terms for this year.
    """

    insurer: str
    agreed: bool
    lines: Sequence[Line]
    euros: Decimal
    unpriced: int

    def days(self, state: str) -> int:
        return sum(each.total for each in self.lines if each.state == state)

    def clients(self, state: str) -> int:
        return len({each.client_id for each in self.lines if each.state == state})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """`through`: the last day that counts, None: the month has not begun. `hidden`: clients whom the asker may not see.

    `runs`: the month is not over.
    """

    month: Month
    through: date | None
    runs: bool
    insurers: Sequence[AtInsurer]
    hidden: int

    @property
    def states(self) -> list[str]:
        """Those that a day of this month can have: *not yet* only while it runs."""
        return [each for each in STATES if each != NOT_YET or self.runs]

    def days(self, state: str) -> int:
        return sum(each.days(state) for each in self.insurers)

    @property
    def euros(self) -> Decimal:
        return sum((each.euros for each in self.insurers), Decimal())


def declaration(
    organisation_id: UUID, month: Month, now: datetime, *, among: Collection[UUID] | None = None
) -> Declaration:
    """Of one organisation and month. `among`: the clients whom the asker may see; None: all of them."""
    today = local_day(now, ZONE)
    terms = {
        each.insurer: each.declaring
        for each in agreed_of(organisation_id)
        if each.terms.year == month.first.year
    }
    known = gather(organisation_id, month, now) if month.first < today else []
    seen = [each for each in known if among is None or each.client_id in among]
    lines = [
        line for each in seen for line in lines_of(each, month, local_day(now, each.zone), terms)
    ]  # fmt: skip
    unseen = [each for each in known if among is not None and each.client_id not in among]
    hidden = sum(bool(lines_of(each, month, today, terms)) for each in unseen)
    names = sorted({each.insurer for each in lines}, key=lambda name: (not name, name.casefold()))
    last = min(month.until, today)
    return Declaration(
        month=month, runs=today < month.until, hidden=hidden,
        through=date.fromordinal(last.toordinal() - 1) if last > month.first else None,
        insurers=[_at(name, [each for each in lines if each.insurer == name], terms) for name in names],
    )  # fmt: skip


def _at(name: str, lines: Sequence[Line], terms: Mapping[str, DeclaringTerms]) -> AtInsurer:
    amounts = [each.amount for each in lines if each.state == DECLARABLE and each.amount is not None]
    return AtInsurer(
        insurer=name, agreed=name in terms, lines=lines,
        euros=sum((each.euros for each in amounts if each.euros is not None), Decimal()),
        unpriced=sum(each.euros is None for each in amounts),
    )  # fmt: skip


def as_json(found: Declaration) -> dict[str, Any]:
    """For the command line: clients by their id, never by name; euros as text, to the cent."""
    return {
        "month": str(found.month), "through": found.through.isoformat() if found.through else None,
        "runs": found.runs, "euros": f"{found.euros:.2f}",
        "days": {state: found.days(state) for state in found.states},
        "insurers": [
            {
                "insurer": each.insurer or None, "terms": each.agreed, "euros": f"{each.euros:.2f}",
                "unpriced": each.unpriced, "lines": [line_json(line) for line in each.lines],
            }
            for each in found.insurers
        ],
    }  # fmt: skip


def line_json(line: Line) -> dict[str, Any]:
    return {
        "client": str(line.client_id), "state": line.state, "reasons": list(line.reasons),
        "days": line.total, **{f"{kind}_days": line.days.get(kind, 0) for kind in (IN_USE, PAUSE, ADMISSION, AWAY)},
        "first": line.first.isoformat(), "last": line.last.isoformat(), "goal": line.goal, "law": line.law,
        "euros": f"{line.amount.euros:.2f}" if line.amount and line.amount.euros is not None else None,
        "no_amount": line.amount.missing if line.amount else "",
    }  # fmt: skip
