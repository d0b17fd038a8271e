"""A plan changes in the middle of a roll, with the dispenser's own core at the other end (flow C, N5, R22, R40)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from reik.dispensing.devices.stream import PARTITIONS
from reik.dispensing.moments.overdue import close_overdue
from reik.dispensing.withholding.holding import pause_due, retained_of
from reik.ingest import commands
from reik.ingest.operations import Receiver
from reik.kernel.models import Organisation
from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from reik.ops.history.lives import Life
from reik_dispenser.capabilities import MEDIDO_LIKE, REIK_OPEN, Capabilities
from reik_dispenser.inputs import Booted, TimeHeard
from reik_dispenser.messages import Clock
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.home import Home
from reik_simulator.household import Household
from reik_simulator.profiles import Profile
from tests import cast

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), late_min=90)
NOON = TimeLine(weekdays=EVERY_DAY, at=time(13))
EVENING = TimeLine(weekdays=EVERY_DAY, at=time(20))
PROMPT = Profile(name="prompt", in_time=1.0, promptness=6.0, takes_within=0.01)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local time so many days after Tuesday, in UTC."""
    return datetime.combine(TUESDAY + day * DAY, time(hour, minute), ZONE).astimezone(UTC)


@dataclass
class Town:
    """One home and Reik, in virtual time. `offline`: nothing passes between them."""

    life: Life
    now: datetime
    receiver: Receiver = field(default_factory=lambda: Receiver("test"))
    offline: bool = False

    def until(self, when: datetime, step: timedelta = 15 * MINUTE) -> None:
        while self.now < when:
            self.now = min(when, self.now + step)
            self._go_on()

    def _go_on(self) -> None:
        self.life.run(self.now)
        if not self.offline:
            self.life.hear_time()
            self.life.run(self.now)
            self._hear()
            while found := commands.to_send(range(PARTITIONS), self.now):
                for each in found:
                    self.life.obey(each.payload)
                self.life.run(self.now)
                self._hear()
        with transaction.atomic():
            close_overdue(received_through=[self.now] * PARTITIONS, now=self.now)
        pause_due(self.now)
        tell_due(self.now)

    def _hear(self) -> None:
        arrived = [*self.life.payloads(), self.life.heartbeat()]
        self.receiver.take_in(arrived, partitions=(), position=0, through=self.now, now=self.now)

    def presented(self) -> list[int]:
        return [
            int(str(each.data["sachet"])) for each in self.life.home.events if each.type == "sachet_presented"
        ]

    def alerts(self, cause: str) -> int:
        return cast.rows("SELECT count(*) FROM alerting_alert WHERE cause = %s", cause)[0][0]  # type: ignore[no-any-return]


pytestmark = pytest.mark.slow  # days of virtual time, every quarter of an hour


@pytest.fixture
def zorg(database: str, now: datetime) -> Organisation:
    return cast.gather(now).zorg


def move_in(zorg: Organisation, now: datetime, can: Capabilities) -> Town:
    client = cast.welcome(zorg, "Anna", now)
    voice = cast.beside(client, "ANNA-1", now)
    home = Home(now, Household(PROMPT, Random(1)), Mechanism(Random(1), FaultRates()))
    life = Life(device="ANNA-1", key=voice.enrolment.key, client_id=client.id, home=home)
    home.put(Booted(epoch=1, last_seq=0, highest_command=0, session="0" * 16, capabilities=can.to_data()))
    home.put(TimeHeard(Clock.NTP, now))
    town = Town(life, now)
    change_schedule(town, zorg, MORNING, NOON, EVENING)
    starts_at, ends_at = whole_days(TUESDAY, TUESDAY + 3 * DAY, ZONE)
    roll = register_roll(
        organisation_id=zorg.id, client_id=client.id, number="26-0418", starts_at=starts_at, ends_at=ends_at,
        by="pharmacist", now=now,
    )  # fmt: skip
    deliver_roll(roll, "courier", now)
    town.until(now + HOUR)
    assert home.device.roll is not None
    return town


def change_schedule(town: Town, zorg: Organisation, *lines: TimeLine) -> None:
    id = write_schedule(
        organisation_id=zorg.id, client_id=town.life.client_id, lines=lines, by="nurse", now=town.now
    )
    confirm_schedule(id, "pharmacist", town.now)


def the_change(town: Town) -> ChangeSeen:
    (found,) = open_changes([town.life.client_id])
    return found


