"""What is known of everybody whom routes may call: gateways, phones, tests, rosters, absences, consoles. Set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.arrangements.trying import tries_of
from reik.alerting.assurance.rules import Known, Member, Now, Way, way_of
from reik.alerting.policy import RouteStep
from reik.kernel.rows import array
from reik.people.absence import away_of
from reik.people.models import RosterMember
from reik.people.presence import watched
from reik.people.rosters import last_resorts
from reik.people.rosters.queries import duty_between

Routes = Sequence[tuple[UUID, Sequence[RouteStep]]]

# A gateway of which the first try still runs has neither been fine nor failed.
DESTINATIONS = """
SELECT d.id, d.channel, d.created_at, CASE WHEN h.fine_at IS NULL AND h.error = '' THEN NULL ELSE h.error END,
    (SELECT count(*) FROM people_pushdestination AS p JOIN people_pushsubscription AS s
        ON s.account_id = p.account_id AND s.gone_at IS NULL WHERE p.destination_id = d.id)
FROM kernel_destination AS d LEFT JOIN kernel_gatewayhealth AS h
    ON h.organisation_id = d.organisation_id AND h.channel = d.channel AND h.gateway = d.gateway
WHERE d.id = ANY(%s::uuid[])
"""


def known_now(walked: Routes, now: datetime, until: datetime) -> dict[UUID, Now]:
    """For each organisation what is known of whom its routes may call, from now until then."""
    steps = [step for _, of_route in walked for step in of_route]
    rosters = {step.roster_id for step in steps if step.roster_id is not None}
    carers = {step.carer_id for step in steps if step.carer_id is not None}
    members = {
        each.id: Member(destination_id=each.destination_id, fallback_id=each.fallback_id)
        for each in RosterMember.objects.filter(roster_id__in=rosters, ended_at=None)
    }
    resorts = last_resorts(rosters)
    ids = {step.destination_id for step in steps} | set(resorts.values())
    ids |= {step.fallback_id for step in steps if step.fallback_id is not None}
    ids |= {
        id for each in members.values() for id in (each.destination_id, each.fallback_id) if id is not None
    }
    ways = ways_of(ids, now)
    duty = {id: stand for id, (stand, _) in duty_between(rosters, now, until).items()}
    away = _away(carers, now)
    consoles = watched({organisation for organisation, _ in walked}, now)
    return {
        organisation: Now(
            ways=ways,
            duty=duty,
            resorts=resorts,
            members=members,
            away=away,
            watched=organisation in consoles,
        )
        for organisation, _ in walked
    }


def ways_of(destination_ids: Collection[UUID], now: datetime) -> dict[UUID, Way]:
    """How each of these destinations is, by what was tried of it."""
    tested = {id for id, each in tries_of(destination_ids).items() if each.state == "delivered"}
    with connection.cursor() as cursor:
        cursor.execute(DESTINATIONS, [array("uuid", destination_ids)])
        return {
            id: way_of(
                Known(
                    channel=channel, created_at=created_at, error=error, phones=phones, tested=id in tested
                ),
                now,
            )
            for id, channel, created_at, error, phones in cursor.fetchall()
        }


def _away(carers: Collection[UUID], now: datetime) -> Mapping[UUID, list[tuple[datetime, datetime]]]:
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in away_of(carers, now) if carers else ():
        found[each.carer_id].append((each.starts_at, each.ends_at))
    return found
