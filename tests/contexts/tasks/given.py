"""A task that is open, and the part of a page that lists tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from reik.tasks.models import Task
from reik.tasks.operations import NewTask, open_tasks
from tests.contexts.work_house import House

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def opened(house: House, kind: str, *, client: Any = None, role: str = "nurse", **more: Any) -> UUID:
    """One task, due in two hours; gives its id."""
    client = client or house.anna

    def work() -> UUID:
        new = NewTask(
            organisation_id=client.organisation_id, client_id=client.id, kind=kind, owner_role=role, by="reik",
            **{"due_at": house.now + 2 * HOUR} | more,
        )  # fmt: skip
        open_tasks([new], house.now)
        return Task.objects.get(client_id=client.id, kind=kind, key=more.get("key", "")).id

    return house.worker(work)  # type: ignore[no-any-return]


def the(house: House, id: UUID) -> Task:
    return house.worker(lambda: Task.objects.get(id=id))  # type: ignore[no-any-return]


def tasks_on(text: str) -> str:
    """The part of a page that lists tasks."""
    return text.split('id="taken')[1].split("</section>")[0] if 'id="taken' in text else ""
