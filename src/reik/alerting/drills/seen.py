"""Reads of drills: what was held, how each call went, which routes there are, and whom a drill waits for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from reik.alerting import routes
from reik.alerting.drills.answering import tried
from reik.alerting.drills.calling import OTHER_WAY
from reik.alerting.drills.routes_in_use import routes_in_use
from reik.alerting.drills.rules import TO_DO, Verdict, verdict_of
from reik.alerting.models import Arrangement, ArrangementRoute, ArrangementStep, Drill, DrillStep
from reik.people.models import PushDestination


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSeen:
    """One call of a drill. Seconds count from when it was sent; None: not yet, or never."""

    id: UUID
    channel: str
    destination: str
    due_at: datetime
    reason: str
    sent_at: datetime | None
    delivered_s: int | None
    failed: str
    answered_s: int | None
    answered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDrilled:
    """One step of a drilled route: its calls, the first way first; `to_do` in a code word, empty when nothing."""

    position: int
    action: str
    responder: str
    wait_s: int
    verdict: Verdict
    to_do: str
    calls: tuple[CallSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSeen:
    """A drill and how it went. `client_id`: whose own arrangement; None: the organisation's default."""

    id: UUID
    organisation_id: UUID
    arrangement_id: UUID
    client_id: UUID | None
    version: int
    route: int
    route_name: str
    why: str
    by: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    passed: bool | None
    steps: tuple[StepDrilled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSeen:
    """A route in use, with its newest drill; `held_at` None: never since it was agreed."""

    arrangement_id: UUID
    number: int
    name: str
    client_id: UUID | None
    version: int
    responders: tuple[str, ...]
    held_at: datetime | None
    passed: bool | None
    last_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSeen:
    """A call of a drill that asks for an answer. `over`: its drill has ended."""

    id: UUID
    organisation_id: UUID
    answered: bool
    over: bool
    action: str
    responder: str
    sent_at: datetime
    until: datetime


def drills(organisation_ids: Collection[UUID], now: datetime, most: int = 50) -> list[DrillSeen]:
    """The newest drills of these organisations."""
    rows = Drill.objects.filter(organisation_id__in=organisation_ids).order_by("-started_at", "-id")
    return _seen(rows[:most], now)


def drill(drill_id: UUID, organisation_ids: Collection[UUID], now: datetime) -> DrillSeen | None:
    """One drill, of an organisation for which the reader works."""
    found = _seen(Drill.objects.filter(id=drill_id, organisation_id__in=organisation_ids), now)
    return found[0] if found else None


def drills_by_id(drill_ids: Collection[UUID], now: datetime) -> list[DrillSeen]:
    """These drills, the oldest first. For commands."""
    return _seen(Drill.objects.filter(id__in=drill_ids).order_by("started_at", "id"), now)


def _seen(found: QuerySet[Drill], now: datetime) -> list[DrillSeen]:
    rows = list(found.select_related("arrangement"))
    steps: dict[UUID, list[DrillStep]] = defaultdict(list)
    for each in (
        DrillStep.objects.filter(drill_id__in=[row.id for row in rows])
        .select_related("destination")
        .order_by("position", "due_at", "id")
    ):
        steps[each.drill_id].append(each)
    names = names_of({row.arrangement_id for row in rows})
    return [
        DrillSeen(
            id=row.id, organisation_id=row.organisation_id, arrangement_id=row.arrangement_id,
            client_id=row.arrangement.client_id, version=row.arrangement.version, route=row.route,
            route_name=names.get((row.arrangement_id, row.route), ""), why=row.why, by=row.by,
            started_at=row.started_at, ends_at=row.ends_at, ended_at=row.ended_at, passed=row.passed,
            steps=_steps(steps[row.id], row.ended_at or now),
        )
        for row in rows
    ]  # fmt: skip


def names_of(arrangement_ids: Collection[UUID]) -> dict[tuple[UUID, int], str]:
    """The names of the other routes of these versions; route 0 has none."""
    rows = ArrangementRoute.objects.filter(arrangement_id__in=arrangement_ids)
    return {(each.arrangement_id, each.number): each.name for each in rows}


def _steps(rows: Sequence[DrillStep], now: datetime) -> tuple[StepDrilled, ...]:
    by_position: Mapping[int, list[DrillStep]] = defaultdict(list)
    for row in rows:
        by_position[row.position].append(row)
    found = []
    for position, calls in by_position.items():
        verdict = verdict_of([tried(each) for each in calls], now)
        found.append(
            StepDrilled(
                position=position, action=calls[0].action, responder=calls[0].responder, wait_s=calls[0].wait_s,
                verdict=verdict, to_do=TO_DO.get(verdict, ""), calls=tuple(_call(each) for each in calls),
            )
        )  # fmt: skip
    return tuple(found)


def _call(row: DrillStep) -> CallSeen:
    return CallSeen(
        id=row.id, channel=row.destination.channel, destination=row.destination.name, due_at=row.due_at,
        reason=row.reason, sent_at=row.sent_at, delivered_s=_seconds(row.sent_at, row.delivered_at),
        failed="" if row.failed_at is None or row.error == OTHER_WAY else row.error or "failed",
        answered_s=_seconds(row.sent_at, row.answered_at), answered_by=row.answered_by,
    )  # fmt: skip


def _seconds(since: datetime | None, until: datetime | None) -> int | None:
    return None if since is None or until is None else round((until - since).total_seconds())


def routes_now(organisation_ids: Collection[UUID]) -> list[RouteSeen]:
    """The routes in use of these organisations, each once, with the newest drill of any that does the same."""
    found = routes_in_use(organisation_ids)
    last = _last({each.standing.covers for each in found}, organisation_ids)
    ids = {each.arrangement_id for each in found}
    agreed, names = routes.agreed(ids), names_of(ids)
    versions = dict(Arrangement.objects.filter(id__in=ids).values_list("id", "version"))
    return [
        RouteSeen(
            arrangement_id=each.arrangement_id, number=each.number, client_id=each.client_id,
            name=names.get((each.arrangement_id, each.number), ""), version=versions[each.arrangement_id],
            responders=tuple(step.responder for step in agreed[each.arrangement_id].get(each.number, ())),
            held_at=row.started_at if row else None, passed=row.passed if row else None,
            last_id=row.id if row else None,
        )
        for each in found
        for row in [last.get((each.organisation_id, each.standing.covers))]
    ]  # fmt: skip


def _last(covers: Collection[str], organisation_ids: Collection[UUID]) -> dict[tuple[UUID, str], Drill]:
    rows = Drill.objects.filter(covers__in=covers, organisation_id__in=organisation_ids)
    newest = rows.order_by("organisation_id", "covers", "-started_at", "-id").distinct(
        "organisation_id", "covers"
    )
    return {(each.organisation_id, each.covers): each for each in newest}


def to_answer(organisation_ids: Collection[UUID], actions: Collection[str], now: datetime) -> list[AskedSeen]:
    """Calls of drills that run and wait for whoever does this, the oldest first."""
    rows = DrillStep.objects.filter(
        organisation_id__in=organisation_ids, action__in=actions, drill__ended_at=None, answered_at=None,
        sent_at__isnull=False,
    ).select_related("drill").order_by("sent_at", "id")  # fmt: skip
    return [each for each in map(_asked, rows) if each.until > now]


def to_answer_by_carer(account_id: UUID, now: datetime) -> list[AskedSeen]:
    """Calls of drills that wait for this informal carer: sent to her phones, or of a step that names her."""
    phones = PushDestination.objects.filter(account_id=account_id).values("destination_id")
    hers = ArrangementStep.objects.filter(carer__account_id=account_id, carer__revoked_at=None)
    rows = DrillStep.objects.filter(
        Q(destination_id__in=phones) | Q(drill__arrangement_id__in=hers.values("arrangement_id")),
        action="ask_carer", drill__ended_at=None, answered_at=None, sent_at__isnull=False,
    ).select_related("drill").order_by("sent_at", "id")  # fmt: skip
    return [each for each in map(_asked, rows) if each.until > now]


def asked(step_id: UUID, organisation_ids: Collection[UUID]) -> AskedSeen | None:
    """One call of a drill that was made; also one that was answered, or of a drill that is over."""
    rows = DrillStep.objects.filter(id=step_id, organisation_id__in=organisation_ids)
    row = rows.select_related("drill").first()
    return _asked(row) if row and row.sent_at else None


def _asked(row: DrillStep) -> AskedSeen:
    assert row.sent_at is not None
    return AskedSeen(
        id=row.id, organisation_id=row.organisation_id, answered=row.answered_at is not None,
        over=row.drill.ended_at is not None, action=row.action, responder=row.responder, sent_at=row.sent_at,
        until=row.sent_at + timedelta(seconds=row.wait_s),
    )  # fmt: skip
