"""A task of Reik as a FHIR R4 Task. No database.

It says what kind of task it is, not its sentence: that may hold a name or a number. Nobody's BSN is in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from reik.tasks.exported import changed_at, state_of
from reik.tasks.queries import TaskSeen

KIND, ROLE, CLIENT, ACCOUNT = (
    "urn:reik:task-kind", "urn:reik:role", "urn:reik:client", "urn:reik:account",
)  # fmt: skip


def task_resource(task: TaskSeen, patient_id: UUID | None) -> dict[str, Any]:
    """The resource. `patient_id`: of the Patient that is this client here; None: none came in."""
    made: dict[str, Any] = {
        "resourceType": "Task", "id": str(task.id), "meta": {"lastUpdated": _instant(changed_at(task))},
        "status": state_of(task), "intent": "order", "priority": "urgent" if task.high_risk else "routine",
        "code": {"coding": [{"system": KIND, "code": task.kind}]},
        "for": {
            **({"reference": f"Patient/{patient_id}"} if patient_id else {}), "type": "Patient",
            "identifier": {"system": CLIENT, "value": str(task.client_id)},
        },
        "authoredOn": _instant(task.opened_at), "lastModified": _instant(changed_at(task)),
        "performerType": [{"coding": [{"system": ROLE, "code": task.owner_role}]}],
        "restriction": {"period": {"end": _instant(task.due_at)}},
    }  # fmt: skip
    if task.owner_id is not None:
        made["owner"] = {
            "type": "Practitioner",
            "identifier": {"system": ACCOUNT, "value": str(task.owner_id)},
            "display": task.owner_name,
        }
    period = {name: _instant(at) for name, at in (("start", task.owned_at), ("end", task.ended_at)) if at}
    if period:
        made["executionPeriod"] = period
    return made


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
