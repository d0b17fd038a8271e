"""Reads of absences, of clients whom the caller may see already (R9 to R12)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from reik.dispensing.away import path as away
from reik.dispensing.models import Absence, AbsenceLine, DeviceCommand, Moment, TakeAlong
from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceSeen:
    """`state`: planned, away, stopped, back, resuming, ended or cancelled. `until`: how far a person's word reaches.

    `pause`: what became of the newest pause command (`none` without a dispenser); `checks` by name: who and when.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID | None
    reason: str
    state: str
    starts_at: datetime
    expected_end: datetime | None
    until: datetime | None
    confirmed_at: datetime
    said_by: str
    noted_by: str
    resumes: str
    resumes_phone: str
    returned_at: datetime | None
    checks: Mapping[str, Mapping[str, Any]]
    expired_told_at: datetime | None
    ended_at: datetime | None
    pause: str

    @property
    def withholds(self) -> bool:
        return self.state in away.WITHHOLDS

    @property
    def missing(self) -> list[str]:
        """The checks that are still to be done (R12)."""
        return away.missing_checks(self.checks)


_KEPT = tuple(name for name in AbsenceSeen.__dataclass_fields__ if name != "pause")


def _seen(rows: QuerySet[Absence]) -> list[AbsenceSeen]:
    found = list(rows)
    ids = [each.pause_id for each in found if each.pause_id]
    states = dict(DeviceCommand.objects.filter(id__in=ids).values_list("id", "state"))
    return [
        AbsenceSeen(
            **{name: getattr(each, name) for name in _KEPT},
            pause=states.get(each.pause_id, "none") if each.pause_id else "none",
        )
        for each in found
    ]


def open_absences(client_ids: Collection[UUID]) -> dict[UUID, AbsenceSeen]:
    """The absence of each client that is planned or under way."""
    return {
        each.client_id: each
        for each in _seen(Absence.objects.filter(client_id__in=client_ids, ended_at=None))
    }


def absences_between(client_ids: Collection[UUID], since: datetime, until: datetime) -> list[AbsenceSeen]:
    """The absences that began (a plan did not) and lie at least in part in [since, until), the oldest first."""
    rows = Absence.objects.filter(client_id__in=client_ids, starts_at__lt=until)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    rows = rows.exclude(state__in=(away.State.PLANNED.value, away.State.CANCELLED.value))
    return _seen(rows.order_by("starts_at", "id"))


def taken_back_at(organisation_id: UUID) -> dict[tuple[UUID, UUID], datetime]:
    """When dispensers were last fetched from clients for good, by (dispenser, client). One statement."""
    rows = AbsenceLine.objects.filter(organisation_id=organisation_id, kind="device_returned")
    rows = rows.filter(absence__dispenser_id__isnull=False)
    found = rows.order_by("at").values_list("absence__dispenser_id", "absence__client_id", "at")
    return {(dispenser, client): at for dispenser, client, at in found}


def stopped_as(reason: str, said_before: datetime) -> dict[UUID, str]:
    """Clients who were stopped for this reason before then, and who said so; until their dispenser is back."""
    rows = Absence.objects.filter(
        state=away.State.STOPPED.value, reason=reason, ended_at=None, starts_at__lte=said_before
    )
    return dict(rows.values_list("client_id", "noted_by"))


def resumed_since(client_id: UUID, since: datetime) -> datetime | None:
    """When this client's dispenser last went on after an absence; None: not since then."""
    ended = Absence.objects.filter(client_id=client_id, state=away.State.ENDED.value, ended_at__gte=since)
    return ended.order_by("-ended_at").values_list("ended_at", flat=True).first()


