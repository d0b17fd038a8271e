"""Random lives of a change in the middle of a roll, on the real database: nobody is ever left exposed (N5, R22).

Plans change, people choose or do not, the pharmacy agrees or not, devices answer late, never or refuse, and time is
drawn around the first affected moment. After every step:
- while the plan and a roll at home differ there is a change, and an owned, open task about it;
- a sachet in a change that the pharmacy has not let go is held at the device, or the device's plan ends before it;
- undecided at its moment, one alert about it is open, and never two.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reik.dispensing.commands import giving as commands
from reik.dispensing.models import DevicePlan
from reik.dispensing.withholding.holding import pause_due
from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.changes.meaning import CHOICES, LIFTS
from reik.medication.changes.path import ChangeRefused
from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.operations import (
    confirm_schedule,
    deliver_roll,
    register_roll,
    return_roll,
    write_schedule,
)
from reik.medication.queries import planned_doses, sachets_of
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine, instant_of, whole_days
from reik.tasks.queries import open_tasks_of, tasks_about
from tests import cast

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NUMBERS = count(1)
PLANS = (("08:00", "20:00"), ("08:00",), ("20:00",), ("08:00", "21:00"), ("08:00", "13:00", "20:00"))
DAYS = 3


class Change(RuleBasedStateMachine):
    zorg = None

    @initialize(can=st.sampled_from([True, True, False, None]), changed=st.sampled_from(PLANS))
    def move_in(self, can, changed):
        number = next(NUMBERS)
        self.now = START
        self.voice = cast.beside(cast.welcome(self.zorg, f"Client {number}", START), f"PROOF-{number}", START)
        self.can = can is True
        self.tell(
            self.voice.event(
                "started", START, reason="power", session="0" * 16,
                capabilities={"can_hold_single_sachets": can, "roll_change": "any_time"},
            )
        )  # fmt: skip
        self.plan(("08:00", "20:00"))
        starts_at, ends_at = whole_days(TUESDAY, TUESDAY + DAYS * DAY, ZONE)
        self.number = f"roll-{number}"
        self.roll = register_roll(
            organisation_id=self.zorg.id, client_id=self.voice.client_id, number=self.number,
            starts_at=starts_at, ends_at=ends_at, by="pharmacist", now=self.now,
        )  # fmt: skip
        deliver_roll(self.roll, "courier", self.now)
        self.tell(
            self.voice.event("roll_loaded", self.now, roll=self.number, first=1, last=6, count=6, by="n")
        )
        self.at_home = True
        self.now += SECOND
        self.plan(changed)

    # -- what happens -------------------------------------------------------------------------------

    def tell(self, *events):
        cast.tell(self.voice, *events, at=self.now)

    def plan(self, times):
        lines = [TimeLine(weekdays=EVERY_DAY, at=time.fromisoformat(each)) for each in times]
        id = write_schedule(
            organisation_id=self.zorg.id,
            client_id=self.voice.client_id,
            lines=lines,
            by="nurse",
            now=self.now,
        )
        confirm_schedule(id, "second nurse", self.now)

    @rule(times=st.sampled_from(PLANS))
    def the_plan_changes(self, times):
        self.now += SECOND
        self.plan(times)

    def open(self) -> list[ChangeSeen]:
        return open_changes([self.voice.client_id])

    @precondition(lambda self: self.open())
    @rule(choice=st.sampled_from(CHOICES), named=st.booleans())
    def somebody_chooses(self, choice, named):
        self.now += SECOND
        (change,) = self.open()
        others = {each.key: "Riet" for each in change.affected} if named else {}
        try:
            with transaction.atomic():
                changing.choose(change.id, choice, "Nel", "", others, self.now)
        except ChangeRefused:
            assert self.open() == [change]

    @precondition(lambda self: self.open())
    @rule(answer=st.sampled_from(["agreed", "refused"]))
    def the_pharmacy_answers(self, answer):
        self.now += SECOND
        (change,) = self.open()
        for each in requests_about([change.id]).get(change.id, []):
            if each.state in ("open", "unanswered") and each.kind == "confirm_change":
                requests.answer(each.id, answer=answer, by="Bos", how="account", now=self.now)

    @precondition(lambda self: self.open())
    @rule(right=st.booleans())
    def somebody_takes_them_out(self, right):
        self.now += SECOND
        (change,) = self.open()
        number = len({one for each in change.affected for one in each.sequences})
        try:
            with transaction.atomic():
                changing.note_removed(change.id, "Joop", number if right else number + 1, self.now)
        except ChangeRefused:
            assert self.open() == [change]

    @rule(result=st.sampled_from(["confirmed", "confirmed", "confirmed", "refused"]))
    def the_device_answers(self, result):
        self.now += SECOND
        with transaction.atomic():
            found = [
                each for each in commands.take_due(partitions=range(16), now=self.now)
                if each.device == self.voice.device
            ]  # fmt: skip
            for each in found:
                data = {"command": each.command.command, "result": result}
                if result == "refused":
                    data |= {"reason": "unknown_roll", "sachets": each.command.data.get("sachets")}
                self.tell(self.voice.event("command_result", self.now, **data))

    @rule(days=st.sampled_from([0, 8]))
    def commands_expire(self, days):
        """Nobody answered: only at eight days is that over, and then the roll is too."""
        with transaction.atomic():
            commands.expire(self.now + days * DAY if days and not self.at_home else self.now)

    @rule(
        to=st.sampled_from(["minute", "before", "at", "after", "pause", "hour", "half_day"]),
    )
    def time_passes(self, to):
        change = next(iter(self.open()), None)
        first = change.first_at if change else self.now + HOUR
        when = {
            "minute": self.now + MINUTE, "before": first - MINUTE, "at": first, "after": first + MINUTE,
            "pause": (change.pause_at if change and change.pause_at else self.now), "hour": self.now + HOUR,
            "half_day": self.now + 12 * HOUR,
        }[to]  # fmt: skip
        self.now = max(self.now, when)
        pause_due(self.now)
        tell_due(self.now)

    @precondition(lambda self: self.at_home)
    @rule(sure=st.sampled_from([False, False, False, True]))
    def the_roll_goes_back(self, sure):
        self.now += SECOND
        if sure:
            return_roll(self.roll, "courier", "another one comes", self.now)
            self.at_home = False

    # -- what must always be ------------------------------------------------------------------------

    def differs(self) -> bool:
        """By times only, and by nothing that the rules under test use."""
        doses = planned_doses([self.voice.client_id], TUESDAY, TUESDAY + DAYS * DAY)[self.voice.client_id]
        planned = {each.due_at for each in doses if each.due_at > self.now}
        on_roll = {instant_of(each.day, each.at, ZONE) for each in sachets_of(self.roll)}
        return self.at_home and planned != {each for each in on_roll if each > self.now}

    @invariant()
    def who_differs_has_a_change_and_a_change_has_an_owned_task(self):
        found = self.open()
        if found:
            assert found[0].state not in ("ended", "withdrawn")
        if self.differs():
            assert len(found) == 1, "plan and roll differ, and nobody knows"
        for change in found:
            tasks = [each for each in tasks_about([change.id])[change.id] if each.ended_at is None]
            assert tasks, f"a change that is {change.state} waits for nobody"
            assert all(each.owner_role for each in tasks)

    @invariant()
    def nothing_that_is_withheld_can_come_out(self):
        for change in self.open():
            if change.choice in LIFTS and change.state in ("confirmed", "carried_out"):
                continue
            if change.state == "carried_out":
                continue  # taken out by a named person, or held: the latter is checked below
            self.check_withheld(change)
        for change in self.open():
            if change.state == "carried_out" and change.choice == "hold":
                self.check_withheld(change)

    def check_withheld(self, change):
        wanted = {one for each in change.affected for one in each.sequences if each.until_at > self.now}
        if self.can:
            assert wanted <= self.held(), f"{wanted - self.held()} may come out"
        elif wanted:
            assert change.pause_at is not None
            assert change.pause_at <= max(change.first_at - 15 * MINUTE, change.found_at)
            for each in DevicePlan.objects.get(dispenser_id=self.voice.id).moments or []:
                at = datetime.fromisoformat(each["at"])
                assert at < max(change.first_at, self.now + MINUTE) or at <= self.now

    def held(self) -> set[int]:
        """Every hold that was given and not released, whatever the device said of it."""
        found: set[int] = set()
        for kind, sachets in cast.rows(
            "SELECT type, data->>'sachets' FROM dispensing_devicecommand WHERE dispenser_id = %s"
            " AND type IN ('hold_sachets', 'release_sachets') ORDER BY given_at, id",
            self.voice.id,
        ):
            numbers = set(json.loads(sachets))
            found = found | numbers if kind == "hold_sachets" else found - numbers
        return found

    @invariant()
    def undecided_at_its_moment_there_is_one_alert(self):
        open_alerts = [
            row[0]
            for row in cast.rows(
                "SELECT subject FROM alerting_alert WHERE dispenser_id = %s AND cause = 'change_undecided'"
                " AND closed_at IS NULL",
                self.voice.id,
            )
        ]
        assert len(open_alerts) == len(set(open_alerts))
        tell_due(self.now)
        for change in self.open():
            undecided = change.state in ("open", "chosen", "undecided") and change.first_at <= self.now
            if undecided:
                again = cast.rows(
                    "SELECT count(*) FROM alerting_alert WHERE subject = %s AND cause = 'change_undecided'"
                    " AND closed_at IS NULL",
                    str(change.id),
                )
                assert again == [(1,)]

    @invariant()
    def tasks_of_changes_that_are_over_are_over(self):
        open_ids = {each.id for each in self.open()}
        for each in open_tasks_of([self.voice.client_id]):
            if each.kind in ("choose_change", "confirm_change", "take_out_sachets", "release_sachets"):
                assert each.about in open_ids


@pytest.mark.slow
def test_a_change_in_the_middle_of_a_roll_leaves_nobody_exposed(database, now):
    Change.zorg = cast.gather(now).zorg
    run_state_machine_as_test(
        Change,
        settings=settings(
            max_examples=30, stateful_step_count=16, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
