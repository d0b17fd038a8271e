"""Who is away, or died, is no line of an outage; when that was a mistake she is one again (N4, R49)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from reik.alerting.models import Alert, OutageLine
from reik.alerting.outages import outages_seen, sharing
from reik.alerting.outages.late import tell_late
from reik.alerting.outages.rounds import look_around
from reik.alerting.outages.sharing import Person
from reik.dispensing.away.returning import take_back_stop, undo_stop
from reik.dispensing.away.seen import open_absences
from reik.dispensing.away.stopping import stop_client
from reik.dispensing.models import Dispenser
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.ids import new_id
from tests import cast
from tests.cast import Cast, Voice

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(database: str, now: datetime) -> Cast:
    return cast.gather(now - timedelta(days=1))


@pytest.fixture
def homes(people: Cast, now: datetime) -> list[Voice]:
    """Twelve clients on one network with a time-critical moment in half an hour; heard for the last time now."""
    voices: list[Voice] = cast.many_homes(people.zorg, 12, now - timedelta(days=1))
    Dispenser.objects.all().update(network="kpn")
    due = now + 30 * MINUTE
    plan_moments([cast.planned(each, "m", due, criticality=0) for each in voices], now)
    cast.hear(*(each.heard(each.heartbeat(now), at=now) for each in voices), now=now)
    return voices


def minute_round(now: datetime) -> None:
    look_around(heard=[now] * 16, received_through=[now] * 16, now=now)


def dies(voice: Voice, now: datetime) -> None:
    stop_client(client_id=voice.client_id, reason="died", by="Petra", now=now)


def line(voice: Voice) -> OutageLine:
    return OutageLine.objects.get(client_id=voice.client_id)


def late(now: datetime) -> int:
    with transaction.atomic():
        return tell_late(now)


def test_who_died_before_is_not_listed(homes: list[Voice], now: datetime) -> None:
    dies(homes[0], now + MINUTE)
    minute_round(now + 8 * MINUTE)
    assert OutageLine.objects.count() == 11
    assert not OutageLine.objects.filter(client_id=homes[0].client_id).exists()


def test_who_dies_meanwhile_leaves_the_list_and_opens_no_alert(homes: list[Voice], now: datetime) -> None:
    minute_round(now + 8 * MINUTE)
    dies(homes[0], now + 9 * MINUTE)
    assert late(now + 3 * cast.WINDOW) == 11, "also when no round came between"
    assert not Alert.objects.filter(client_id=homes[0].client_id).exists()
    minute_round(now + 3 * cast.WINDOW)
    gone = line(homes[0])
    assert (gone.outcome, gone.how, gone.outcome_by) == ("paused", "reik", "reik")


def test_a_death_that_was_a_mistake_puts_her_on_the_list_again(homes: list[Voice], now: datetime) -> None:
    minute_round(now + 8 * MINUTE)
    dies(homes[0], now + 9 * MINUTE)
    minute_round(now + 9 * MINUTE)
    assert line(homes[0]).outcome == "paused"
    take_back_stop(client_id=homes[0].client_id, by="Petra", now=now + 10 * MINUTE)
    minute_round(now + 10 * MINUTE)
    again = line(homes[0])
    assert (again.outcome, again.outcome_at) == ("", None)
    assert late(now + 3 * cast.WINDOW) == 12


def test_taken_back_after_its_window_the_moment_is_a_line_still(homes: list[Voice], now: datetime) -> None:
    minute_round(now + 8 * MINUTE)
    dies(homes[0], now + 9 * MINUTE)
    minute_round(now + 9 * MINUTE)
    ended = now + 30 * MINUTE + cast.WINDOW + 2 * MINUTE
    cast.look(ended)
    assert cast.the_moment(homes[0], "m").outcome == "paused"
    absence = open_absences([homes[0].client_id])[homes[0].client_id]
    undo_stop(absence_id=absence.id, by="Petra", because="de buurvrouw", now=ended + MINUTE)
    assert cast.the_moment(homes[0], "m").outcome == "unknown"
    assert line(homes[0]).outcome == ""


def test_two_of_one_name_are_two(homes: list[Voice], people: Cast, now: datetime) -> None:
    minute_round(now + 8 * MINUTE)
    whom = [each.client_id for each in homes]
    outage = OutageLine.objects.values_list("outage_id", flat=True)[0]
    for _ in range(2):
        sharing.take(outage, Person(account_id=new_id(now), name="Petra Vos"), whom, now + 9 * MINUTE)
    found = outages_seen.owners(outage, whom)
    assert sorted((each.name, each.lines) for each in found) == [
        ("Petra Vos", 5), ("Petra Vos", 5), ("Zorg aan Zee", 2),
    ]  # fmt: skip
    assert [each.organisation_id for each in found if each.account_id is None] == [people.zorg.id]
