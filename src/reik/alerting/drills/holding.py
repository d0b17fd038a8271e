"""A drill begins: everybody of its routes is called, in her own hours. Set-wise, and of one route once at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.alerting import routes
from reik.alerting.drills.calling import call_due
from reik.alerting.drills.routes_in_use import covers_of
from reik.alerting.drills.rules import WHY, DrillCall, calls_of
from reik.alerting.models import Arrangement
from reik.kernel.ids import new_id
from reik.kernel.rows import Table

ZONE = "Europe/Amsterdam"


class DrillRefused(ValueError):
    """No drill can be held, or answered, like this; the message says what to do."""


_DRILLS = Table(
    "alerting_drill",
    id="uuid", organisation_id="uuid", arrangement_id="uuid", route="smallint", why="text", by="text",
    started_at="timestamptz", ends_at="timestamptz", covers="text",
)  # fmt: skip
_STEPS = Table(
    "alerting_drillstep",
    id="uuid", organisation_id="uuid", drill_id="uuid", position="smallint", action="text", responder="text",
    destination_id="uuid", due_at="timestamptz", wait_s="int", fallback_id="uuid", error="text", answered_by="text",
)  # fmt: skip

Asked = tuple[UUID, int]
"""An arrangement's version, and the number of one of its routes."""


@transaction.atomic
def hold(asked: Sequence[Asked], *, why: str, by: str, now: datetime) -> list[UUID]:
    """Drill these routes; gives the drills that began: none of a route of which one runs already.

    Raises DrillRefused for a reason or a person that is missing.
    """
    if why not in WHY or not by.strip():
        raise DrillRefused("Say who holds the drill, and why.")
    covers = covers_of({each[0] for each in asked})
    wanted = {new_id(now): each for each in dict.fromkeys(asked) if each in covers}
    calls = _calls(set(wanted.values()), now)
    begun = _DRILLS.insert(
        [
            (id, covers[each][0], *each, why, by.strip(), now, max(call.due_at + call.wait for call in calls[each]),
             covers[each][1])
            for id, each in wanted.items()
        ],
        then="ON CONFLICT (arrangement_id, route) WHERE ended_at IS NULL DO NOTHING RETURNING id",
    )  # fmt: skip
    ids = [row[0] for row in begun]
    _STEPS.insert(
        (new_id(now), covers[wanted[id]][0], id, call.position, call.action, call.responder, call.destination_id,
         call.due_at, round(call.wait.total_seconds()), call.fallback_id, "", "")
        for id in ids
        for call in calls[wanted[id]]
    )  # fmt: skip
    call_due(now)
    return ids


def _calls(asked: Collection[Asked], now: datetime) -> dict[Asked, list[DrillCall]]:
    """Whom each route calls, in the zone of the client whose arrangement it is."""
    rows = Arrangement.objects.filter(id__in={each[0] for each in asked}).select_related("client")
    held = {each.id: each for each in rows}
    agreed = routes.agreed(set(held))
    found = {}
    for id, number in asked:
        row = held[id]
        emergency = (row.emergency_responder, row.emergency_id) if row.emergency_id else None
        zone = ZoneInfo(row.client.zone if row.client else ZONE)
        found[id, number] = calls_of(agreed[id].get(number, ()), emergency, now, zone)
    return found


def hold_client(client_id: UUID, *, why: str, by: str, now: datetime) -> list[UUID]:
    """Drill every route of the arrangement that holds for this client (R57). Raises DrillRefused without any."""
    held = routes.current([client_id]).get(client_id)
    if held is None:
        raise DrillRefused("There is no follow-up arrangement for this client: agree one first.")
    return hold([(held.arrangement_id, number) for number in sorted(held.routes)], why=why, by=by, now=now)
