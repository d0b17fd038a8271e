"""Reads of medication: what is planned for clients, which rolls are at home, what people have to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Min, OuterRef, QuerySet

from reik.medication.agreed.by_day import AgreedPlan, agreed_plan, to_doses
from reik.medication.models import AgreementMessage, Finding, Roll, Sachet, Schedule, ScheduleLine
from reik.medication.times.limits import limits_of, with_limits
from reik.medication.times.schedule import (
    Mismatch,
    Place,
    PlannedDose,
    TimeLine,
    Timetable,
    compare,
    expand,
    local_day,
)
from reik.people.models import Client

AT_HOME = ("delivered", "loaded")


def zones_of(client_ids: Collection[UUID]) -> dict[UUID, ZoneInfo]:
    """The zone in which each client's calendar runs."""
    return {
        id: ZoneInfo(zone) for id, zone in Client.objects.filter(id__in=client_ids).values_list("id", "zone")
    }


def zone_of(client: Client) -> ZoneInfo:
    return ZoneInfo(client.zone)


def line_of(row: ScheduleLine) -> TimeLine:
    return TimeLine(
        weekdays=frozenset(day for day in range(1, 8) if row.weekdays >> (day - 1) & 1),
        at=row.at, sachets=row.sachets, window_min=row.window_min, late_min=row.late_min,
        criticality=row.criticality, gap_min=row.gap_min,
    )  # fmt: skip


def timetables(client_ids: Collection[UUID]) -> dict[UUID, list[Timetable]]:
    """The confirmed versions of each client's schedule, in rising order; clients without one are missing."""
    lines: dict[UUID, list[TimeLine]] = defaultdict(list)
    of: dict[UUID, Schedule] = {}
    for row in (
        ScheduleLine.objects.filter(schedule__client_id__in=client_ids, schedule__confirmed_at__isnull=False)
        .select_related("schedule")
        .order_by("schedule__version", "at", "id")
    ):
        of[row.schedule_id] = row.schedule
        lines[row.schedule_id].append(line_of(row))
    found: dict[UUID, list[Timetable]] = defaultdict(list)
    for id, schedule in of.items():
        found[schedule.client_id].append(Timetable(starts_on=schedule.starts_on, lines=tuple(lines[id])))
    return dict(found)


def agreements_of(client_ids: Collection[UUID]) -> dict[UUID, list[object]]:
    """All agreements that were received for each client, in order of receipt (as JSON values)."""
    found: dict[UUID, list[object]] = defaultdict(list)
    for client_id, agreements in (
        AgreementMessage.objects.filter(client_id__in=client_ids)
        .order_by("client_id", "version")
        .values_list("client_id", "agreements")
    ):
        found[client_id] += agreements
    return dict(found)


def planned_doses(client_ids: Collection[UUID], first: date, until: date) -> dict[UUID, list[PlannedDose]]:
    """What is to be handed over to each client on these local days (`until` exclusive).

    The confirmed times-only schedule decides; where there is none, what the agreements put into the roll. What
    the pharmacy set for a time (R29, R31) holds over both.
    """
    zones, tables, limits = zones_of(client_ids), timetables(client_ids), limits_of(client_ids)
    agreements = agreements_of([id for id in zones if id not in tables])
    planned: dict[UUID, list[PlannedDose]] = {}
    for id, zone in zones.items():
        doses: list[PlannedDose] = []
        if id in tables:
            doses = expand(tables[id], first, until, zone)
        elif id in agreements:
            doses = to_doses(agreed_plan(agreements[id], first, until, zone).packed)
        planned[id] = with_limits(doses, limits.get(id, {}))
    return planned


def mismatches(client_id: UUID, now: datetime, ahead: timedelta) -> list[Mismatch]:
    """Where the agreements and the confirmed schedule differ over the days ahead; empty where one is missing."""
    zone = zones_of([client_id])[client_id]
    agreements = agreements_of([client_id])
    if client_id not in agreements:
        return []
    first = local_day(now, zone)
    plan = agreed_plan(agreements[client_id], first, first + ahead, zone)
    return mismatches_with(plan, client_id, first, first + ahead, zone)


