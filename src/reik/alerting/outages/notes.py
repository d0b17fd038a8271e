"""Messages about an outage: one per responder, twenty in all, repeated until somebody accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from reik.alerting.outages.members import MEMBER, silence
from reik.dispensing.devices.silence import SILENT
from reik.kernel import outbox
from reik.kernel.ids import new_id
from reik.kernel.outbox import Message, MessageSent
from reik.kernel.rows import Table, array
from reik.people.rosters import on_duty

MOST = 20
AGAIN = timedelta(minutes=5)
TYPE = "outage.note"

# Whom the routes of its clients end at, and who phones them: the team on duty (or the last resort), then the centre.
RECIPIENTS = f"""
SELECT w.outage_id, w.organisation_id, s.destination_id, s.roster_id, s.responder, s.action <> 'phone_client',
    count(DISTINCT w.client_id), min(w.criticality), min(w.deadline_at)
FROM (SELECT o.id AS outage_id, d.organisation_id, d.client_id, NULL::smallint AS criticality,
        NULL::timestamptz AS deadline_at
    FROM alerting_outage AS o JOIN dispensing_dispenser AS d ON {MEMBER} AND {SILENT}
    WHERE o.closed_at IS NULL AND o.recovered_at IS NULL
    UNION ALL SELECT l.outage_id, l.organisation_id, l.client_id, l.criticality, l.deadline_at
    FROM alerting_outageline AS l JOIN alerting_outage AS o ON o.id = l.outage_id
    WHERE o.closed_at IS NULL AND l.outcome_at IS NULL) AS w
JOIN people_client AS c ON c.id = w.client_id
CROSS JOIN LATERAL (SELECT id FROM alerting_arrangement
    WHERE organisation_id = c.organisation_id AND (client_id = c.id OR client_id IS NULL)
    ORDER BY client_id NULLS LAST, version DESC LIMIT 1) AS a
JOIN alerting_arrangementstep AS s ON s.arrangement_id = a.id AND s.route = 0
    AND (s.action = 'phone_client' OR s.position = (SELECT max(position) FROM alerting_arrangementstep
        WHERE arrangement_id = a.id AND route = 0))
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - text of this package


@dataclass(slots=True, kw_only=True)
class _Recipient:
    destination_id: UUID
    organisation_id: UUID
    responder: str
    last: bool
    clients: int
    criticality: int
    deadline_at: datetime | None

    @property
    def urgency(self) -> tuple[object, ...]:
        late = self.deadline_at.timestamp() if self.deadline_at else float("inf")
        return not self.last, self.criticality, late, -self.clients, str(self.destination_id)


def tell(now: datetime, quiet_after: timedelta) -> int:
    """Tell who was not told yet, then repeat what nobody has accepted; gives how many messages went out.

    The caller holds the open outages, so that nobody else counts their messages.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, messages, scope, value FROM alerting_outage WHERE closed_at IS NULL ORDER BY opened_at, id"
        )
        outages = cursor.fetchall()
        if not outages:
            return 0
        cursor.execute(RECIPIENTS, silence(now, quiet_after))
        wanted = _wanted(cursor.fetchall(), now)
        cursor.execute(
            "SELECT outage_id, organisation_id, destination_id FROM alerting_outagenote"
            " WHERE outage_id = ANY(%s::uuid[])",
            [array("uuid", (each[0] for each in outages))],
        )
        told = {tuple(row) for row in cursor.fetchall()}
    sent = 0
    for outage_id, messages, scope, value in outages:
        new = [
            each for each in sorted(wanted.get(outage_id, {}).values(), key=lambda each: each.urgency)
            if (outage_id, each.organisation_id, each.destination_id) not in told
        ]  # fmt: skip
        sent += _tell_first(outage_id, new, max(0, MOST - messages), (scope, value), now)
    return sent + _repeat(now)


def _wanted(rows: Sequence[Sequence[Any]], now: datetime) -> dict[UUID, dict[UUID, _Recipient]]:
    """Per outage its recipients by destination; who stands on a roster now instead of the roster's last resort."""
    duty = on_duty({row[3] for row in rows if row[3] is not None}, now)
    wanted: dict[UUID, dict[UUID, _Recipient]] = {}
    for outage_id, organisation_id, destination_id, roster_id, responder, last, clients, critical, by in rows:
        if roster_id is not None and duty.get(roster_id):
            destination_id, responder = duty[roster_id][0].destination_id, duty[roster_id][0].name
        of = wanted.setdefault(outage_id, {})
        one = of.setdefault(
            destination_id,
            _Recipient(
                destination_id=destination_id, organisation_id=organisation_id, responder=responder, last=last,
                clients=0, criticality=9, deadline_at=None,
            ),
        )  # fmt: skip
        one.clients = max(one.clients, clients) if roster_id is None else one.clients + clients
        one.last |= last
        one.criticality = min(one.criticality, 9 if critical is None else critical)
        one.deadline_at = min((each for each in (one.deadline_at, by) if each is not None), default=None)
    return wanted


_NOTES = Table(
    "alerting_outagenote",
    id="uuid", organisation_id="uuid", outage_id="uuid", destination_id="uuid", responder="text", clients="int",
    told_at="timestamptz", accepted_by="text", times="smallint", next_at="timestamptz",
)  # fmt: skip


