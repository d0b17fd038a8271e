"""Resistance is an event of its own (R8): pulling the plug, refusing three times, distress.

Of a client who cannot decide on this herself, or of whom that is in doubt (dementia, intellectual disability), it
ends the presumption that she takes part freely: a task asks for the step plan of the Wzd, or to stop.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication.queries import zones_of
from reik.pathway.models import CarePath, Evidence, Selection, SharedDecision
from reik.pathway.path import State
from reik.pathway.recording import record
from reik.pathway.use import triggers
from reik.pathway.use.evaluation_terms import use_terms_of
from reik.pathway.use.looking_back import Asked, open_evaluations
from reik.pathway.use.use_facts import ResistanceShown
from reik.tasks.operations import NewTask, open_tasks

KIND = "resistance"
PLUG, REFUSED_THRICE, DISTRESS, OTHER = "plug", "refused_thrice", "distress", "other"
WHATS = (PLUG, REFUSED_THRICE, DISTRESS, OTHER)
WZD, TALK = "path.wzd_or_stop", "path.resistance_talk"
WITHIN = timedelta(days=1)
NOT_SURE = ("doubtful", "doubt", "not_able")
ENDED = (State.ENDED.value, State.INDICATED.value)


class ResistanceRefused(ValueError):
    """This cannot be written down like this; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One time that she showed it; `what` is one of WHATS."""

    what: str
    note: str
    at: datetime
    by: str
    role: str


@transaction.atomic
def show(path_id: UUID, *, what: str, note: str, at: datetime, by: str, role: str, now: datetime) -> bool:
    """Write down that she resisted; gives whether her choice may still be taken as free. Raises ResistanceRefused."""
    path = CarePath.objects.filter(id=path_id).exclude(state__in=ENDED).first()
    if path is None:
        raise ResistanceRefused("There is no care path to write this down with: look at the client's page.")
    if what not in WHATS or not note.strip():
        raise ResistanceRefused("Choose what she did, and write down what you saw and what she said.")
    if at > now:
        raise ResistanceRefused("It cannot have been later than now: look at date and time.")
    record(
        path_id, KIND, by=by, role=role, now=now, at=at, detail={"what": what, "note": note.strip()[:4000]}
    )
    presumed = path_id not in not_presumed([path_id])
    _leave_to_do(path, what, presumed, by, now)
    facts.publish(
        [
            ResistanceShown(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id, what=what,
                presumed=presumed, at=at, by=by,
            )
        ],
        now,
    )  # fmt: skip
    return presumed


def _leave_to_do(path: CarePath, what: str, presumed: bool, by: str, now: datetime) -> None:
    task = NewTask(
        organisation_id=path.organisation_id, client_id=path.client_id, kind=TALK if presumed else WZD, about=path.id,
        owner_role="nurse", due_at=now + WITHIN, by=by, high_risk=not presumed, detail={"what": what},
    )  # fmt: skip
    open_tasks([task], now)
    if path.state in (State.IN_USE.value, State.PAUSED.value):
        today = now.astimezone(zones_of([path.client_id])[path.client_id]).date()
        due = use_terms_of([path.organisation_id])[path.organisation_id].due_on(triggers.RESISTANCE, today)
        open_evaluations([Asked(path, triggers.RESISTANCE, {"what": what}, due)], now, by)


def not_presumed(path_ids: Collection[UUID]) -> set[UUID]:
    """The paths of clients of whom it is not sure that they can decide on this: as they were last assessed."""
    sure: dict[UUID, bool] = {}
    rows = Selection.objects.filter(path_id__in=path_ids).order_by("path_id", "-version").distinct("path_id")
    for path_id, answers in rows.values_list("path_id", "answers"):
        given = answers.get("capacity", {}).get("answer") or ""
        sure[path_id] = not set([given] if isinstance(given, str) else given) & set(NOT_SURE)
    decided = SharedDecision.objects.filter(path_id__in=path_ids).order_by("path_id", "-at", "-id")
    for path_id, capacity in decided.distinct("path_id").values_list("path_id", "capacity"):
        sure[path_id] = sure.get(path_id, True) and capacity not in NOT_SURE
    return {id for id, is_sure in sure.items() if not is_sure}


def shown_since(path_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When resistance was last shown on each of these paths; a decision from before then is not known to be free."""
    rows = Evidence.objects.filter(path_id__in=path_ids, kind=KIND, taken_back_at=None).order_by(
        "path_id", "-at"
    )
    return dict(rows.distinct("path_id").values_list("path_id", "at"))


def seen_of(path_id: UUID) -> list[Seen]:
    """Each time, the newest first."""
    rows = Evidence.objects.filter(path_id=path_id, kind=KIND, taken_back_at=None).order_by("-at", "-id")
    return [
        Seen(
            what=each.detail.get("what", OTHER), note=each.detail.get("note", ""), at=each.at, by=each.by,
            role=each.role,
        )
        for each in rows
    ]  # fmt: skip
