"""What the pages of the care path show: nine steps, what the step asks, who let what wait, and the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.pathway import path, readiness
from reik.pathway.asking import PREFIX
from reik.pathway.evidence import KINDS, PERSON, Shown
from reik.pathway.path import STEP_OF, STEPS, Event, State
from reik.pathway.queries import EventSeen, OverrideSeen, PathSeen, last_path_of, overrides_of
from reik.pathway.terms import Terms, terms_of
from reik.people.queries import ClientCard
from reik.tasks.queries import TaskSeen, tasks_about
from reik.web.pathway.pages import elsewhere, page_of
from reik.web.pathway.words import event_words, kind_words, role_words, step_words

USE, CHANGES = 8, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One of the nine. `mark`: done, now, beside (runs along with use) or later."""

    number: int
    name: str
    mark: str
    at: datetime | None = None
    by: str = ""


def steps_shown(one: PathSeen, events: Sequence[EventSeen], terms: Terms) -> list[StepShown]:
    """The line of nine steps: done with date and by whom, here now, or not yet."""
    left = {step: event for event in events for step in STEPS if _step(event.from_state) <= step < event.step}
    found = []
    for step in STEPS:
        event = left.get(step)
        if one.state == State.ENDED and step > _last(events):
            mark = "later"
        elif one.ended_at is None and step == one.step:
            mark = "now"
        elif step == CHANGES:
            mark = "beside" if one.step == USE and one.ended_at is None else _past(step, one)
        else:
            mark = _past(step, one)
        done = event if mark == "done" else None
        found.append(
            StepShown(
                number=step, name=step_words(step, terms), mark=mark, at=done.at if done else None,
                by=done.by if done else "",
            )
        )  # fmt: skip
    return found


def _past(step: int, one: PathSeen) -> str:
    return "done" if step < one.step or one.state == State.ENDED else "later"


def _step(state: str) -> int:
    return STEP_OF[State(state)] if state else 99


def _last(events: Sequence[EventSeen]) -> int:
    """How far a path came before it ended: declined, it never reached the steps after."""
    last = events[-1] if events else None
    return 9 if last is None or last.event == Event.STOPPED else _step(last.from_state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that a step asks. `address`: the page where it is done; `ticked`: a person says it here.

    `may_wait_until`: None: nobody may let it through. `let`: it was, until then.
    """

    kind: str
    words: str
    shown: Shown | None
    let: OverrideSeen | None
    task: TaskSeen | None
    owner: str
    late: bool
    address: str
    ticked: bool
    may_wait_until: date | None


def asked_of(one: PathSeen, now: datetime, zone: ZoneInfo) -> list[Asked]:
    """What the step in which the path stands asks, in order, with what holds of it."""
    asked = path.asked_in(State(one.state), one.setting)
    kinds = {each.kind for each in asked} | {other for each in asked for other in each.unless}
    holding = readiness.shown_for([one], now, kinds)[one.id] if kinds else {}
    let = {each.condition: each for each in overrides_of([one.id], only_open=True).get(one.id, [])}
    tasks = {
        each.kind.removeprefix(PREFIX): each
        for each in tasks_about([one.id]).get(one.id, [])
        if each.ended_at is None
    }
    return [_asked(each, one, holding, let, tasks, now, zone) for each in asked]


def _asked(
    each: path.Condition,
    one: PathSeen,
    holding: Mapping[str, Shown],
    let: Mapping[str, OverrideSeen],
    tasks: Mapping[str, TaskSeen],
    now: datetime,
    zone: ZoneInfo,
) -> Asked:
    task = tasks.get(each.kind)
    shown = next((holding[kind] for kind in (each.kind, *each.unless) if kind in holding), None)
    until = None if each.days is None else (now + timedelta(days=each.days)).astimezone(zone).date()
    owner = (task.owner_name or role_words(task.owner_role)) if task else role_words(KINDS[each.kind].role)
    return Asked(
        kind=each.kind, words=kind_words(each.kind), shown=shown, let=let.get(each.kind), task=task, owner=owner,
        late=task is not None and task.due_at < now,
        address=page_of(each.kind, one.client_id) if elsewhere(each.kind) else "",
        ticked=KINDS[each.kind].source == PERSON and not elsewhere(each.kind), may_wait_until=until,
    )  # fmt: skip


def complete(asked: Sequence[Asked], now: datetime) -> bool:
    """Whether the path may go on: everything holds, or waits with a day that has not passed."""
    return all(each.shown or (each.let is not None and each.let.make_good_by > now) for each in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """A line of the history."""

    at: datetime
    who: str
    words: str
    note: str


def history_of(events: Sequence[EventSeen]) -> list[LineShown]:
    """What moved the path, the newest first."""
    return [
        LineShown(
            at=each.at, who=role_words("reik") if each.by == "reik" else each.by,
            words=event_words(each.event), note=each.note,
        )
        for each in reversed(events)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The compact line on a client's page."""

    step: int
    name: str
    paused: bool
    address: str
    ended_at: datetime | None


def brief_of(card: ClientCard) -> Brief | None:
    """Where a client stands, for her own page: on the open path, or on the one that ended last; None: there is none."""
    one = last_path_of(card.id)
    if one is None:
        return None
    return Brief(
        step=one.step, name=step_words(one.step, terms_of([one.organisation_id])[one.organisation_id]),
        paused=one.state == State.PAUSED, address=address_of(card.id), ended_at=one.ended_at,
    )  # fmt: skip


def address_of(client_id: UUID) -> str:
    return f"/clienten/{client_id}/zorgpad"
