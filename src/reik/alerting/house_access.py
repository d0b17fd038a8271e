"""Who may see how one gets into a client's home, for which visit, and who checks that it still holds (R81)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.models import Alert
from reik.kernel.tenancy import Actor
from reik.people import homes_access
from reik.people.homes_access import AccessSeen
from reik.people.queries import OF_A_TEAM, visible_to
from reik.tasks.facts import TaskEnded
from reik.tasks.models import Task
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks_about, open_tasks

CHECK = "house_access_check"
TEAM, OPERATOR = "team", "operator"


class AccessNotShown(Exception):
    """This person may not see it now; `why` is a code word: not_yours, no_visit, none."""

    def __init__(self, why: str) -> None:
        super().__init__("House access is shown only to who accepted the visit, for that visit.")
        self.why = why


def may_see(alert: Alert, actor: Actor) -> str:
    """Empty when she may; else why not.

    Only while she has the alert: as the team she goes there herself; in a centre only once a visit was decided on.
    """
    if alert.state != "accepted" or alert.accepted_key != actor.account_id:
        return "not_yours"
    if actor.role in OF_A_TEAM and alert.accepted_role == TEAM:
        return ""
    if actor.role == OPERATOR and alert.accepted_role == OPERATOR:
        return "" if alert.visit_by else "no_visit"
    return "not_yours"


@transaction.atomic
def show_for_visit(alert_id: UUID, actor: Actor, now: datetime) -> tuple[AccessSeen, str]:
    """How one gets in, with its words, for the visit of this alert; leaves a row of who saw it.

    Raises AccessNotShown; the caller logs that too.
    """
    rows = Alert.objects.filter(id=alert_id, client_id__in=visible_to(actor).values("id"))
    alert = rows.select_for_update(no_key=True, of=("self",)).first()
    if alert is None:
        raise AccessNotShown("not_yours")
    why = may_see(alert, actor)
    if why:
        raise AccessNotShown(why)
    access = homes_access.accesses_of([alert.client_id]).get(alert.client_id)
    if access is None:
        raise AccessNotShown("none")
    return access, homes_access.reveal(access.id, account_id=actor.account_id, alert_id=alert_id, now=now)


@transaction.atomic
def keep_access(*, client_id: UUID, how: str, words: str, by: str, now: datetime) -> UUID:
    """From now on one gets in like this; somebody has to try it within two weeks. Raises AccessRefused."""
    made, before = homes_access.replace_access(client_id=client_id, how=how, words=words, by=by, now=now)
    if before is not None:
        end_tasks_about([before], as_=DROPPED, by=by, now=now)
    tell_checks_due(now)
    return made


@transaction.atomic
def confirm_access(access_id: UUID, *, by: str, now: datetime) -> None:
    """Somebody stood there and it holds; the task is done. Raises AccessRefused for one that was changed."""
    if not homes_access.note_checked([access_id], by=by, now=now):
        raise homes_access.AccessRefused("This was changed since: look at it again.")
    end_tasks_about([access_id], as_=DONE, by=by, now=now)


def follow_tasks(ended: Sequence[TaskEnded], now: datetime) -> None:
    """Handler: whoever ticks the task off has checked it."""
    done = [each for each in ended if each.kind == CHECK and each.ended_as == DONE and each.about]
    by: dict[str, list[UUID]] = {}
    for each in done:
        if each.about is not None:
            by.setdefault(each.by, []).append(each.about)
    for who, ids in by.items():
        homes_access.note_checked(ids, by=who, now=now)


@transaction.atomic
def tell_checks_due(now: datetime, most: int = 500) -> int:
    """Open a task for what has to be checked soon; gives how many. For `reik watch`, once a minute."""
    due = homes_access.checks_due(now, most)
    ids = [each.id for _organisation, each in due]
    known = set(Task.objects.filter(kind=CHECK, ended_at=None, about__in=ids).values_list("about", flat=True))
    tasks = [
        NewTask(
            organisation_id=organisation, client_id=each.client_id, kind=CHECK, owner_role="nurse",
            due_at=each.due_at, by="reik", about=each.id,
        )
        for organisation, each in due
        if each.id not in known
    ]  # fmt: skip
    open_tasks(tasks, now)
    return len(tasks)
