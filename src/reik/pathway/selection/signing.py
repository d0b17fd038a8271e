"""The selection form is signed as a version, and what a signature sets going (R4). Set-wise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import zones_of
from reik.medication.times.schedule import instant_of, local_day
from reik.pathway import moving
from reik.pathway.asking import keep_tasks
from reik.pathway.models import CarePath, Selection, SelectionDraft
from reik.pathway.path import Event, State
from reik.pathway.selection import selection_seen
from reik.pathway.selection.measures import GOOD, NO, NOT_NOW, Planned, Signing, check_signing, suggested
from reik.pathway.selection.questions import FORM, TWO_OBSERVERS, AnswerRefused, Given, asked, to_json
from reik.pathway.selection.selecting import (
    BEFORE_DELIVERY,
    BEING_CHOSEN,
    CLOSES,
    LOOK_AGAIN_TASK,
    MEASURE_ROLES,
    MEASURE_TASK,
    SIGNS,
    UNSUITABLE_TASK,
    all_locked,
    go_on,
    zone_of_client,
)
from reik.pathway.selection.selection_facts import SelectionSigned
from reik.pathway.selection.selection_seen import DraftSeen
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, end_tasks_about, open_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is signed of one path. `saved_at`: of the draft that the person saw."""

    path_id: UUID
    said: Signing
    saved_at: str = ""


def sign(
    path_id: UUID,
    said: Signing,
    *,
    author_id: UUID,
    author: str,
    role: str,
    now: datetime,
    saved_at: str = "",
) -> UUID:
    """Sign one form: `sign_all` for one; gives the version's id."""
    form = Form(path_id=path_id, said=said, saved_at=saved_at)
    return sign_all([form], author_id=author_id, author=author, role=role, now=now)[path_id]


@transaction.atomic
def sign_all(
    forms: Sequence[Form], *, author_id: UUID, author: str, role: str, now: datetime
) -> dict[UUID, UUID]:
    """Sign what is filled in of these paths as new versions, and set going what follows; gives each path's version.

    As many statements for 1 as for 200 that suit. Raises AnswerRefused and PathRefused; then nothing has changed.
    """
    said = {each.path_id: each.said for each in forms}
    paths = all_locked(said)
    if role not in SIGNS:
        raise AnswerRefused("nurse", "A nurse signs: ask her to look at it.")
    drafts = selection_seen.drafts_of(said)
    for each in forms:
        _check_seen(drafts.get(each.path_id), each.saved_at)
    answers = _checked(paths, said, drafts, author, now)
    rows = _write(paths, said, answers, author_id, author, role, now)
    SelectionDraft.objects.filter(path_id__in=said).delete()
    _follow(paths, rows, said, by=author, role=role, now=now)
    facts.publish(
        [
            SelectionSigned(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.path_id,
                selection_id=row.id, version=row.version, outcome=row.outcome, by=author,
                measures=len(row.measures),
            )
            for row in rows.values()
        ],
        now,
    )  # fmt: skip
    return {id: row.id for id, row in rows.items()}


def _check_seen(draft: DraftSeen | None, saved_at: str) -> None:
    if draft is None:
        raise AnswerRefused("nothing", "Nothing was filled in: answer the questions first.")
    if saved_at and draft.saved_at.isoformat() != saved_at:
        raise AnswerRefused(
            "meanwhile", f"{draft.saved_by} changed an answer meanwhile: look again, then sign."
        )


def _checked(
    paths: Mapping[UUID, CarePath], said: Mapping[UUID, Signing], drafts: Mapping[UUID, DraftSeen], author: str,
    now: datetime,
) -> dict[UUID, dict[str, Given]]:  # fmt: skip
    """The answers that count of each form, with what its house wants besides."""
    zones = zones_of([each.client_id for each in paths.values()])
    wanted = {
        house: selection_seen.wants_of(house) for house in {each.organisation_id for each in paths.values()}
    }
    answers = {}
    for id, path in paths.items():
        given, wants = drafts[id].answers, wanted[path.organisation_id]
        questions = asked(given, wants)
        check_signing(
            said[id], suggested(questions, given), local_day(now, zones[path.client_id]), author=author,
            roles=MEASURE_ROLES, two=TWO_OBSERVERS in wants,
        )  # fmt: skip
        answers[id] = {each.code: given[each.code] for each in questions if each.code in given}
    return answers


def _write(
    paths: Mapping[UUID, CarePath], said: Mapping[UUID, Signing], answers: Mapping[UUID, Mapping[str, Given]],
    author_id: UUID, author: str, role: str, now: datetime,
) -> dict[UUID, Selection]:  # fmt: skip
    newest = selection_seen.newest_selections(paths)
    rows = {
        id: Selection(
            id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
            version=newest[id].version + 1 if id in newest else 1, form=FORM, answers=to_json(answers[id]),
            measures=[_measure_json(each) for each in said[id].planned], outcome=said[id].outcome,
            because=[each.strip() for each in said[id].because if each.strip()],
            look_again_on=said[id].look_again_on if said[id].outcome == NOT_NOW else None, author_id=author_id,
            author=author, author_role=role, second=said[id].second.strip(), second_on=said[id].second_on,
            created_at=now,
        )
        for id, path in paths.items()
    }  # fmt: skip
    Selection.objects.bulk_create(rows.values())
    return rows