def mismatches_with(
    plan: AgreedPlan, client_id: UUID, first: date, until: date, zone: ZoneInfo
) -> list[Mismatch]:
    """As `mismatches`, for a plan of the agreements that was made already."""
    if not Schedule.objects.filter(client_id=client_id, confirmed_at__isnull=False).exists():
        return []
    tables = timetables([client_id])
    if client_id not in tables:
        return []
    return compare(plan.packed, expand(tables[client_id], first, until, zone))


def sachets_at_home(client_ids: Collection[UUID], since: date) -> dict[UUID, dict[tuple[date, time], Place]]:
    """The sachets with contents on rolls that are delivered or loaded, from this local day on."""
    found: dict[UUID, dict[tuple[date, time], list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for client_id, number, day, at, sequence in (
        Sachet.objects.filter(
            roll__client_id__in=client_ids, roll__state__in=AT_HOME, empty=False, day__gte=since
        )
        .order_by("k", "sequence")
        .values_list("roll__client_id", "roll__number", "day", "at", "sequence")
    ):
        if day is not None and at is not None:
            found[client_id][day, at].append((number, sequence))
    return {
        client_id: {
            when: Place(
                roll=each[0][0], sequences=tuple(sequence for roll, sequence in each if roll == each[0][0])
            )
            for when, each in moments.items()
        }
        for client_id, moments in found.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RollAtHome:
    client_id: UUID
    number: str
    first: int
    last: int
    count: int
    starts_at: datetime
    ends_at: datetime


def rolls_at_home(client_ids: Collection[UUID], now: datetime) -> list[RollAtHome]:
    """Rolls that a dispenser may take in: delivered or loaded, and not over; the earliest first."""
    rows = Roll.objects.filter(client_id__in=client_ids, state__in=AT_HOME, ends_at__gt=now)
    return [
        RollAtHome(
            client_id=each.client_id, number=each.number, first=each.first, last=each.last, count=each.count,
            starts_at=each.starts_at, ends_at=each.ends_at,
        )
        for each in rows.order_by("client_id", "starts_at")
    ]  # fmt: skip


def served_since(client_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """From when each client's planned moments count: the start of the first roll that came home.

    From there every planned moment is followed, also one for which no roll was brought.
    """
    rows = Roll.objects.filter(client_id__in=client_ids, state__in=("delivered", "loaded", "emptied"))
    return dict(rows.values_list("client_id").annotate(Min("starts_at")))


def drafts(organisation_id: UUID) -> QuerySet[Schedule]:
    """Schedules that a second person has to read back, the oldest first.

    A draft that was sent back waits for nobody, and a newer version takes the place of an older one.
    """
    newer = Schedule.objects.filter(client_id=OuterRef("client_id"), version__gt=OuterRef("version"))
    waiting = Schedule.objects.filter(
        ~Exists(newer), organisation_id=organisation_id, confirmed_at=None, sent_back_at=None
    )
    return waiting.prefetch_related("lines").order_by("written_at")


def open_findings(organisation_id: UUID, client_ids: Sequence[UUID] | None = None) -> QuerySet[Finding]:
    """Differences that nobody has settled: agreements against schedule, and roll against plan."""
    rows = Finding.objects.filter(organisation_id=organisation_id, settled_at=None)
    if client_ids is not None:
        rows = rows.filter(client_id__in=client_ids)
    return rows.order_by("first_day", "kind", "key")


def newest_agreements(client_id: UUID) -> AgreementMessage | None:
    """The newest message, with its lists for people: as needed, unplannable, stopped."""
    return AgreementMessage.objects.filter(client_id=client_id).order_by("-version").first()


def rolls_of(client_id: UUID) -> QuerySet[Roll]:
    """A client's rolls, the newest period first."""
    return Roll.objects.filter(client_id=client_id).order_by("-starts_at", "-registered_at")


def sachets_of(roll_id: UUID) -> QuerySet[Sachet]:
    return Sachet.objects.filter(roll_id=roll_id).order_by("sequence")
