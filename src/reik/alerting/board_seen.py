"""What a console shows of many open alerts: groups with their counts, and only the most urgent rows of each.

With 10,000 open alerts nobody reads them all: the first 200 are drawn, all are counted, and each is found by search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.claims.who import By, who_of
from reik.alerting.queries import AlertSeen, alerts_by_id
from reik.kernel.rows import array

FIRST, OTHER, WATCHED, MUTED = GROUPS = ("first", "other", "watched", "muted")
MOST = 200
LEAST_OF_A_GROUP = 20
FOUND_FOR = timedelta(hours=24)
SHORT = (4, 6)
"""How many of the last hexadecimal digits a phone shows: of the alert in a notification, of the message in an SMS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: the alerts that are shown, in order, and how many there are."""

    shown: Sequence[AlertSeen]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSeen:
    """`mine` and `over` count among all open alerts, shown or not."""

    groups: Mapping[str, Group]
    mine: int
    over: int

    @property
    def open(self) -> int:
        return sum(each.count for each in self.groups.values())

    def shown(self) -> list[AlertSeen]:
        return [each for name in GROUPS for each in self.groups[name].shown]


# An alert is first when the centre has to act: it is hers, or nobody has it and no informal carer is waited for.
RANKED = """
WITH found AS (
    SELECT a.id, a.priority, a.opened_at, a.state <> 'open' AND a.accepted_key = %(me)s AS mine,
        CASE WHEN a.state <> 'open' THEN coalesce(a.accepted_until < %(now)s AND a.state = 'accepted', false)
             ELSE coalesce(c.action = 'ask_team' AND c.passed, false) END AS over,
        CASE WHEN a.state <> 'open' AND a.accepted_key = %(me)s THEN 'first'
             WHEN a.state = 'watched' THEN 'watched' WHEN a.state = 'accepted' THEN 'other'
             WHEN a.muted_until > %(now)s THEN 'muted' WHEN c.action = 'ask_carer' THEN 'other'
             ELSE 'first' END AS grouped
    FROM alerting_alert AS a LEFT JOIN LATERAL (
        SELECT (array_agg(s.action ORDER BY s.taken_at DESC, s.position DESC))[1] AS action,
            max(s.position) > min(s.position) AS passed
        FROM alerting_step AS s WHERE s.alert_id = a.id AND s.taken_at IS NOT NULL) AS c ON a.state = 'open'
    WHERE a.closed_at IS NULL AND a.organisation_id = ANY(%(organisations)s::uuid[])
        AND NOT (a.cause = %(cause)s AND a.state = 'open' AND a.client_id = ANY(%(but)s::uuid[]))
), ranked AS (
    SELECT id, grouped, row_number() OVER (PARTITION BY grouped ORDER BY priority, opened_at, id) AS place,
        count(*) OVER (PARTITION BY grouped) AS many, count(*) FILTER (WHERE mine) OVER () AS mine,
        count(*) FILTER (WHERE over) OVER () AS over
    FROM found)
SELECT id, grouped, many, mine, over FROM ranked
WHERE (%(only)s = '' OR grouped = %(only)s) AND place > %(after)s AND place <= %(after)s + %(most)s
    OR place = 1 ORDER BY grouped, place
