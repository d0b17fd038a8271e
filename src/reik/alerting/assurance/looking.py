"""Once a minute: the routes of all moments of the next hours, each once, however many clients walk it (N3)."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting import routes
from reik.alerting.arrangements.choosing import Asked
from reik.alerting.assurance.known import known_now
from reik.alerting.assurance.rules import Lack, Now, lack_of
from reik.alerting.drills.untested import untested
from reik.alerting.forewarnings.keeping import NOBODY_REACHABLE, ROUTE_UNTESTED, Warned, alone, renew
from reik.alerting.forewarnings.leads import Leads, leads_of
from reik.alerting.policy import RouteStep
from reik.alerting.routes import Route
from reik.dispensing.away.cover import EXPECTED
from reik.kernel.operations import installation_kind

LOCK = 0x6A7E_0002

# One row for all clients whose moments have the same times, criticality and arrangement.
PEAK = f"""
SELECT a.id, a.organisation_id, m.criticality, m.due_at, m.deadline_at, array_agg(DISTINCT c.id)
FROM dispensing_moment AS m JOIN people_client AS c ON c.id = m.client_id
CROSS JOIN LATERAL (
    SELECT id, organisation_id FROM alerting_arrangement
    WHERE organisation_id = c.organisation_id AND (client_id = c.id OR client_id IS NULL)
    ORDER BY client_id NULLS LAST, version DESC LIMIT 1
) AS a
WHERE m.outcome IS NULL AND m.deadline_at > %(now)s AND m.due_at <= %(until)s AND {EXPECTED}
GROUP BY a.id, a.organisation_id, m.criticality, m.due_at, m.deadline_at
"""  # noqa: S608 - a condition of dispensing


@dataclass(slots=True)
class Walked:
    """A route that alerts of the next hours would walk: when, and for how many clients."""

    organisation_id: UUID
    route: Route
    number: int
    instants: set[datetime] = field(default_factory=set)
    clients: set[UUID] = field(default_factory=set)

    @property
    def steps(self) -> tuple[RouteStep, ...]:
        return self.route.steps_of(self.number)


@cache
def looked_ahead() -> timedelta:
    """How far ahead routes are looked at: REIK_ASSURED_AHEAD_MIN minutes, two hours when not set."""
    return timedelta(minutes=int(os.environ.get("REIK_ASSURED_AHEAD_MIN", "120")))


@transaction.atomic
def look_at_routes(now: datetime) -> int:
    """Forewarn of routes that would find nobody, end what is mended; gives how many forewarnings hold.

    Of several watchers one looks. A number of statements that grows with neither clients nor routes.
    """
    if not alone(LOCK):
        return 0
    walked = _walked(now)
    last = max((at for each in walked for at in each.instants), default=now)
    known = known_now(
        [(each.organisation_id, each.steps) for each in walked], now, last + timedelta(minutes=1)
    )
    lacking = [
        (each, lack)
        for each in walked
        if (lack := lack_of(each.steps, each.route.zone, each.instants, known[each.organisation_id]))
    ]
    lacking += _not_drilled(walked, lacking, now)
    leads = leads_of({each.organisation_id for each, _ in lacking})
    warned = _together(lacking, leads, known, now)
    renew([NOBODY_REACHABLE, ROUTE_UNTESTED], warned, now)
    return len(warned)


def _not_drilled(
    walked: Sequence[Walked], lacking: Sequence[tuple[Walked, Lack]], now: datetime
) -> list[tuple[Walked, Lack]]:
    """Routes that would find somebody, and that no drill has proven (R57); in a demo only those that failed one."""
    lacks = {id(each) for each, _ in lacking}
    rest = {(each.route.arrangement_id, each.number): each for each in walked if id(each) not in lacks}
    found = untested(set(rest), now, only_failed=installation_kind() == "demo")
    return [
        (each, Lack(since=min(each.instants), untested=True, undrilled=True))
        for key, each in rest.items()
        if key in found
    ]


def _walked(now: datetime) -> list[Walked]:
    with connection.cursor() as cursor:
        cursor.execute(PEAK, {"now": now, "until": now + looked_ahead()})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    held = _by_arrangement(rows)
    found: dict[tuple[UUID, int], Walked] = {}
    for arrangement_id, organisation_id, criticality, due_at, deadline_at, client_ids in rows:
        route = held[arrangement_id]
        number = route.chosen(Asked(at=deadline_at, criticality=criticality, due_at=due_at))
        key = arrangement_id, number
        walked = found.setdefault(key, Walked(organisation_id=organisation_id, route=route, number=number))
        walked.instants.add(deadline_at)
        walked.clients.update(client_ids)
    return list(found.values())


def _by_arrangement(rows: Collection[tuple[Any, ...]]) -> Mapping[UUID, Route]:
    """Each arrangement as one of its clients has it."""
    one_of = {row[0]: row[5][0] for row in rows}
    held = routes.current(set(one_of.values()))
    return {arrangement_id: held[client_id] for arrangement_id, client_id in one_of.items()}


def _together(
    lacking: Sequence[tuple[Walked, Lack]], leads: Leads, known: Mapping[UUID, Now], now: datetime
) -> list[Warned]:
    """One forewarning for all routes that lack the same and end at the same: fifty clients' own routes to one team
    are one thing to see to, not fifty calls."""
    ends: dict[tuple[UUID, str, str], list[tuple[Walked, Lack]]] = defaultdict(list)
    for each, lack in lacking:
        kind = ROUTE_UNTESTED if lack.untested else NOBODY_REACHABLE
        last = each.steps[-1]
        subject = f"{last.roster_id or last.destination_id}{' undrilled' if lack.undrilled else ''}"
        ends[each.organisation_id, kind, subject].append((each, lack))
    return [_warned(*key, found, leads, known[key[0]], now) for key, found in ends.items()]


def _warned(
    organisation_id: UUID, kind: str, subject: str, found: Sequence[tuple[Walked, Lack]], leads: Leads, known: Now,
    now: datetime,
) -> Warned:  # fmt: skip
    walked = [each for each, _ in found]
    rosters = {step.roster_id for each in walked for step in each.steps if step.roster_id is not None}
    dead = {id for id in known.ways if not known.fine(id)}
    asked = walked[0].steps if len(walked) == 1 else [each.steps[-1] for each in walked]
    return Warned(
        organisation_id=organisation_id, kind=kind, subject=subject,
        since=max(min(lack.since for _, lack in found), now), until=max(max(each.instants) for each in walked),
        destination_id=leads.of(organisation_id, rosters, dead),
        detail={
            "routes": len(walked), "clients": len(frozenset().union(*(each.clients for each in walked))),
            "undrilled": found[0][1].undrilled,
            "responders": list(dict.fromkeys(step.responder for step in asked))[:6],
        },
    )  # fmt: skip
