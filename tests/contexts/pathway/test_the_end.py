"""The end of a path: who died is nobody's missed alert, what came back is written down, who left is looked into."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.arrangements.agreeing import agree_arrangement
from reik.alerting.gone import take_turn
from reik.alerting.models import Alert
from reik.alerting.operations import handle_alert
from reik.config.wiring import HANDLERS
from reik.dispensing.away.seen import open_absences
from reik.dispensing.away.stopping import stop_client
from reik.dispensing.devices import silence
from reik.dispensing.devices.taking_in import TakeInRefused, end_stop
from reik.dispensing.models import Moment
from reik.dispensing.queries import dispensers_of
from reik.kernel.ids import new_id
from reik.medication.requests.seen import open_requests
from reik.medication.rolls import life as roll_life
from reik.medication.rolls.custody import Step
from reik.medication.rolls.steps import Hand
from reik.medication.seen.overview import still_at_home
from reik.pathway import readiness
from reik.pathway.models import CarePath, DispenserOrder, Evaluation, Supplier
from reik.pathway.use import stopping
from reik.pathway.use.stopping import NewStop
from reik.pathway.use.stopping_rules import Instead
from reik.people import carers
from reik.people.facts import CarerLeft
from reik.people.operations import add_carer
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import TaskSeen, open_tasks_of
from tests import cast
from tests.cast import Voice
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import arrive, bring, device_loads

pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NURSE: dict[str, Any] = {"by": "Joke", "role": "nurse"}


@pytest.fixture
def people(database: str, now: datetime) -> cast.Cast:
    return cast.gather(now)


@pytest.fixture
def anna(people: cast.Cast, now: datetime) -> Voice:
    """A dispenser with a schedule of 08:00 and 20:00, a pharmacy, and everybody's route."""
    cast.agree_default(people.zorg.id, people.desks, now)
    voice: Voice = arrive(people.zorg, "Anna", "REIK-1", now)
    made = register_pharmacy(organisation_id=people.zorg.id, name="De Linde", phone="074 555 02 00", now=now)
    give_pharmacy(voice.client_id, made)
    return voice


def tasks(voice: Voice) -> dict[str, TaskSeen]:
    return {each.kind: each for each in open_tasks_of([voice.client_id])}


def loaded(voice: Voice, now: datetime) -> UUID:
    """A roll in her dispenser, as the device itself said."""
    roll: UUID = bring(voice, now)
    cast.tell(voice, device_loads(voice, now), at=now)
    return roll


def hand(count: int | None = None) -> Hand:
    return Hand(by="Joke", role="nurse", count=count)


def state(path_id: UUID) -> str:
    return CarePath.objects.get(id=path_id).state


def ordered(voice: Voice, path_id: UUID, now: datetime) -> UUID:
    supplier = Supplier.objects.create(
        id=new_id(now),
        organisation_id=voice.organisation_id,
        name="Dispenser BV",
        channel="phone",
        created_at=now,
    )
    row = DispenserOrder.objects.create(
        id=new_id(now), organisation_id=voice.organisation_id, client_id=voice.client_id, path_id=path_id,
        supplier=supplier, model="Lade 4", wanted_on=now.date(), state="delivered", asked_at=now, asked_by="Joke",
        changed_at=now, changed_by="Joke",
    )  # fmt: skip
    return row.id


# Who died


def dies(voice: Voice, now: datetime) -> None:
    """Told at the alert of a moment that was not taken out."""
    due = now - HOUR
    cast.plan(voice, "missed", due, now=due - HOUR)
    cast.tell(voice, voice.closed("missed", "not_taken_out", now - MINUTE), at=now - MINUTE)
    alert = Alert.objects.get(closed_at=None)
    with transaction.atomic():
        take_turn(alert.id)
        handle_alert(alert_id=alert.id, by="Petra", outcome="died", cause="ill", remote=True, now=now)


def open_causes() -> list[str]:
    return sorted(Alert.objects.filter(closed_at=None).values_list("cause", flat=True))


