"""R31, R34: no order of giving by hand, press, late event, power loss and offline yields two doses of one moment.

The real core of the dispenser, its sachets as things that lie somewhere, and Reik's real operations on a database.
A person does what Reik says: she gives only when Reik counted it, and enters only the number on a sachet that she
took out. Somebody who enters afterwards that she gave says what was done already: then a double is possible, and
an alert must be open as soon as Reik knows of both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reik.alerting.models import Alert
from reik.dispensing.by_hand import keeping
from reik.dispensing.by_hand.path import GivingRefused
from reik.dispensing.commands import giving as commands
from reik.dispensing.models import HandGiving, Moment
from reik.dispensing.withholding.gap import release_held
from reik_dispenser.inputs import (
    ButtonPressed,
    CommandReceived,
    FaultGone,
    Input,
    RollInserted,
    SachetPresented,
    SachetRead,
    SachetTaken,
    Ticked,
    TimeHeard,
)
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Clock, CommandType, FaultCode
from reik_dispenser.outputs import Advance, Cut, StopMotor
from reik_dispenser.roll import Sachet
from reik_dispenser.status import heartbeat
from tests import cast
from tests.pure.test_machine_cast import EIGHT, ROLL, Bench, moment, plan_data

MINUTE = timedelta(minutes=1)
KEYS = ("m1", "m2")
SACHETS = {"m1": (1, 2), "m2": (3,)}
DUE = {"m1": EIGHT, "m2": EIGHT + 100 * MINUTE}
WINDOW, LATE = 45, 120
ALL = list(range(16))
NUMBERS = iter(range(1, 1_000_000))
INSTANTS = (0, 1, 44, 46, 100, 101, 119, 121, 126, 146, 219, 221, 226)
"""Minutes after the first moment at which something changes."""


class Home(RuleBasedStateMachine):
    """One client with her dispenser, what lies where, and Reik."""

    @initialize(holds=st.booleans(), offline=st.booleans(), gap=st.sampled_from([0, 0, 240]))
    def begin(self, holds: bool, offline: bool, gap: int) -> None:
        self.started = False
        now = EIGHT - 30 * MINUTE
        organisation = cast.found_organisation(name=f"Zorg {next(NUMBERS)}", kind="care", now=now)
        cast.agree_default(organisation.id, cast.three_webhooks(organisation.id, now), now)
        client = cast.welcome(organisation, "Anna", now)
        self.voice = cast.beside(client, f"ANNA-{next(NUMBERS)}", now)
        self.holds, self.gap = holds, gap
        self.bench = Bench(now=now)
        self.lying = set(range(1, 15))  # sachets on the roll, as things
        self.tray: int | None = None
        self.taken: dict[str, set[int]] = {key: set() for key in KEYS}  # taken from the tray
        self.given: dict[str, set[int]] = {key: set() for key in KEYS}  # by hand, after Reik counted it
        self.said: dict[str, bool] = dict.fromkeys(KEYS, False)  # entered afterwards
        self.delivered: set[int] = set()
        self.beat = 0
        self.online = True
        self.motion: Advance | Cut | None = None
        self.given_up: int | None = None  # under a knife that gave up: it may fall yet
        self.boot()
        self.plan()
        self.online = not offline
        self.started = True

    # -- the device ----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.bench.now

    def boot(self) -> None:
        self.bench.boot(
            capabilities={"can_hold_single_sachets": self.holds}, highest_command=self.bench.device.highest,
            tray_occupied=self.tray is not None,
        )  # fmt: skip
        self.bench.put(TimeHeard(Clock.NTP, self.now))

    def plan(self) -> None:
        more = {"gap_min": self.gap, "early_min": 30, "window_min": WINDOW, "late_min": LATE, "roll": ROLL}
        moments = [moment(key, DUE[key], SACHETS[key], **more) for key in KEYS]
        expected = {"roll": ROLL, "first": 1, "last": 14, "count": 14}
        for type, data in ((CommandType.SET_PLAN, plan_data(moments)), (CommandType.EXPECT_ROLL, expected)):
            commands.give(
                organisation_id=self.voice.organisation_id, dispenser_id=self.voice.id, type=type, data=data,
                by="test", now=self.now,
            )  # fmt: skip
            self.talk(True, False)
        self.bench.put(RollInserted(roll=ROLL, first=1, last=14, count=14))
        with transaction.atomic():
            cast.plan_moments(
                [
                    cast.NewMoment(
                        organisation_id=self.voice.organisation_id, client_id=self.voice.client_id,
                        dispenser_id=self.voice.id, key=key, due_at=DUE[key],
                        deadline_at=DUE[key] + WINDOW * MINUTE, latest_at=DUE[key] + LATE * MINUTE,
                        sachets=len(SACHETS[key]), gap_s=60 * self.gap,
                    )
                    for key in KEYS
                ],
                self.now,
            )  # fmt: skip
        self.talk(True, True)
        assert self.bench.device.plan is not None
        assert self.bench.device.roll is not None

    def put(self, input: Input) -> None:
        """An input, and what the device now wants of its motor; a motion under way goes on."""
        for output in self.bench.put(input):
            if isinstance(output, Advance | Cut):
                self.motion = output
            elif isinstance(output, StopMotor):  # given up: what was under the knife may fall yet
                if isinstance(self.motion, Cut):
                    self.given_up = self.motion.sachet.number
                self.motion = None

    def motor(self) -> None:
        """One motion. The reader sees what is there: a sachet that a person took is not."""
        doing, self.motion = self.motion, None
        if isinstance(doing, Advance):
            number = doing.sachet.number
            there = (
                number if number in self.lying else min((n for n in self.lying if n > number), default=None)
            )
            self.put(SachetRead(ROLL if there else None, there))
        elif isinstance(doing, Cut):
            self.cut(doing.sachet.number)
            self.put(SachetPresented())

    def cut(self, number: int) -> None:
        assert number in self.lying, "what was taken out by hand is never cut"
        assert self.tray is None
        self.lying.discard(number)
        self.tray = number

    @rule(seen=st.booleans())
    def what_was_given_up_falls(self, seen: bool) -> None:
        """A cut that nobody waited for any more: the sensor sees it, or finds it when the power is back."""
        number, self.given_up = self.given_up, None
        if number is None or number not in self.lying or self.tray is not None:
            return
        self.cut(number)
        if seen:
            self.put(SachetPresented())
        else:
            self.power_goes(0, False)

    def repair(self) -> None:
        """Somebody looks inside: what hung under the knife is on the roll, and is not handed out any more."""
        self.given_up = None
        for code in (
            FaultCode.WRONG_SACHET,
            FaultCode.CUT_FAILED,
            FaultCode.SACHET_UNREADABLE,
            FaultCode.JAM,
        ):
            self.put(FaultGone(code))

    # -- the link ------------------------------------------------------------------------------------

    def talk(self, obeys: bool, beats: bool) -> None:
        """Commands go down (and get lost), events come up, in one go."""
        with transaction.atomic():
            sent = commands.take_due(partitions=ALL, now=self.now)
        for each in sent:
            if obeys and each.device == self.voice.device:
                self.put(CommandReceived(each.command))
        if not self.online:
            return
        self.tell([each for each in self.bench.events if each.seq not in self.delivered])
        if beats:
            self.beat += 1
            cast.tell(self.voice, heartbeat(self.bench.device, self.beat, self.now), at=self.now)

    def tell(self, events: list[Any]) -> None:
        if events:
            self.delivered |= {each.seq for each in events}
            cast.tell(self.voice, *events, at=self.now)

    # -- what happens --------------------------------------------------------------------------------

    @rule(minute=st.sampled_from(INSTANTS), tick=st.booleans())
    def time_passes(self, minute: int, tick: bool) -> None:
        when = EIGHT + minute * MINUTE
        if when > self.now:
            self.bench.at(when) if tick else setattr(self.bench, "now", when)
            self.watch()

    def watch(self) -> None:
        cast.look(self.now)
        keeping.lift_pauses(self.now)
        release_held(self.now)
        with transaction.atomic():
            commands.expire(self.now)

    @rule(motions=st.integers(0, 3), takes=st.booleans())
    def press(self, motions: int, takes: bool) -> None:
        self.put(ButtonPressed())
        for _ in range(motions):
            self.motor()
        if takes:
            self.take()
            for _ in range(2):
                self.motor()

    @rule(talks=st.booleans())
    def she_takes_all_that_comes(self, talks: bool) -> None:
        self.repair()
        for _ in range(3):
            self.press(2, True)
        if talks:
            self.talk(self.online, True)

    @rule()
    def take(self) -> None:
        number, self.tray = self.tray, None
        if number is None:
            return
        key = next(key for key in KEYS if number in SACHETS[key])
        self.taken[key].add(number)
        self.put(SachetTaken())

    @rule(motions=st.integers(1, 2))
    def the_motor_goes_on(self, motions: int) -> None:
        for _ in range(motions):
            self.motor()

    @rule(off=st.sampled_from([0, 1, 20]), cuts=st.booleans())
    def power_goes(self, off: int, cuts: bool) -> None:
        """In the midst of a cut: it was made, or it was not."""
        doing, self.motion = self.motion, None
        if isinstance(doing, Cut) and cuts:
            self.cut(doing.sachet.number)
        self.bench.device = revive(remember(self.bench.device))
        self.bench.now += off * MINUTE
        self.bench.last = ()
        self.boot()

    @rule()
    def somebody_puts_it_right(self) -> None:
        self.repair()

    @rule(online=st.booleans())
    def the_link(self, online: bool) -> None:
        self.online = online

    @rule(obeys=st.booleans(), beats=st.booleans())
    def they_talk(self, obeys: bool, beats: bool) -> None:
        self.talk(obeys and self.online, beats)

    @rule(which=st.integers(0, 5), again=st.booleans())
    def one_event_comes_early_or_again(self, which: int, again: bool) -> None:
        pool = [each for each in self.bench.events if (each.seq in self.delivered) is again]
        if self.online and pool:
            self.tell([pool[-1 - which % len(pool)]])

    def moment_id(self, key: str) -> UUID:
        return Moment.objects.get(dispenser_id=self.voice.id, key=key).id

    def open_giving(self, key: str) -> HandGiving | None:
        return HandGiving.objects.filter(moment_id=self.moment_id(key), ended_at=None).first()

    def do(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except GivingRefused:
            return None

    @rule(key=st.sampled_from(KEYS), allowed=st.booleans(), stock=st.sampled_from(["own", "roll"]))
    def someone_wants_to_give(self, key: str, allowed: bool, stock: str) -> None:
        self.do(
            lambda: keeping.begin(
                moment_id=self.moment_id(key),
                stock=stock,
                by="Els",
                role="nurse",
                now=self.now,
                allowed_by="P. Theker" if allowed else "",
                allowed_because="overlegd" if allowed else "",
            )
        )

    @rule(key=st.sampled_from(KEYS))
    def she_takes_the_sachets_out(self, key: str) -> None:
        """Only while nothing moves, and only what lies there."""
        giving = self.open_giving(key)
        if giving is None or not set(giving.sachets) <= self.lying or self.motion is not None:
            return
        self.lying -= set(giving.sachets)
        if self.do(
            lambda: keeping.enter_numbers(giving_id=giving.id, numbers=giving.sachets, by="Els", now=self.now)
        ):
            return
        self.lying |= set(giving.sachets)

    @rule(key=st.sampled_from(KEYS))
    def she_gives(self, key: str) -> None:
        giving = self.open_giving(key)
        if giving is None:
            return
        if self.do(lambda: keeping.give(giving_id=giving.id, by="Els", now=self.now)) == "counted":
            self.given[key] |= {n for k, n in enumerate(SACHETS[key]) if giving.places >> k & 1}

    @rule(
        key=st.sampled_from(KEYS), between=st.sampled_from(["", "press", "cut", "power", "take", "gives up"]),
        heard=st.booleans(), takes_out=st.booleans(), later=st.sampled_from(["", "press", "power", "falls"]),
    )  # fmt: skip
    def she_gives_as_the_page_says(
        self, key: str, between: str, heard: bool, takes_out: bool, later: str
    ) -> None:
        """From wish to giving, with one thing that happens meanwhile."""
        self.someone_wants_to_give(key, True, "own")
        self.happens(between)
        self.talk(heard and self.online, True)
        if takes_out:
            self.she_takes_the_sachets_out(key)
        self.talk(heard and self.online, True)
        self.she_gives(key)
        self.nobody_gets_it_twice()
        self.happens(later)

    def happens(self, what: str) -> None:
        if what in ("press", "cut"):
            self.press(1 if what == "cut" else 2, False)
        elif what == "power":
            self.power_goes(0, True)
        elif what == "take":
            self.take()
        elif what == "gives up":  # the knife does not answer for a minute, and its sachet falls later
            self.press(1, False)
            self.bench.now += MINUTE + timedelta(seconds=1)
            self.put(Ticked())
        elif what == "falls":
            self.what_was_given_up_falls(False)

    @rule(key=st.sampled_from(KEYS))
    def she_does_not_give(self, key: str) -> None:
        giving = self.open_giving(key)
        if giving is not None and not giving.numbers:
            self.do(lambda: keeping.drop(giving_id=giving.id, by="Els", because="wil niet", now=self.now))

    @precondition(lambda self: self.started)
    @rule(key=st.sampled_from(KEYS), ago=st.sampled_from([0, 5, 60]))
    def someone_enters_it_afterwards(self, key: str, ago: int) -> None:
        made = self.do(
            lambda: keeping.begin(
                moment_id=self.moment_id(key),
                stock="own",
                by="Els",
                role="nurse",
                now=self.now,
                given_at=self.now - ago * MINUTE,
            )
        )
        self.said[key] = self.said[key] or made is not None

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        """Of what was given after Reik counted it, no sachet came out, and none can."""
        if not getattr(self, "started", False):
            return
        for key in KEYS:
            out = set(self.taken[key]) | ({self.tray} if self.tray else set())
            assert not self.given[key] & out, (key, self.given[key], out)
            assert not any(self.can_come_out(key, number) for number in self.given[key]), key

    @invariant()
    def what_reik_knows_twice_is_an_alert(self) -> None:
        if not getattr(self, "started", False):
            return
        for each in Moment.objects.filter(dispenser_id=self.voice.id):
            doubles = each.by_hand & (each.out | each.presented)
            alert = Alert.objects.filter(
                dispenser_id=self.voice.id, cause="possible_double", subject=each.key
            ).exists()
            assert bool(doubles) == alert or (alert and each.closed_as == "complete"), each.key
            if doubles:
                assert each.outcome == "unknown"
            elif each.outcome == "by_hand" and not self.said[each.key]:
                numbers = {n for k, n in enumerate(SACHETS[each.key]) if each.by_hand >> k & 1}
                assert not any(self.can_come_out(each.key, number) for number in numbers)

    def can_come_out(self, key: str, number: int) -> bool:
        """Whether the device, told nothing more, could still hand this sachet out."""
        device = self.bench.device
        if isinstance(self.motion, Cut) and self.motion.sachet.number == number:
            return True
        if self.given_up == number and number in self.lying:
            return True
        if number not in self.lying or Sachet(ROLL, number) in device.holds or device.pause is not None:
            return False
        return self.now <= DUE[key] + LATE * MINUTE and key not in device.ended

    def teardown(self) -> None:
        """When everything is told, what came out and was given is known, and known as a possible double."""
        if not getattr(self, "started", False):
            return
        self.online = True
        self.talk(False, True)
        for key in KEYS:
            row = Moment.objects.get(dispenser_id=self.voice.id, key=key)
            counted = {n for k, n in enumerate(SACHETS[key]) if row.by_hand >> k & 1}
            if counted & self.taken[key]:
                assert Alert.objects.filter(
                    dispenser_id=self.voice.id, cause="possible_double", subject=key, closed_at=None
                ).exists()
                assert row.outcome == "unknown"


def prove(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Home,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=examples < 10,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip


def test_one_dose_per_moment(database):
    prove(4, 20)


@pytest.mark.slow
def test_one_dose_per_moment_in_many_orders(database):
    prove(100, 30)
