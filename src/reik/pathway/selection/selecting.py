"""The selection form: saved with every answer, signed as a version, and what a signature sets going (R4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import zones_of
from reik.medication.times.schedule import instant_of, local_day
from reik.pathway import moving, readiness, recording
from reik.pathway.asking import keep_tasks
from reik.pathway.facts import PathMoved
from reik.pathway.forms import printing
from reik.pathway.models import CarePath, Selection, SelectionDraft
from reik.pathway.path import Event, PathRefused, State
from reik.pathway.queries import evidence_of
from reik.pathway.selection import ending, selection_seen
from reik.pathway.selection.measures import GOOD, NO, NOT_NOW, Planned, Signing, check_signing, suggested
from reik.pathway.selection.questions import (
    BY_CODE,
    FORM,
    TWO_OBSERVERS,
    AnswerRefused,
    Given,
    asked,
    check_given,
    from_json,
    to_json,
)
from reik.pathway.selection.selection_facts import SelectionSigned, SelectionSkipped
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, end_tasks_about, open_tasks

SIGNS = ("nurse",)
MEASURE_ROLES = ("nurse", "caregiver", "team_manager")
MEASURE_TASK, LOOK_AGAIN_TASK, UNSUITABLE_TASK = "path.measure", "path.look_again", "path.unsuitable"
SKIPPED = "selection_skipped"
OPENS = time(9)
CLOSES = time(17)
BEFORE_DELIVERY = (State.ENROLLING, State.ROLL)
BEING_CHOSEN = (State.INDICATED, State.SELECTING, State.NOT_NOW)


def locked(path_id: UUID) -> CarePath:
    """The path's row, for this transaction only. Raises PathRefused when it is over or unknown."""
    path = CarePath.objects.select_for_update(no_key=True).filter(id=path_id).first()
    if path is None or path.ended_at is not None:
        raise PathRefused("over", "This care path has ended: begin a new one at the indication.")
    return path


def zone_of_client(client_id: UUID) -> ZoneInfo:
    return zones_of([client_id])[client_id]


def answers_of(path_id: UUID) -> Mapping[str, Given]:
    """What the form shows: what is filled in so far, else the newest signed version (of a restart: of before)."""
    draft = selection_seen.draft_of(path_id)
    if draft is not None:
        return draft.answers
    before = CarePath.objects.filter(id=path_id).values_list("before_id", flat=True).first()
    signed = selection_seen.newest_selections([each for each in (path_id, before) if each])
    newest = signed.get(path_id) or (signed.get(before) if before else None)
    return newest.answers if newest else {}


@transaction.atomic
def save_answer(
    path_id: UUID, question: str, said: Given, *, by: str, role: str, now: datetime, was_at: str = ""
) -> None:
    """Keep one answer; the first one begins the selection.

    `was_at`: when the answer that the person saw was given (`DraftSeen.by`). Raises AnswerRefused, also when
    somebody else answered this question meanwhile (code `meanwhile`), and PathRefused.
    """
    path = locked(path_id)
    known = BY_CODE.get(question)
    if known is None:
        raise AnswerRefused("unknown", "This question is not on the form.")
    check_given(known, said, local_day(now, zone_of_client(path.client_id)))
    _begin(path, by=by, role=role, now=now)
    draft = SelectionDraft.objects.filter(path=path).first()
    kept = dict(draft.answers) if draft else to_json(answers_of(path_id))
    before = kept.get(question, {})
    if before.get("at", "") != was_at and before.get("by") != by:
        raise AnswerRefused(
            "meanwhile",
            f"{before.get('by')} answered this meanwhile: look, and save again if yours is right.",
        )
    if before.get("at") is None or from_json({question: before})[question] != said:
        kept[question] = {**to_json({question: said})[question], "by": by, "at": now.isoformat()}
    values = {
        "organisation_id": path.organisation_id, "client_id": path.client_id, "form": FORM, "answers": kept,
        "saved_at": now, "saved_by": by,
    }  # fmt: skip
    SelectionDraft.objects.update_or_create(path=path, defaults=values)


def _begin(path: CarePath, *, by: str, role: str, now: datetime) -> None:
    """The form is taken up: also again, when the answer was not now."""
    event = {State.INDICATED: Event.SELECT, State.NOT_NOW: Event.LOOK_AGAIN}.get(State(path.state))
    if event is not None:
        moving.move(path.id, event, by=by, role=role, now=now)
        path.refresh_from_db()
    for each in evidence_of([path.id], [SKIPPED]):
        if each.taken_back_at is None:
            recording.take_back(each.id, by=by, because="filled_in", now=now)


@transaction.atomic
def skip(path_id: UUID, because: str, *, by: str, role: str, now: datetime) -> UUID:
    """The form is not filled in, and why is written down; the client stays a candidate with that reason (R76)."""
    path = locked(path_id)
    if not because.strip():
        raise AnswerRefused("because", "Say why the form is not filled in.")
    if State(path.state) not in BEING_CHOSEN:
        raise AnswerRefused("later", "This client is past the selection: change the form instead.")
    id = recording.record(path_id, SKIPPED, by=by, role=role, now=now, detail={"because": because.strip()})
    facts.publish(
        [
            SelectionSkipped(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id,
                because=because.strip(), by=by,
            )
        ],
        now,
    )  # fmt: skip
    return id