"""


def board(
    organisation_ids: Collection[UUID],
    me: By,
    now: datetime,
    *,
    but: tuple[str, Collection[UUID]] = ("", ()),
    only: str = "",
    after: int = 0,
) -> BoardSeen:
    """The open alerts of these organisations as `me` sees them.

    `but`: a cause and the clients whose open alert of it something else stands for. `only`: rows of one group, from
    number `after` on; the counts are of all.
    """
    values: dict[str, Any] = {
        "me": who_of(me).key, "now": now, "organisations": array("uuid", organisation_ids), "cause": but[0],
        "most": MOST, "but": array("uuid", but[1]), "only": only, "after": after if only else 0,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RANKED, values)
        rows = cursor.fetchall()
    counts = {grouped: many for _id, grouped, many, _mine, _over in rows}
    ids: dict[str, list[UUID]] = defaultdict(list)
    for id, grouped, *_counts in rows:
        ids[grouped].append(id)
    if only:
        ids = defaultdict(list, {only: ids[only][1:] if after and ids[only] else ids[only]})
    seen = alerts_by_id([id for group in _fitting(ids).values() for id in group])
    return BoardSeen(
        groups={
            name: Group(shown=[seen[id] for id in ids[name] if id in seen], count=counts.get(name, 0))
            for name in GROUPS
        },
        mine=rows[0][3] if rows else 0, over=rows[0][4] if rows else 0,
    )  # fmt: skip


def _fitting(ids: dict[str, list[UUID]]) -> dict[str, list[UUID]]:
    """At most MOST rows: what has to be done first, then the others; of each group there are always a few."""
    left = MOST
    for place, name in enumerate(GROUPS):
        later = sum(min(len(ids[each]), LEAST_OF_A_GROUP) for each in GROUPS[place + 1 :])
        ids[name] = ids[name][: max(0, left - later)]
        left -= len(ids[name])
    return ids


@dataclass(frozen=True, slots=True)
class AlertHeld:
    """An open alert with who has it, if anybody."""

    id: UUID
    client_id: UUID
    cause: str
    accepted_by: str


def held_of(client_ids: Collection[UUID]) -> list[AlertHeld]:
    """The open alerts of these clients, the most urgent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, client_id, cause, accepted_by FROM alerting_alert WHERE closed_at IS NULL"
            " AND client_id = ANY(%s::uuid[]) ORDER BY priority, opened_at, id",
            [array("uuid", client_ids)],
        )
        return [AlertHeld(*row) for row in cursor.fetchall()]


def owned_among(client_ids: Collection[UUID]) -> int:
    """How many of these clients have an open alert that somebody has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT client_id) FROM alerting_alert WHERE closed_at IS NULL AND accepted_by <> ''"
            " AND state <> 'open' AND client_id = ANY(%s::uuid[])",
            [array("uuid", client_ids)],
        )
        (found,) = cursor.fetchone()
        return int(found)


NUMBERED = """
SELECT a.id FROM alerting_alert AS a
WHERE a.organisation_id = ANY(%(organisations)s::uuid[]) AND (a.closed_at IS NULL OR a.opened_at >= %(since)s)
    AND (right(a.id::text, %(length)s) = %(digits)s OR EXISTS (
        SELECT FROM alerting_step AS s WHERE s.alert_id = a.id AND right(s.id::text, %(length)s) = %(digits)s))
ORDER BY a.closed_at IS NOT NULL, a.priority, a.opened_at, a.id LIMIT %(most)s
"""


def by_short_number(
    organisation_ids: Collection[UUID], number: str, now: datetime, most: int = 20
) -> list[AlertSeen]:
    """The alerts of which a phone shows this number: four digits in a notification, six in a text message.

    Open ones first, then what opened in the last day. Anything else finds nothing.
    """
    digits = number.strip().lower()
    if len(digits) not in SHORT or any(each not in "0123456789abcdef" for each in digits):
        return []
    values: dict[str, Any] = {
        "organisations": array("uuid", organisation_ids), "since": now - FOUND_FOR, "length": len(digits),
        "digits": digits, "most": most,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, values)
        ids = [row[0] for row in cursor.fetchall()]
    seen = alerts_by_id(ids)
    return [seen[each] for each in ids if each in seen]


def open_of(client_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The most urgent open alert of each of these clients; who has none is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (client_id) client_id, id FROM alerting_alert WHERE closed_at IS NULL"
            " AND client_id = ANY(%s::uuid[]) ORDER BY client_id, priority, opened_at, id",
            [array("uuid", client_ids)],
        )
        return dict(cursor.fetchall())
