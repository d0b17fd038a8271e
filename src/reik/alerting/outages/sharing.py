"""The lines of an outage shared out over people: take five, hand five over, tick off by phone, round or paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.causes import HELP_PRESSED
from reik.alerting.dispenser_alerts import Found, open_found
from reik.alerting.outages import notes, undoing
from reik.alerting.outages.late import open_alerts
from reik.alerting.outages.undoing import OutageRefused as OutageRefused
from reik.alerting.outages.undoing import Person as Person
from reik.alerting.outages.undoing import Tick
from reik.kernel import wake
from reik.kernel.rows import Columns, array

OUT_SEEN, SAYS_OUT, GIVEN, REFUSES, AWAY = "out_seen", "says_out", "given_by_hand", "refuses", "away"
NOT_REACHED, UNWELL = "not_reached", "unwell"
OUTCOMES = (OUT_SEEN, SAYS_OUT, GIVEN, REFUSES, AWAY, NOT_REACHED, UNWELL)
"""What a person may say of a line. Who is not reached stays listed, and an alert about her moment calls on."""
ENDS = frozenset({OUT_SEEN, SAYS_OUT, GIVEN, AWAY, UNWELL})
"""Outcomes that end a line; *refuses* does too where the care team itself hears it, else an alert tells the team."""
HOW = ("phone", "round")
BESIDE_HER = frozenset({OUT_SEEN, GIVEN})
"""What only somebody who stands beside her can say."""


# Two people who take at once get other lines: who is busy with a row is passed over.
TAKE = """
UPDATE alerting_outageline AS l SET owner = %(name)s, owner_kind = 'person', owner_id = %(account)s, taken_at = %(now)s
FROM (SELECT id FROM alerting_outageline WHERE outage_id = %(outage)s AND client_id = ANY(%(clients)s::uuid[])
        AND outcome_at IS NULL AND owner_kind <> 'person'
    ORDER BY criticality, deadline_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED) AS n
WHERE l.id = n.id RETURNING l.id, l.organisation_id
"""


@transaction.atomic
def take(
    outage_id: UUID, person: Person, client_ids: Collection[UUID], now: datetime, most: int = 5
) -> list[UUID]:
    """The next `most` lines that nobody has, the most urgent first, of clients whom the caller may see.

    Whoever takes lines has heard of the outage: its messages to her organisation end. A centre that takes lines of
    a care organisation ends those to itself, and the teams' when every line of theirs is somebody's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "name": person.name, "account": person.account_id, "now": now, "outage": outage_id,
                "clients": array("uuid", client_ids), "most": most,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    organisations = sorted({row[1] for row in rows})
    if organisations:
        notes.accept(outage_id, organisations, person.name, now, person.organisation_id)
    wake.note(set(organisations))
    return [row[0] for row in rows]


HAND_OVER = """
UPDATE alerting_outageline AS l SET owner = %(name)s, owner_kind = 'person', owner_id = %(account)s, taken_at = %(now)s
FROM (SELECT id FROM alerting_outageline WHERE outage_id = %(outage)s AND owner_id = %(mine)s AND outcome_at IS NULL
        AND client_id = ANY(%(clients)s::uuid[])
    ORDER BY criticality DESC, deadline_at DESC, id LIMIT %(most)s FOR NO KEY UPDATE) AS n
WHERE l.id = n.id RETURNING l.id, l.organisation_id
"""


@transaction.atomic
def hand_over(
    outage_id: UUID, mine: Person, to: Person, client_ids: Collection[UUID], now: datetime, most: int = 5
) -> list[UUID]:
    """Give `most` of one's own open lines to a colleague, the least urgent first: one keeps what is near.

    `client_ids`: whom both may see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            HAND_OVER,
            {
                "name": to.name, "account": to.account_id, "mine": mine.account_id, "now": now, "outage": outage_id,
                "clients": array("uuid", client_ids), "most": most,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    wake.note({row[1] for row in rows})
    return [row[0] for row in rows]


GIVE_BACK = """
UPDATE alerting_outageline AS l SET owner = n.name, owner_kind = 'team', owner_id = NULL, taken_at = NULL
FROM (SELECT l.id, coalesce(t.name, h.name) AS name FROM alerting_outageline AS l
    JOIN people_client AS c ON c.id = l.client_id JOIN kernel_organisation AS h ON h.id = l.organisation_id
    LEFT JOIN people_team AS t ON t.id = c.team_id
    WHERE l.outage_id = %s AND l.owner_id = %s AND l.outcome_at IS NULL ORDER BY l.id FOR NO KEY UPDATE OF l) AS n
