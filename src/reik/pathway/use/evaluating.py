"""Writes of evaluations: asking for one, holding it, and what follows from how it ends (R7). Never by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import zones_of
from reik.pathway.facts import PathMoved
from reik.pathway.models import CarePath, Evaluation
from reik.pathway.path import State
from reik.pathway.use import triggers
from reik.pathway.use.evaluation_questions import (
    ADJUSTED,
    GOES_ON,
    GOING_ON,
    OUTCOMES,
    PAUSED,
    STOPPED,
    EvaluationRefused,
    unanswered,
)
from reik.pathway.use.evaluation_terms import use_terms_of
from reik.pathway.use.looking_back import IN_HOME, TASK, Asked, open_evaluations, open_for_clients, tell
from reik.pathway.use.use_facts import EvaluationHeld
from reik.people.facts import CarerLeft, ClientMoved, PharmacyChanged
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks

PAUSE, STOP, ADJUST = "path.pause_decided", "path.stop_decided", "path.adjust"
FOLLOWED_WITHIN = timedelta(days=2)
ADJUSTS = ("nurse", "caregiver", "pharmacist", "team_manager")
LONGEST = 4000
HOLDS = ("nurse",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How an evaluation went. `ids`: the open ones that were on the page. `answers`: {question: {answer, saw}}.

    `adjust`: what is changed, by `adjust_role`, before the end of `adjust_by`; only with the outcome *adjusted*.
    """

    ids: Sequence[UUID]
    answers: Mapping[str, Mapping[str, str]]
    outcome: str
    note: str = ""
    next_on: date | None = None
    adjust: str = ""
    adjust_role: str = "nurse"
    adjust_by: date | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@transaction.atomic
def ask(path_id: UUID, *, because: str, by: str, now: datetime) -> None:
    """Somebody wants it looked at sooner. Raises EvaluationRefused without a reason, or without a dispenser in use."""
    if not because.strip():
        raise EvaluationRefused("because", "Say what made you ask: who evaluates wants to know.")
    path = _in_use(path_id)
    today = now.astimezone(_zone(path)).date()
    due = use_terms_of([path.organisation_id])[path.organisation_id].due_on(triggers.ASKED, today)
    open_evaluations(
        [Asked(path, triggers.ASKED, {"because": because.strip()[:LONGEST], "by": by}, due)], now, by
    )


def _in_use(path_id: UUID) -> CarePath:
    path = CarePath.objects.select_for_update(no_key=True, of=("self",)).filter(id=path_id).first()
    if path is None or path.state not in IN_HOME:
        raise EvaluationRefused("path", "No dispenser is in use here: look at the client's care path.")
    return path


def _zone(path: CarePath) -> ZoneInfo:
    return zones_of([path.client_id])[path.client_id]


@transaction.atomic
def hold(path_id: UUID, held: Held, *, by: str, role: str, now: datetime) -> None:
    """A nurse looked back with the client. One talk ends every evaluation that was open on her page.

    Raises EvaluationRefused for what is not complete, and when somebody else held it meanwhile.
    """
    path = _in_use(path_id)
    today = now.astimezone(_zone(path)).date()
    _check(path, held, by, role, today)
    rows = _open_rows(path, held, today, now)
    late = any(each.due_on < today for each in rows)
    Evaluation.objects.filter(id__in=[each.id for each in rows]).update(
        held_at=now, held_by=by.strip(), role=role, answers=dict(held.answers), outcome=held.outcome,
        next_on=held.next_on, note=held.note.strip(),
    )  # fmt: skip
    end_tasks([path.client_id], TASK, as_=DONE, by=by.strip(), now=now)
    tell([path.id], now, by.strip())  # what came in after the page was opened stays
    _follow(path, held, by.strip(), now)
    facts.publish(
        [
            EvaluationHeld(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id, why=each.why,
                outcome=held.outcome, late=late, next_on=held.next_on, by=by.strip(),
            )
            for each in rows
        ],
        now,
    )  # fmt: skip