def _measure_json(each: Planned) -> dict[str, Any]:
    kept = {"measure": each.measure, "by_role": each.role, "due_on": str(each.due_on or "")}
    return {**kept, "not_needed": each.not_needed.strip()} if each.not_needed.strip() else kept


def _follow(
    paths: Mapping[UUID, CarePath], rows: Mapping[UUID, Selection], said: Mapping[UUID, Signing], *, by: str,
    role: str, now: datetime,
) -> None:  # fmt: skip
    """Tasks and the paths' next states. Those that suit go on together; the few others one by one."""
    clients = [each.client_id for each in paths.values()]
    for kind in (LOOK_AGAIN_TASK, UNSUITABLE_TASK):
        end_tasks(clients, kind, as_=DONE, by=by, now=now)
    _open_measures(rows, said, by=by, now=now)
    good = [id for id, one in said.items() if one.outcome in GOOD]
    if good:
        go_on(good, by=by, role=role, now=now)
        keep_tasks(good, now, by)
    for id in said.keys() - set(good):
        _turn(paths[id], rows[id], by=by, role=role, now=now)


def _turn(path: CarePath, row: Selection, *, by: str, role: str, now: datetime) -> None:
    """It does not suit, or not now."""
    detail = {"because": row.because[0], "look_again_on": str(row.look_again_on or "")}
    state = State(path.state)
    while State(path.state) in BEFORE_DELIVERY and (row.outcome == NOT_NOW):
        moving.move(path.id, Event.REOPEN, by=by, role=role, now=now, note=row.because[0])
        path.refresh_from_db()
    if state not in (*BEING_CHOSEN, *BEFORE_DELIVERY):
        _tell_unsuitable(path, row, by=by, now=now)
    elif row.outcome == NOT_NOW:
        moving.move(path.id, Event.NOT_NOW, by=by, role=role, now=now, note=row.because[0], detail=detail)
        _look_again(path, row, by=by, now=now)
    elif row.outcome == NO:
        moving.move(path.id, Event.DECLINE, by=by, role=role, now=now, note=row.because[0],
                    detail={"because": "unsuitable"})  # fmt: skip


def _open_measures(
    rows: Mapping[UUID, Selection], said: Mapping[UUID, Signing], *, by: str, now: datetime
) -> None:
    """One task for each measure; what an earlier version asked for and this one does not is no longer needed."""
    zones = zones_of([each.client_id for each in rows.values()])
    new = [each.id for each in rows.values()]
    earlier = Selection.objects.filter(path_id__in=rows).exclude(id__in=new).values_list("id", flat=True)
    end_tasks_about(list(earlier), as_=DROPPED, by=by, now=now)
    open_tasks(
        [
            NewTask(
                organisation_id=row.organisation_id, client_id=row.client_id, kind=MEASURE_TASK,
                key=each.measure, about=row.id, detail={"measure": each.measure}, owner_role=each.role,
                due_at=instant_of(each.due_on, CLOSES, zones[row.client_id]), by=by,
            )
            for id, row in rows.items()
            for each in said[id].planned
            if each.due_on is not None and not each.not_needed.strip() and row.outcome != NO
        ],
        now,
    )  # fmt: skip


def _look_again(path: CarePath, row: Selection, *, by: str, now: datetime) -> None:
    assert row.look_again_on is not None
    _open_one(path, LOOK_AGAIN_TASK, row, day=row.look_again_on, at=CLOSES, by=by, now=now)


def _tell_unsuitable(path: CarePath, row: Selection, *, by: str, now: datetime) -> None:
    """A dispenser may be in the home already: a person decides on a pause or a stop, today."""
    today = local_day(now, zone_of_client(path.client_id))
    _open_one(path, UNSUITABLE_TASK, row, day=today, at=CLOSES, by=by, now=now, high_risk=True)


def _open_one(
    path: CarePath, kind: str, row: Selection, *, day: date, at: time, by: str, now: datetime,
    high_risk: bool = False,
) -> None:  # fmt: skip
    open_tasks(
        [
            NewTask(
                organisation_id=path.organisation_id, client_id=path.client_id, kind=kind, about=row.id,
                detail={"because": row.because[0] if row.because else ""}, owner_role="nurse", by=by,
                due_at=instant_of(day, at, zone_of_client(path.client_id)), high_risk=high_risk,
            )
        ],
        now,
    )  # fmt: skip
