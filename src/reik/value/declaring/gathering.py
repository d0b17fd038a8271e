"""What is known of everybody with a dispenser in a month, from path, absences, funding, moments and visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.dispensing.away.path import FOR_GOOD, HOSPITAL, NOT_SAID
from reik.dispensing.away.seen import AbsenceSeen, absences_between, taken_back_at
from reik.dispensing.moments.known_days import DayKnown, known_days
from reik.medication.queries import planned_doses, zones_of
from reik.medication.times.schedule import local_day
from reik.pathway.baseline.baseline_rules import KEPT, STOPPED, WINDING_DOWN, same_work
from reik.pathway.baseline.winding_down import visits_of
from reik.pathway.queries import EvidenceSeen, PathSeen, evidence_of, started_paths
from reik.pathway.selection.selection_seen import VisitSeen
from reik.pathway.use.stopping import ends_of
from reik.value.declaring.months import DAY, Month, Period
from reik.value.declaring.rules import ADMISSION, AWAY, PAUSE, Away, Facts, Paid, SameWork, Use
from reik.value.models import ClientFunding

GOAL = "care_plan"
JUST_BEFORE = timedelta(microseconds=1)


def gather(organisation_id: UUID, month: Month, now: datetime) -> list[Facts]:
    """Everybody whose dispenser was in use on a day of this month, by client. A fixed number of statements."""
    since = datetime.combine(month.first - DAY, datetime.min.time(), now.tzinfo)
    until = datetime.combine(month.until + DAY, datetime.min.time(), now.tzinfo)
    paths = [
        each
        for each in started_paths(organisation_id, until)
        if each.ended_at is None or each.ended_at > since
    ]
    clients = sorted({each.client_id for each in paths})
    read = _Read(
        zones=zones_of(clients), absences=absences_between(clients, since, min(until, now)),
        goals=evidence_of([each.id for each in paths], [GOAL]),
        ends={id: datetime.fromisoformat(str(end["last_at"])) for id, end in ends_of([p.id for p in paths]).items()},
        back=_back(organisation_id), days=known_days(clients, since, min(until, now)),
    )  # fmt: skip
    paids, visits = _paids(organisation_id, clients), _same_work(clients, month, read.zones)
    by_client: dict[UUID, list[PathSeen]] = defaultdict(list)
    for each in paths:
        by_client[each.client_id].append(each)
    made = [
        _facts(id, of, read, month, paids=paids.get(id, ()), visits=visits.get(id, ()))
        for id, of in by_client.items()
    ]
    return [each for each in made if each.uses]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Read once for all. `ends`: when each path was said to end; `back`: when a client's dispensers were fetched."""

    zones: Mapping[UUID, ZoneInfo]
    absences: Sequence[AbsenceSeen]
    goals: Sequence[EvidenceSeen]
    ends: Mapping[UUID, datetime]
    back: Mapping[UUID, Sequence[datetime]]
    days: Mapping[UUID, Mapping[date, DayKnown]]


def _facts(
    client_id: UUID, paths: Sequence[PathSeen], read: _Read, month: Month, *,
    paids: Sequence[Paid], visits: Sequence[SameWork],
) -> Facts:  # fmt: skip
    zone = read.zones[client_id]
    mine = [each for each in read.absences if each.client_id == client_id]
    uses = [use for each in paths if (use := _use(each, mine, read, zone))]
    days = {
        day: each for day, each in read.days.get(client_id, {}).items() if month.first <= day < month.until
    }
    return Facts(
        client_id=client_id, zone=zone, paids=tuple(paids), visits=tuple(visits),
        uses=tuple(each for each in uses if _touches(each, month)),
        aways=tuple(away for each in mine for away in _aways(each)),
        quiet=frozenset(day for day, each in days.items() if each.unknown == each.moments),
        heard=bool(days),
    )  # fmt: skip


