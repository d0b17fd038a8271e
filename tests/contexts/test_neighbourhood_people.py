"""The cast of the demo: made up, at home all day, and alive whenever somebody starts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from reik.kernel.operations import mark_installation
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.ops.database import as_owner
from reik.ops.demo import agenda, cast, neighbourhood
from reik.ops.demo.desks import mail_address, plain, webhook_address
from reik.ops.demo.moving_in import let_in, move_in
from reik.people.operations import check_bsn
from tests.cast import rows

ZONE = ZoneInfo("Europe/Amsterdam")
STARTS = [7 * 60, 13 * 60 + 28, 21 * 60 + 50, 23 * 60 + 45, 3 * 60]


def next_due(start: datetime) -> dict[str, timedelta]:
    """From the start until each one's next moment."""
    soon = agenda.soon(cast.PEOPLE, start, ZONE)
    found = {}
    for number, person in enumerate(cast.PEOPLE):
        at = agenda.times(person, number, soon.get(person.name), agenda.start(start, ZONE))
        local = start.astimezone(ZONE).replace(second=0, microsecond=0)
        due = [local.replace(hour=each.hour, minute=each.minute) for each in at]
        found[person.name] = min((each if each > local else each + timedelta(days=1)) - local for each in due)
    return found


@pytest.mark.parametrize("minute", STARTS)
def test_half_of_them_have_a_moment_soon_and_nobody_while_all_still_starts(
    minute: int, now: datetime
) -> None:
    start = now.replace(hour=0, minute=0) + timedelta(minutes=minute)
    waits = sorted(next_due(start).values())
    assert waits[0] > timedelta(minutes=3)
    soon = [each for each in waits if each <= timedelta(minutes=41)]
    assert len(soon) >= 19
    for minutes in range(4, 15, 2):
        assert any(timedelta(minutes=minutes) <= each < timedelta(minutes=minutes + 2) for each in soon)


@pytest.mark.parametrize("minute", STARTS)
def test_no_one_has_two_moments_at_once(minute: int, now: datetime) -> None:
    start = now.replace(hour=0, minute=0) + timedelta(minutes=minute)
    soon = agenda.soon(cast.PEOPLE, start, ZONE)
    for number, person in enumerate(cast.PEOPLE):
        at = agenda.times(person, number, soon.get(person.name), agenda.start(start, ZONE))
        assert len(at) >= 2
        lines = agenda.lines(person, at)
        for one, other in pairwise(lines):
            apart = (other.at.hour - one.at.hour) * 60 + other.at.minute - one.at.minute
            assert apart > one.latest_min


def three_times(*hours: int) -> list[TimeLine]:
    return [TimeLine(weekdays=EVERY_DAY, at=time(each), window_min=45, late_min=120) for each in hours]


def test_the_next_time_moves_and_the_others_stay() -> None:
    moved = agenda.moved(three_times(8, 13, 20), time(10, 40))
    assert [each.at for each in moved] == [time(8), time(10, 40), time(20)]
    assert [each.at for each in agenda.moved(three_times(8, 18), time(23, 30))] == [time(18), time(23, 30)]


def test_a_time_that_comes_too_near_to_another_is_not_moved() -> None:
    assert agenda.moved(three_times(8, 13, 20), time(10, 29)) == []
    assert agenda.moved(three_times(8, 22), time(0, 20)) == []
    some_days = [replace(each, weekdays=frozenset({1})) for each in three_times(8, 13, 20)]
    assert agenda.moved(some_days, time(10, 40)) == []


def test_no_ones_number_is_anybodys() -> None:
    numbers = [cast.bsn(each) for each in range(40)]
    assert len(set(numbers)) == 40
    for each in numbers:
        assert each.startswith("9999")
        check_bsn(each)


def test_forty_homes_of_two_organisations() -> None:
    everyone = [*cast.PEOPLE, cast.STORY]
    assert len({each.name for each in everyone}) == 40
    assert {cast.TEAMS[each.team] for each in everyone} == {cast.TWENTESTROOM, cast.LINDE}
    assert {each.window for each in everyone} == {15, 45, 75}
    assert all(68 <= 2026 - int(each.born[:4]) <= 95 for each in everyone)


def test_everyone_is_reached_on_this_machine_only() -> None:
    assert webhook_address(1).startswith("http://127.0.0.1:1/")
    assert "example.org" in mail_address(2, "Emre Yıldız")
    assert plain("Emre Yıldız") == "emre.yildiz"


def test_who_can_log_in_is_read_from_the_rows(database: str, now: datetime) -> None:
    assert neighbourhood.personas() == []
    as_owner(lambda: mark_installation("demo", now))
    neighbourhood.become(neighbourhood.Role.WORKER)
    let_in(move_in(cast.PEOPLE[:2], now), now)
    found = {each.name: each for each in neighbourhood.personas()}
    assert found["Sanne Vos"].lands == "operator"
    assert found["Ruud Blok"].organisation == cast.PHARMACY
    carer = found["Petra de Boer"]
    assert (carer.role, carer.lands) == ("informal_carer", "carer")
    assert carer.about_nl.startswith("Dochter van Mw. A. (Annie) de Boer.")
    assert {"operator", "team", "pharmacy", "carer"} == {each.lands for each in found.values()}
    assert rows("SELECT count(*) FROM people_carer WHERE consented_at IS NOT NULL") == [(3,)]


def test_receivers_may_listen_elsewhere(database: str, now: datetime) -> None:
    from reik.kernel.crypto import vault
    from reik.kernel.models import Destination

    let_in(move_in(cast.PEOPLE[:1], now), now)
    neighbourhood.readdress(centre=1234, mail=2525, site="http://127.0.0.1:8000", now=now)
    addresses = {
        each.name: vault().open_text(each.organisation_id, bytes(each.address))
        for each in Destination.objects.all()
    }
    assert addresses[cast.CENTRE] == "http://127.0.0.1:1234/meldingen"
    assert addresses["Petra de Boer"].startswith("smtp://127.0.0.1:2525/?")
    assert "to=petra.de.boer%40" in addresses["Petra de Boer"]