def _tell_first(
    outage_id: UUID, new: Sequence[_Recipient], most: int, scope: tuple[str, str], now: datetime
) -> int:
    """The most urgent go first; for whom there is no message left it stands on the screen, and that is said."""
    now_told = {new_id(now): each for each in new[:most]}
    _NOTES.insert(
        (id, each.organisation_id, outage_id, each.destination_id, each.responder, each.clients, now, "", 1,
         now + AGAIN)
        for id, each in now_told.items()
    )  # fmt: skip
    outbox.put(
        [
            Message(
                id=id, organisation_id=each.organisation_id, destination_id=each.destination_id, about=id,
                body=_body(id, outage_id, each.organisation_id, each.clients, each.responder, scope, 1, now),
                gives_up_after=timedelta(hours=1),
            )
            for id, each in now_told.items()
        ],
        now,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_outage SET messages = messages + %s, untold = %s WHERE id = %s",
            [len(now_told), max(0, len(new) - most), outage_id],
        )
    return len(now_told)


# As many as its outage has messages left, who was told least often first.
DUE = f"""
UPDATE alerting_outagenote AS n SET times = n.times + 1, next_at = %(now)s + %(again)s * interval '1 s'
FROM (SELECT n.id, o.scope, o.value, o.messages + row_number() OVER (PARTITION BY o.id ORDER BY n.times, n.id) AS place
    FROM alerting_outagenote AS n JOIN alerting_outage AS o ON o.id = n.outage_id
    WHERE n.next_at <= %(now)s AND n.accepted_at IS NULL AND o.closed_at IS NULL
        AND (o.recovered_at IS NULL OR EXISTS (SELECT FROM alerting_outageline AS l WHERE l.outage_id = o.id
            AND l.organisation_id = n.organisation_id AND l.outcome_at IS NULL))) AS due
WHERE n.id = due.id AND due.place <= {MOST}
RETURNING n.id, n.outage_id, n.organisation_id, n.clients, n.responder, due.scope, due.value, n.times, n.destination_id
"""  # noqa: S608 - a number of this module


def _repeat(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now, "again": AGAIN.total_seconds()})
        rows = cursor.fetchall()
        cursor.execute(
            "UPDATE alerting_outage AS o SET messages = o.messages + n.count FROM"
            " (SELECT id, count(*) FROM unnest(%s::uuid[]) AS n(id) GROUP BY id) AS n WHERE o.id = n.id",
            [array("uuid", (row[1] for row in rows))],
        )
    outbox.put(
        [
            Message(
                id=new_id(now), organisation_id=row[2], destination_id=row[8], about=row[0],
                body=_body(row[0], row[1], row[2], row[3], row[4], (row[5], row[6]), row[7], now),
                gives_up_after=timedelta(hours=1),
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    return len(rows)


def _body(
    note: UUID, outage: UUID, organisation: UUID, clients: int, responder: str, scope: tuple[str, str], time: int,
    now: datetime,
) -> str:  # fmt: skip
    """What a responder is told: how many, of what, and where the list is; never a name or a client (R55)."""
    data: Mapping[str, object] = {
        "note": note, "outage": outage, "organisation": organisation, "clients": clients, "responder": responder,
        "scope": scope[0], "value": scope[1], "round": time, "page": f"/storing/{outage}",
        "wait_s": round(AGAIN.total_seconds()),
    }  # fmt: skip
    return msgspec.json.encode({"type": TYPE, "timestamp": now, "data": data}).decode()


# Who works for a centre has heard it for the centre; for the teams only when no line of theirs is nobody's.
ACCEPT = """
UPDATE alerting_outagenote AS n SET accepted_at = %(now)s, accepted_by = %(by)s, next_at = NULL
WHERE n.outage_id = %(outage)s AND n.organisation_id = ANY(%(organisations)s::uuid[]) AND n.accepted_at IS NULL
    AND (n.organisation_id = coalesce(%(house)s::uuid, n.organisation_id)
        OR n.destination_id IN (SELECT destination_id FROM alerting_arrangementstep WHERE action = 'phone_client')
        OR NOT EXISTS (SELECT FROM alerting_outageline AS l WHERE l.outage_id = n.outage_id
            AND l.organisation_id = n.organisation_id AND l.outcome_at IS NULL AND l.owner_kind <> 'person'))
RETURNING n.id
"""


def accept(
    outage_id: UUID, organisation_ids: Sequence[UUID], by: str, now: datetime, house: UUID | None = None
) -> int:
    """Somebody has lines of these organisations: what that answers is not repeated; gives how many notes it ends.

    `house`: for whom that person works; None: for all of these.
    """
    values: dict[str, Any] = {
        "now": now, "by": by, "outage": outage_id, "organisations": array("uuid", organisation_ids), "house": house,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT, values)
        ids = [row[0] for row in cursor.fetchall()]
    outbox.withdraw(ids, now)
    return len(ids)


def note_accepted(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: somebody answered a note by the same way, with a key on the phone for one."""
    accepted = {each.message_id: each.accepted_by for each in sent if each.accepted_by}
    if not accepted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_outagenote AS n SET accepted_at = %s, accepted_by = m.by, next_at = NULL"
            " FROM unnest(%s::uuid[], %s::text[]) AS m(id, by) JOIN kernel_outboxmessage AS b ON b.id = m.id"
            " WHERE n.id = b.about AND n.accepted_at IS NULL",
            [now, array("uuid", accepted), array("text", accepted.values())],
        )