WHERE l.id = n.id RETURNING l.organisation_id
"""


@transaction.atomic
def give_back(outage_id: UUID, mine: Person) -> int:
    """One's own open lines are the team's again; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [outage_id, mine.account_id])
        rows = cursor.fetchall()
    wake.note({row[0] for row in rows})
    return len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was found of one line. `at`: when, where that was written on paper before."""

    line_id: UUID
    outcome: str
    how: str
    note: str = ""
    at: datetime | None = None


_TICKS = Columns(id="uuid", outcome="text", how="text", note="text", at="timestamptz", ends="bool")
TICK = f"""
UPDATE alerting_outageline AS l SET note = CASE WHEN n.note = '' THEN l.note ELSE n.note END, how = n.how,
    outcome = CASE WHEN n.ends THEN n.outcome ELSE '' END,
    outcome_at = CASE WHEN n.ends THEN coalesce(n.at, %s) END, outcome_by = %s,
    told_late_at = CASE WHEN n.ends THEN l.told_late_at ELSE coalesce(l.told_late_at, CASE WHEN n.due THEN %s END) END
FROM (SELECT l.id, s.outcome, s.how, s.note, s.at, s.ends, l.due_at <= %s AS due,
        jsonb_build_object('how', l.how, 'note', l.note, 'outcome_by', l.outcome_by) AS before
    FROM {_TICKS.unnest} AS s({_TICKS.names}) JOIN alerting_outageline AS l USING (id)
    WHERE l.outage_id = %s AND l.outcome_at IS NULL AND l.client_id = ANY(%s::uuid[])
    ORDER BY l.id FOR NO KEY UPDATE OF l) AS n
WHERE l.id = n.id RETURNING l.id, l.organisation_id, l.dispenser_id, l.moment_id, n.outcome,
    l.outcome_at IS NULL AND l.told_late_at = %s, n.how, n.ends, n.before::text
"""  # noqa: S608 - column names of this module


@transaction.atomic
def tick(
    outage_id: UUID,
    said: Sequence[Said],
    by: str,
    client_ids: Collection[UUID],
    now: datetime,
    *,
    of_team: bool,
    by_id: UUID | None = None,
) -> list[UUID]:
    """Note what was found of these lines; gives those that took it, a line with an outcome keeps its own.

    `of_team`: the care team itself hears it. Who is not reached is followed by an alert now, who is unwell by one
    that does not wait. `by_id`, the account, may take it back for a minute (`undoing`). Raises OutageRefused.
    """
    _check(said, now)
    once = {each.line_id: each for each in said}
    if not once:
        return []
    ends = ENDS | {REFUSES} if of_team else ENDS
    ticks = _TICKS.values(
        (each.line_id, each.outcome, each.how, each.note, each.at, each.outcome in ends)
        for each in once.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(TICK, [now, by, now, now, *ticks, outage_id, array("uuid", client_ids), now])
        rows = cursor.fetchall()
    undoing.remember(
        [
            Tick(line_id=r[0], organisation_id=r[1], outcome=r[4], how=r[6], ended=r[7], before=r[8])
            for r in rows
        ],
        by, by_id, now,
    )  # fmt: skip
    _follow(rows, now)
    wake.note({row[1] for row in rows})
    return [row[0] for row in rows]


def _check(said: Sequence[Said], now: datetime) -> None:
    for each in said:
        if each.outcome not in OUTCOMES or each.how not in HOW:
            raise OutageRefused("Choose what was found, and whether it was by phone or on the round.")
        if each.outcome in BESIDE_HER and each.how != "round":
            raise OutageRefused(
                "Only who was there says so: choose what the client says, or say it was on the round."
            )
        if each.at is not None and each.at > now:
            raise OutageRefused("This time has not come yet: look at the hour and the day.")


def _follow(rows: Sequence[Sequence[Any]], now: datetime) -> None:
    open_alerts([row[3] for row in rows if row[5]], now)
    found = [
        Found(dispenser_id=row[2], cause=HELP_PRESSED, reason="outage_unwell")
        for row in rows
        if row[4] == UNWELL
    ]
    if found:
        open_found(found, now)