def absence(absence_id: UUID) -> AbsenceSeen | None:
    """One absence, as far as the caller may see it."""
    return next(iter(_seen(Absence.objects.filter(id=absence_id))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    at: datetime
    kind: str
    by: str
    text: str


def lines_of(absence_id: UUID) -> list[LineSeen]:
    """Its history, the oldest first."""
    rows = AbsenceLine.objects.filter(absence_id=absence_id).order_by("at", "id")
    return [LineSeen(at=each.at, kind=each.kind, by=each.by, text=each.text) for each in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetInside:
    """A sachet of the roll whose moment falls in an absence: taken out or skipped, never handed out late."""

    roll: str
    number: int
    due_at: datetime
    latest_at: datetime


INSIDE = """
SELECT m.dispenser_id, m.key, m.due_at, m.latest_at, m.out | m.presented | m.by_hand FROM dispensing_moment AS m
WHERE m.away = %s AND m.outcome IS DISTINCT FROM 'by_hand' ORDER BY m.due_at, m.id LIMIT 240
"""


def sachets_inside(absence_id: UUID) -> list[SachetInside]:
    """The sachets of the time away that are still on the roll, as far as Reik knows."""
    with connection.cursor() as cursor:
        cursor.execute(INSIDE, [absence_id])
        rows = cursor.fetchall()
    places = lying_all([(row[0], row[1]) for row in rows])
    return [
        SachetInside(roll=place[0], number=number, due_at=row[2], latest_at=row[3])
        for row in rows
        if (place := places.get((row[0], row[1]))) is not None
        for k, number in enumerate(place[1])
        if not row[4] >> k & 1
    ]


LYING = """
SELECT DISTINCT ON (n.dispenser_id, n.key) n.dispenser_id, n.key, m->>'roll',
    ARRAY(SELECT s::int FROM jsonb_array_elements_text(m->'sachets') WITH ORDINALITY AS e(s, i) ORDER BY i)
FROM unnest(%s::uuid[], %s::text[]) AS n(dispenser_id, key)
JOIN dispensing_devicecommand AS c ON c.dispenser_id = n.dispenser_id AND c.type = 'set_plan'
    AND c.state NOT IN ('replaced', 'expired', 'refused')
CROSS JOIN LATERAL jsonb_array_elements(c.data->'moments') AS m
WHERE m->>'moment' = n.key
ORDER BY n.dispenser_id, n.key, (c.state = 'confirmed') DESC, c.given_at DESC, c.id DESC
"""


def lying_all(keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], tuple[str, list[int]]]:
    """Roll and numbers of these moments' sachets, by the newest plans of their devices."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            LYING, [array("uuid", [each[0] for each in keys]), array("text", [each[1] for each in keys])]
        )
        return {(row[0], row[1]): (row[2], list(row[3])) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongSeen:
    """Sachets that went along. `state`: what became of the command; `out` is what the device said came out."""

    id: UUID
    absence_id: UUID
    moments: Sequence[Mapping[str, Any]]
    asked_by: str
    asked_at: datetime
    state: str
    out: int
    handed_out: int | None
    came_back: int | None
    out_of_sight: int | None
    counted_by: str
    counted_at: datetime | None
    note: str


def taken_along(absence_id: UUID) -> list[AlongSeen]:
    """What was handed out to be taken along, the oldest first."""
    rows = list(TakeAlong.objects.filter(absence_id=absence_id).order_by("asked_at", "id"))
    states = dict(
        DeviceCommand.objects.filter(id__in=[each.command_id for each in rows]).values_list("id", "state")
    )
    counts = dict(
        Moment.objects.filter(id__in=[one["id"] for each in rows for one in each.moments]).values_list(
            "id", "out"
        )
    )
    return [
        AlongSeen(
            id=each.id, absence_id=each.absence_id, moments=each.moments, asked_by=each.asked_by,
            asked_at=each.asked_at, state=states.get(each.command_id, "none") if each.command_id else "none",
            out=sum(counts.get(UUID(str(one["id"])), 0).bit_count() for one in each.moments),
            handed_out=each.handed_out, came_back=each.came_back, out_of_sight=each.out_of_sight,
            counted_by=each.counted_by, counted_at=each.counted_at, note=each.note,
        )
        for each in rows
    ]  # fmt: skip
