"""Times only: written by one person, read back by another, never edited; a whole list at once (R15, R23)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.kernel.tenancy import acting_for
from reik.medication import queries
from reik.medication.models import Schedule, ScheduleLine
from reik.medication.operations import Draft, confirm_schedule, write_schedule, write_schedules
from reik.medication.times.schedule import EVERY_DAY, ScheduleRefused, TimeLine
from reik.people.access import actor_for
from tests import cast

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2)
EVENING = TimeLine(weekdays=frozenset({1, 5}), at=time(20), window_min=15, late_min=60, criticality=0)


@pytest.fixture
def zorg(database, now):
    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    return cast.welcome(zorg, "Anna", now)


def write(client, *lines, by="nurse", now, **more):
    return write_schedule(
        organisation_id=client.organisation_id, client_id=client.id, lines=lines, by=by, now=now, **more
    )


def keys(client, days=1, first=MONDAY):
    return [each.key for each in queries.planned_doses([client.id], first, first + days * DAY)[client.id]]


def test_a_draft_plans_nothing_until_a_second_person_has_read_it_back(anna, now):
    id = write(anna, MORNING, EVENING, now=now)
    assert keys(anna) == []
    assert [each.id for each in queries.drafts(anna.organisation_id)] == [id]
    confirm_schedule(id, "second nurse", now)
    assert keys(anna) == ["m-20261123-0800", "m-20261123-2000"]
    assert list(queries.drafts(anna.organisation_id)) == []
    dose = queries.planned_doses([anna.id], MONDAY, MONDAY + DAY)[anna.id][1]
    assert (dose.sachets, dose.window_min, dose.late_min, dose.criticality) == (1, 15, 60, 0)


@pytest.mark.parametrize("by", ["nurse", " Nurse ", "NURSE", "", "  "])
def test_nobody_reads_back_what_he_wrote(anna, now, by):
    id = write(anna, MORNING, now=now)
    with pytest.raises(ScheduleRefused, match="Someone else"):
        confirm_schedule(id, by, now)
    assert keys(anna) == []


def test_a_change_is_a_new_version_and_counts_from_its_day(anna, now):
    confirm_schedule(write(anna, MORNING, now=now), "b", now)
    second = write(anna, EVENING, now=now, starts_on=MONDAY + 4 * DAY)
    assert keys(anna, 7)[-1] == "m-20261129-0800"
    confirm_schedule(second, "b", now)
    assert keys(anna, 7) == [f"m-2026112{day}-0800" for day in (3, 4, 5, 6)] + ["m-20261127-2000"]
    assert list(Schedule.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_an_older_draft_is_not_confirmed_over_a_newer_schedule(anna, now):
    first, second = write(anna, MORNING, now=now), write(anna, EVENING, now=now)
    confirm_schedule(second, "b", now)
    confirm_schedule(second, "c", now)  # again changes nothing
    assert Schedule.objects.get(id=second).confirmed_by == "b"
    with pytest.raises(ScheduleRefused, match="newer"):
        confirm_schedule(first, "b", now)


def test_a_client_of_another_organisation_is_refused(anna, now):
    other = found_organisation(name="Elders", kind="care", now=now)
    with pytest.raises(ScheduleRefused, match="not in the records"):
        write_schedule(organisation_id=other.id, client_id=anna.id, lines=[MORNING], by="a", now=now)


def test_a_line_that_cannot_be_planned_leaves_nothing_written(anna, zorg, now):
    bert = cast.welcome(zorg, "Bert", now)
    bad = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=31)
    drafts = [Draft(client_id=anna.id, lines=[MORNING]), Draft(client_id=bert.id, lines=[bad])]
    with pytest.raises(ScheduleRefused, match="Line 1"):
        write_schedules(organisation_id=zorg.id, drafts=drafts, by="a", now=now)
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("role", [Role.WORKER, Role.WEB])
def test_the_database_itself_keeps_what_was_written(anna, now, role):
    """A schedule is never edited: only its confirmation can be written."""
    id = write(anna, MORNING, now=now)
    account = open_account(
        organisation_id=anna.organisation_id, username="n", display_name="N", role="nurse", now=now
    )
    actor = actor_for(account.id, now)
    become(role)
    for change in (
        lambda: Schedule.objects.filter(id=id).update(starts_on=MONDAY),
        lambda: Schedule.objects.filter(id=id).delete(),
        lambda: ScheduleLine.objects.update(sachets=9),
        lambda: Schedule.objects.filter(id=id).update(confirmed_by="nurse", confirmed_at=now),
    ):
        with pytest.raises(DatabaseError), acting_for(actor):
            change()
    with acting_for(actor):
        confirm_schedule(id, "pharmacist", now)


def test_one_and_three_hundred_schedules_cost_as_many_statements(zorg, now):
    cost = []
    for number in (1, 300):
        clients = [cast.welcome(zorg, f"Cliënt {each}", now) for each in range(number)]
        drafts = [Draft(client_id=each.id, lines=[MORNING, EVENING]) for each in clients]
        with CaptureQueriesContext(connection) as writing:
            ids = write_schedules(organisation_id=zorg.id, drafts=drafts, by="a", now=now)
        for id in ids:
            confirm_schedule(id, "b", now)
        with CaptureQueriesContext(connection) as reading:
            planned = queries.planned_doses([each.id for each in clients], MONDAY, MONDAY + 7 * DAY)
        assert {len(each) for each in planned.values()} == {9}
        cost.append((len(writing), len(reading)))
    assert cost[0] == cost[1]
