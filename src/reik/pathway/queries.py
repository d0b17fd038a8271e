"""Reads of care paths, of clients whom the caller may see already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from reik.pathway.models import CarePath, Evidence, Override, PathEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSeen:
    """Where a client stands. `state` and `event`s are code words of `pathway.path`; `because` says why it waits.

    `version` is handed back with a move: who looked at an older one is told so. `before_id`: the path restarted.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    before_id: UUID | None
    setting: str
    variant: Mapping[str, str]
    state: str
    step: int
    because: str
    look_again_on: date | None
    opened_at: datetime
    opened_by: str
    entered_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    version: int


_NAMES = tuple(PathSeen.__dataclass_fields__)


def seen(row: CarePath) -> PathSeen:
    return PathSeen(**{name: getattr(row, name) for name in _NAMES})


def _seen(rows: QuerySet[CarePath]) -> list[PathSeen]:
    return [seen(each) for each in rows]


def path_of(client_id: UUID) -> PathSeen | None:
    """The path that a client walks now; None: none is open."""
    return paths_of([client_id]).get(client_id)


def paths_of(client_ids: Collection[UUID]) -> dict[UUID, PathSeen]:
    """The open path of each client; a client without one is missing. One statement."""
    rows = CarePath.objects.filter(client_id__in=client_ids, ended_at=None)
    return {each.client_id: each for each in _seen(rows)}


def last_path_of(client_id: UUID) -> PathSeen | None:
    """The open path, or else the one that ended last."""
    rows = CarePath.objects.filter(client_id=client_id).order_by("-opened_at", "-id")
    return next(iter(_seen(rows[:1])), None)


def paths_by_id(path_ids: Collection[UUID]) -> dict[UUID, PathSeen]:
    """These paths, open or ended. One statement."""
    return {each.id: each for each in _seen(CarePath.objects.filter(id__in=path_ids))}


def all_paths_of(client_id: UUID) -> list[PathSeen]:
    """Every path of this client, the newest first."""
    return _seen(CarePath.objects.filter(client_id=client_id).order_by("-opened_at", "-id"))


def paths_in(organisation_ids: Collection[UUID], states: Collection[str] | None = None) -> list[PathSeen]:
    """The open paths of these organisations (in these states), by step and since when."""
    rows = CarePath.objects.filter(organisation_id__in=organisation_ids, ended_at=None)
    if states is not None:
        rows = rows.filter(state__in=states)
    return _seen(rows.order_by("step", "entered_at", "id"))


def started_paths(organisation_id: UUID, before: datetime) -> list[PathSeen]:
    """The paths, open and ended, whose dispenser began to hand out before this instant. One statement."""
    rows = CarePath.objects.filter(organisation_id=organisation_id, started_at__lt=before)
    return _seen(rows.order_by("client_id", "started_at", "id"))


def moved_at(path_ids: Collection[UUID], event: str) -> dict[UUID, datetime]:
    """When this event last moved each of these paths; one that it never moved is missing. One statement."""
    rows = PathEvent.objects.filter(path_id__in=path_ids, event=event).order_by("at", "id")
    return dict(rows.values_list("path_id", "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeen:
    """One thing that moved a path."""

    id: UUID
    path_id: UUID
    event: str
    from_state: str
    to_state: str
    step: int
    at: datetime
    by: str
    role: str
    note: str
    detail: Mapping[str, object]


_OF_EVENT = tuple(EventSeen.__dataclass_fields__)


def events_of(path_id: UUID) -> list[EventSeen]:
    """What moved this path, the oldest first."""
    rows = PathEvent.objects.filter(path_id=path_id).order_by("at", "id")
    return _chained([EventSeen(**{name: getattr(each, name) for name in _OF_EVENT}) for each in rows])


def _chained(events: list[EventSeen]) -> list[EventSeen]:
    """Events of the same instant in the order in which one follows from the other."""
    found: list[EventSeen] = []
    left, state = list(events), ""
    while left:
        together = [each for each in left if each.at == left[0].at]
        following = next((each for each in together if each.from_state == state), together[0])
        left.remove(following)
        found.append(following)
        state = following.to_state
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSeen:
    """One row of evidence; taken back, it no longer counts."""

    id: UUID
    path_id: UUID
    kind: str
    key: str
    at: datetime
    told_at: datetime
    by: str
    role: str
    holds_until: datetime | None
    about: UUID | None
    detail: Mapping[str, object]
    taken_back_at: datetime | None
    taken_back_by: str
    taken_back_because: str


_OF_EVIDENCE = tuple(EvidenceSeen.__dataclass_fields__)


def evidence_of(path_ids: Collection[UUID], kinds: Collection[str] | None = None) -> list[EvidenceSeen]:
    """What was written down for these paths, also what was taken back, the oldest first. One statement."""
    rows = Evidence.objects.filter(path_id__in=path_ids)
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    return [
        EvidenceSeen(**{name: getattr(each, name) for name in _OF_EVIDENCE})
        for each in rows.order_by("at", "id")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSeen:
    """A condition that was let through (R2); open until it is made good."""

    id: UUID
    path_id: UUID
    client_id: UUID
    organisation_id: UUID
    condition: str
    because: str
    by: str
    role: str
    at: datetime
    make_good_by: datetime
    made_good_at: datetime | None


_OF_OVERRIDE = tuple(OverrideSeen.__dataclass_fields__)


def overrides_of(path_ids: Collection[UUID], *, only_open: bool = False) -> dict[UUID, list[OverrideSeen]]:
    """What was let through on each of these paths, the oldest first. One statement."""
    rows = Override.objects.filter(Q(made_good_at=None) if only_open else Q(), path_id__in=path_ids)
    found: dict[UUID, list[OverrideSeen]] = {}
    for each in rows.order_by("at", "id"):
        found.setdefault(each.path_id, []).append(
            OverrideSeen(**{name: getattr(each, name) for name in _OF_OVERRIDE})
        )
    return found
