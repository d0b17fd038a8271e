"""Proposals of the figures: made set-wise, seen with their evidence, decided by a person (N11). Nothing by itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.alerting.figures.proposing import LOOKED_BACK, SILENT_STEP, CallMade, Suggested, Use, suggest
from reik.alerting.models import Proposal
from reik.kernel import wake
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, Table, array
from reik.people.models import Client
from reik.tasks.operations import NewTask, open_tasks

ACCEPTED, REJECTED = "accepted", "rejected"
QUIET = timedelta(days=28)
"""So long after it was decided the same is not proposed again."""
DONE_WITHIN = timedelta(days=7)
AT_ONCE = 500
WINDOW_TASK, ROUTE_TASK = "follow_up_window", "follow_up_route"


class ProposalRefused(ValueError):
    """This proposal cannot be decided like this; the message says what to do."""


USES = """
SELECT m.client_id, m.id, m.due_at, m.deadline_at, m.last_out_at, m.outcome IN ('not_out', 'partly'),
    EXISTS (SELECT FROM alerting_alert AS a WHERE a.moment_id = m.id)
FROM dispensing_moment AS m
WHERE m.client_id = ANY(%s::uuid[]) AND m.due_at >= %s AND m.due_at < %s AND m.outcome IS NOT NULL
"""
# A call counts as silent only where the route went on because nobody had answered: not where it was taken, handed
# on or over before, and not where its message failed.
CALLS = """
SELECT a.client_id, a.id, s.position, s.responder, s.taken_at, EXISTS (
    SELECT FROM alerting_claim AS c WHERE c.alert_id = a.id AND c.at >= s.taken_at AND c.role = CASE s.action
        WHEN 'phone_client' THEN 'operator' WHEN 'ask_carer' THEN 'informal_carer' ELSE 'team' END)
FROM alerting_alert AS a JOIN alerting_step AS s ON s.alert_id = a.id
WHERE a.client_id = ANY(%s::uuid[]) AND a.opened_at >= %s AND a.opened_at < %s AND s.taken_at IS NOT NULL
    AND s.state = 2 AND EXISTS (SELECT FROM alerting_step AS n WHERE n.alert_id = a.id AND n.position > s.position
        AND n.taken_at > s.taken_at)
"""


def propose(client_ids: Collection[UUID], now: datetime) -> int:
    """Look at four weeks of these clients and store what they suggest; gives how many proposals are new."""
    zones = dict(Client.objects.filter(id__in=client_ids).values_list("id", "zone"))
    houses = dict(Client.objects.filter(id__in=client_ids).values_list("id", "organisation_id"))
    uses, calls = _read(client_ids, now)
    found = [
        (client_id, each)
        for client_id in sorted(uses.keys() | calls.keys())
        for each in suggest(uses[client_id], calls[client_id], now, ZoneInfo(zones[client_id]))
    ]
    return _store([(houses[client_id], client_id, each) for client_id, each in found], now)


def _read(
    client_ids: Collection[UUID], now: datetime
) -> tuple[dict[UUID, list[Use]], dict[UUID, list[CallMade]]]:
    uses: dict[UUID, list[Use]] = defaultdict(list)
    calls: dict[UUID, list[CallMade]] = defaultdict(list)
    values: list[Any] = [array("uuid", client_ids), now - LOOKED_BACK, now]
    with connection.cursor() as cursor:
        cursor.execute(USES, values)
        for client, id, due_at, deadline_at, out_at, missed, alerted in cursor.fetchall():
            uses[client].append(
                Use(
                    moment_id=id, due_at=due_at, deadline_at=deadline_at, out_at=out_at, missed=missed, alerted=alerted
                )
            )  # fmt: skip
        cursor.execute(CALLS, values)
        for client, alert, position, responder, at, answered in cursor.fetchall():
            calls[client].append(
                CallMade(alert_id=alert, position=position, responder=responder, at=at, answered=answered)
            )
    return uses, calls


_ROWS = Table(
    "alerting_proposal",
    id="uuid", organisation_id="uuid", client_id="uuid", kind="text", subject="text", evidence="jsonb",
    proposed_at="timestamptz", decided_by="text", decision="text", note="text",
)  # fmt: skip
_SAME = Columns(client_id="uuid", kind="text", subject="text")
DECIDED = f"""
SELECT p.client_id, p.kind, p.subject FROM alerting_proposal AS p
JOIN {_SAME.unnest} AS n({_SAME.names}) USING (client_id, kind, subject) WHERE p.decided_at > %s
"""  # noqa: S608 - column names of this module


@transaction.atomic
def _store(found: Collection[tuple[UUID, UUID, Suggested]], now: datetime) -> int:
    """What is proposed already gets the newest evidence; what was decided these weeks is left alone."""
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            DECIDED,
            [*_SAME.values((client, each.kind, each.subject) for _, client, each in found), now - QUIET],
        )
        decided = set(cursor.fetchall())
    rows = _ROWS.insert(
        [
            (new_id(now), house, client, each.kind, each.subject, json.dumps(dict(each.evidence)), now, "", "", "")
            for house, client, each in found
            if (client, each.kind, each.subject) not in decided
        ],
        then="ON CONFLICT (client_id, kind, subject) WHERE decided_at IS NULL DO UPDATE SET"
        " evidence = excluded.evidence RETURNING organisation_id, (xmax = 0)",
    )  # fmt: skip
    wake.note({row[0] for row in rows if row[1]})
    return sum(row[1] for row in rows)


def propose_all(now: datetime) -> int:
    """Every client who has moments, some hundreds at once. For `reik jobs`, at night; gives how many are new."""
    ids = list(Client.objects.order_by("id").values_list("id", flat=True))
    return sum(propose(ids[at : at + AT_ONCE], now) for at in range(0, len(ids), AT_ONCE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSeen:
    """A proposal that waits for a person's decision."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    kind: str
    subject: str
    evidence: Mapping[str, Any]
    proposed_at: datetime


