"""Writes of complaints, medication incidents and calamities (R79). The rules are those of `incident_rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway.models import CarePath, Incident, IncidentLine
from reik.pathway.use import triggers
from reik.pathway.use.incident_rules import (
    CALAMITY,
    COMPLAINT,
    HANDLED_WITHIN,
    IncidentRefused,
    check_classed,
    check_reported,
    last_day,
    missing_to_close,
    report_by,
)
from reik.pathway.use.looking_back import open_for_clients
from reik.pathway.use.use_facts import CalamityEstablished, IncidentClosed, IncidentReported
from reik.people.models import Client
from reik.tasks.operations import DONE, NewTask, end_tasks, end_tasks_about, open_tasks

LOOK, INSPECTORATE = "path.incident", "path.inspectorate"
CLOSES = ("team_manager",)
LOOKS = ("team_manager", "nurse")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """What somebody tells. `about`: the alert, moment or roll that it is about."""

    client_id: UUID
    kind: str
    happened_at: datetime
    what: str
    reporter: str
    phase: str = ""
    cause: str = ""
    harm: str = "unknown"
    measures: str = ""
    about: UUID | None = None


@transaction.atomic
def report(new: NewIncident, *, by: str, role: str, now: datetime) -> UUID:
    """Write it down; a team manager has a task, and a calamity its term at the inspectorate. Raises IncidentRefused."""
    check_reported(
        kind=new.kind, what=new.what, reporter=new.reporter, by=by, happened_at=new.happened_at, now=now
    )
    check_classed(phase=new.phase, cause=new.cause, harm=new.harm)
    client = Client.objects.get(id=new.client_id)
    path_id = (
        CarePath.objects.filter(client=client).order_by("-opened_at").values_list("id", flat=True).first()
    )
    row = Incident.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client=client, path_id=path_id, kind=new.kind,
        happened_at=new.happened_at, reported_at=now, reported_by=by.strip(), reporter=new.reporter,
        what=new.what.strip(), phase=new.phase, cause=new.cause, harm=new.harm, measures=new.measures.strip(),
        about=new.about,
    )  # fmt: skip
    _line(row, "reported", by, role, now, {"kind": row.kind})
    open_tasks([_task(row, LOOK, now + timedelta(days=HANDLED_WITHIN[row.kind]), by)], now)
    if row.kind == CALAMITY:
        _established(row, by, role, now)
    if row.kind == COMPLAINT:
        open_for_clients([client.id], triggers.COMPLAINT, by, now)
    facts.publish(
        [IncidentReported(**_about(row), kind=row.kind, phase=row.phase)],  # type: ignore[arg-type]
        now,
    )
    return row.id


def _about(row: Incident) -> dict[str, object]:
    return {
        "organisation_id": row.organisation_id, "client_id": row.client_id, "path_id": row.path_id,
        "incident_id": row.id,
    }  # fmt: skip


def _task(row: Incident, kind: str, due_at: datetime, by: str) -> NewTask:
    return NewTask(
        organisation_id=row.organisation_id, client_id=row.client_id, kind=kind, key=str(row.id), about=row.id,
        owner_role="team_manager", due_at=due_at, by=by, high_risk=kind == INSPECTORATE,
        detail={"kind": row.kind, "day": last_day(due_at).isoformat()},
    )  # fmt: skip


def _line(row: Incident, kind: str, by: str, role: str, now: datetime, detail: Mapping[str, object]) -> None:
    IncidentLine.objects.create(
        id=new_id(now), organisation_id=row.organisation_id, incident=row, at=now, by=by.strip(), role=role, kind=kind,
        detail=dict(detail),
    )  # fmt: skip


def _locked(incident_id: UUID, *, is_open: bool = True) -> Incident:
    row = Incident.objects.select_for_update(no_key=True, of=("self",)).filter(id=incident_id).first()
    if row is None:
        raise IncidentRefused("gone", "This report is not there: look at the list again.")
    if is_open and row.closed_at is not None:
        raise IncidentRefused("closed", f"{row.closed_by} closed this report already: nothing was changed.")
    return row


def _may(role: str, roles: tuple[str, ...]) -> None:
    if role not in roles:
        raise IncidentRefused("role", "A team manager does this.")


@transaction.atomic
def class_it(
    incident_id: UUID,
    *,
    phase: str,
    cause: str,
    harm: str,
    measures: str,
    answer: str,
    by: str,
    role: str,
    now: datetime,
) -> None:
    """Where it went wrong, why, what harm it did, what is done about it, and what was told to who reported it."""
    _may(role, LOOKS)
    check_classed(phase=phase, cause=cause, harm=harm)
    row = _locked(incident_id)
    row.phase, row.cause, row.harm = phase, cause, harm
    row.measures, row.answer = measures.strip()[:4000], answer.strip()[:4000]
    row.save(update_fields=["phase", "cause", "harm", "measures", "answer"])
    said = {"phase": phase, "cause": cause, "harm": harm, "measures": row.measures, "answer": row.answer}
    _line(row, "classed", by, role, now, said)


@transaction.atomic
def establish_calamity(incident_id: UUID, *, by: str, role: str, now: datetime) -> datetime:
    """It turns out to be a calamity: gives before when the inspectorate must know (Wkkgz art. 11)."""
    _may(role, LOOKS)
    row = _locked(incident_id)
    if row.kind == CALAMITY:
        raise IncidentRefused("kind", "This is a calamity already: its term runs.")
    row.kind = CALAMITY
    row.save(update_fields=["kind"])
    return _established(row, by, role, now)


def _established(row: Incident, by: str, role: str, now: datetime) -> datetime:
    row.established_at, row.report_by = now, report_by(now)
    row.save(update_fields=["established_at", "report_by"])
    _line(row, "calamity", by, role, now, {"report_by": row.report_by.isoformat()})
    looked_into = now + timedelta(days=HANDLED_WITHIN[row.kind])  # sooner, and by its new name
    open_tasks([_task(row, INSPECTORATE, row.report_by, by), _task(row, LOOK, looked_into, by)], now)
    facts.publish([CalamityEstablished(**_about(row), report_by=row.report_by)], now)  # type: ignore[arg-type]
    return row.report_by


@transaction.atomic
def tell_inspectorate(
    incident_id: UUID, *, at: datetime, number: str, by: str, role: str, now: datetime
) -> None:
    """It was reported to the inspectorate then, under that number."""
    _may(role, CLOSES)
    row = _locked(incident_id)
    if row.report_by is None or row.established_at is None:
        raise IncidentRefused("kind", "Only a calamity is reported to the inspectorate: make it one first.")
    if row.inspectorate_at is not None:
        raise IncidentRefused("inspectorate_at", "This was reported already: nothing was changed.")
    if not row.happened_at <= at <= now:
        raise IncidentRefused(
            "inspectorate_at", "Say when it was reported: after it happened, and not later than now."
        )
    row.inspectorate_at = at
    row.save(update_fields=["inspectorate_at"])
    _line(row, "inspectorate", by, role, now, {"at": at.isoformat(), "number": number.strip()[:100]})
    end_tasks([row.client_id], INSPECTORATE, as_=DONE, by=by, now=now, key=str(row.id))


@transaction.atomic
def review(incident_id: UUID, *, note: str, by: str, role: str, now: datetime) -> None:
    """It was spoken about in a cycle of improvement (R79), with what was agreed; also after it was closed."""
    _may(role, CLOSES)
    if not note.strip():
        raise IncidentRefused("reviewed_note", "Write down what was agreed.")
    row = _locked(incident_id, is_open=False)
    row.reviewed_at, row.reviewed_by, row.reviewed_note = now, by.strip(), note.strip()[:4000]
    row.save(update_fields=["reviewed_at", "reviewed_by", "reviewed_note"])
    _line(row, "reviewed", by, role, now, {"note": row.reviewed_note})


@transaction.atomic
def close(incident_id: UUID, *, by: str, role: str, now: datetime) -> None:
    """Nothing is left to do. Raises IncidentRefused with the fields that are missing."""
    _may(role, CLOSES)
    row = _locked(incident_id)
    lacking = missing_to_close(
        kind=row.kind, phase=row.phase, cause=row.cause, harm=row.harm, measures=row.measures, answer=row.answer,
        inspectorate_at=row.inspectorate_at,
    )  # fmt: skip
    if lacking:
        raise IncidentRefused("missing " + " ".join(lacking), f"First fill in: {', '.join(lacking)}.")
    row.closed_at, row.closed_by = now, by.strip()
    row.save(update_fields=["closed_at", "closed_by"])
    _line(row, "closed", by, role, now, {})
    end_tasks_about([row.id], as_=DONE, by=by, now=now)
    facts.publish(
        [IncidentClosed(**_about(row), kind=row.kind, phase=row.phase, cause=row.cause, harm=row.harm)],  # type: ignore[arg-type]
        now,
    )
