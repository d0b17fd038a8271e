"""Enrolment, installation and instruction: what shows each step, what it asks again, and what it refuses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.medication.requests.operations import answer
from reik.pathway import readiness
from reik.pathway.enrolment import enrolling, installing, instructing
from reik.pathway.enrolment.enrolling import Asked, EnrolmentRefused
from reik.pathway.enrolment.installing import InstallationRefused
from reik.pathway.enrolment.instructing import InstructionRefused
from reik.pathway.enrolment.room_rules import RoomTried
from reik.pathway.enrolment.teach_back import ALONE, CARER, CLIENT, ITEMS, NOT_YET, WITH_HELP, Session
from reik.pathway.models import CarePath, Evidence
from reik.pathway.path import State
from reik.people.models import Client
from reik.people.operations import add_carer, register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import TaskSeen, open_tasks_of
from tests.cast import beside, gather, tell
from tests.contexts.pathway.test_orders import NURSE, path_in

pytestmark = pytest.mark.usefixtures("database")
ZONE = ZoneInfo("Europe/Amsterdam")
ASKED = Asked(starts_on=date(2026, 12, 1), times=[time(20), time(8), time(8)], text="Graag kleine rol")


@pytest.fixture
def client(now: datetime) -> Client:
    return register_client(organisation_id=gather(now).zorg.id, name="Anna de Boer", now=now)


def tasks(client: Client) -> dict[str, TaskSeen]:
    return {each.kind: each for each in open_tasks_of([client.id])}


def holds(path: CarePath, kind: str, now: datetime) -> bool:
    return kind in readiness.holding([path.id], now, [kind])[path.id]


def test_the_pharmacy_is_asked_with_the_times_and_its_answer_shows(client: Client, now: datetime) -> None:
    house = client.organisation_id
    pharmacy = register_pharmacy(organisation_id=house, name="Apotheek Noord", phone="053 555 02 00", now=now)
    give_pharmacy(client.id, pharmacy, by="Fatma", now=now)
    path = path_in(client, State.ENROLLING, now)
    assert {"path.pharmacy_asked"} <= tasks(client).keys()
    id = enrolling.ask_pharmacy(path.id, ASKED, by="Fatma Yılmaz", now=now, zone=ZONE)
    assert "path.pharmacy_asked" not in tasks(client)
    (seen,) = enrolling.asked_of(path.id)
    assert seen.detail == {
        "starts_on": "2026-12-01", "times": ["08:00", "20:00"], "text": "Graag kleine rol",
    }  # fmt: skip
    assert enrolling.times_wanted(path.id, client.id) == [time(8), time(20)]
    assert holds(path, "pharmacy_asked", now)
    assert not holds(path, "pharmacy_agreed", now)
    answer(id, answer="agreed", text="Vanaf 1 december", by="Els", how="phone", read_back_by="Fatma", now=now)
    assert holds(path, "pharmacy_agreed", now)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(starts_on=date(2026, 11, 22), times=[time(8)]), "starts_on"),
        (Asked(starts_on=date(2026, 12, 1), times=[]), "times"),
        (Asked(starts_on=date(2026, 12, 1), times=[time(8)], text="x" * 501), "text"),
    ],
)
def test_a_question_that_cannot_be_is_not_asked(
    client: Client, now: datetime, asked: Asked, code: str
) -> None:
    path = path_in(client, State.ENROLLING, now)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolling.ask_pharmacy(path.id, asked, by="Fatma", now=now, zone=ZONE)
    assert refused.value.code == code
    assert enrolling.asked_of(path.id) == []


def test_before_the_choice_no_pharmacy_is_asked(client: Client, now: datetime) -> None:
    path = path_in(client, State.INDICATED, now)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolling.ask_pharmacy(path.id, ASKED, by="Fatma", now=now, zone=ZONE)
    assert refused.value.code == "state"


def room(
    path: CarePath, name: str, now: datetime, *, heard: bool = True, measure: str = ""
) -> tuple[str, ...]:
    tried = RoomTried(room=name, heard=heard, seen=False, volume=3, measure=measure)
    return installing.try_room(path.id, tried, by="Joke", now=now)


def test_each_room_is_tested_and_the_newest_counts(client: Client, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    assert room(path, "living_room", now) == ("bedroom",)
    assert not holds(path, "signal_tested", now)
    with pytest.raises(InstallationRefused):
        room(path, "bedroom", now, heard=False)
    assert room(path, "bedroom", now, heard=False, measure="Extra lamp") == ()
    assert holds(path, "signal_tested", now)
    assert "path.signal_tested" not in tasks(client)
    later = now + timedelta(hours=1)
    room(path, "bedroom", later)
    assert installing.rooms_of([path.id])[path.id]["bedroom"].measure == ""


def test_without_a_delivery_nothing_is_tested(client: Client, now: datetime) -> None:
    path = path_in(client, State.ROLL, now)
    with pytest.raises(InstallationRefused) as refused:
        room(path, "living_room", now)
    assert refused.value.code == "state"


def test_coverage_comes_from_the_dispenser_and_is_never_assumed(client: Client, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    say = {"by": "Joke", "role": "caregiver", "now": now}
    with pytest.raises(InstallationRefused) as refused:
        installing.confirm_coverage(path.id, measure=" ", **say)  # type: ignore[arg-type]
    assert refused.value.code == "coverage"
    installing.confirm_coverage(path.id, measure="Bericht kwam aan op mijn telefoon", **say)  # type: ignore[arg-type]
    installing.confirm_power(path.id, **say)  # type: ignore[arg-type]
    with pytest.raises(InstallationRefused):
        installing.agree_fallback(path.id, words=" ", **say)  # type: ignore[arg-type]
    installing.agree_fallback(path.id, words="De wijk komt, reserve in de kast", **say)  # type: ignore[arg-type]
    kinds = {"coverage_tested", "power_tested", "fallback_agreed"}
    assert readiness.holding([path.id], now, kinds)[path.id] == kinds
    detail = Evidence.objects.get(kind="coverage_tested").detail
    assert (detail["coverage"], detail["signal_dbm"]) == ("unknown", None)


def test_a_dispenser_that_was_heard_shows_itself(client: Client, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    voice = beside(client, "REIK-00001", now)
    assert not holds(path, "device_linked", now)
    tell(voice, voice.heartbeat(now), at=now)
    assert holds(path, "device_linked", now)


def session(who: str, repeat_on: date | None = None, **items: str) -> Session:
    return Session(
        who=who, name="Anna", items=dict.fromkeys(ITEMS[who], ALONE) | items, repeat_on=repeat_on, practised=True
    )  # fmt: skip


def teach(path: CarePath, session: Session, now: datetime, carer: UUID | None = None) -> bool:
    return instructing.instruct(path.id, session, carer_id=carer, now=now, zone=ZONE, **NURSE)


def test_what_is_not_understood_is_done_again_on_a_day(client: Client, now: datetime) -> None:
    path = path_in(client, State.STARTING, now)
    with pytest.raises(InstructionRefused) as refused:
        teach(path, session(CLIENT, presses=WITH_HELP), now)
    assert refused.value.code == "repeat_on"
    again = now.date() + timedelta(days=3)
    assert not teach(path, session(CLIENT, again, power_cut=NOT_YET), now)
    assert not holds(path, "instruction_client", now)
    task = tasks(client)["instruction_repeat"]
    assert task.due_at.astimezone(ZONE).date() == again
    assert task.detail["who"] == "Anna"
    later = now + timedelta(days=3)
    assert teach(path, session(CLIENT, power_cut=WITH_HELP), later)
    assert holds(path, "instruction_client", later)
    assert tasks(client).keys().isdisjoint({"instruction_repeat", "path.instruction_client"})
    teach(path, session(CLIENT, again + timedelta(days=9), presses=NOT_YET), later + timedelta(days=1))
    assert not holds(path, "instruction_client", later + timedelta(days=1))
    assert "path.instruction_client" in tasks(client)


def test_every_informal_carer_who_takes_part_is_instructed(client: Client, now: datetime) -> None:
    path = path_in(client, State.STARTING, now)
    assert holds(path, "instruction_carer", now)
    petra, wim = (
        add_carer(
            organisation_id=client.organisation_id, client_id=client.id, name=name, relation="kind", now=now,
            consented=True,
        ).id
        for name in ("Petra", "Wim")
    )  # fmt: skip
    assert not holds(path, "instruction_carer", now)
    teach(path, session(CARER), now, petra)
    assert not holds(path, "instruction_carer", now)
    teach(path, session(CARER), now, wim)
    assert holds(path, "instruction_carer", now)
    with pytest.raises(InstructionRefused) as refused:
        teach(path, session(CARER), now, UUID(int=7))
    assert refused.value.code == "who"


def test_readers_ask_as_much_for_one_path_as_for_many(client: Client, now: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reik.pathway.queries import paths_by_id

    many = [client] + [
        register_client(organisation_id=client.organisation_id, name=f"Cliënt {n}", now=now) for n in range(8)
    ]
    paths = [path_in(each, State.STARTING, now) for each in many]
    counts = []
    for some in (paths[:1], paths):
        seen = list(paths_by_id([each.id for each in some]).values())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for kind in (
                "device_ordered", "device_delivered", "signal_tested", "instruction_client", "instruction_carer",
            ):  # fmt: skip
                readiness._reader(readiness.OF_PATHWAY[kind])(seen)
        counts.append(len(asked))
    assert counts[0] == counts[1]
