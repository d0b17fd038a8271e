"""Reads of alerting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from reik.alerting import routes
from reik.alerting.breaches import alerts_without_next_step as alerts_without_next_step
from reik.alerting.breaches import follow_up_overdue as follow_up_overdue
from reik.alerting.claims.seen import ClaimSeen, claims_of
from reik.alerting.claims.seen import mutes_of as mutes_of
from reik.alerting.claims.seen import own_codes as own_codes
from reik.alerting.claims.visits import left_to_centre as left_to_centre
from reik.alerting.claims.who import By, who_of
from reik.alerting.models import Alert, Arrangement, Remark, Step
from reik.dispensing.queries import MomentSeen, moments_by_id
from reik.kernel.rows import array


def newest_remarks(organisation_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When the newest line was added to any alert of each organisation (live screens ask every two seconds)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, r.at FROM unnest(%s::uuid[]) AS o(id) CROSS JOIN LATERAL ("
            "SELECT at FROM alerting_remark WHERE organisation_id = o.id ORDER BY at DESC LIMIT 1) AS r",
            [array("uuid", organisation_ids)],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """One step of an alert's route: `state` is planned, taken, delivered, failed, skipped or cancelled.

    `channel`: how its message goes.
    """

    position: int
    round: int
    action: str
    responder: str
    due_at: datetime
    state: str
    reason: str
    taken_at: datetime | None
    ended_at: datetime | None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSeen:
    """An alert as a screen shows it. `current`: the step that was taken last; `next`: the one that comes by itself.

    `moment` None: it is about the dispenser. `accepted_until` and `watched_until` end a claim and a watch.
    """

    id: UUID
    client_id: UUID
    organisation_id: UUID
    dispenser_id: UUID
    moment: MomentSeen | None
    cause: str
    subject: str
    reason: str
    priority: int
    state: str
    opened_at: datetime
    accepted_at: datetime | None
    accepted_by: str
    accepted_role: str
    accepted_until: datetime | None
    watched_until: datetime | None
    handled_at: datetime | None
    handled_by: str
    handled_as: str
    can_undo: bool  # within a minute, by who said it, as long as nothing happened since
    closed_at: datetime | None
    closed_as: str
    closed_cause: str
    current: StepSeen | None
    next: StepSeen | None
    passed_at: datetime | None = None  # when the route went on to its second step: nobody had answered
    answered_at: datetime | None = None  # when a person first took it or said how it went
    claims: tuple[ClaimSeen, ...] = ()
    life: int = 1
    moved_s: int = 0  # by how long claims put off its last step together
    muted_until: datetime | None = None  # when its route begins; None where it was not muted
    emergency_at: datetime | None = None
    emergency_by: str = ""
    visit_by: str = ""  # who decided on the visit: team or centre; empty where nobody drove
    remote: bool | None = None
    own_code: str = ""  # the organisation's own word for `handled_as`
    route: int = 0
    accepted_key: UUID | None = None  # who `accepted_by` is: two may be called alike
    handled_key: UUID | None = None
    visit_decided_by: str = ""  # who of the centre decided on the visit
    visit_decided_at: datetime | None = None

    def held_by(self, who: By) -> bool:
        """Whether this person has the alert, or watches it, now."""
        return self.state in ("accepted", "watched") and self.accepted_key == who_of(who).key

    def said_by(self, who: By) -> bool:
        """Whether this person said last how it went."""
        return self.handled_key is not None and self.handled_key == who_of(who).key

    def had_by(self, who: By) -> bool:
        """Whether this person had the alert and has it no more: she cannot take it again, only say how it went."""
        key = who_of(who).key
        mine = [each for each in self.claims if each.key == key and each.life == self.life]
        return any(each.ended_as and not each.goes_on for each in mine)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkSeen:
    """One line of what became of an alert."""

    alert_id: UUID
    at: datetime
    kind: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementSeen:
    """A version of a follow-up arrangement; `of_client` False: the organisation's default."""

    id: UUID
    version: int
    agreed_by: str
    created_at: datetime
    of_client: bool
    steps: tuple[ArrangedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedStep:
    """One agreed step: how long the chain waits for an answer, and the local hours in which it may be taken."""

    position: int
    action: str
    responder: str
    wait: timedelta
    repeat: timedelta | None
    hours: tuple[time, time] | None


def open_alerts(client_ids: Collection[UUID]) -> list[AlertSeen]:
    """What is not closed of these clients: the most urgent first, then the oldest."""
    rows = Alert.objects.filter(client_id__in=client_ids, closed_at=None)
    return _seen(rows.order_by("priority", "opened_at", "id"))


def closed_since(client_ids: Collection[UUID], since: datetime) -> list[AlertSeen]:
    """What was closed of these clients from then on, the newest first."""
    rows = Alert.objects.filter(client_id__in=client_ids, closed_at__gte=since)
    return _seen(rows.order_by("-closed_at", "id"))


def settled_lately(client_ids: Collection[UUID], since: datetime, most: int = 10) -> list[AlertSeen]:
    """What closed by itself from then on, because the device told that the sachet is out; the newest first."""
    rows = Alert.objects.filter(client_id__in=client_ids, closed_at__gte=since, closed_as="out_after_all")
    return _seen(rows.order_by("-closed_at", "id")[:most])


def closed_counts(client_ids: Collection[UUID], since: datetime) -> tuple[int, int]:
    """How many alerts were closed from then on, and how many of them without a visit."""
    rows = Alert.objects.filter(client_id__in=client_ids, closed_at__gte=since)
    remote = Count("id", filter=~Q(remote=False))  # null: it closed by itself
    found = rows.aggregate(all=Count("id"), remote=remote)
    return found["all"], found["remote"]


def alerts_of(client_id: UUID, since: datetime, until: datetime) -> list[AlertSeen]:
    """The alerts of one client that opened in [since, until), the newest first."""
    rows = Alert.objects.filter(client_id=client_id, opened_at__gte=since, opened_at__lt=until)
    return _seen(rows.order_by("-opened_at", "id"))


def alert(alert_id: UUID, client_ids: Collection[UUID]) -> AlertSeen | None:
    """This alert, when it is about one of these clients."""
    found = _seen(Alert.objects.filter(id=alert_id, client_id__in=client_ids))
    return found[0] if found else None


def alerts_by_id(alert_ids: Collection[UUID]) -> dict[UUID, AlertSeen]:
    """These alerts, of clients whom the caller may see already."""
    return {each.id: each for each in _seen(Alert.objects.filter(id__in=alert_ids))}


def _seen(rows: QuerySet[Alert]) -> list[AlertSeen]:
    found = list(rows)
    if not found:
        return []
    moments = moments_by_id([each.moment_id for each in found if each.moment_id])
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(alert_id__in=[each.id for each in found]).order_by("round", "position"):
        steps[step.alert_id].append(step)
    claims = claims_of([each.id for each in found])
    return [_alert(each, moments, steps[each.id], claims.get(each.id, ())) for each in found]


def _alert(
    row: Alert, moments: Mapping[UUID, MomentSeen], steps: Sequence[Step], claims: tuple[ClaimSeen, ...]
) -> AlertSeen:
    taken = [each for each in steps if each.taken_at is not None]
    planned = [each for each in steps if each.state == Step.State.PLANNED]
    current = max(taken, key=lambda each: (each.taken_at or each.due_at, each.position), default=None)
    following = min(planned, key=lambda each: each.due_at, default=None)
    return AlertSeen(
        id=row.id, client_id=row.client_id, organisation_id=row.organisation_id, dispenser_id=row.dispenser_id,
        moment=moments.get(row.moment_id) if row.moment_id else None, cause=row.cause, subject=row.subject,
        reason=row.reason, priority=row.priority, state=row.state, opened_at=row.opened_at,
        accepted_at=row.accepted_at, accepted_by=row.accepted_by, accepted_role=row.accepted_role,
        accepted_until=row.accepted_until, watched_until=row.watched_until, handled_at=row.handled_at,
        handled_by=row.handled_by, handled_as=row.handled_as,
        can_undo=row.before is not None, closed_at=row.closed_at, closed_as=row.closed_as,
        closed_cause=row.closed_cause, current=_step(current) if current else None,
        next=_step(following) if following else None, passed_at=_passed(taken), answered_at=row.answered_at,
        claims=claims, life=row.life, moved_s=row.moved_s, muted_until=row.muted_until,
        emergency_at=row.emergency_at, emergency_by=row.emergency_by, visit_by=row.visit_by, remote=row.remote,
        own_code=row.own_code, route=row.route, accepted_key=row.accepted_key, handled_key=row.handled_key,
        visit_decided_by=row.visit_decided_by, visit_decided_at=row.visit_decided_at,
    )  # fmt: skip


def _passed(taken: Sequence[Step]) -> datetime | None:
    first = min((each.position for each in taken), default=0)
    return min((each.taken_at for each in taken if each.position > first and each.taken_at), default=None)


def _step(row: Step) -> StepSeen:
    return StepSeen(
        position=row.position, round=row.round, action=row.action, responder=row.responder, due_at=row.due_at,
        state=Step.State(row.state).name.lower(), reason=row.reason, taken_at=row.taken_at, ended_at=row.ended_at,
    )  # fmt: skip


def steps_of(alert_id: UUID) -> list[StepSeen]:
    """The whole route of one alert, as it was walked and as it will be."""
    rows = Step.objects.filter(alert_id=alert_id).select_related("destination").order_by("round", "position")
    return [replace(_step(each), channel=each.destination.channel) for each in rows]


def remarks_of(alert_ids: Collection[UUID]) -> list[RemarkSeen]:
    """What became of these alerts, line by line, the oldest first."""
    rows = Remark.objects.filter(alert_id__in=alert_ids).order_by("at", "id")
    return [
        RemarkSeen(alert_id=each.alert_id, at=each.at, kind=each.kind, by=each.by, text=each.text)
        for each in rows
    ]


def arrangement_of(
    client_id: UUID, arrangement_id: UUID | None = None, *, route: int = 0
) -> ArrangementSeen | None:
    """The follow-up arrangement that holds for a client now, or the version that an alert points to.

    `route`: whose steps; 0 holds whenever no other does. All of it: `arrangements.seen`.
    """
    if arrangement_id is None:
        arrangement_id = routes.current_id(client_id)
    row = Arrangement.objects.filter(id=arrangement_id).first() if arrangement_id else None
    if row is None:
        return None
    return ArrangementSeen(
        id=row.id, version=row.version, agreed_by=row.agreed_by, created_at=row.created_at,
        of_client=row.client_id is not None,
        steps=tuple(
            ArrangedStep(
                position=each.position, action=each.action, responder=each.responder,
                wait=timedelta(seconds=each.wait_s),
                repeat=timedelta(seconds=each.repeat_s) if each.repeat_s else None,
                hours=(each.hours_from, each.hours_until) if each.hours_from and each.hours_until else None,
            )
            for each in row.steps.filter(route=route).order_by("position")
        ),
    )  # fmt: skip
