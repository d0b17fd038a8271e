"""Tasks on the screens: what waits for this person, before when, whose it is; taking one, and ending it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext as _

from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard
from reik.tasks.operations import TaskRefused, finish_task, take_task
from reik.tasks.queries import TaskSeen, open_tasks_of, task, tasks_about
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of
from reik.web.seen import acted
from reik.web.task_words import task_words
from reik.web.terms_said import by_words
from reik.web.work.task_links import CARER, PHARMACIST, TEAM, address_of, is_said, page_words

MINE, LATE = "mijn", "telaat"
FIRST = 20
"""So many tasks a list shows before the rest folds away."""
LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task as a line of a list. `address` empty: no page; `may_finish`: who looks ends it with her own word."""

    id: UUID
    card: ClientCard
    sentence: str
    high_risk: bool
    overdue: bool
    due: str
    owner: str
    mine: bool
    address: str
    page: str
    may_finish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """The tasks that a filter leaves, and how many there are of each. `whose`: clients who have any, by id."""

    rows: Sequence[TaskRow]
    total: int
    folded: int
    mine: int
    late: int
    whose: Sequence[tuple[UUID, str]]
    only: str = ""
    client: str = ""


def owned_by(role: str) -> Sequence[str]:
    """The owners whose tasks this role does: a team does each other's, a pharmacy and a carer their own."""
    return TEAM if role in TEAM else (role,) if role in (PHARMACIST, CARER) else ()


def rows_of(known: Mapping[UUID, ClientCard], actor: Actor, now: datetime) -> list[TaskRow]:
    """The open tasks of these clients for this person: high risk first, then what is due first.

    What a pharmacist does on a page stands in her inbox; here she has what ends by her own word.
    """
    roles = owned_by(actor.role)
    found = open_tasks_of(known, roles) if roles and known else []
    return [
        row_of(each, known[each.client_id], actor, now)
        for each in found
        if actor.role != PHARMACIST or is_said(each)
    ]


def row_of(each: TaskSeen, card: ClientCard, actor: Actor, now: datetime) -> TaskRow:
    overdue = each.due_at <= now
    return TaskRow(
        id=each.id, card=card, sentence=task_words(each.kind, each.detail), high_risk=each.high_risk, overdue=overdue,
        due=by_words(each.due_at, now, ZoneInfo(card.zone)),
        owner=each.owner_name or _("nog van niemand"), mine=each.owner_id == actor.account_id,
        address=address_of(each, actor.role), page=page_words(each), may_finish=is_said(each),
    )  # fmt: skip


def listed(
    known: Mapping[UUID, ClientCard], actor: Actor, now: datetime, *, only: str, client: str, whole: bool
) -> TaskList:
    """The list with its filter: everybody's, her own, or what is late; of all clients or of one."""
    rows = rows_of(known, actor, now)
    whose = {row.card.id: row.card.display for row in rows}
    of_client = [row for row in rows if str(row.card.id) == client] if client else rows
    chosen = [
        row for row in of_client if (only != MINE or row.mine) and (only != LATE or row.overdue)
    ]  # fmt: skip
    shown = chosen if whole or len(chosen) <= FIRST + 1 else chosen[:FIRST]
    return TaskList(
        rows=shown, total=len(of_client), folded=len(chosen) - len(shown), mine=sum(row.mine for row in of_client),
        late=sum(row.overdue for row in of_client), only=only if only in (MINE, LATE) else "", client=client,
        whose=sorted(whose.items(), key=lambda each: each[1]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why an act on a task was refused, with what was typed."""

    text: str
    task_id: UUID
    client_id: UUID
    note: str
    status: int


def act_on(
    request: ActingRequest, task_id: UUID, what: str, known: Collection[UUID], now: datetime
) -> Flaw | TaskSeen:
    """ "ik" takes a task, "klaar" ends it: of a client whom this person may see, owned by her role; else 404."""
    actor, found = actor_of(request), task(task_id)
    if found is None or found.client_id not in known or found.owner_role not in owned_by(actor.role):
        raise Http404
    if what not in ("ik", "klaar") or (what == "klaar" and not is_said(found)):
        raise Http404
    note = request.POST.get("note", "").strip()[:LONGEST]
    if what == "klaar" and not note:
        return Flaw(
            text=_("Schrijf op wat u deed: daarna is de taak weg."),
            task_id=task_id,
            client_id=found.client_id,
            note="",
            status=422,
        )
    try:
        if what == "ik":
            take_task(task_id, account_id=actor.account_id, name=actor.name, now=now)
        else:
            finish_task(task_id, by=actor.name, now=now, note=note)
    except TaskRefused:
        _log(request, found, Act.REFUSED, what, now)
        return Flaw(text=_already(found), task_id=task_id, client_id=found.client_id, note=note, status=409)
    _log(request, found, Act.CHANGE, what, now)
    return found


def _already(found: TaskSeen) -> str:
    """What became of a task in the meantime."""
    return _("Deze taak is al klaar (%(who)s). Er is niets veranderd.") % {"who": found.ended_by or "?"}


def _log(request: ActingRequest, found: TaskSeen, act: Act, what: str, now: datetime) -> None:
    acted(
        request, act, "task", [found.id, found.client_id], now, organisation_id=found.organisation_id,
        detail=f"{'taken' if what == 'ik' else 'done'} {found.kind}",
        outcome="refused" if act is Act.REFUSED else "ok",
    )  # fmt: skip


def of_client(card: ClientCard, actor: Actor, now: datetime, most: int = 5) -> tuple[list[TaskRow], int]:
    """The first tasks of one client, and how many there are."""
    rows = rows_of({card.id: card}, actor, now)
    return rows[:most], len(rows)


def about(row_id: UUID, card: ClientCard, actor: Actor, now: datetime) -> list[TaskRow]:
    """The open tasks about one row, as a roll, for its own page."""
    found = tasks_about([row_id]).get(row_id, [])
    mine = [each for each in found if each.ended_at is None and each.owner_role in owned_by(actor.role)]
    mine.sort(key=lambda each: (not each.high_risk, each.due_at))
    return [replace(row_of(each, card, actor, now), address="") for each in mine]
