"""Indications for medicatieaanreiking: one that comes in opens the path and its form by itself ("digitaal, tenzij")."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import moving
from reik.pathway.models import CarePath, Indication
from reik.pathway.path import SETTINGS, Event
from reik.pathway.queries import evidence_of, seen
from reik.pathway.selection.ending import forget
from reik.pathway.selection.selection_facts import IndicationEnded, IndicationEntered
from reik.pathway.selection.selection_seen import open_indications
from reik.people.queries import organisations_of
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

TASK, TASK_KEY = "path.indication", "ended"
WITHIN = timedelta(days=3)
TYPED, CSV, FHIR = "typed", "csv", "fhir"
NEW, CHANGED, SAME = "new", "changed", "same"
LONGEST_BACK = timedelta(days=366 * 10)


class IndicationRefused(ValueError):
    """This indication cannot be kept; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One indication as it comes in. `source_key`: its name in the system that it comes from."""

    client_id: UUID
    basis: str
    starts_on: date
    ends_on: date | None = None
    in_care_plan: bool = False
    source_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an entry: new, changed or same; `path_id` of the path that it opened, else None."""

    client_id: UUID
    indication_id: UUID
    became: str
    path_id: UUID | None


def check(entry: Entry, today: date) -> None:
    """Raise IndicationRefused for what cannot be."""
    if entry.basis not in SETTINGS:
        raise IndicationRefused("basis", "Choose on which law or agreement the care rests.")
    if abs((entry.starts_on - today).days) > LONGEST_BACK.days:
        raise IndicationRefused("day", "The first day is more than ten years away: look at it again.")
    if entry.ends_on is not None and entry.ends_on < entry.starts_on:
        raise IndicationRefused("order", "The last day is not before the first.")


def enter(entry: Entry, *, by: str, role: str, now: datetime, source: str = TYPED) -> Taken:
    """One indication: `take` for one."""
    return take([entry], by=by, role=role, now=now, source=source)[0]


@transaction.atomic
def take(entries: Sequence[Entry], *, by: str, role: str, now: datetime, source: str = TYPED) -> list[Taken]:
    """Keep these indications (one per client), and open the path of who has none. Raises IndicationRefused.

    A change is a new row, and the old one ends. What is the same already is left alone.
    """
    for entry in entries:
        check(entry, now.date())
    ids = [each.client_id for each in entries]
    houses, known, walked = organisations_of(ids), open_indications(ids), _walked(ids)
    taken, told = [], []
    for entry in entries:
        old = known.get(entry.client_id)
        if old is not None and _same(entry, old):
            id, became = old.id, SAME
            _name_it(entry, old.id)
        else:
            became = CHANGED if old else NEW
            if old is not None:
                Indication.objects.filter(id=old.id).update(ended_at=now, ended_because="replaced")
            id = _write(entry, houses[entry.client_id], by, now, source)
            told.append(_entered(entry, id, houses[entry.client_id], source, by))
        # A list that says the same every night opens nothing anew for who said no.
        opens = walked.get(entry.client_id, True) if became != SAME else entry.client_id not in walked
        path = open_form(entry.client_id, by=by, role=role, now=now) if opens else None
        taken.append(Taken(client_id=entry.client_id, indication_id=id, became=became, path_id=path))
    end_tasks(ids, TASK, as_=DONE, by=by, now=now)
    forget([each.client_id for each in taken if each.became != SAME], by=by, now=now)
    facts.publish(told, now)
    return taken


def _entered(entry: Entry, id: UUID, organisation_id: UUID, source: str, by: str) -> IndicationEntered:
    return IndicationEntered(
        organisation_id=organisation_id, client_id=entry.client_id, indication_id=id, basis=entry.basis,
        source=source, by=by,
    )  # fmt: skip


