"""An organisation's own terms for evaluations and reports: from its newest PathTerms, else the usual ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from reik.pathway.terms import terms_of
from reik.pathway.use.triggers import DUE_DAYS, Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOfUse:
    """`days` by reason of an evaluation, as the organisation says them."""

    calendar: Calendar = field(default_factory=Calendar)
    days: Mapping[str, int] = field(default_factory=dict)

    def due_on(self, why: str, today: date) -> date:
        """The last day on which an evaluation for this reason is held in time."""
        return today + timedelta(days=self.days.get(why, DUE_DAYS.get(why, 7)))


def use_terms_of(organisation_ids: Collection[UUID]) -> dict[UUID, TermsOfUse]:
    """The terms of each, in one statement.

    PathTerms.choices["evaluation"] = {"first_days": [14, 42], "every_days": 182, "days": {reason: days}}.
    """
    said = {id: each.choices.get("evaluation") for id, each in terms_of(organisation_ids).items()}
    return {id: _of(one if isinstance(one, dict) else {}) for id, one in said.items()}


def _of(said: Mapping[str, Any]) -> TermsOfUse:
    usual = Calendar()
    return TermsOfUse(
        calendar=Calendar(
            first_days=tuple(int(each) for each in said.get("first_days", usual.first_days)),
            every_days=int(said.get("every_days", usual.every_days)),
        ),
        days={why: int(days) for why, days in said.get("days", {}).items() if why in DUE_DAYS},
    )
