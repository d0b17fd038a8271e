"""What bounds and the emergency path make of the rest of a route, wherever it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reik.alerting.claims import bounds
from reik.alerting.claims.standing import EMERGENCY_POSITION, Standing
from reik.alerting.policy import EMERGENCY_PATH, PlannedStep, RouteStep


def rest(
    planned: Sequence[PlannedStep], route: Sequence[RouteStep], standing: Standing, now: datetime
) -> list[PlannedStep]:
    """`planned`: the rest at the agreed waits, its first step now. The emergency path goes before it; else the
    last step never comes later than its bound."""
    if standing.on_emergency:
        return _emergency(route, standing, now)
    return bounds.within(planned, standing.route)


def _emergency(route: Sequence[RouteStep], standing: Standing, now: datetime) -> list[PlannedStep]:
    """Whom the organisation agreed on for an emergency, repeated as the last step is.

    Where nobody was agreed on it is whom the last step calls, and that step repeats itself: who stands on its
    roster is asked each time.
    """
    last = route[-1]
    if standing.destination_id is not None:
        only = PlannedStep(
            position=EMERGENCY_POSITION, round=1, action=EMERGENCY_PATH,
            responder=standing.responder or last.responder, destination_id=standing.destination_id, due_at=now,
            repeat=last.repeat or last.wait, wait=last.wait,
        )  # fmt: skip
        return [only]
    once = PlannedStep(
        position=EMERGENCY_POSITION, round=1, action=EMERGENCY_PATH, responder=last.responder,
        destination_id=last.destination_id, due_at=now, repeat=None, wait=last.repeat, roster_id=last.roster_id,
        place=last.place, fallback_id=last.fallback_id,
    )  # fmt: skip
    again = PlannedStep(
        position=len(route), round=1, action=last.action, responder=last.responder,
        destination_id=last.destination_id, due_at=now + (last.repeat or last.wait), repeat=last.repeat,
        wait=last.wait, roster_id=last.roster_id, place=last.place, fallback_id=last.fallback_id,
    )  # fmt: skip
    return [once, again]
