"""What indicators are computed from, read once: counts, alerts, dispensers, baselines, incidents, paths, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.figures.counting import Figures, figures
from reik.alerting.figures.lived import Period
from reik.dispensing.devices.in_use import InUse, in_use
from reik.pathway.queries import PathSeen, paths_in
from reik.pathway.selection.selection_seen import BaselineSeen, newest_baselines, open_indications
from reik.pathway.use.incidents_seen import IncidentSeen, incidents_of
from reik.people.models import Client
from reik.value.adherence import Adherence, Counts, adherence
from reik.value.case.assumptions import own_ranges
from reik.value.case.parameters import Range, ranges
from reik.value.indicators.answering import answers_in
from reik.value.indicators.heavy_care import HeavyPlanning
from reik.value.models import Measured, PlanningFile
from reik.value.rollups.seen import Days, counts, first_day

ZONE = "Europe/Amsterdam"


@dataclass(frozen=True)
class Material:
    """Of one organisation in a period; each part is read when it is first asked for."""

    organisation_id: UUID
    days: Days
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    @property
    def last_day(self) -> date:
        """The day after the period, or today while it goes on: what has stopped by then has stopped."""
        return min(self.today, self.days.until)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.days.since, time(0), ZoneInfo(ZONE))

    @property
    def until(self) -> datetime:
        return datetime.combine(self.days.until, time(0), ZoneInfo(ZONE))

    @cached_property
    def clients(self) -> list[UUID]:
        rows = Client.objects.filter(organisation_id=self.organisation_id)
        return list(rows.order_by("id").values_list("id", flat=True))

    @cached_property
    def counts(self) -> Counts:
        return counts(self.organisation_id, self.days)

    @cached_property
    def adherence(self) -> Adherence:
        return adherence(self.counts)

    @cached_property
    def in_use(self) -> InUse:
        """At the end of the period, or now where it goes on."""
        return in_use(self.organisation_id, self.since, min(self.until, self.now))

    @cached_property
    def lived(self) -> Figures:
        period = Period(client_ids=self.clients, since=self.since, until=self.until, zone=ZONE)
        return figures(period, [self.organisation_id])

    @cached_property
    def baselines(self) -> list[BaselineSeen]:
        """The newest measurement of everybody with a dispenser, with what has become of each visit."""
        return list(newest_baselines(self.in_use.clients).values())

    @cached_property
    def indicated(self) -> set[UUID]:
        return set(open_indications(self.clients))

    @cached_property
    def incidents(self) -> list[IncidentSeen]:
        """That happened in the period; reported then or later."""
        found = incidents_of(self.clients, since=self.since)
        return [each for each in found if self.since <= each.happened_at < self.until]

    @cached_property
    def paths(self) -> list[PathSeen]:
        return paths_in([self.organisation_id])

    @cached_property
    def first_use(self) -> date | None:
        """The first day on which a dispenser had a moment, or a care path started; None: none was used yet."""
        started = [each.started_at for each in self.paths if each.started_at is not None]
        days = [each.astimezone(ZoneInfo(ZONE)).date() for each in started]
        counted = first_day(self.organisation_id)
        return min([*days, counted] if counted else days, default=None)

    @cached_property
    def heavy_plannings(self) -> list[HeavyPlanning]:
        """The taken plannings in which somebody said what heavy care is, as they were counted when they were read."""
        rows = PlanningFile.objects.filter(
            organisation_id=self.organisation_id, state="taken", counted__heavy__routes__gt=0
        ).only("id", "name", "first_day", "last_day", "taken_at", "counted")
        return [_heavy_planning(each) for each in rows]

    @cached_property
    def assumptions(self) -> Mapping[str, Range]:
        return ranges(own_ranges(self.organisation_id), {})

    def answers(self, questionnaire: str) -> list[dict[str, int]]:
        """The newest answers of each client, or all forms of professionals, of the period."""
        return answers_in(self.organisation_id, questionnaire, self.days)

    @cached_property
    def typed(self) -> dict[tuple[str, bool], Measured]:
        """The newest typed value of each indicator: of before (True), and of a period that overlaps this one."""
        rows = Measured.objects.filter(organisation_id=self.organisation_id).order_by("created_at", "id")
        found = {}
        for each in rows:
            here = each.period_from < self.days.until and each.period_until > self.days.since
            if each.baseline or here:
                found[each.indicator, each.baseline] = each
        return found


STAYS = timedelta(days=90)


def _heavy_planning(row: PlanningFile) -> HeavyPlanning:
    assert row.first_day is not None
    assert row.last_day is not None
    assert row.taken_at is not None
    found = row.counted["heavy"]
    return HeavyPlanning(
        file_id=row.id, name=row.name, first_day=row.first_day, last_day=row.last_day,
        taken_on=row.taken_at.astimezone(ZoneInfo(ZONE)).date(), routes=found["routes"], heavy=found["routes_heavy"],
        known=found["routes_known"], unknown=found["routes_unknown"],
    )  # fmt: skip