def _walked(client_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of who has or had a path: whether all of them are over."""
    rows = CarePath.objects.filter(client_id__in=client_ids)
    over: dict[UUID, bool] = {}
    for client_id, ended_at in rows.values_list("client_id", "ended_at"):
        over[client_id] = over.get(client_id, True) and ended_at is not None
    return over


def _same(entry: Entry, old: object) -> bool:
    names = ("basis", "starts_on", "ends_on", "in_care_plan")
    return all(getattr(entry, name) == getattr(old, name) for name in names)


def _name_it(entry: Entry, id: UUID) -> None:
    """What was typed here and comes from elsewhere too is known by its name there: so its end is recognised."""
    if entry.source_key:
        Indication.objects.filter(id=id, source_key="").update(source_key=entry.source_key)


def _write(entry: Entry, organisation_id: UUID, by: str, now: datetime, source: str) -> UUID:
    row = Indication(
        id=new_id(now), organisation_id=organisation_id, client_id=entry.client_id, basis=entry.basis,
        starts_on=entry.starts_on, ends_on=entry.ends_on, in_care_plan=entry.in_care_plan, source=source,
        source_key=entry.source_key, by=by, created_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise IndicationRefused(
            "meanwhile",
            "Somebody else entered this indication just now, or its reference is of another client.",
        ) from None
    return row.id


@transaction.atomic
def open_form(client_id: UUID, *, by: str, role: str, now: datetime) -> UUID:
    """Open a path for this client's indication, with the selection form as its first task.

    Also for who said no before, or whose path was stopped: a new path, from the beginning.
    """
    known = open_indications([client_id]).get(client_id)
    if known is None:
        raise IndicationRefused("none", "Write down the indication first.")
    path_id = moving.open_path(client_id=client_id, setting=known.basis, by=by, role=role, now=now)
    moving.move(path_id, Event.SELECT, by=by, role=role, now=now)
    return path_id


@transaction.atomic
def end(client_id: UUID, because: str, *, by: str, now: datetime) -> None:
    """The indication is over. Who still walks the path with it: a person decides on what follows."""
    row = Indication.objects.select_for_update(no_key=True).filter(client_id=client_id, ended_at=None).first()
    if row is None:
        raise IndicationRefused("gone", "There is no open indication: look at the page again.")
    if not because.strip():
        raise IndicationRefused("because", "Say why it ends.")
    row.ended_at, row.ended_because = now, because.strip()
    row.save(update_fields=["ended_at", "ended_because"])
    forget([client_id], by=by, now=now)
    path = CarePath.objects.filter(client_id=client_id, ended_at=None).first()
    if path is not None:
        open_tasks(
            [
                NewTask(
                    organisation_id=path.organisation_id, client_id=client_id, kind=TASK, key=TASK_KEY, about=path.id,
                    owner_role="nurse", due_at=now + WITHIN, by=by,
                )
            ],
            now,
        )  # fmt: skip
    facts.publish(
        [
            IndicationEnded(
                organisation_id=row.organisation_id, client_id=client_id, indication_id=row.id,
                because=row.ended_because, by=by,
            )
        ],
        now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody with an indication and no dispenser in use, and why (R76).

    `why`: no_path, to_select, skipped, not_now, on_the_way, stopping, or why the last path ended (`because`).
    """

    client_id: UUID
    why: str
    because: str
    since: datetime
    look_again_on: date | None
    path_id: UUID | None
    step: int | None


WHY = {
    "indicated": "to_select", "selecting": "to_select", "not_now": "not_now", "enrolling": "on_the_way",
    "roll": "on_the_way", "delivering": "on_the_way", "starting": "on_the_way", "stopping": "stopping",
    "ended": "ended",
}  # fmt: skip


def candidates(client_ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """Who of these clients is a candidate, and why she has no dispenser. Three statements for any number."""
    known = open_indications(client_ids)
    rows = CarePath.objects.filter(client_id__in=known).order_by("client_id", "-opened_at", "-id")
    paths = {each.client_id: seen(each) for each in rows.distinct("client_id")}
    skipped = {
        each.path_id: each
        for each in evidence_of([each.id for each in paths.values()], ["selection_skipped"])
        if each.taken_back_at is None
    }
    found = {}
    for id, one in known.items():
        path = paths.get(id)
        if path is None:
            found[id] = Candidate(
                client_id=id, why="no_path", because="", since=one.created_at, look_again_on=None,
                path_id=None, step=None,
            )  # fmt: skip
        elif path.state in WHY:
            why, because = WHY[path.state], path.because
            if why == "to_select" and path.id in skipped:
                why, because = "skipped", str(skipped[path.id].detail.get("because", ""))
            found[id] = Candidate(
                client_id=id, why=why, because=because, since=path.entered_at,
                look_again_on=path.look_again_on, path_id=path.id, step=path.step,
            )  # fmt: skip
    return found
