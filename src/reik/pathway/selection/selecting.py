"""The selection form as it is filled in: saved with every answer, or skipped; what goes on once it suits (R4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.medication.queries import zones_of
from reik.medication.times.schedule import local_day
from reik.pathway import moving, readiness, recording
from reik.pathway.facts import PathMoved
from reik.pathway.forms import printing
from reik.pathway.models import CarePath, SelectionDraft
from reik.pathway.path import Event, PathRefused, State
from reik.pathway.queries import evidence_of
from reik.pathway.selection import ending, selection_seen
from reik.pathway.selection.questions import (
    BY_CODE,
    FORM,
    AnswerRefused,
    Given,
    check_given,
    from_json,
    to_json,
)
from reik.pathway.selection.selection_facts import SelectionSkipped
from reik.tasks.operations import DROPPED, end_tasks

SIGNS = ("nurse",)
MEASURE_ROLES = ("nurse", "caregiver", "team_manager")
MEASURE_TASK, LOOK_AGAIN_TASK, UNSUITABLE_TASK = "path.measure", "path.look_again", "path.unsuitable"
SKIPPED = "selection_skipped"
OPENS = time(9)
CLOSES = time(17)
BEFORE_DELIVERY = (State.ENROLLING, State.ROLL)
BEING_CHOSEN = (State.INDICATED, State.SELECTING, State.NOT_NOW)


def locked(path_id: UUID) -> CarePath:
    """One path's row: `all_locked` for one."""
    return all_locked([path_id])[path_id]


def all_locked(path_ids: Collection[UUID]) -> dict[UUID, CarePath]:
    """The paths' rows, for this transaction only. Raises PathRefused when one is over or unknown."""
    rows = (
        CarePath.objects.select_for_update(no_key=True).filter(id__in=path_ids, ended_at=None).order_by("id")
    )
    found = {each.id: each for each in rows}
    if len(found) < len(set(path_ids)):
        raise PathRefused("over", "This care path has ended: begin a new one at the indication.")
    return found


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


def go_on(path_ids: Collection[UUID], *, by: str, role: str, now: datetime) -> set[UUID]:
    """From selection to enrolment, as soon as it suits and was agreed; gives which paths did. Set-wise."""
    paths = all_locked(path_ids)
    holding = readiness.holding(path_ids, now, ("selection", "agreement", "wzd_decision"))
    suits = {id for id, held in holding.items() if "selection" in held}
    begun = [each for each in paths.values() if State(each.state) == State.INDICATED and each.id in suits]
    if begun:
        moving.move_all(
            [
                moving.Happened(client_id=each.client_id, event=Event.SELECT, by=by, role=role, detail={})
                for each in begun
            ],
            now,
        )
    chosen = [
        each
        for each in paths.values()
        if each.id in suits
        and holding[each.id] > {"selection"}
        and State(each.state) in (State.INDICATED, State.SELECTING)
    ]
    if chosen:
        newest = selection_seen.newest_selections([each.id for each in chosen])
        moving.move_all(
            [
                moving.Happened(
                    client_id=each.client_id, event=Event.SUITS, by=by, role=role,
                    detail={"outcome": newest[each.id].outcome if each.id in newest else ""},
                )
                for each in chosen
            ],
            now,
        )  # fmt: skip
    return {each.id for each in chosen}


def follow_over(moved: Sequence[PathMoved], now: datetime) -> None:
    """Handler: a path is over, so nobody has to do any more what its choice asked for. Set-wise."""
    clients = [each.client_id for each in moved if each.to_state == State.ENDED]
    for kind in (
        (MEASURE_TASK, LOOK_AGAIN_TASK, UNSUITABLE_TASK, ending.TASK, printing.TASK) if clients else ()
    ):
        end_tasks(clients, kind, as_=DROPPED, by=moved[0].by, now=now)
