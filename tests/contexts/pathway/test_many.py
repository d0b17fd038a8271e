"""What is entered for many clients at once asks the same rules as for one, and no more statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.pathway import allotments, queries
from reik.pathway.allotments import Duty
from reik.pathway.baseline.baseline_rules import EVERY_DAY, BaselineRefused, WeekMoment
from reik.pathway.baseline.baselines import Measured, measure_all
from reik.pathway.enrolment import enrolling, installing
from reik.pathway.enrolment.enrolling import Asked, EnrolmentRefused
from reik.pathway.enrolment.installing import InstallationRefused
from reik.pathway.enrolment.room_rules import RoomTried
from reik.pathway.models import (
    Allotment,
    Baseline,
    CarePath,
    Evidence,
    Indication,
    RoomTest,
    Selection,
    SharedDecision,
)
from reik.pathway.path import PathRefused
from reik.pathway.selection import deciding, indications, signing
from reik.pathway.selection.deciding_rules import DecisionRefused, Said
from reik.pathway.selection.indications import Entry, IndicationRefused
from reik.pathway.selection.measures import Signing
from reik.pathway.selection.questions import AnswerRefused
from reik.pathway.selection.selection_seen import newest_baselines
from reik.people.models import Client
from tests.cast import gather, welcome
from tests.contexts.pathway.choosing import AUTHOR, FATMA, TODAY, fill_in, yes

pytestmark = pytest.mark.usefixtures("database")
ZONE = ZoneInfo("Europe/Amsterdam")
MANY = 4
Step = Callable[[Sequence[UUID]], object]


@pytest.fixture
def clients(now: datetime) -> list[Client]:
    zorg = gather(now).zorg
    return [welcome(zorg, f"Cliënt {k}", now) for k in range(1 + MANY)]


def entries(clients: Sequence[Client]) -> list[Entry]:
    return [Entry(client_id=each.id, basis="zvw", starts_on=TODAY) for each in clients]


def taken(clients: Sequence[Client], now: datetime) -> list[UUID]:
    found = [each.path_id for each in indications.take(entries(clients), now=now, **FATMA)]
    assert all(found)
    return [each for each in found if each]


def states() -> set[str]:
    return set(CarePath.objects.values_list("state", flat=True))


def same_for_many(step: Step, paths: Sequence[UUID]) -> None:
    """One, then the others: as many statements."""
    counts = []
    for some in (paths[:1], paths[1:]):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            step(some)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_indications_come_in_together(clients: list[Client], now: datetime) -> None:
    counts = []
    for some in (clients[:1], clients[1:]):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            taken(some, now)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert states() == {"selecting"}
    again = indications.take(entries(clients), now=now, **FATMA)
    assert {(each.became, each.path_id) for each in again} == {(indications.SAME, None)}
    impossible = Entry(client_id=clients[0].id, basis="zvw", starts_on=TODAY, ends_on=TODAY - timedelta(1))
    changed = [Entry(client_id=each.id, basis="wmo", starts_on=TODAY) for each in clients[1:]]
    with pytest.raises(IndicationRefused):
        indications.take([*changed, impossible], now=now, **FATMA)
    assert set(Indication.objects.values_list("basis", "ended_at")) == {("zvw", None)}


def test_forms_and_choices_take_many_paths_on(clients: list[Client], now: datetime) -> None:
    paths = taken(clients, now)
    suits = Signing(outcome="suitable")
    for each in paths[:-1]:
        fill_in(each, now)
    with pytest.raises(AnswerRefused, match="Nothing was filled in"):
        signing.sign_all([signing.Form(path_id=each, said=suits) for each in paths], now=now, **AUTHOR)
    assert not Selection.objects.exists()
    fill_in(paths[-1], now)

    def sign(some: Sequence[UUID]) -> None:
        signing.sign_all([signing.Form(path_id=each, said=suits) for each in some], now=now, **AUTHOR)

    same_for_many(sign, paths)
    assert states() == {"selecting"}, "nobody said yes yet"
    with pytest.raises(DecisionRefused, match="A nurse writes down a yes"):
        deciding.decide_all({each: yes(now) for each in paths}, by="Kees", role="caregiver", now=now)
    assert not SharedDecision.objects.exists()
    same_for_many(
        lambda some: deciding.decide_all({each: yes(now) for each in some}, now=now, **FATMA), paths
    )
    assert states() == {"enrolling"}


def test_a_no_among_many_ends_that_path_alone(clients: list[Client], now: datetime) -> None:
    paths = taken(clients, now)
    for each in paths:
        fill_in(each, now)
    signing.sign_all(
        [signing.Form(path_id=each, said=Signing(outcome="suitable")) for each in paths], now=now, **AUTHOR
    )
    said = {each: yes(now) for each in paths} | {paths[2]: Said(choice="no", at=now)}
    deciding.decide_all(said, now=now, **FATMA)
    stands = {id: each.state for id, each in queries.paths_by_id(paths).items()}
    assert stands == dict.fromkeys(paths, "enrolling") | {paths[2]: "ended"}


def test_duties_and_questions_to_the_pharmacy(clients: list[Client], now: datetime) -> None:
    paths = taken(clients, now)
    whole = allotments.proposed(queries.paths_by_id(paths)[paths[0]])
    with pytest.raises(PathRefused):
        allotments.allot_all(
            {**dict.fromkeys(paths, whole), paths[-1]: {"order": Duty(who="nobody")}}, by="Fatma", now=now
        )
    assert not Allotment.objects.exists()
    same_for_many(lambda some: allotments.allot_all(dict.fromkeys(some, whole), by="Fatma", now=now), paths)
    assert set(allotments.duties_of(paths)) == set(paths)
    asked = Asked(starts_on=date(2026, 12, 1), times=[time(8)])
    with pytest.raises(EnrolmentRefused):
        enrolling.ask_pharmacies(
            {paths[0]: asked, paths[1]: Asked(starts_on=asked.starts_on, times=[])}, by="Fatma", now=now, zone=ZONE
        )  # fmt: skip
    assert enrolling.asked_of(paths[0]) == []
    requests = enrolling.ask_pharmacies(dict.fromkeys(paths, asked), by="Fatma", now=now, zone=ZONE)
    assert {id: enrolling.asked_of(id)[0].id for id in paths} == requests


def test_the_care_as_it_was_is_measured_together(clients: list[Client], now: datetime) -> None:
    paths = taken(clients, now)
    visit = WeekMoment(
        at=time(8), weekdays=EVERY_DAY, unique=True, care_minutes=Decimal(8), travel_minutes=Decimal(6),
        who="caregiver",
    )  # fmt: skip
    one = Measured(moments=[visit], administration=Decimal(15), measured_on=TODAY)
    with pytest.raises(BaselineRefused) as refused:
        measure_all(
            {**dict.fromkeys(paths, one), paths[-1]: replace(one, seen=paths[0])}, by="Fatma", now=now
        )
    assert refused.value.code == "meanwhile"
    assert not Baseline.objects.exists()
    same_for_many(lambda some: measure_all(dict.fromkeys(some, one), by="Fatma", now=now), paths)
    found = newest_baselines([each.id for each in clients])
    assert {each.path_id for each in found.values()} == set(paths)
    assert [visit] == [each.moment for each in found[clients[2].id].visits]


def test_installations_are_written_down_together(clients: list[Client], now: datetime) -> None:
    paths = taken(clients, now)
    heard = RoomTried(room="living_room", heard=True, seen=True, volume=3)
    with pytest.raises(InstallationRefused, match="not there yet"):
        installing.try_rooms([(each, heard) for each in paths], by="Joke", now=now)
    CarePath.objects.filter(id__in=paths).update(state="delivering", step=6)
    said = {"by": "Joke", "role": "caregiver", "now": now}
    with pytest.raises(InstallationRefused, match="how you saw"):
        installing.confirm_coverages({**dict.fromkeys(paths, "Proefbericht"), paths[-1]: ""}, **said)
    assert not RoomTest.objects.exists()
    assert not Evidence.objects.exists()
    same_for_many(
        lambda some: installing.try_rooms([(each, heard) for each in some], by="Joke", now=now), paths
    )
    same_for_many(lambda some: installing.confirm_coverages(dict.fromkeys(some, "Gezien"), **said), paths)
    same_for_many(lambda some: installing.confirm_powers(some, **said), paths)
    same_for_many(lambda some: installing.agree_fallbacks(dict.fromkeys(some, "Het team"), **said), paths)
    assert RoomTest.objects.count() == len(paths)
    assert Evidence.objects.count() == 3 * len(paths)
