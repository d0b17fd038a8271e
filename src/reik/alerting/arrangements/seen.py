"""Reads of follow-up arrangements: every version with its routes, whom they call over which channel, and a preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from reik.alerting import policy, routes
from reik.alerting.arrangements.choosing import Asked, When, choose
from reik.alerting.models import Arrangement, ArrangementRoute, ArrangementStep
from reik.alerting.policy import PlannedStep, RouteStep


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAgreed:
    """One agreed step. `channel` and `fallback_channel`: how it is sent; `roster` names whom it asks by roster."""

    position: int
    action: str
    responder: str
    destination_id: UUID
    channel: str
    fallback_id: UUID | None
    fallback_channel: str
    fallback_name: str
    roster_id: UUID | None
    roster: str
    place: int
    carer_id: UUID | None
    wait: timedelta
    repeat: timedelta | None
    hours: tuple[time, time] | None

    @property
    def step(self) -> RouteStep:
        """As it was agreed."""
        return RouteStep(
            action=self.action, responder=self.responder, destination_id=self.destination_id, wait=self.wait,
            repeat=self.repeat, hours=self.hours, roster_id=self.roster_id, place=self.place,
            carer_id=self.carer_id, fallback_id=self.fallback_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAgreed:
    """One route of a version; route 0 (`when` None) holds whenever no other does."""

    number: int
    name: str
    when: When | None
    steps: tuple[StepAgreed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSeen:
    """One version of a client's arrangement, or (`client_id` None) of the organisation's default."""

    id: UUID
    organisation_id: UUID
    client_id: UUID | None
    version: int
    agreed_by: str
    agreed_at: datetime
    words: str
    emergency_words: str
    emergency_responder: str
    emergency_id: UUID | None
    emergency_channel: str
    routes: tuple[RouteAgreed, ...] = field(default=())
    centre_decides: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What an alert would do: which route, and its steps with when each is due or why it is skipped."""

    route: RouteAgreed
    steps: tuple[PlannedStep, ...]


def holding(client_id: UUID) -> VersionSeen | None:
    """The version that holds for a client now: her own, else her organisation's default."""
    id = routes.current_id(client_id)
    return version(id) if id else None


def version(arrangement_id: UUID) -> VersionSeen | None:
    """One version, as an alert points to it."""
    found = _seen(list(Arrangement.objects.filter(id=arrangement_id).select_related("emergency")))
    return found[0] if found else None


def versions(organisation_id: UUID, client_id: UUID | None, most: int = 30) -> list[VersionSeen]:
    """The versions of a client's own arrangement, or of the organisation's default, the newest first."""
    whose = Q(client_id=client_id) if client_id else Q(client=None)
    rows = Arrangement.objects.filter(whose, organisation_id=organisation_id)
    return _seen(list(rows.select_related("emergency").order_by("-version")[:most]))


def _seen(rows: Sequence[Arrangement]) -> list[VersionSeen]:
    ids = [each.id for each in rows]
    steps: Mapping[UUID, dict[int, list[StepAgreed]]] = {id: defaultdict(list) for id in ids}
    found = ArrangementStep.objects.filter(arrangement_id__in=ids)
    for step in found.select_related("destination", "fallback", "roster").order_by("route", "position"):
        steps[step.arrangement_id][step.route].append(_step(step))
    others = _others(ids)
    return [
        VersionSeen(
            id=each.id, organisation_id=each.organisation_id, client_id=each.client_id, version=each.version,
            agreed_by=each.agreed_by, agreed_at=each.created_at, words=each.words,
            emergency_words=each.emergency_words, emergency_responder=each.emergency_responder,
            emergency_id=each.emergency_id, emergency_channel=each.emergency.channel if each.emergency else "",
            centre_decides=each.centre_decides,
            routes=tuple(
                RouteAgreed(number=number, name=name, when=when, steps=tuple(steps[each.id][number]))
                for number, name, when in [(0, "", None), *others[each.id]]
            ),
        )
        for each in rows
    ]  # fmt: skip


def _step(row: ArrangementStep) -> StepAgreed:
    return StepAgreed(
        position=row.position, action=row.action, responder=row.responder, destination_id=row.destination_id,
        channel=row.destination.channel, fallback_id=row.fallback_id,
        fallback_channel=row.fallback.channel if row.fallback else "",
        fallback_name=row.fallback.name if row.fallback else "",
        roster_id=row.roster_id, roster=row.roster.name if row.roster else "", place=row.place,
        carer_id=row.carer_id, wait=timedelta(seconds=row.wait_s),
        repeat=timedelta(seconds=row.repeat_s) if row.repeat_s else None,
        hours=(row.hours_from, row.hours_until)
        if row.hours_from is not None and row.hours_until is not None
        else None,
    )  # fmt: skip


def _others(ids: Collection[UUID]) -> Mapping[UUID, list[tuple[int, str, When]]]:
    found: dict[UUID, list[tuple[int, str, When]]] = defaultdict(list)
    for each in ArrangementRoute.objects.filter(arrangement_id__in=ids).order_by("number"):
        hours = (
            (each.hours_from, each.hours_until)
            if each.hours_from is not None and each.hours_until is not None
            else None
        )
        when = When(
            weekdays=each.weekdays, hours=hours, criticalities=each.criticalities, moments=tuple(each.moments)
        )
        found[each.arrangement_id].append((each.number, each.name, when))
    return found


def preview(seen: VersionSeen, asked: Asked, zone: ZoneInfo) -> Walked:
    """How an alert would go by this version: the same rules by which a real one goes. Pure."""
    others = [(each.number, each.when) for each in seen.routes if each.when is not None and each.steps]
    number = choose(others, asked, zone)
    route = next(each for each in seen.routes if each.number == number)
    return Walked(route=route, steps=tuple(policy.plan([each.step for each in route.steps], asked.at, zone)))
