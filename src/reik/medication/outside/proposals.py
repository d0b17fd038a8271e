"""What the agreements give and the roll does not hold: kept until a person has said who gives it (R5)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.medication.agreed.agreements import Agreement
from reik.medication.facts import ClientFact, OutsideChanged
from reik.medication.models import OutsideProposal
from reik.medication.outside.keeping import write_line
from reik.medication.outside.lines import LooseWords, OutsideRefused, standing
from reik.medication.outside.proposing import Proposed, base_of, keys_of, proposed_from, to_json
from reik.medication.outside.seen import versions_of
from reik.medication.queries import agreements_of, zones_of
from reik.medication.times.schedule import local_day
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks_about, open_tasks

DECIDE_WITHIN = timedelta(hours=24)
TASK, CHANGED_TASK = "outside_undecided", "outside_agreement_gone"
LINE, ELSEWHERE, IN_ROLL, GONE = "line", "elsewhere", "in_roll", "gone"
DECIDERS = frozenset({"nurse", "pharmacist"})

_PROPOSALS = Table(
    "medication_outsideproposal",
    id="uuid", organisation_id="uuid", client_id="uuid", agreement="text", contents_key="text", proposed="jsonb",
    first_at="timestamptz", found_at="timestamptz", decision="text", decided_by="text", because="text",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    organisation_id: UUID
    client_id: UUID
    key: str
    proposed: Proposed


@transaction.atomic
def follow(received: Sequence[ClientFact], now: datetime) -> None:
    """Handler of AgreementsReceived: what is not in the roll waits for a person; nothing is dropped in silence.

    As many statements for 1 client as for 300. What was decided on is not asked again while the agreement says
    the same; what is agreed no more is withdrawn, and a line that came of it is told.
    """
    owners = {each.client_id: each.organisation_id for each in received}
    found = _found(owners, now)
    ids = _PROPOSALS.insert(
        [
            (new_id(now), each.organisation_id, each.client_id, each.proposed.agreement, each.key,
             json.dumps(to_json(each.proposed)), each.proposed.first_at, now, "", "", "")
            for each in found
        ],
        then="ON CONFLICT (client_id, agreement, contents_key) DO UPDATE SET decision = '', decided_by = '',"
        " decided_at = NULL, because = '', line = NULL WHERE medication_outsideproposal.decision = 'gone'"
        " RETURNING id, agreement, contents_key, client_id",
    )  # fmt: skip
    named = {(each.client_id, each.proposed.agreement, each.key): each for each in found}
    open_tasks([_task(row[0], named[row[3], row[1], row[2]], now) for row in ids], now)
    _withdraw(owners, found, now)


def _found(owners: Mapping[UUID, UUID], now: datetime) -> list[_Found]:
    zones, said = zones_of(owners), agreements_of(owners)
    found: list[_Found] = []
    for client_id in sorted(said):
        agreements = msgspec.convert(said[client_id], list[Agreement])
        first = local_day(now, zones[client_id])
        keys = keys_of(agreements)
        for each in proposed_from(agreements, first, zones[client_id]):
            key = keys.get(base_of(each.agreement), "")
            found.append(
                _Found(organisation_id=owners[client_id], client_id=client_id, key=key, proposed=each)
            )
    return found


def _task(proposal_id: UUID, found: _Found, now: datetime) -> NewTask:
    """To be decided before its first time, and within a day."""
    first = found.proposed.first_at
    return NewTask(
        organisation_id=found.organisation_id, client_id=found.client_id, kind=TASK, key=str(proposal_id),
        about=proposal_id, owner_role="nurse", by="reik", high_risk=first is not None,
        due_at=min(now + DECIDE_WITHIN, first) if first is not None else now + DECIDE_WITHIN,
        detail={"product": found.proposed.says.product, "amount": found.proposed.says.amount},
    )  # fmt: skip


def _withdraw(owners: Mapping[UUID, UUID], found: Sequence[_Found], now: datetime) -> None:
    """Proposals that the newest agreements no longer make; of those that became a line, the team is told."""
    rows = OutsideProposal.objects.filter(client_id__in=owners).exclude(decision=GONE)
    kept = {(each.client_id, each.proposed.agreement, each.key) for each in found}
    gone = [each for each in rows if (each.client_id, each.agreement, each.contents_key) not in kept]
    if not gone:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE medication_outsideproposal SET decision = %s, decided_by = CASE WHEN decided_at IS NULL"
            " THEN 'reik' ELSE decided_by END, decided_at = coalesce(decided_at, %s) WHERE id = ANY(%s::uuid[])",
            [GONE, now, array("uuid", [each.id for each in gone])],
        )
    end_tasks_about([each.id for each in gone], as_=DROPPED, by="reik", now=now)
    living = _living({each.client_id for each in gone if each.line is not None}, now)
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=CHANGED_TASK,
                key=str(each.line), about=each.line, owner_role="nurse", by="reik", high_risk=True,
                due_at=now + timedelta(hours=2),
                detail={"product": str(each.proposed["product"]), "line": str(each.line)},
            )
            for each in gone
            if each.line in living
        ],
        now,
    )  # fmt: skip


def _living(client_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """The lines of these clients that are still given."""
    zones = zones_of(client_ids)
    return {
        version.line
        for client_id, versions in versions_of(client_ids).items()
        for version in standing(versions, now, zones[client_id])
    }


@transaction.atomic
def decide_line(proposal_id: UUID, says: LooseWords, *, by: str, role: str, now: datetime) -> UUID:
    """A person gives this: it becomes a line outside the roll; gives that line's id. Raises OutsideRefused."""
    row = _undecided(proposal_id, by, role)
    line = write_line(
        row.client_id, replace(says, agreement=base_of(row.agreement)), by=by, role=role, now=now
    )
    _decide(row, LINE, by=by, because="", line=line, now=now)
    return line


