"""Who is called when a step is taken: of a roster whoever stands on it at that instant (R45, R47). Set-wise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.alerting.policy import NOBODY_ON_DUTY, PlannedStep
from reik.people.rosters import OnDuty, last_resorts, on_duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Where one step goes now. `fallback_id`: where next when it does not arrive; `reason` says what is unusual."""

    destination_id: UUID
    fallback_id: UUID | None
    responder: str
    reason: str = ""


def reached(steps: Mapping[UUID, PlannedStep], now: datetime) -> dict[UUID, Reached]:
    """For each of these steps that asks a roster, who is called at `now`; the others go where they say.

    Four statements at most, however many steps; none where no step asks a roster.
    """
    asked = {id: (step, step.roster_id) for id, step in steps.items() if step.roster_id is not None}
    if not asked:
        return {}
    rosters = {roster for _, roster in asked.values()}
    standing = on_duty(rosters, now)
    empty = {each for each in rosters if not standing.get(each)}
    resorts = last_resorts(empty) if empty else {}
    return {
        id: _reached(step, standing.get(roster, []), resorts.get(roster, step.destination_id))
        for id, (step, roster) in asked.items()
    }


def _reached(step: PlannedStep, standing: Sequence[OnDuty], resort: UUID) -> Reached:
    who = _first(standing, step.place)
    if who is None:
        return Reached(
            destination_id=resort, fallback_id=_another([step.fallback_id], resort), responder=step.responder,
            reason=NOBODY_ON_DUTY,
        )  # fmt: skip
    others = [
        who.fallback_id,
        step.fallback_id,
        *(each.destination_id for each in standing),
        step.destination_id,
    ]
    return Reached(
        destination_id=who.destination_id,
        fallback_id=_another(others, who.destination_id),
        responder=who.name,
    )


def _first(standing: Sequence[OnDuty], place: int) -> OnDuty | None:
    """Who stands first; as back-up (`place` 2) the first of those behind her, or herself where she stands alone."""
    behind = [each for each in standing if each.place >= place]
    if place > 1 and not behind:
        behind = list(standing[1:])
    return next(iter(behind or standing), None)


def _another(destinations: Sequence[UUID | None], first: UUID) -> UUID | None:
    return next((each for each in destinations if each is not None and each != first), None)
