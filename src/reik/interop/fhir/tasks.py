"""Tasks at the FHIR interface: read and search, of the caller's own organisation only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reik.interop.fhir.mapping_task import KIND, task_resource
from reik.interop.fhir.search import Search
from reik.interop.fhir.store.patients import clients_of_patients, patients_of_clients
from reik.kernel.tenancy import Actor
from reik.people.queries import visible_to
from reik.tasks import exported
from reik.tasks.exported import Asked
from reik.tasks.queries import TaskSeen

TYPE = "Task"


@dataclass(frozen=True, slots=True)
class Shown:
    """One task with its resource."""

    task: TaskSeen
    resource: dict[str, Any]


def read(actor: Actor, id: UUID) -> Shown | None:
    """One task; None when the actor may not see it or it is not there."""
    rows, _total = exported.found(_asked(actor, ids=[id]), after=None, most=1)
    return next(iter(_shown(rows)), None)


def search(actor: Actor, asked: Search, *, after: UUID | None = None) -> tuple[list[Shown], int, bool]:
    """One page in the order in which they were opened, how many there are in all, and whether more follow."""
    values: dict[str, Any] = {}
    for name, ids in asked.ids:
        # A patient is either the Patient of this interface, or Reik's own client.
        said_ids = set(ids) if name == "_id" else {*clients_of_patients(ids).values(), *ids}
        key = "ids" if name == "_id" else "of_clients"
        values[key] = said_ids & values[key] if key in values else said_ids
    for name, tokens in asked.tokens:
        said = [value for system, value in tokens if value and system in (None, "", KIND)]
        values["states" if name == "status" else "kinds"] = said
    values["changed"] = [(each.comparison, each.at) for each in asked.updated]
    rows, total = exported.found(_asked(actor, **values), after=after, most=asked.count + 1)
    return _shown(rows[: asked.count]), total, len(rows) > asked.count


def _asked(actor: Actor, **values: Any) -> Asked:
    """A system sees its own organisation's; a person the clients whom she sees elsewhere, and never a partner's."""
    own = [each for each in actor.organisations if each == actor.organisation_id]
    clients = None if actor.session == "token" else list(visible_to(actor).values_list("id", flat=True))
    return Asked(organisation_ids=own, clients=clients, **values)


def _shown(rows: list[TaskSeen]) -> list[Shown]:
    patients = patients_of_clients({each.client_id for each in rows})
    return [Shown(each, task_resource(each, patients.get(each.client_id))) for each in rows]
