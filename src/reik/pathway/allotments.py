"""Who does what for one client (R6): every duty has somebody; a change is a new row, and the newest counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import path
from reik.pathway.asking import keep_tasks
from reik.pathway.evidence import Shown
from reik.pathway.facts import DutiesAllotted
from reik.pathway.locking import lock_all
from reik.pathway.models import Allotment, CarePath
from reik.pathway.path import DUTIES, VARIES, WHO, PathRefused
from reik.pathway.queries import PathSeen
from reik.people.queries import CarerCard, carers_of

NAME_MOST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One cell: who does this duty. `carer_id` when it is an informal carer; `name` of a person or an organisation."""

    who: str
    name: str = ""
    carer_id: UUID | None = None
    by: str = ""
    at: datetime | None = None


def duties_of(path_ids: Collection[UUID]) -> dict[UUID, dict[str, Duty]]:
    """Who does what now, by path and duty; a duty that nobody has is missing. One statement."""
    found: dict[UUID, dict[str, Duty]] = {}
    rows = Allotment.objects.filter(path_id__in=path_ids).order_by("path_id", "duty", "-created_at", "-id")
    for row in rows.distinct("path_id", "duty"):
        found.setdefault(row.path_id, {})[row.duty] = Duty(
            who=row.who, name=row.name, carer_id=row.carer_id, by=row.by, at=row.created_at
        )
    return found


def allot(path_id: UUID, duties: Mapping[str, Duty], *, by: str, now: datetime) -> None:
    """Settle who does these duties of one path: `allot_all` for one."""
    allot_all({path_id: duties}, by=by, now=now)


@transaction.atomic
def allot_all(duties: Mapping[UUID, Mapping[str, Duty]], *, by: str, now: datetime) -> None:
    """Settle who does these duties of these paths; what was settled the same already stays.

    Raises PathRefused, nothing changed. As many statements for 1 as for 200, but for one whose variant changes.
    """
    rows, held = lock_all(duties), duties_of(duties)
    carers = carers_of([row.client_id for row in rows.values()])
    made = []
    for id, row in rows.items():
        made += _settled(row, duties[id], held.get(id, {}), carers.get(row.client_id, ()), by, now)
    Allotment.objects.bulk_create(made)
    for id, row in rows.items():
        _keep_variant(row, {**held.get(id, {}), **duties[id]})
    keep_tasks(rows, now, by)
    changed = {each.path_id for each in made}
    facts.publish(
        [
            DutiesAllotted(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id, by=by
            )
            for row in rows.values()
            if row.id in changed
        ],
        now,
    )


def _settled(
    row: CarePath, duties: Mapping[str, Duty], held: Mapping[str, Duty], carers: Sequence[CarerCard], by: str,
    now: datetime,
) -> list[Allotment]:  # fmt: skip
    """What is new of one path. Raises PathRefused."""
    if row.ended_at is not None:
        raise PathRefused("ended", "This care path has ended: restart it to go on.")
    names = {each.id: each.name for each in carers}
    made = []
    for duty, cell in duties.items():
        check_duty(duty, cell, names)
        before = held.get(duty)
        if before and (before.who, before.name, before.carer_id) == (cell.who, cell.name, cell.carer_id):
            continue
        made.append(
            Allotment(
                id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id,
                duty=duty, who=cell.who, name=cell.name.strip(), carer_id=cell.carer_id, by=by, created_at=now,
            )
        )  # fmt: skip
    empty = [each for each in DUTIES if each not in held and each not in duties]
    if empty:
        raise PathRefused("empty", f"Nobody does this yet: {', '.join(empty)}. Choose for each.", empty)
    return made


def _keep_variant(row: CarePath, duties: Mapping[str, Duty]) -> None:
    """The variant of the path is what was settled here: a path that opened by itself began without any."""
    variant = {name: duties[duty].who for name, duty in VARIES.items() if duties[duty].who != WHO[duty][0]}
    if variant != row.variant:
        row.variant = variant
        row.save(update_fields=["variant"])


def check_duty(duty: str, cell: Duty, carers: Mapping[UUID, str]) -> None:
    """Raise PathRefused for a cell that cannot be."""
    if duty not in WHO:
        raise PathRefused("duty", "This duty is not known.", [duty])
    if cell.who not in WHO[duty]:
        raise PathRefused("who", "Choose from the list who does this.", [duty])
    if (cell.who == "carer") != (cell.carer_id is not None):
        raise PathRefused("carer", "Choose which informal carer does this.", [duty])
    if cell.carer_id is not None and cell.carer_id not in carers:
        raise PathRefused("carer", "This informal carer takes no part any more: choose another.", [duty])
    if len(cell.name) > NAME_MOST:
        raise PathRefused("name", f"A name has at most {NAME_MOST} letters.", [duty])


def shown_allotment(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Every duty has somebody, and an informal carer who has one still takes part."""
    found, of = duties_of([each.id for each in paths]), {each.id: each for each in paths}
    carers = carers_of({each.client_id for each in paths})
    result = {}
    for id, duties in found.items():
        here = {each.id for each in carers.get(of[id].client_id, ())}
        whole = all(duty in duties for duty in DUTIES)
        if whole and all(each.carer_id is None or each.carer_id in here for each in duties.values()):
            last = max(duties.values(), key=lambda each: each.at or of[id].opened_at)
            result[id] = Shown(at=last.at, by=last.by)
    return result


def proposed(one: PathSeen, before: Mapping[str, Duty] | None = None) -> dict[str, Duty]:
    """What a form begins with: what the path before it had, or else what is usual in this variant."""
    usual = {duty: Duty(who=who) for duty, who in path.usual(one.variant).items()}
    return {**usual, **(before or {})}
