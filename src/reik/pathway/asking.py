"""Tasks of the care path: opened for what a step asks and nobody has shown, ended by what shows it. Set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from reik.kernel import facts
from reik.pathway import path, readiness
from reik.pathway.facts import MadeGood
from reik.pathway.models import CarePath, Override
from reik.pathway.path import State
from reik.pathway.queries import OverrideSeen, PathSeen, overrides_of, paths_by_id
from reik.pathway.terms import Terms, terms_of
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks
from reik.tasks.queries import TaskSeen, tasks_about

PREFIX = "path."
TASKS: Mapping[str, str] = {
    "indication": "path.indication",
    "selection": "path.selection",
    "baseline": "path.baseline",
    "agreement": "path.agreement",
    "care_plan": "path.care_plan",
    "allotment": "path.allotment",
    "pharmacy_asked": "path.pharmacy_asked",
    "pharmacy_agreed": "path.pharmacy_agreed",
    "roll_confirmed": "path.roll_confirmed",
    "times_confirmed": "path.times_confirmed",
    "device_linked": "path.device_linked",
    "signal_tested": "path.signal_tested",
    "coverage_tested": "path.coverage_tested",
    "power_tested": "path.power_tested",
    "fallback_agreed": "path.fallback_agreed",
    "roll_loaded": "path.roll_loaded",
    "instruction_client": "path.instruction_client",
    "instruction_carer": "path.instruction_carer",
    "follow_up_agreed": "path.follow_up_agreed",
    "test_alarm": "path.test_alarm",
    "house_access": "path.house_access",
    "house_access_tried": "path.house_access_tried",
    "nurse_on_call": "path.nurse_on_call",
    "routes_closed": "path.routes_closed",
    "access_closed": "path.access_closed",
    "billing_told": "path.billing_told",
    "device_back": "path.device_back",
    "leftovers_back": "path.leftovers_back",
    "care_instead": "path.care_instead",
}
"""The task that asks for each kind of evidence."""
BY = "reik"
LOOKED_EVERY = timedelta(minutes=2)
ASKS_NOTHING = (State.IN_USE, State.PAUSED, State.NOT_NOW)


@dataclass(frozen=True, slots=True)
class Want:
    due_at: datetime
    high_risk: bool = False


_LATER: ContextVar[set[UUID] | None] = ContextVar("paths whose tasks are kept at the end", default=None)


@contextmanager
def kept_at_the_end(now: datetime, by: str = BY) -> Iterator[None]:
    """Within this the tasks of every path that is touched are kept once, at its end, at `now`.

    For many steps of many paths at a time, as when a past is entered: each step would ask all contexts anew.
    """
    touched: set[UUID] = set()
    before = _LATER.set(touched)
    try:
        yield
    finally:
        _LATER.reset(before)
    keep_tasks(touched, now, by)


@transaction.atomic
def keep_tasks(path_ids: Collection[UUID], now: datetime, by: str = BY) -> None:
    """Bring the tasks of these paths in step with what holds; make good what was let through and is shown now.

    Call it after anything of a path was shown, taken back or moved. Tasks of other kinds, or with a key, are not
    touched. As many statements for 1 path as for 200.
    """
    if (later := _LATER.get()) is not None:
        later.update(path_ids)
        return
    paths = list(paths_by_id(path_ids).values())
    if not paths:
        return
    ids = [each.id for each in paths]
    let, tasks, terms = overrides_of(ids, only_open=True), _open(ids), _terms(paths)
    shown = readiness.shown_for(paths, now, _kinds(paths, let, tasks))
    holding = {id: frozenset(found) for id, found in shown.items()}
    still = _make_good(paths, let, holding, now)
    opened, ended = [], defaultdict(set)
    for each in paths:
        wanted = _wanted(each, holding[each.id], still.get(each.id, ()), terms[each.organisation_id], now)
        opened += [
            _task(each, kind, want, terms[each.organisation_id], by)
            for kind, want in wanted.items()
            if kind not in tasks.get(each.id, {})
        ]
        for kind in tasks.get(each.id, {}).keys() - wanted.keys():
            ended[kind, DONE if _met(kind, holding[each.id]) else DROPPED].add(each.client_id)
    for (kind, as_), clients in sorted(ended.items()):
        end_tasks(clients, TASKS[kind], as_=as_, by=by, now=now, key="")
    open_tasks(opened, now)


def _terms(paths: Sequence[PathSeen]) -> dict[UUID, Terms]:
    return terms_of({each.organisation_id for each in paths})


def _open(path_ids: Sequence[UUID]) -> dict[UUID, dict[str, TaskSeen]]:
    """The open tasks by path and kind of evidence."""
    return {
        id: {
            one.kind.removeprefix(PREFIX): one
            for one in rows
            if one.ended_at is None
            and one.kind.startswith(PREFIX)
            and not one.key
            and one.kind.removeprefix(PREFIX) in TASKS
        }
        for id, rows in tasks_about(path_ids).items()
    }


def _kinds(
    paths: Sequence[PathSeen],
    let: Mapping[UUID, Sequence[OverrideSeen]],
    tasks: Mapping[UUID, Mapping[str, TaskSeen]],
) -> set[str]:
    """Every kind that has to be looked at, with what shows it as well."""
    kinds = {kind for of in tasks.values() for kind in of}
    kinds |= {one.condition for of in let.values() for one in of}
    for each in paths:
        kinds |= {one.kind for one in path.asked_in(State(each.state), each.setting)}
    kinds |= {path.SPARED_BY[kind] for kind in kinds if kind in path.SPARED_BY}
    return kinds | {other for kind in kinds for other in path.also_shown_by(kind)}


def _met(kind: str, holding: Collection[str]) -> bool:
    return kind in holding or any(other in holding for other in path.also_shown_by(kind))


def _make_good(
    paths: Sequence[PathSeen],
    let: Mapping[UUID, Sequence[OverrideSeen]],
    holding: Mapping[UUID, frozenset[str]],
    now: datetime,
) -> dict[UUID, list[OverrideSeen]]:
    """Close what is shown now; gives what is still open. An ended path asks for nothing any more."""
    good: list[OverrideSeen] = []
    still: dict[UUID, list[OverrideSeen]] = defaultdict(list)
    for each in paths:
        for one in let.get(each.id, ()):
            if _met(one.condition, holding[each.id]):
                good.append(one)
            elif each.state != State.ENDED:
                still[each.id].append(one)
    if good:
        Override.objects.filter(id__in=[one.id for one in good], made_good_at=None).update(made_good_at=now)
        facts.publish(
            [
                MadeGood(
                    organisation_id=one.organisation_id, client_id=one.client_id, path_id=one.path_id,
                    condition=one.condition,
                )
                for one in good
            ],
            now,
        )  # fmt: skip
    return still


def _wanted(
    each: PathSeen, holding: Collection[str], let: Iterable[OverrideSeen], terms: Terms, now: datetime
) -> dict[str, Want]:
    """What waits for a person. A paused path is brought back by the tasks of its absence."""
    state = State(each.state)
    asked = () if state is State.PAUSED else path.asked_in(state, each.setting)
    wanted = {
        one.kind: Want(max(terms.due_at(one.kind, each.entered_at), now))
        for one in asked
        if not _met(one.kind, holding) and path.SPARED_BY.get(one.kind) not in holding
    }
    # What was let through is followed up: late is told as high risk.
    return wanted | {one.condition: Want(one.make_good_by, high_risk=True) for one in let}


def _task(each: PathSeen, kind: str, want: Want, terms: Terms, by: str) -> NewTask:
    return NewTask(
        organisation_id=each.organisation_id, client_id=each.client_id, kind=TASKS[kind],
        owner_role=terms.role_for(kind), due_at=want.due_at, by=by, about=each.id, high_risk=want.high_risk,
        detail={"step": each.step, "let_through": want.high_risk, "again": each.before_id is not None},
    )  # fmt: skip


def look_at_paths(now: datetime, most: int = 200) -> bool:
    """What other contexts showed meanwhile ends its task, by turns. For `reik watch`; gives whether there is more."""
    let = Override.objects.filter(path=OuterRef("id"), made_good_at=None)
    with transaction.atomic():
        due = list(
            CarePath.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .filter(Q(looked_at=None) | Q(looked_at__lt=now - LOOKED_EVERY), ended_at=None)
            .filter(~Q(state__in=ASKS_NOTHING) | Exists(let))
            .order_by(F("looked_at").asc(nulls_first=True), "id")
            .values_list("id", flat=True)[:most]
        )
        CarePath.objects.filter(id__in=due).update(looked_at=now)
        keep_tasks(due, now)
    return len(due) == most