def decide(town: Town, choice: str, answer: str = "agreed") -> None:
    change = the_change(town)
    others = {each.key: "Riet" for each in change.affected}
    changing.choose(change.id, choice, "Nel", "asked by the doctor", others, town.now, carried_out_by="Joop")
    (request,) = (each for each in requests_about([change.id])[change.id] if each.state == "open")
    requests.answer(request.id, answer=answer, by="Apotheker Bos", how="account", now=town.now)


def test_the_held_sachets_stay_in_and_the_others_come_out(zorg: Organisation, now: datetime) -> None:
    """Noon gets a second sachet that is not on the roll: its first (2, 5, 8) is held, and the device says where."""
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 7))
    change_schedule(town, zorg, MORNING, replace(NOON, sachets=2), EVENING)
    town.until(at(0, 7, 10))
    assert the_change(town).device_state == "held"
    decide(town, "hold")
    assert the_change(town).state == "carried_out"
    town.until(at(2, 23))
    assert town.presented() == [1, 3, 4, 6, 7, 9]
    assert town.alerts("change_undecided") == 0
    assert town.alerts("command_not_done") == 0
    kept_back = retained_of(town.life.client_id, "26-0418", [2, 5, 8])
    assert [(each.sachet, each.where) for each in kept_back] == [(2, "roll"), (5, "roll"), (8, "roll")]


def test_undecided_the_sachet_stays_in_and_a_late_decision_lets_the_later_ones_out(
    zorg: Organisation, now: datetime
) -> None:
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 7))
    change_schedule(town, zorg, MORNING, EVENING)
    town.until(at(0, 21))
    assert town.presented() == [1, 3]
    assert town.alerts("change_undecided") == 1
    assert the_change(town).state == "undecided"
    change_schedule(town, zorg, MORNING, NOON, EVENING)  # the plan agrees again
    town.until(at(1, 23))
    assert town.presented() == [1, 3, 4, 5, 6]
    assert open_changes([town.life.client_id]) == []


def test_keep_is_presented_only_after_the_pharmacys_word(zorg: Organisation, now: datetime) -> None:
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 7))
    change_schedule(town, zorg, MORNING, TimeLine(weekdays=EVERY_DAY, at=time(14)), EVENING)
    town.until(at(0, 12))
    decide(town, "keep", "refused")
    town.until(at(1, 7))
    assert 2 not in town.presented()
    decide(town, "keep")
    town.until(at(1, 23))
    assert the_change(town).state == "carried_out"
    assert 2 not in town.presented()


def test_a_device_that_cannot_hold_hands_out_nothing_from_the_first_affected_moment(
    zorg: Organisation, now: datetime
) -> None:
    """Paused after the last unaffected moment, until a named person has counted the sachets out."""
    town = move_in(zorg, now, MEDIDO_LIKE)
    town.until(at(0, 7))
    change_schedule(town, zorg, MORNING, EVENING)
    town.until(at(0, 12, 30))
    assert town.presented() == [1]
    assert the_change(town).device_state == "paused"
    town.until(at(0, 21))
    assert town.presented() == [1]
    decide(town, "take_out")
    town.until(at(1, 7))
    assert town.presented() == [1]
    changing.note_removed(the_change(town).id, "Joop", 3, town.now)
    town.until(at(1, 7, 30))
    assert the_change(town).device_state == "lifted"
    town.until(at(1, 9))
    assert town.presented() == [1, 4]


def test_a_device_out_of_reach_at_the_moment_has_nothing_to_hand_out(
    zorg: Organisation, now: datetime
) -> None:
    """The plan that ends before the first affected moment went at once: it needs no line when the moment comes."""
    town = move_in(zorg, now, MEDIDO_LIKE)
    town.until(at(0, 7))
    change_schedule(town, zorg, MORNING, EVENING)
    town.until(at(0, 7, 30))
    town.offline = True
    town.until(at(2, 23))
    assert town.presented() == [1]
    assert town.alerts("change_not_held") == 1
    assert town.alerts("change_undecided") == 1


def test_a_device_out_of_reach_since_before_the_change_is_told_of_two_hours_before(
    zorg: Organisation, now: datetime
) -> None:
    """Nothing can stop it from afar: a person goes there before the moment."""
    town = move_in(zorg, now, REIK_OPEN)
    town.until(at(0, 7))
    town.offline = True
    change_schedule(town, zorg, MORNING, EVENING)
    town.until(at(0, 10, 45))
    assert town.alerts("change_not_held") == 0
    town.until(at(0, 11))
    assert town.alerts("change_not_held") == 1