@transaction.atomic
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
    """Sign what is filled in as a new version, and set going what follows; gives its id.

    `saved_at`: of the draft that the person saw. Raises AnswerRefused and PathRefused; then nothing has changed.
    """
    path = locked(path_id)
    if role not in SIGNS:
        raise AnswerRefused("nurse", "A nurse signs: ask her to look at it.")
    draft = selection_seen.draft_of(path_id)
    if draft is None:
        raise AnswerRefused("nothing", "Nothing was filled in: answer the questions first.")
    if saved_at and draft.saved_at.isoformat() != saved_at:
        raise AnswerRefused(
            "meanwhile", f"{draft.saved_by} changed an answer meanwhile: look again, then sign."
        )
    today = local_day(now, zone_of_client(path.client_id))
    wants = selection_seen.wants_of(path.organisation_id)
    questions = asked(draft.answers, wants)
    check_signing(
        said, suggested(questions, draft.answers), today, author=author, roles=MEASURE_ROLES,
        two=TWO_OBSERVERS in wants,
    )  # fmt: skip
    answers = {each.code: draft.answers[each.code] for each in questions if each.code in draft.answers}
    row = _write(path, said, answers, author_id, author, role, now)
    SelectionDraft.objects.filter(path=path).delete()
    _follow(path, row, said, by=author, role=role, now=now)
    facts.publish(
        [
            SelectionSigned(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id,
                selection_id=row.id, version=row.version, outcome=row.outcome, by=author,
                measures=len(row.measures),
            )
        ],
        now,
    )  # fmt: skip
    return row.id


def _write(
    path: CarePath, said: Signing, answers: Mapping[str, Given], author_id: UUID, author: str, role: str,
    now: datetime,
) -> Selection:  # fmt: skip
    newest = selection_seen.newest_selections([path.id]).get(path.id)
    return Selection.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
        version=newest.version + 1 if newest else 1, form=FORM, answers=to_json(answers),
        measures=[_measure_json(each) for each in said.planned], outcome=said.outcome,
        because=[each.strip() for each in said.because if each.strip()],
        look_again_on=said.look_again_on if said.outcome == NOT_NOW else None, author_id=author_id,
        author=author, author_role=role, second=said.second.strip(), second_on=said.second_on, created_at=now,
    )  # fmt: skip


def _measure_json(each: Planned) -> dict[str, Any]:
    kept = {"measure": each.measure, "by_role": each.role, "due_on": str(each.due_on or "")}
    return {**kept, "not_needed": each.not_needed.strip()} if each.not_needed.strip() else kept


def _follow(path: CarePath, row: Selection, said: Signing, *, by: str, role: str, now: datetime) -> None:
    """Tasks and the path's next state."""
    for kind in (LOOK_AGAIN_TASK, UNSUITABLE_TASK):
        end_tasks([path.client_id], kind, as_=DONE, by=by, now=now)
    _open_measures(path, row, said, by=by, now=now)
    if said.outcome in GOOD:
        go_on(path.id, by=by, role=role, now=now)
        keep_tasks([path.id], now, by)
        return
    detail = {"because": row.because[0], "look_again_on": str(row.look_again_on or "")}
    state = State(path.state)
    while State(path.state) in BEFORE_DELIVERY and (said.outcome == NOT_NOW):
        moving.move(path.id, Event.REOPEN, by=by, role=role, now=now, note=row.because[0])
        path.refresh_from_db()
    if state not in (*BEING_CHOSEN, *BEFORE_DELIVERY):
        _tell_unsuitable(path, row, by=by, now=now)
    elif said.outcome == NOT_NOW:
        moving.move(path.id, Event.NOT_NOW, by=by, role=role, now=now, note=row.because[0], detail=detail)
        _look_again(path, row, by=by, now=now)
    elif said.outcome == NO:
        moving.move(path.id, Event.DECLINE, by=by, role=role, now=now, note=row.because[0],
                    detail={"because": "unsuitable"})  # fmt: skip


def go_on(path_id: UUID, *, by: str, role: str, now: datetime) -> bool:
    """From selection to enrolment, as soon as it suits and was agreed; gives whether it did."""
    path = locked(path_id)
    one = readiness.holding([path_id], now, ("selection", "agreement", "wzd_decision"))[path_id]
    if State(path.state) == State.INDICATED and "selection" in one:
        moving.move(path_id, Event.SELECT, by=by, role=role, now=now)
        path.refresh_from_db()
    if State(path.state) != State.SELECTING or "selection" not in one or one <= {"selection"}:
        return False
    newest = selection_seen.newest_selections([path_id]).get(path_id)
    moving.move(
        path_id, Event.SUITS, by=by, role=role, now=now, detail={"outcome": newest.outcome if newest else ""}
    )
    return True


def _open_measures(path: CarePath, row: Selection, said: Signing, *, by: str, now: datetime) -> None:
    """One task for each measure; what an earlier version asked for and this one does not is no longer needed."""
    zone = zone_of_client(path.client_id)
    earlier = Selection.objects.filter(path=path, version__lt=row.version).values_list("id", flat=True)
    end_tasks_about(list(earlier), as_=DROPPED, by=by, now=now)
    open_tasks(
        [
            NewTask(
                organisation_id=path.organisation_id, client_id=path.client_id, kind=MEASURE_TASK,
                key=each.measure, about=row.id, detail={"measure": each.measure}, owner_role=each.role,
                due_at=instant_of(each.due_on, CLOSES, zone), by=by,
            )
            for each in said.planned
            if each.due_on is not None and not each.not_needed.strip() and said.outcome != NO
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


def follow_over(moved: Sequence[PathMoved], now: datetime) -> None:
    """Handler: a path is over, so nobody has to do any more what its choice asked for. Set-wise."""
    clients = [each.client_id for each in moved if each.to_state == State.ENDED]
    for kind in (
        (MEASURE_TASK, LOOK_AGAIN_TASK, UNSUITABLE_TASK, ending.TASK, printing.TASK) if clients else ()
    ):
        end_tasks(clients, kind, as_=DROPPED, by=moved[0].by, now=now)