def _check(path: CarePath, held: Held, by: str, role: str, today: date) -> None:
    if role not in HOLDS or not by.strip():
        raise EvaluationRefused("role", "A district nurse holds the evaluation.")
    if unanswered(held.answers):
        raise EvaluationRefused("answers", "Answer every question: not known is an answer too.")
    if held.outcome not in OUTCOMES:
        raise EvaluationRefused("outcome", "Choose how she goes on.")
    if len(held.note) > LONGEST or len(held.adjust) > LONGEST:
        raise EvaluationRefused("note", f"Write at most {LONGEST} letters.")
    if held.outcome in GOING_ON:
        every = use_terms_of([path.organisation_id])[path.organisation_id].calendar.every_days
        if held.next_on is None or not today < held.next_on <= today + timedelta(days=every):
            raise EvaluationRefused("next_on", f"Choose the next day: within {every} days from today.")
    if held.outcome == ADJUSTED and (not held.adjust.strip() or held.adjust_role not in ADJUSTS):
        raise EvaluationRefused("adjust", "Write what changes, and who does it.")
    if held.outcome == ADJUSTED and (held.adjust_by is None or held.adjust_by < today):
        raise EvaluationRefused("adjust_by", "Choose before when it is changed.")
    if held.outcome != GOES_ON and not held.note.strip():
        raise EvaluationRefused("note", "Write why: who reads this later was not there.")


def _open_rows(path: CarePath, held: Held, today: date, now: datetime) -> list[Evaluation]:
    """The evaluations of the page; one that nobody asked for is made, so that it stands in the list."""
    rows = list(Evaluation.objects.select_for_update(no_key=True).filter(path=path, id__in=held.ids))
    if any(each.held_at is not None for each in rows) or len(rows) != len(set(held.ids)):
        raise EvaluationRefused("overtaken", "Somebody held this evaluation already: open the page again.")
    if rows:
        return rows
    if Evaluation.objects.filter(path=path, why=triggers.ASKED, held_at=None).exists():
        raise EvaluationRefused(
            "overtaken", "Somebody asked for an evaluation meanwhile: open the page again."
        )
    made = Evaluation.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
        why=triggers.ASKED, evidence={}, opened_at=now, due_on=today,
    )  # fmt: skip
    return [made]


def _follow(path: CarePath, held: Held, by: str, now: datetime) -> None:
    """The path stays where it is: who may pause or stop it, or change something, gets a task."""
    if held.outcome == ADJUSTED:
        assert held.adjust_by is not None
        due = datetime.combine(held.adjust_by, time(17), _zone(path))
        said = {"what": held.adjust.strip()}
        open_tasks([_task(path, ADJUST, held.adjust_role, due, by, said, key=str(new_id(now)))], now)
    elif held.outcome in (PAUSED, STOPPED):
        kind = PAUSE if held.outcome == PAUSED else STOP
        open_tasks([_task(path, kind, "nurse", now + FOLLOWED_WITHIN, by, {"note": held.note.strip()})], now)


def _task(
    path: CarePath,
    kind: str,
    role: str,
    due_at: datetime,
    by: str,
    detail: Mapping[str, object],
    key: str = "",
) -> NewTask:
    return NewTask(
        organisation_id=path.organisation_id, client_id=path.client_id, kind=kind, key=key, about=path.id,
        owner_role=role, due_at=due_at, by=by, detail=detail,
    )  # fmt: skip


def follow_paths(told: Sequence[PathMoved], now: datetime) -> None:
    """Handler: a path was paused or stopped, so what was to be decided or evaluated is over."""
    paused = [each.client_id for each in told if each.to_state == State.PAUSED]
    ends = (State.STOPPING, State.ENDED)
    stopped = [each for each in told if each.to_state in ends and each.from_state not in ends]
    if paused:
        end_tasks(paused, PAUSE, as_=DONE, by="reik", now=now)
    if stopped:
        clients = [each.client_id for each in stopped]
        for kind in (STOP, PAUSE):
            end_tasks(clients, kind, as_=DONE, by="reik", now=now)
        end_tasks(clients, TASK, as_=DROPPED, by="reik", now=now)
        Evaluation.objects.filter(path_id__in=[each.path_id for each in stopped], held_at=None).update(
            held_at=now, held_by="reik", outcome=STOPPED, note="stopped"
        )


def follow_moved(told: Sequence[ClientMoved], now: datetime) -> None:
    """Handler: she moved house, so everything around the dispenser is evaluated anew (R14)."""
    _for(told, triggers.MOVED, now)


def follow_pharmacy(told: Sequence[PharmacyChanged], now: datetime) -> None:
    """Handler: another pharmacy serves her (R14); the very first one is no change."""
    _for([each for each in told if each.before], triggers.PHARMACY, now)


def follow_carer(told: Sequence[CarerLeft], now: datetime) -> None:
    """Handler: somebody who helped her takes no part any more (R7, R14)."""
    _for(told, triggers.CARER, now)


def _for(told: Collection[ClientMoved | PharmacyChanged | CarerLeft], why: str, now: datetime) -> None:
    if told:
        by = next(iter(told)).by if len(told) == 1 else "reik"
        open_for_clients({each.client_id for each in told}, why, by, now)