def _touches(use: Use, month: Month) -> bool:
    return use.since < month.until and (use.until is None or use.until >= month.first)


def _use(path: PathSeen, absences: Sequence[AbsenceSeen], read: _Read, zone: ZoneInfo) -> Use | None:
    """From the start to whatever ended it first: its last moment, a death, the dispenser fetched, the path's end."""
    assert path.started_at is not None
    ends = [each for each in (read.ends.get(path.id), path.ended_at) if each is not None]
    ends += [each.starts_at for each in absences if each.reason in FOR_GOOD]
    ends += read.back.get(path.client_id, ())
    after = [each for each in ends if each >= path.started_at]
    since = local_day(path.started_at, zone)
    until = local_day(min(after) - JUST_BEFORE, zone) if after else None
    if until is not None and until < since:
        return None
    return Use(
        since=since, until=until, setting=path.setting,
        goals=tuple(
            Period(since=local_day(each.at, zone), until=_last_day(each.holds_until, zone))
            for each in read.goals
            if each.path_id == path.id and each.taken_back_at is None
        ),
    )  # fmt: skip


def _last_day(until: datetime | None, zone: ZoneInfo) -> date | None:
    return None if until is None else local_day(until - JUST_BEFORE, zone)


def _aways(absence: AbsenceSeen) -> list[Away]:
    """An admission lasts until she is home; from then until the dispenser goes on it is a pause."""
    if absence.reason in FOR_GOOD:
        return []
    kind = {HOSPITAL: ADMISSION, NOT_SAID: AWAY}.get(absence.reason, PAUSE)
    home = absence.returned_at
    if kind != ADMISSION or home is None:
        return [Away(kind=kind, since=absence.starts_at, until=absence.ended_at)]
    return [
        Away(kind=ADMISSION, since=absence.starts_at, until=home),
        Away(kind=PAUSE, since=home, until=absence.ended_at),
    ]


def _back(organisation_id: UUID) -> dict[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for (_dispenser, client_id), at in taken_back_at(organisation_id).items():
        found[client_id].append(at)
    return found


def _paids(organisation_id: UUID, clients: Collection[UUID]) -> dict[UUID, list[Paid]]:
    """By the day from which they count; of the same day the one that was written down last comes last."""
    rows = ClientFunding.objects.filter(organisation_id=organisation_id, client_id__in=clients)
    found: dict[UUID, list[Paid]] = defaultdict(list)
    for each in rows.order_by("since", "created_at", "id"):
        found[each.client_id].append(
            Paid(
                insurer=each.insurer, law=each.law, since=each.since, until=each.until,
                also_paid_by=each.also_paid_by,
            )
        )  # fmt: skip
    return found


def _same_work(
    clients: Collection[UUID], month: Month, zones: Mapping[UUID, ZoneInfo]
) -> dict[UUID, list[SameWork]]:
    """The visits that do what the dispenser did in this month, with until when somebody came."""
    found: dict[UUID, list[SameWork]] = defaultdict(list)
    doses = planned_doses(clients, month.first, month.until)
    for id, visits in visits_of(clients).items():
        times = {(each.day.isoweekday(), each.at) for each in doses.get(id, ())}
        for each in visits:
            bits = same_work(each.moment.at, each.moment.weekdays, times)
            if bits and each.state != KEPT:
                weekdays = frozenset(day for day in range(1, 8) if bits >> (day - 1) & 1)
                found[id].append(_ran(each, weekdays, zones[id]))
    return found


def _ran(visit: VisitSeen, weekdays: frozenset[int], zone: ZoneInfo) -> SameWork:
    if visit.state == WINDING_DOWN:
        return SameWork(weekdays=weekdays, until=visit.stops_on, sure=False)
    if visit.state == STOPPED:
        return SameWork(weekdays=weekdays, until=visit.stops_on or local_day(visit.changed_at, zone))
    return SameWork(weekdays=weekdays)
