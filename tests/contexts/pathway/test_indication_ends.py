"""A nurse hears of the last day of an indication so many days before it, once, until it is extended or ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from reik.pathway import moving, queries
from reik.pathway.path import Event
from reik.pathway.selection import ending, indications
from reik.pathway.selection.indications import Entry
from reik.pathway.terms import TermsRefused, set_terms
from reik.people.models import Client
from reik.tasks.models import Task
from tests.cast import Cast, welcome

pytestmark = pytest.mark.usefixtures("database")
FATMA = {"by": "Fatma Yılmaz", "role": "nurse"}
LAST = date(2027, 1, 31)
DAY = timedelta(days=1)


@pytest.fixture
def client(cast: Cast, now: datetime) -> Client:
    found = welcome(cast.zorg, "Mw. Jansen", now)
    enter(found, now, LAST)
    return found


def enter(client: Client, now: datetime, last: date | None) -> None:
    indications.enter(
        Entry(client_id=client.id, basis="zvw", starts_on=date(2026, 11, 1), ends_on=last), now=now, **FATMA
    )


def told() -> list[Task]:
    return list(Task.objects.filter(kind=ending.TASK).order_by("opened_at"))


def days_before(now: datetime, days: int) -> datetime:
    return now.replace(year=2027, month=1, day=31) - days * DAY


def test_it_is_told_once_four_weeks_before(client: Client, now: datetime) -> None:
    ending.tell_ending(days_before(now, 29))
    assert told() == []
    ending.tell_ending(days_before(now, 28))
    ending.tell_ending(days_before(now, 27))
    (task,) = told()
    assert (task.owner_role, task.detail, task.ended_at) == ("nurse", {"day": "2027-01-31"}, None)
    assert task.due_at.astimezone(now.tzinfo) > days_before(now, 0).replace(hour=22)


def test_a_longer_one_ends_it_and_is_told_in_its_own_time(client: Client, now: datetime) -> None:
    at = days_before(now, 10)
    ending.tell_ending(at)
    enter(client, at, date(2027, 6, 30))
    assert [each.ended_as for each in told()] == ["done"]
    ending.tell_ending(at)
    assert len(told()) == 1
    ending.tell_ending(at + 150 * DAY)
    assert [each.detail["day"] for each in told()] == ["2027-01-31", "2027-06-30"]


def test_its_end_ends_it(client: Client, now: datetime) -> None:
    at = days_before(now, 3)
    ending.tell_ending(at)
    indications.end(client.id, "verhuisd", by="Fatma Yılmaz", now=at)
    assert [each.ended_as for each in told()] == ["done"]
    ending.tell_ending(at + DAY)
    assert len(told()) == 1


def test_an_indication_without_a_last_day_and_a_path_that_is_over_ask_nothing(
    cast: Cast, client: Client, now: datetime
) -> None:
    other = welcome(cast.zorg, "Dhr. Bos", now)
    enter(other, now, None)
    path = queries.path_of(client.id)
    assert path is not None
    moving.move(path.id, Event.DECLINE, now=now, detail={"because": "client_no"}, **FATMA)
    ending.tell_ending(days_before(now, 1))
    assert told() == []


def test_days_and_owner_are_the_organisations_own(cast: Cast, client: Client, now: datetime) -> None:
    def terms(days: int, version: int) -> None:
        set_terms(
            organisation_id=cast.zorg.id, names={}, choices={}, version=version, by="Els", now=now,
            terms={"indication_ends": {"days": days, "role": "team_manager"}},
        )  # fmt: skip

    with pytest.raises(TermsRefused):
        terms(181, 0)
    terms(60, 0)
    ending.tell_ending(days_before(now, 61))
    assert told() == []
    ending.tell_ending(days_before(now, 60))
    assert [each.owner_role for each in told()] == ["team_manager"]


def test_a_list_that_says_the_same_leaves_the_task(client: Client, now: datetime) -> None:
    ending.tell_ending(days_before(now, 5))
    enter(client, days_before(now, 4), LAST)
    assert [each.ended_at for each in told()] == [None]