def test_nobody_is_called_for_who_died_and_her_path_stops(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    loaded(anna, now)
    dies(anna, now + HOUR)
    assert state(path_id) == "paused", "at once"
    assert tasks(anna)["return_roll_and_device"].owner_role == "nurse"
    assert stopping.look_at_stops(now + HOUR + 3 * MINUTE) == 1
    assert state(path_id) == "stopping"
    assert {each.kind for each in open_requests([anna.client_id])} == {"stop_client", "leftovers"}
    for type, more in (
        ("mains_lost", {"battery_pct": 5}), ("fault", {"code": "lid_open"}), ("fault", {"code": "roll_empty"})
    ):  # fmt: skip
        cast.tell(anna, anna.event(type, now + 2 * HOUR, **more), at=now + 2 * HOUR)
    evening = now + 12 * HOUR
    with transaction.atomic():
        silence.announce_silent(received_through=[evening] * 16, now=evening)
    cast.look(now + 40 * HOUR)
    assert open_causes() == []
    later = Moment.objects.filter(client_id=anna.client_id, due_at__gt=now + HOUR, outcome__isnull=False)
    assert set(later.values_list("outcome", flat=True)) == {"paused"}
    cast.tell(anna, anna.event("help_pressed", evening), at=evening)
    assert open_causes() == ["help_pressed"], "who died may have been the wrong client"


def test_the_dispenser_of_who_died_is_fetched_and_is_nobodys(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    order_id, roll = ordered(anna, path_id, now), loaded(anna, now)
    dies(anna, now + HOUR)
    fetched = now + HOUR + MINUTE
    with pytest.raises(TakeInRefused) as refused:
        end_stop(client_id=anna.client_id, by="Joke", now=fetched)
    assert refused.value.code == "roll_inside"
    roll_life.take_step(roll, Step.TAKEN_OUT, hand(), fetched)  # the device is off, and says nothing any more
    assert end_stop(client_id=anna.client_id, by="Joke", now=fetched) == "REIK-1"
    assert dispensers_of([anna.client_id]) == {}
    assert open_absences([anna.client_id]) == {}
    assert state(path_id) == "stopping", "who fetched it believed it"
    assert "return_roll_and_device" not in tasks(anna)
    row = DispenserOrder.objects.get(id=order_id)
    assert (row.state, row.changed_at, row.changed_by, row.device) == ("returned", fetched, "Joke", "REIK-1")
    assert not Moment.objects.filter(client_id=anna.client_id, due_at__gt=fetched, outcome=None).exists()
    cast.look(now + 40 * HOUR)
    assert open_causes() == []


def test_the_stop_of_a_client_without_a_dispenser_ends_too(people: cast.Cast, now: datetime) -> None:
    client = cast.welcome(people.zorg, "Bert", now)
    with pytest.raises(TakeInRefused):
        end_stop(client_id=client.id, by="Joke", now=now)
    stop_client(client_id=client.id, reason="died", by="Petra", now=now)
    assert end_stop(client_id=client.id, by="Joke", now=now + MINUTE) == ""
    assert open_absences([client.id]) == {}


# Who stops


def stopped(voice: Voice, path_id: UUID, now: datetime) -> None:
    care = [Instead(who="self", name="Zij zelf", from_on=now.date())]
    stopping.stop(path_id, NewStop(reason="client_wants", last_at=now, instead=care), now=now, **NURSE)


def test_what_is_left_of_a_roll_goes_back_step_by_step(anna: Voice, now: datetime) -> None:
    path_id, roll = started(anna, now), loaded(anna, now)
    stopped(anna, path_id, now + HOUR)
    (asked,) = [each for each in open_requests([anna.client_id]) if each.kind == "leftovers"]
    assert asked.detail["rolls"] == ["26-0418"]
    then = now + 2 * HOUR

    def back() -> bool:
        return "leftovers_back" in readiness.holding([path_id], then)[path_id]

    roll_life.take_step(roll, Step.TAKEN_OUT, hand(), then)
    assert not back()
    roll_life.take_step(roll, Step.COUNTED, hand(21), then)
    assert not back()
    roll_life.take_step(roll, Step.HANDED_BACK, hand(), then)
    assert not back(), "the pharmacy counts it first"
    assert tasks(anna)["leftovers_receive"].detail["count"] == 21
    roll_life.take_step(roll, Step.RETURNED, Hand(by="Ruud", role="pharmacist", count=21), then)
    assert back()


def test_a_roll_of_which_nothing_is_left_need_not_go_back(anna: Voice, now: datetime) -> None:
    path_id, roll = started(anna, now), loaded(anna, now)
    stopped(anna, path_id, now + HOUR)
    roll_life.take_step(roll, Step.TAKEN_OUT, hand(), now + 2 * HOUR)
    assert still_at_home([anna.client_id], now + 2 * HOUR) == {anna.client_id: ["26-0418"]}
    roll_life.take_step(roll, Step.COUNTED, replace(hand(0), expected=0), now + 2 * HOUR)
    assert still_at_home([anna.client_id], now + 2 * HOUR) == {}
    assert "leftovers_back" in readiness.holding([path_id], now + 2 * HOUR)[path_id]


def test_a_stop_without_a_roll_at_home_announces_no_leftovers(anna: Voice, now: datetime) -> None:
    stopped(anna, started(anna, now), now + HOUR)
    assert [each.kind for each in open_requests([anna.client_id])] == ["stop_client"]


# Who leaves


def helped_by(voice: Voice, people: cast.Cast, name: str, now: datetime) -> UUID:
    """An informal carer, whom her own route asks."""
    carer = add_carer(
        organisation_id=voice.organisation_id, client_id=voice.client_id, name=name, relation="dochter", now=now,
        consented=True,
    )  # fmt: skip
    agree(voice, people, now, carer.id)
    return carer.id


def agree(voice: Voice, people: cast.Cast, now: datetime, carer_id: UUID | None = None) -> None:
    first, second, last = cast.three_steps(people.desks)
    agree_arrangement(
        organisation_id=voice.organisation_id, client_id=voice.client_id, agreed_by="Joke", now=now,
        route=[first, replace(second, carer_id=carer_id), last],
    )  # fmt: skip


def test_who_takes_no_part_any_more_is_a_reason_to_look_again(
    anna: Voice, people: cast.Cast, now: datetime
) -> None:
    path_id = started(anna, now)
    carer_id = helped_by(anna, people, "Petra", now)
    other = add_carer(
        organisation_id=anna.organisation_id, client_id=anna.client_id, name="Bo", relation="buur", now=now,
        consented=True,
    )  # fmt: skip
    carers.end_part(carer_id, anna.client_id, by="Joke", now=now + HOUR)
    assert Evaluation.objects.get(path_id=path_id, held_at=None).why == "carer_left"
    task = tasks(anna)["follow_up_carer"]
    assert (task.detail, task.high_risk, task.owner_role) == ({"who": "Petra"}, True, "nurse")
    carers.end_part(other.id, anna.client_id, by="Joke", now=now + HOUR)
    assert len([each for each in open_tasks_of([anna.client_id]) if each.kind == "follow_up_carer"]) == 1
    agree(anna, people, now + 2 * HOUR)
    assert "follow_up_carer" not in tasks(anna)


def test_who_leaves_with_the_dispenser_opens_no_evaluation(
    anna: Voice, people: cast.Cast, now: datetime
) -> None:
    path_id, carer_id = started(anna, now), helped_by(anna, people, "Petra", now)
    stopped(anna, path_id, now + HOUR)
    stopping.close_access(path_id, end_house_access=False, carer_ids=[carer_id], now=now + 2 * HOUR, **NURSE)
    assert not Evaluation.objects.filter(path_id=path_id, held_at=None).exists()


def test_many_who_leave_cost_as_many_statements_as_one(people: cast.Cast, now: datetime) -> None:
    told = []
    for voice in cast.many_homes(people.zorg, 12, now):
        started(voice, now)
        told.append(
            CarerLeft(
                organisation_id=voice.organisation_id, client_id=voice.client_id, name="P", by="Joke",
                carer_id=helped_by(voice, people, "P", now),
            )
        )  # fmt: skip

    def cost(some: list[CarerLeft]) -> int:
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            for handler in HANDLERS[CarerLeft]:
                handler(some, now + HOUR)
        return len(seen)

    assert cost(told[:1]) == cost(told[1:])
    assert Evaluation.objects.filter(why="carer_left", held_at=None).count() == 12
