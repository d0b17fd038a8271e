"""What-ifs from a screen: asked, worked off by `reik jobs`, kept with all that is needed to open them again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.value.models import Computed, PlanningFile, TourQuestion
from reik.value.tours import as_data, matrices, matrix_file
from reik.value.tours.asked import Answer, Asked, Means, answer
from reik.value.tours.problem import TourRefused
from reik.value.tours.questions import MOST_VISITS, Question, as_json, from_json
from reik.value.tours.rows import Chosen, visits_of
from reik.value.tours.solving import PlanBroken

WAITING, BUSY, DONE, FAILED = "waiting", "busy", "done", "failed"
UNDER_WAY = (WAITING, BUSY)
TOURS, USED = "tours", "tours_used"
BROKEN, STOPPED = "broken", "stopped"
LARGEST_MATRIX = 20_000_000  # bytes


class WhatIfRefused(ValueError):
    """This cannot be asked; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@transaction.atomic
def ask(
    organisation_id: UUID, file_id: UUID, question: Question, *, title: str, by: str, now: datetime,
    matrix: bytes | None = None,
) -> UUID:  # fmt: skip
    """Keep a question for `reik jobs`. Raises WhatIfRefused, and TourRefused for an own matrix that cannot be read."""
    file = PlanningFile.objects.filter(id=file_id, organisation_id=organisation_id, state="taken").first()
    if file is None:
        raise WhatIfRefused("file", "Only a planning that counts can be asked: take it in first.")
    if matrix is not None:
        if len(matrix) > LARGEST_MATRIX:
            raise WhatIfRefused("matrix", "The matrix is larger than 20 MB: give the pairs of these clients.")
        matrix_file.understood(matrix, question.matrix)
    _askable(visits_of(file_id, organisation_id, question), question)
    row = TourQuestion.objects.create(
        id=new_id(now), organisation_id=organisation_id, file=file, title=" ".join(title.split())[:120] or file.name,
        inputs=as_json(question), state=WAITING, by=by, created_at=now,
        matrix=None if matrix is None else vault().seal(organisation_id, matrix),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT reik_ask_whatif()")
    return row.id


def _askable(chosen: Chosen, question: Question) -> None:
    """Raises WhatIfRefused before anybody waits for it."""
    if not chosen.planned:
        code = "nowhere" if chosen.nowhere else "empty"
        raise WhatIfRefused(code, "No visit of these teams and days has a place: choose others.")
    if len(chosen.planned) > MOST_VISITS:
        raise WhatIfRefused("large", f"More than {MOST_VISITS} visits: choose fewer days or teams.")
    if not any(each.nurse for each in chosen.planned):
        raise WhatIfRefused("nobody", "No visit has a worker, so nobody could go: give that column.")
    if question.clients is not None:
        strange = sorted(set(question.clients) - {each.client for each in chosen.planned})
        if strange or not question.clients:
            raise WhatIfRefused("strange", strange[0] if strange else "")


def work_off(now: Callable[[], datetime], *, workers: int | None = None) -> int:
    """What `reik jobs` does: answer the questions that wait, the oldest first; gives how many."""
    done = 0
    while (row := _next()) is not None:
        TourQuestion.objects.filter(id=row.id).update(state=BUSY, plans_done=0)
        try:
            _answered(row, now, workers)
        except TourRefused as refusal:
            _failed(row.id, str(refusal), {"code": refusal.code, **refusal.said}, now())
        except PlanBroken as broken:
            _failed(row.id, str(broken), {"code": BROKEN, "day": broken.day}, now())
        done += 1
    return done


def given_up(problem: str, now: datetime) -> None:
    """The process that worked on the first question ended by force: that question waits no more."""
    row = _next()
    if row is not None:
        _failed(row.id, problem, {"code": STOPPED}, now)


def waiting() -> bool:
    """Whether `reik jobs` has something to answer. Of all organisations: for a worker."""
    return TourQuestion.objects.filter(state__in=UNDER_WAY).exists()


def _next() -> TourQuestion | None:
    rows = TourQuestion.objects.filter(state__in=UNDER_WAY).defer("rounds", "matrix")
    return rows.order_by("created_at", "id").first()


def _failed(id: UUID, problem: str, refused: Mapping[str, str], now: datetime) -> None:
    kept = {name: value[:200] for name, value in refused.items()}
    TourQuestion.objects.filter(id=id).update(state=FAILED, problem=problem[:500], refused=kept, ended_at=now)


def _answered(row: TourQuestion, now: Callable[[], datetime], workers: int | None) -> None:
    began = time.perf_counter()
    question = from_json(row.inputs)
    chosen = visits_of(row.file_id, row.organisation_id, question)

    def told(done: int) -> None:
        TourQuestion.objects.filter(id=row.id).update(plans_done=done)

    days = len({(each.day, each.team if question.level == "team" else "") for each in chosen.planned})
    TourQuestion.objects.filter(id=row.id).update(plans_in_all=2 * days)
    asked = question.asked()
    found = answer(chosen.planned, asked, Means(travel=_travel(row, question), workers=workers, told=told))
    outcome = document(found, asked, question, chosen, time.perf_counter() - began)
    _keep(row, found, outcome, now())


def _travel(row: TourQuestion, question: Question) -> Callable[..., Any]:
    if question.matrix:
        sealed = TourQuestion.objects.values_list("matrix", flat=True).get(id=row.id)
        if sealed is None:
            raise TourRefused(
                "The own travel times are no longer kept: ask again with the file.", "matrix_gone"
            )
        own = matrix_file.understood(vault().open(row.organisation_id, bytes(sealed)), question.matrix)
        return own.for_day
    return lambda day: matrices.for_day(day, question.factors())


def document(
    found: Answer, asked: Asked, question: Question, chosen: Chosen, seconds: float
) -> dict[str, Any]:
    """What is kept of an answer: nobody is named in it."""
    travel_from = question.matrix or "published factors"
    sources = [each for mode in (question.mode,) for each in question.factors()[mode].sources]
    return {
        "figures": as_data.figures(found, seconds),
        "details": as_data.details(found, asked, skipped=chosen.left_out, travel_from=travel_from),
        "nowhere": chosen.nowhere, "long": chosen.long, "each_day": as_data.each_day(found),
        "chosen": as_data.of_chosen(found), "calendar_days": len({each.day for each in found.planned}),
        "travel_sources": [] if question.matrix else [
            {"what": each.what, "source": each.source, "date": each.date} for each in sources
        ],
    }  # fmt: skip


@transaction.atomic
def _keep(row: TourQuestion, found: Answer, outcome: dict[str, Any], now: datetime) -> None:
    kept = TourQuestion.objects.select_for_update().select_related("file").get(id=row.id)
    if kept.file.state != "taken":
        raise TourRefused("The planning was removed while this was computed.", "removed")
    inputs = {**kept.inputs, "file": str(kept.file_id), "file_name": kept.file.name}
    named = inputs.pop("clients", None)
    inputs["clients_named"] = None if named is None else len(named)
    computed = Computed.objects.create(
        id=new_id(now), organisation_id=row.organisation_id, kind=TOURS, title=row.title, inputs=inputs,
        outcome=outcome, seed=inputs["seed"], by=row.by, created_at=now,
    )  # fmt: skip
    kept.state, kept.rounds, kept.computed, kept.ended_at = DONE, as_data.rounds(found), computed, now
    kept.plans_done = kept.plans_in_all
    kept.save()


def forget_of(file_id: UUID) -> None:
    """The planning was removed: whoever stood in its questions stands there no more; the figures stay."""
    for row in TourQuestion.objects.filter(file_id=file_id).only("id", "inputs"):
        inputs = {**row.inputs, "clients": None if row.inputs.get("clients") is None else []}
        TourQuestion.objects.filter(id=row.id).update(inputs=inputs, rounds=[], matrix=None)
    for row in TourQuestion.objects.filter(file_id=file_id, state=FAILED).only("id", "refused"):
        code = {"code": row.refused.get("code", "")}
        TourQuestion.objects.filter(id=row.id).update(problem="", refused=code)