def proposals_open(client_ids: Collection[UUID]) -> list[ProposalSeen]:
    """What waits for a decision about these clients, the oldest first."""
    rows = Proposal.objects.filter(client_id__in=client_ids, decided_at=None).order_by("proposed_at", "id")
    return [
        ProposalSeen(
            id=each.id, organisation_id=each.organisation_id, client_id=each.client_id, kind=each.kind,
            subject=each.subject, evidence=each.evidence, proposed_at=each.proposed_at,
        )
        for each in rows
    ]  # fmt: skip


@transaction.atomic
def accept(proposal_id: UUID, client_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """A person wants it changed: whoever may change the window or the route gets a task. Raises ProposalRefused."""
    row = _decide(proposal_id, client_ids, ACCEPTED, by=by, note="", now=now)
    kind = ROUTE_TASK if row.kind == SILENT_STEP else WINDOW_TASK
    task = NewTask(
        organisation_id=row.organisation_id, client_id=row.client_id, kind=kind, key=f"{row.kind} {row.subject}",
        owner_role="nurse", due_at=now + DONE_WITHIN, by=by, about=row.id, detail={"subject": row.subject},
    )  # fmt: skip
    open_tasks([task], now)


@transaction.atomic
def reject(proposal_id: UUID, client_ids: Collection[UUID], *, by: str, because: str, now: datetime) -> None:
    """A person does not want it; the same is not proposed for four weeks. Raises ProposalRefused without a reason."""
    if not because.strip():
        raise ProposalRefused("Say why not: the next one who looks wants to know.")
    _decide(proposal_id, client_ids, REJECTED, by=by, note=because.strip(), now=now)


def _decide(
    proposal_id: UUID, client_ids: Collection[UUID], decision: str, *, by: str, note: str, now: datetime
) -> Proposal:
    if not by.strip():
        raise ProposalRefused("Say who decides.")
    rows = Proposal.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(id=proposal_id, client_id__in=client_ids).first()
    if row is None or row.decided_at is not None:
        raise ProposalRefused("This was decided already, or it is gone: look at the list again.")
    row.decided_at, row.decided_by, row.decision, row.note = now, by.strip(), decision, note
    row.save(update_fields=["decided_at", "decided_by", "decision", "note"])
    wake.note({row.organisation_id})
    return row