@transaction.atomic
def decide_otherwise(
    proposal_id: UUID, decision: str, *, by: str, role: str, because: str, now: datetime
) -> None:
    """Nobody of the team gives it: someone else does (`elsewhere`), or it is in the roll after all (`in_roll`).

    Raises OutsideRefused without a reason that others can read.
    """
    row = _undecided(proposal_id, by, role)
    if decision not in (ELSEWHERE, IN_ROLL):
        raise OutsideRefused("decision_missing", "Choose who gives this.")
    if not because.strip():
        raise OutsideRefused(
            "because_missing", "Say who gives it, or where it is, so that others can read it."
        )
    _decide(row, decision, by=by, because=because, line=None, now=now)


def _undecided(proposal_id: UUID, by: str, role: str) -> OutsideProposal:
    if role not in DECIDERS or not by.strip():
        raise OutsideRefused("no_writer", "A nurse or the pharmacy decides who gives this.")
    row = OutsideProposal.objects.select_for_update(no_key=True, of=("self",)).filter(id=proposal_id).first()
    if row is None or row.decided_at is not None:
        raise OutsideRefused("decided_before", "This was decided already: look at the list again.")
    return row


def _decide(
    row: OutsideProposal, decision: str, *, by: str, because: str, line: UUID | None, now: datetime
) -> None:
    OutsideProposal.objects.filter(id=row.id).update(
        decision=decision, decided_by=by.strip(), decided_at=now, because=because.strip(), line=line
    )
    end_tasks_about([row.id], as_=DONE, by=by.strip(), now=now, note=decision)
    facts.publish(
        [OutsideChanged(organisation_id=row.organisation_id, client_id=row.client_id, because="proposal")],
        now,
    )


def first_day(says: LooseWords, today: date) -> date:
    """From when a line that comes of a proposal counts: today, unless its days are counted from its own first."""
    return says.starts_on if says.every_days > 1 or says.starts_on > today else today
