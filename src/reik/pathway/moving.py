"""Writes of the care path: opening it, and moving it by an event of `pathway.path` (R1, R2, R3, R9, R13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import path, readiness
from reik.pathway.asking import BY, keep_tasks
from reik.pathway.facts import PathMoved, PathOpened
from reik.pathway.locking import lock, write_moved
from reik.pathway.models import CarePath, PathEvent
from reik.pathway.path import Event, PathRefused, State
from reik.pathway.queries import overrides_of, seen
from reik.people import queries as people

KEEPS_REASON = (State.NOT_NOW, State.PAUSED, State.STOPPING, State.ENDED)
NOTE_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPath:
    """A path to begin. `before`: the path that ended and is restarted."""

    client_id: UUID
    setting: str
    variant: Mapping[str, str] = field(default_factory=dict)
    before: UUID | None = None


def open_path(
    *,
    client_id: UUID,
    setting: str,
    by: str,
    role: str,
    now: datetime,
    variant: Mapping[str, str] | None = None,
    before: UUID | None = None,
) -> UUID:
    """One client's care path begins: `open_paths` for one; gives its id."""
    new = NewPath(client_id=client_id, setting=setting, variant=variant or {}, before=before)
    return open_paths([new], by=by, role=role, now=now)[client_id]


@transaction.atomic
def open_paths(new: Sequence[NewPath], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """The care paths of these clients begin at their first step; gives each client's path. Set-wise.

    Raises PathRefused while one is open, for an unknown setting or variant, and for a client who is not there; then
    nothing has begun.
    """
    houses = people.organisations_of([each.client_id for each in new])
    for each in new:
        if each.setting not in path.SETTINGS:
            raise PathRefused("setting", "Choose by which law the care is paid.")
        path.check_variant(each.variant)
        if each.client_id not in houses:
            raise PathRefused(
                "client", "This client is not in the records: look at the list of clients again."
            )
    rows = [_first(each, houses[each.client_id], by, now) for each in new]
    _begin(rows)
    _note([Moved(row=row, event="open", before="", by=by, role=role) for row in rows], now)
    keep_tasks([row.id for row in rows], now, by)
    facts.publish(
        [
            PathOpened(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id, setting=row.setting,
                before=row.before_id, by=by,
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    return {row.client_id: row.id for row in rows}


def _first(new: NewPath, organisation_id: UUID, by: str, now: datetime) -> CarePath:
    return CarePath(
        id=new_id(now), organisation_id=organisation_id, client_id=new.client_id, before_id=new.before,
        setting=new.setting, variant=dict(new.variant), state=State.INDICATED.value,
        step=path.STEP_OF[State.INDICATED], opened_at=now, opened_by=by, entered_at=now,
    )  # fmt: skip


def _begin(rows: Sequence[CarePath]) -> None:
    """One path at a time."""
    if CarePath.objects.filter(client_id__in=[each.client_id for each in rows], ended_at=None).exists():
        raise PathRefused("open", "This client has a care path already: go on with that one.")
    try:
        with transaction.atomic():
            CarePath.objects.bulk_create(rows)
    except IntegrityError:
        raise PathRefused("open", "Somebody else opened a care path for this client just now.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A row that moved: from which state, by which event."""

    row: CarePath
    event: str
    before: str
    by: str
    role: str
    note: str = ""
    detail: Mapping[str, object] | None = None


@transaction.atomic
def move(
    path_id: UUID,
    event: Event,
    *,
    by: str,
    role: str,
    now: datetime,
    note: str = "",
    detail: Mapping[str, object] | None = None,
    version: int | None = None,
) -> State:
    """Move a path; gives where it stands then. Raises PathRefused, and then nothing has changed.

    `detail`: `because` (a code: why it waits, stops or ends), `look_again_on` (ISO date, for not now), and what the
    history should keep. `version`: of the path that the person looked at.
    """
    _may(event, role)
    row = lock(path_id, version)
    after = path.step(State(row.state), event)
    _check([row], {row.id: event}, now)
    moved = Moved(
        row=row, event=event.value, before=row.state, by=by, role=role, note=note.strip()[:NOTE_MOST], detail=detail
    )  # fmt: skip
    _apply(moved, after, now)
    row.save()
    _note([moved], now)
    keep_tasks([row.id], now, by)
    _publish([moved], now)
    return after


def _may(event: Event, role: str) -> None:
    if event in path.BY_ABSENCE:
        raise PathRefused("by_absence", "Pausing and resuming go by the client's absence: report it there.")
    if event is Event.GO_LIVE and role not in path.MAY_GO_LIVE:
        raise PathRefused("role", "A nurse starts the dispenser: ask her to look at this list.")


def _check(rows: Sequence[CarePath], events: Mapping[UUID, Event], now: datetime) -> None:
    """All that these events ask for holds, or was let through with a date that has not passed. Set-wise."""
    kinds = {one.kind for row in rows for one in path.conditions(events[row.id], row.setting)}
    kinds |= {other for kind in kinds for other in path.also_shown_by(kind)}
    if not kinds:
        return
    holding = readiness.shown_for([seen(row) for row in rows], now, kinds)
    let = overrides_of([row.id for row in rows], only_open=True)
    for row in rows:
        through = [one.condition for one in let.get(row.id, ()) if one.make_good_by > now]
        path.check(events[row.id], row.setting, holding[row.id], through)


def _apply(moved: Moved, after: State, now: datetime) -> None:
    """The row as it is after the event."""
    row, detail = moved.row, moved.detail or {}
    row.look_again_on = _look_again_on(detail) if after is State.NOT_NOW else None
    if detail.get("because"):
        row.because = str(detail["because"])
    elif after not in KEEPS_REASON:
        row.because = ""
    if after is State.IN_USE and row.started_at is None:
        row.started_at = now
    if after is State.ENDED:
        row.ended_at = now
    row.state, row.step = after.value, path.STEP_OF[after]
    row.entered_at, row.version = now, row.version + 1


def _look_again_on(detail: Mapping[str, object]) -> date:
    said = detail.get("look_again_on")
    try:
        return said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        raise PathRefused("look_again_on", "Say on which day it is looked at again.") from None


def _note(moved: Sequence[Moved], now: datetime) -> None:
    """A line of history for each."""
    PathEvent.objects.bulk_create(
        PathEvent(
            id=new_id(now), organisation_id=each.row.organisation_id, client_id=each.row.client_id,
            path_id=each.row.id, event=each.event, from_state=each.before, to_state=each.row.state,
            step=each.row.step, at=now, by=each.by, role=each.role, note=each.note,
            detail={name: _plain(value) for name, value in (each.detail or {}).items()},
        )
        for each in moved
    )  # fmt: skip


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _publish(moved: Sequence[Moved], now: datetime) -> None:
    facts.publish(
        [
            PathMoved(
                organisation_id=each.row.organisation_id, client_id=each.row.client_id, path_id=each.row.id,
                event=each.event, from_state=each.before, to_state=each.row.state, by=each.by,
            )
            for each in moved
        ],
        now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happens to a client: asked of her path (`move_all`), or so whatever it says (`follow`: it was paused)."""

    client_id: UUID
    event: Event
    by: str
    detail: Mapping[str, object]
    role: str = "reik"


@transaction.atomic
def move_all(asked: Sequence[Happened], now: datetime) -> list[UUID]:
    """`move` for many clients at once: as many statements for 1 as for 200. Gives the paths.

    Raises PathRefused when one of them has no open path or may not move so; then nothing has changed.
    """
    of = {each.client_id: each for each in asked}
    rows = _rows(of)
    if len(rows) < len(of):
        raise PathRefused("gone", "One of these clients has no care path: look at the list again.")
    for row in rows:
        _may(of[row.client_id].event, of[row.client_id].role)
        path.step(State(row.state), of[row.client_id].event)
    _check(rows, {row.id: of[row.client_id].event for row in rows}, now)
    said_by = {each.by for each in asked}
    return _written(rows, of, now, said_by.pop() if len(said_by) == 1 else BY)


@transaction.atomic
def follow(happened: Sequence[Happened], now: datetime) -> list[UUID]:
    """Write down on the paths what has happened already; one that stands elsewhere stays there. Set-wise.

    No condition is asked: an absence has its own checks (R12), and what is so is not refused. Gives the paths.
    """
    of = {each.client_id: each for each in happened}
    return _written(_rows(of), of, now)


def _rows(client_ids: Collection[UUID]) -> list[CarePath]:
    """The open paths of these clients, locked."""
    rows = CarePath.objects.select_for_update(no_key=True).filter(client_id__in=client_ids, ended_at=None)
    return list(rows.order_by("id"))


def _written(
    rows: Sequence[CarePath], of: Mapping[UUID, Happened], now: datetime, by: str = BY
) -> list[UUID]:
    """Move each as its client's event says, where its state knows that event."""
    moved = []
    for row in rows:
        one = of[row.client_id]
        after = path.TRANSITIONS.get((State(row.state), one.event))
        if after is None:
            continue
        each = Moved(
            row=row, event=one.event.value, before=row.state, by=one.by, role=one.role, detail=one.detail
        )
        _apply(each, after, now)
        moved.append(each)
    write_moved([each.row for each in moved])
    _note(moved, now)
    ids = [each.row.id for each in moved]
    keep_tasks(ids, now, by)
    _publish(moved, now)
    return ids
