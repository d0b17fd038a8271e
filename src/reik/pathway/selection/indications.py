"""Indications for medicatieaanreiking: one that comes in opens the path and its form by itself ("digitaal, tenzij")."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from reik.pathway.selection.selection_seen import IndicationSeen, open_indications
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

    A change is a new row, and the old one ends. What is the same already is left alone. Set-wise.
    """
    for entry in entries:
        check(entry, now.date())
    ids = [each.client_id for each in entries]
    houses, known, walked = organisations_of(ids), open_indications(ids), _walked(ids)
    same = {each.client_id for each in entries if _same(each, known.get(each.client_id))}
    for entry in entries:
        if entry.client_id in same:
            _name_it(entry, known[entry.client_id].id)
    new = [each for each in entries if each.client_id not in same]
    _replaced([known[each.client_id].id for each in new if each.client_id in known], now)
    kept = _write(new, houses, by, now, source)
    # A list that says the same every night opens nothing anew for who said no.
    opens = [id for id in ids if (id not in walked if id in same else walked.get(id, True))]
    paths = open_forms(opens, by=by, role=role, now=now) if opens else {}
    end_tasks(ids, TASK, as_=DONE, by=by, now=now)
    forget([each.client_id for each in new], by=by, now=now)
    facts.publish(
        [_entered(each, kept[each.client_id], houses[each.client_id], source, by) for each in new], now
    )
    return [
        Taken(
            client_id=id, indication_id=known[id].id if id in same else kept[id], path_id=paths.get(id),
            became=SAME if id in same else CHANGED if id in known else NEW,
        )
        for id in ids
    ]  # fmt: skip


def _replaced(ids: Collection[UUID], now: datetime) -> None:
    if ids:
        Indication.objects.filter(id__in=ids).update(ended_at=now, ended_because="replaced")


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


def _same(entry: Entry, old: IndicationSeen | None) -> bool:
    names = ("basis", "starts_on", "ends_on", "in_care_plan")
    return old is not None and all(getattr(entry, name) == getattr(old, name) for name in names)


def _name_it(entry: Entry, id: UUID) -> None:
    """What was typed here and comes from elsewhere too is known by its name there: so its end is recognised."""
    if entry.source_key:
        Indication.objects.filter(id=id, source_key="").update(source_key=entry.source_key)


def _write(
    entries: Sequence[Entry], houses: Mapping[UUID, UUID], by: str, now: datetime, source: str
) -> dict[UUID, UUID]:
    """Keep the rows; gives each client's."""
    rows = [
        Indication(
            id=new_id(now), organisation_id=houses[each.client_id], client_id=each.client_id, basis=each.basis,
            starts_on=each.starts_on, ends_on=each.ends_on, in_care_plan=each.in_care_plan, source=source,
            source_key=each.source_key, by=by, created_at=now,
        )
        for each in entries
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Indication.objects.bulk_create(rows)
    except IntegrityError:
        raise IndicationRefused(
            "meanwhile",
            "Somebody else entered this indication just now, or its reference is of another client.",
        ) from None
    return {each.client_id: each.id for each in rows}


def open_form(client_id: UUID, *, by: str, role: str, now: datetime) -> UUID:
    """One client's path: `open_forms` for one; gives its id."""
    return open_forms([client_id], by=by, role=role, now=now)[client_id]


@transaction.atomic
def open_forms(client_ids: Collection[UUID], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """Open a path for these clients' indications, with the selection form as its first task; gives each one's path.

    Also for who said no before, or whose path was stopped: a new path, from the beginning. Set-wise.
    """
    known = open_indications(client_ids)
    if any(each not in known for each in client_ids):
        raise IndicationRefused("none", "Write down the indication first.")
    new = [moving.NewPath(client_id=each, setting=known[each].basis) for each in client_ids]
    paths = moving.open_paths(new, by=by, role=role, now=now)
    moving.move_all(
        [
            moving.Happened(client_id=each, event=Event.SELECT, by=by, role=role, detail={})
            for each in client_ids
        ],
        now,
    )
    return paths


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
