"""A defective dispenser is swapped in the middle of a roll, with the real core at the other end (R44, N5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

import pytest
from django.db import transaction

from reik.dispensing.away.keeping import NewAbsence, declare
from reik.dispensing.devices.enrolment import enrol
from reik.dispensing.devices.stream import PARTITIONS
from reik.dispensing.devices.swapping import SwapRefused, swap
from reik.dispensing.models import Absence, Dispenser, Moment
from reik.dispensing.plans.keeping import renew_plans
from reik.ingest import commands
from reik.kernel.models import Organisation
from reik.medication.times.schedule import EVERY_DAY
from reik.ops.history.lives import Life
from reik_dispenser.capabilities import MEDIDO_LIKE, REIK_OPEN, Capabilities
from reik_dispenser.inputs import Booted, RollInserted, RollRemoved, TimeHeard
from reik_dispenser.messages import Clock
from reik_dispenser.roll import Sachet
from reik_dispenser.state import Device
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.home import Home
from reik_simulator.household import Household
from tests import cast
from tests.flows.test_change_mid_roll import (
    EVENING,
    HOUR,
    MINUTE,
    MORNING,
    NOON,
    PROMPT,
    Town,
    at,
    change_schedule,
    move_in,
    the_change,
)

pytestmark = pytest.mark.slow
TUESDAY, WEDNESDAY = 2, 3


@pytest.fixture
def zorg(database: str, now: datetime) -> Organisation:
    return cast.gather(now).zorg


@dataclass
class TwoDevices(Town):
    """`lost_until`: until then the new device gets no hold and no pause; the old one is out of reach."""

    lost_until: datetime | None = None
    before: list[int] = field(default_factory=list)

    def _go_on(self) -> None:
        self.life.run(self.now)
        self.life.hear_time()
        self.life.run(self.now)
        self._hear()
        for _ in range(20):
            found = [
                each
                for each in commands.to_send(range(PARTITIONS), self.now)
                if self.life.device in each.topic
            ]
            if not found:
                break
            for each in found:
                withholds = b'"hold_sachets"' in each.payload or b'"pause"' in each.payload
                if not (withholds and self.lost_until and self.now < self.lost_until):
                    self.life.obey(each.payload)
            self.life.run(self.now)
            self._hear()
        self._look()

    def _look(self) -> None:
        with transaction.atomic():
            renew_plans(self.now)


def place_another(town: Town, zorg: Organisation, can: Capabilities, **more: object) -> TwoDevices:
    """Device B, enrolled and heard before, takes the place of the first; the roll is taken along."""
    town.life.home.put(RollRemoved())
    town.until(town.now + MINUTE)
    enrolment = enrol(organisation_id=zorg.id, device="ANNA-2", now=town.now)
    home = Home(town.now, Household(PROMPT, Random(2)), Mechanism(Random(2), FaultRates()))
    life = Life(device="ANNA-2", key=enrolment.key, client_id=town.life.client_id, home=home)
    home.put(Booted(epoch=1, last_seq=0, highest_command=0, session="1" * 16, capabilities=can.to_data()))
    home.put(TimeHeard(Clock.NTP, town.now))
    after = TwoDevices(life, town.now, before=town.presented(), **more)  # type: ignore[arg-type]
    life.run(town.now)
    after._hear()
    Dispenser.objects.filter(device="ANNA-1").update(network="KPN", supplier="Oud", region="postcode 75")
    Dispenser.objects.filter(device="ANNA-2").update(network="Odido", supplier="Nieuw", region="postcode 12")
    swap(client_id=life.client_id, device="ANNA-2", by="Nel", because="motor", now=town.now)
    another = Dispenser.objects.get(device="ANNA-2")  # the region is the home's, the rest its own
    assert (another.network, another.supplier, another.region) == ("Odido", "Nieuw", "postcode 75")
    return after


def on_tuesday_evening_and_wednesday_morning_one_more(town: Town, zorg: Organisation) -> None:
    """The second sachet of each is not on the roll: its sachets 3 and 4 are held."""
    change_schedule(
        town, zorg, NOON,
        replace(MORNING, weekdays=EVERY_DAY - {WEDNESDAY}),
        replace(MORNING, weekdays=frozenset({WEDNESDAY}), sachets=2),
        replace(EVENING, weekdays=EVERY_DAY - {TUESDAY}),
        replace(EVENING, weekdays=frozenset({TUESDAY}), sachets=2),
    )  # fmt: skip


def changed(zorg: Organisation, now: datetime, can: Capabilities = REIK_OPEN) -> Town:
    town = move_in(zorg, now, can)
    town.until(at(0, 7))
    on_tuesday_evening_and_wednesday_morning_one_more(town, zorg)
    town.until(at(0, 9))
    assert town.presented() == [1]
    return town


@pytest.mark.parametrize(
    ("can", "lost"), [(REIK_OPEN, 0), (REIK_OPEN, 13), (MEDIDO_LIKE, 0), (MEDIDO_LIKE, 30)]
)
def test_what_the_first_device_held_the_second_never_presents(
    zorg: Organisation, now: datetime, can: Capabilities, lost: int
) -> None:
    """Also when the new device gets no hold for hours: without it the sachets are not in its plan."""
    town = changed(zorg, now)
    assert the_change(town).device_state == "held"
    lost_until = town.now + lost * HOUR if lost else None
    second = place_another(town, zorg, can, lost_until=lost_until)
    second.until(at(0, 12, 45))
    assert second.life.home.device.roll is not None, "the roll is in the second device"
    if can is REIK_OPEN and not lost:
        assert the_change(second).device_state == "held"
        assert {each.number for each in second.life.home.device.holds} == {3, 4}
    second.until(at(2, 23))
    presented = second.presented()
    assert 2 in presented, "what nobody withholds comes out of the second device"
    assert not {3, 4} & set(presented)
    assert 1 not in presented, "nothing comes twice"
    if can is REIK_OPEN and not lost:
        assert presented == [2, 5, 6, 7, 8, 9]


def test_a_client_who_is_away_gets_nothing_from_the_second_device(zorg: Organisation, now: datetime) -> None:
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 9))
    declare(
        NewAbsence(
            client_id=town.life.client_id, reason="hospital", starts_at=town.now,
            expected_end=town.now + 3 * 24 * HOUR, said_by="Riet", resumes="Riet",
        ),
        by="Nel", now=town.now,
    )  # fmt: skip
    town.until(at(0, 9, 30))
    second = place_another(town, zorg, REIK_OPEN, lost_until=at(1, 10))
    second.until(at(2, 20))
    assert second.presented() == []
    assert Absence.objects.get().dispenser_id == Dispenser.objects.get(device="ANNA-2").id


def test_history_stays_and_moments_to_come_move(zorg: Organisation, now: datetime) -> None:
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 9))
    first = Dispenser.objects.get(device="ANNA-1")
    told = cast.rows("SELECT count(*) FROM dispensing_deviceevent WHERE dispenser_id = %s", first.id)
    place_another(town, zorg, REIK_OPEN)
    second = Dispenser.objects.get(device="ANNA-2")
    first.refresh_from_db()
    assert (first.client_id, second.client_id) == (None, town.life.client_id)
    assert cast.rows(
        "SELECT count(*) >= %s FROM dispensing_deviceevent WHERE dispenser_id = %s", told[0][0], first.id
    )
    assert list(Moment.objects.filter(dispenser=first).values_list("key", "outcome")) == [
        ("m-20261124-0800", "in_time")
    ]
    to_come = Moment.objects.filter(dispenser=second)
    assert (
        to_come.count()
        == Moment.objects.filter(client_id=town.life.client_id, due_at__gt=at(0, 10)).count()
        > 6
    )
    for device, code in (("ANNA-2", "same"), ("ANNA-9", "unknown")):
        with pytest.raises(SwapRefused) as refused:
            swap(client_id=town.life.client_id, device=device, by="Nel", because="motor", now=town.now)
        assert refused.value.code == code


@pytest.mark.parametrize("how", ["memory", "enrolled"])
def test_a_device_that_forgot_everything_is_told_again_before_its_plan(
    zorg: Organisation, now: datetime, how: str
) -> None:
    town = changed(zorg, now)
    if how == "enrolled":
        town.life.key = enrol(organisation_id=zorg.id, device="ANNA-1", now=town.now).key
    home = town.life.home
    home.device = Device()
    home.put(
        Booted(epoch=2, last_seq=0, highest_command=None, session="2" * 16, capabilities=REIK_OPEN.to_data())
    )
    home.put(TimeHeard(Clock.NTP, town.now))
    town.until(town.now + HOUR)
    home.put(RollInserted(roll="26-0418", first=2, last=9, count=8))
    assert home.device.holds == frozenset({Sachet("26-0418", 3), Sachet("26-0418", 4)})
    town.until(at(2, 23))
    assert not {3, 4} & set(town.presented())
    assert {5, 6, 7} <= set(town.presented())
