"""A way out over which nothing leaves: somebody hears which channel it is and how many routes lean on it (R56)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.forewarnings.keeping import GATEWAY_DOWN, Warned, end_forewarnings, forewarn
from reik.alerting.forewarnings.leads import leads_of
from reik.kernel.outbox import GatewayDown, GatewayUp
from reik.kernel.rows import array

# Of arrangements that hold now: the steps that go over a gateway, themselves or by who stands on their roster.
LEANING = """
WITH newest AS (
    SELECT DISTINCT ON (organisation_id, client_id) id FROM alerting_arrangement
    WHERE organisation_id = ANY(%s::uuid[]) ORDER BY organisation_id, client_id, version DESC
), called AS (
    SELECT s.arrangement_id, s.route, unnest(ARRAY[s.destination_id, s.fallback_id]) AS destination_id
    FROM alerting_arrangementstep AS s JOIN newest ON newest.id = s.arrangement_id
    UNION SELECT s.arrangement_id, s.route, m.destination_id FROM alerting_arrangementstep AS s
    JOIN newest ON newest.id = s.arrangement_id
    JOIN people_rostermember AS m ON m.roster_id = s.roster_id AND m.ended_at IS NULL
)
SELECT d.organisation_id, d.channel, d.gateway, count(DISTINCT (c.arrangement_id, c.route))
FROM called AS c JOIN kernel_destination AS d ON d.id = c.destination_id
GROUP BY d.organisation_id, d.channel, d.gateway
"""


def follow_down(down: Sequence[GatewayDown], now: datetime) -> None:
    """Handler: who leads a team hears it by a way that is not down itself, where there is one. Set-wise."""
    organisations = {each.organisation_id for each in down}
    with connection.cursor() as cursor:
        cursor.execute(LEANING, [array("uuid", organisations)])
        routes = {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}
    leads, dead = leads_of(organisations), _behind(down)
    forewarn(
        [
            Warned(
                organisation_id=each.organisation_id, kind=GATEWAY_DOWN, subject=subject_of(each), since=now,
                destination_id=leads.of(each.organisation_id, dead=dead),
                detail={
                    "channel": each.channel, "gateway": each.gateway, "error": each.error[:200],
                    "routes": routes.get((each.organisation_id, each.channel, each.gateway), 0),
                },
            )
            for each in down
        ],
        now,
    )  # fmt: skip


def follow_up(up: Sequence[GatewayUp], now: datetime) -> None:
    """Handler: messages leave by it again."""
    subjects: dict[UUID, list[str]] = defaultdict(list)
    for each in up:
        subjects[each.organisation_id].append(subject_of(each))
    for organisation_id, of_it in subjects.items():  # gateways are few, and an organisation has one or two
        end_forewarnings(organisation_id, GATEWAY_DOWN, of_it, now)


def subject_of(fact: GatewayDown | GatewayUp) -> str:
    return f"{fact.channel} {fact.gateway}"


def _behind(down: Sequence[GatewayDown]) -> frozenset[UUID]:
    """The destinations that are reached over these gateways."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM kernel_destination AS d"
            " JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS g(organisation_id, channel, gateway)"
            " ON d.organisation_id = g.organisation_id AND d.channel = g.channel AND d.gateway = g.gateway",
            [
                array("uuid", [each.organisation_id for each in down]),
                [each.channel for each in down], [each.gateway for each in down],
            ],
        )  # fmt: skip
        return frozenset(row[0] for row in cursor.fetchall())
