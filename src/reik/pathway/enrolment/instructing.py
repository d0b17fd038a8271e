"""Instruction with teach-back: who was shown what, showed it back, and comes again (R75)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway.asking import keep_tasks
from reik.pathway.enrolment.enrolment_facts import InstructionGiven
from reik.pathway.enrolment.teach_back import CARER, CLIENT, Session, flaw, understood
from reik.pathway.evidence import Shown
from reik.pathway.locking import lock
from reik.pathway.models import CarePath, Instruction
from reik.pathway.path import State
from reik.pathway.queries import PathSeen
from reik.people.queries import carers_of
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

REPEAT = "instruction_repeat"
TAUGHT_FROM = (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED)


class InstructionRefused(ValueError):
    """This cannot be written down of an instruction; `code` names the field to a screen."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """One time that somebody was shown and showed it back. `carer_id` None: the client."""

    id: UUID
    path_id: UUID
    who: str
    carer_id: UUID | None
    name: str
    items: Mapping[str, str]
    understood: bool
    practised: bool
    repeat_on: date | None
    note: str
    at: datetime
    by: str
    role: str


_NAMES = tuple(SessionSeen.__dataclass_fields__)


def sessions_of(path_ids: Collection[UUID]) -> dict[UUID, list[SessionSeen]]:
    """Every session of these paths, the oldest first. One statement."""
    found: dict[UUID, list[SessionSeen]] = {}
    for each in Instruction.objects.filter(path_id__in=path_ids).order_by("at", "id"):
        found.setdefault(each.path_id, []).append(
            SessionSeen(**{name: getattr(each, name) for name in _NAMES})
        )
    return found


@transaction.atomic
def instruct(
    path_id: UUID,
    session: Session,
    *,
    carer_id: UUID | None,
    by: str,
    role: str,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Keep one session; says whether it was enough. A day to do it again becomes a task of that day.

    Raises InstructionRefused: state, who, name, items, repeat_on, note.
    """
    path = lock(path_id)
    if path.state not in TAUGHT_FROM:
        raise InstructionRefused("state", "Instruction comes with the dispenser: order it first.")
    if wrong := flaw(session, now.astimezone(zone).date()):
        raise InstructionRefused(wrong, _SENTENCES[wrong])
    if session.who == CARER:
        _check_carer(path.client_id, carer_id)
    enough = understood(session.who, session.items)
    Instruction.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path, who=session.who,
        carer_id=carer_id if session.who == CARER else None, name=session.name.strip(), items=dict(session.items),
        understood=enough, practised=session.practised, repeat_on=session.repeat_on, note=session.note.strip(),
        at=now, by=by, role=role,
    )  # fmt: skip
    _follow_up(path, session, carer_id, by, zone, now)
    told = InstructionGiven(
        organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id, who=session.who,
        understood=enough, repeat_on=session.repeat_on, by=by,
    )  # fmt: skip
    facts.publish([told], now)
    return enough


_SENTENCES = {
    "who": "Choose whom you showed it.",
    "name": "Write down whom you showed it.",
    "items": "Say of every part how it went.",
    "repeat_on": "It is not enough yet: choose a day within four weeks on which you do it again.",
    "note": "Say it in fewer letters.",
}


def _check_carer(client_id: UUID, carer_id: UUID | None) -> None:
    if carer_id not in {each.id for each in carers_of([client_id]).get(client_id, [])}:
        raise InstructionRefused("who", "Choose an informal carer who takes part.")


def _follow_up(
    path: CarePath, session: Session, carer_id: UUID | None, by: str, zone: ZoneInfo, now: datetime
) -> None:
    """The task of an earlier repeat is done by this session; the next one is of the day that was chosen."""
    key = str(carer_id) if session.who == CARER else CLIENT
    end_tasks([path.client_id], REPEAT, as_=DONE, by=by, now=now, key=key)
    keep_tasks([path.id], now, by)
    if session.repeat_on is not None:
        task = NewTask(
            organisation_id=path.organisation_id, client_id=path.client_id, kind=REPEAT, owner_role="caregiver",
            due_at=datetime.combine(session.repeat_on, time(17), zone), by=by, key=key, about=path.id,
            detail={"who": session.name.strip()},
        )  # fmt: skip
        open_tasks([task], now)


def _last(sessions: Sequence[SessionSeen], carer_id: UUID | None) -> SessionSeen | None:
    return next((each for each in reversed(sessions) if each.carer_id == carer_id), None)


def shown_instruction_client(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: the client's last session was enough; one that was not takes away what was shown before."""
    found = {}
    for id, sessions in sessions_of([each.id for each in paths]).items():
        last = _last(sessions, None)
        if last is not None and last.understood:
            found[id] = Shown(at=last.at, by=last.by, about=last.id)
    return found


def shown_instruction_carer(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: so with every informal carer who takes part; where none does, nothing is asked."""
    carers = carers_of({each.client_id for each in paths})
    sessions = sessions_of([each.id for each in paths])
    found = {}
    for path in paths:
        lasts = [_last(sessions.get(path.id, []), each.id) for each in carers.get(path.client_id, [])]
        if not lasts:
            found[path.id] = Shown(by="reik")
        elif all(each is not None and each.understood for each in lasts):
            newest = max((each for each in lasts if each is not None), key=lambda each: each.at)
            found[path.id] = Shown(at=newest.at, by=newest.by, about=newest.id)
    return found
