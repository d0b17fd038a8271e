"""Simulated households: the same seed lives the same life, and every life keeps the contract (R24, R25, N6, N17)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from reik_dispenser.canonical import plan_sha256, read_at, write_at
from reik_dispenser.inputs import ButtonPressed, CommandReceived, HelpPressed, RollInserted
from reik_dispenser.messages import Command
from reik_dispenser.roll import ExpectedRoll
from reik_dispenser.state import Device
from reik_dispenser.status import heartbeat
from reik_simulator.__main__ import main, read_enrolments
from reik_simulator.faults import ROUGH, FaultRates
from reik_simulator.fleet import Fleet, run_until_stopped
from reik_simulator.folder import Neighbourhood
from reik_simulator.home import Home, home
from reik_simulator.house import MakesNoSense
from reik_simulator.household import Coming, Household
from reik_simulator.profiles import PROFILES

MIDNIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
DAYS = 7
PER_DAY = 4


def plan(start: datetime, days: int = DAYS, minute_s: float = 60.0, roll: str = "r-1") -> dict[str, object]:
    """Four moments a day of 1 or 2 sachets. `minute_s`: how many seconds a minute of the plan lasts."""
    scale, number = minute_s / 60.0, 1
    moments: list[dict[str, object]] = []
    for day in range(days):
        for hour in (8, 12, 17, 21):
            at = start + timedelta(days=day, hours=hour) * scale
            sachets = [number, number + 1] if hour == 8 else [number]
            number += len(sachets)
            moments.append(
                {
                    "moment": f"m-{day}-{hour}", "at": write_at(at), "local": f"{hour:02}:00", "roll": roll,
                    "signals": [0.0, 10 * scale, 30 * scale], "early_min": 60 * scale, "window_min": 45 * scale,
                    "late_min": 90 * scale, "gap_min": 100 * scale, "sachets": sachets, "whole": False,
                }
            )  # fmt: skip
    return {"version": 1, "sha256": plan_sha256(moments), "roll": roll, "moments": moments}


def lived(profile: str, seed: int, rates: FaultRates | None = None, power_cuts: int = 0) -> Home:
    """A week in a home."""
    one = home(MIDNIGHT, profile, seed, rates)
    one.start()
    count = PER_DAY * DAYS + DAYS
    for number, (type, data) in enumerate(
        [
            ("expect_roll", {"roll": "r-1", "first": 1, "last": count, "count": count}),
            ("set_plan", plan(MIDNIGHT)),
        ],
        1,
    ):
        command = Command(
            command=number,
            type=type,
            expires=MIDNIGHT + timedelta(hours=1),
            now=MIDNIGHT,
            session="",
            data=data,
        )
        one.put(CommandReceived(command))
    for day in range(DAYS):
        one.expect(Coming(one.now + after, input) for after, input in one.mechanism.a_day())
        one.run_until(MIDNIGHT + timedelta(days=day, hours=12, minutes=1))
        if day < power_cuts:
            one.power_cut(timedelta(hours=2))
        one.run_until(MIDNIGHT + timedelta(days=day + 1))
    return one


def outcomes(one: Home) -> dict[str, str]:
    """The last word on each moment."""
    return {
        str(event.data["moment"]): str(event.data["outcome"])
        for event in one.events
        if event.type == "moment_closed"
    }


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize(("rates", "cuts"), [(None, 0), (ROUGH, 2)])
def test_every_moment_of_a_week_ends_and_the_ledger_balances(
    profile: str, rates: FaultRates | None, cuts: int
) -> None:
    one = lived(profile, 1, rates, cuts)
    ended = outcomes(one)
    assert len(ended) == DAYS * PER_DAY
    assert [event.seq for event in one.events] == list(range(1, len(one.events) + 1))
    latest = {name: event for event in one.events for name in [event.data.get("sachet")] if name}
    fates = Counter(event.type for event in latest.values())
    loaded = [event.data["count"] for event in one.events if event.type == "roll_loaded"]
    if len(loaded) == 1:
        assert loaded[0] == sum(fates.values()) + (heartbeat(one.device, 1, one.now).remaining or 0)


def test_profiles_differ_as_they_should() -> None:
    seen = {name: Counter(outcomes(lived(name, 3)).values()) for name in PROFILES}
    assert seen["absent"] == {"not_taken_out": 28}
    assert seen["steady"]["complete"] >= 26
    assert seen["forgetful"]["complete"] < seen["ordinary"]["complete"] <= 28
    late = [
        e
        for e in lived("late_riser", 3).events
        if e.data.get("how") == "late" and e.type == "sachet_taken_out"
    ]
    early = [e for e in lived("restless", 3).events if e.data.get("how") == "early"]
    assert len(late) > 5
    assert early


def test_the_same_seed_lives_the_same_life() -> None:
    assert lived("restless", 5, ROUGH, 1).events == lived("restless", 5, ROUGH, 1).events
    assert lived("restless", 5, ROUGH).events != lived("restless", 6, ROUGH).events


def test_a_week_may_last_seconds() -> None:
    """The demo's trick: the plan's own minutes shrink, the household's with them, no clock is touched."""
    one = home(MIDNIGHT, "steady", 2)
    one.start()
    data = plan(MIDNIGHT, minute_s=1.0)
    for number, (type, body) in enumerate(
        [("expect_roll", {"roll": "r-1", "first": 1, "last": 40, "count": 40}), ("set_plan", data)], 1
    ):
        command = Command(
            command=number,
            type=type,
            expires=MIDNIGHT + timedelta(hours=1),
            now=MIDNIGHT,
            session="",
            data=body,
        )
        one.put(CommandReceived(command))
    one.run_until(MIDNIGHT + timedelta(days=DAYS) / 60)
    assert len(outcomes(one)) == 28
    assert Counter(outcomes(one).values())["complete"] > 20
    taken = [event for event in one.events if event.type == "sachet_taken_out"]
    moments = {each["moment"]: read_at(each["at"]) for each in data["moments"]}  # type: ignore[attr-defined]
    assert all(abs(event.at - moments[event.data["moment"]]) < timedelta(seconds=95) for event in taken)


def test_a_home_refills_when_the_device_expects_a_roll() -> None:
    one = lived("steady", 1)
    assert [event.type for event in one.events].count("roll_loaded") == 1
    command = Command(
        command=9, type="expect_roll", expires=one.now + timedelta(hours=1), now=one.now, session="",
        data={"roll": "r-2", "first": 1, "last": 7, "count": 7},
    )  # fmt: skip
    one.put(CommandReceived(command))
    one.run_until(one.now + timedelta(minutes=5))
    assert one.device.roll is not None
    assert one.device.roll.roll in ("r-1", "r-2")


def test_enrolments_are_read_as_one_many_or_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = {"device": "DEV-1"}
    for text in (json.dumps(one), json.dumps([one]), json.dumps(one) + "\n\n" + json.dumps(one)):
        assert read_enrolments(text)[0] == one
    with pytest.raises(ValueError):
        read_enrolments("[]")
    path = tmp_path / "enrolments.json"
    path.write_text(json.dumps(one))
    assert main(["--enrolments", str(path)]) == 2
    assert "`password`" in capsys.readouterr().err


def test_a_fleet_without_a_broker_keeps_its_events(tmp_path: Path) -> None:
    """Nobody listens on this port: the devices start, keep what they know, and find it again."""
    key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
    enrolments = [
        {"device": f"SIM-{n}", "password": "p" * 24, "key": key, "mqtt": "mqtt://127.0.0.1:1"}
        for n in range(3)
    ]

    def fleet() -> Fleet:
        return Fleet(enrolments, wall=lambda: MIDNIGHT, speed=100.0, folder=tmp_path)

    first = fleet()
    asyncio.run(run_until_stopped(first, 0.2))
    second = fleet()
    asyncio.run(run_until_stopped(second, 0.2))
    assert len(second.dispensers) == 3
    for dispenser in second.dispensers.values():
        assert dispenser.state.epoch == 1
        assert dispenser.state.seq >= 2, "started twice, nothing lost"


def test_between_taking_a_roll_out_and_putting_the_next_one_in_nobody_fetches_another() -> None:
    """Timers are a little late: the empty device is seen a moment after the instant that was meant."""
    household = Household(PROFILES["absent"], Random(1))
    rolls = tuple(ExpectedRoll(roll=f"r-{n}", first=1, last=7, count=7) for n in (1, 2))
    (coming,) = household.looks(Device(expected=rolls), MIDNIGHT)
    assert isinstance(coming.input, RollInserted)
    late = coming.at + timedelta(milliseconds=10)
    assert household.looks(Device(expected=rolls, stays=1), late) == []


def test_hands_at_a_device_that_nobody_lives_with(tmp_path: Path) -> None:
    """Without a broker: pulled, put back and pressed; the same epoch goes on, and what makes no sense is refused."""
    key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
    home = tmp_path / "SIM-1"
    home.mkdir()
    (home / "household.json").write_text(json.dumps({"profile": "absent", "seed": 3}))
    document = {"device": "SIM-1", "password": "p" * 24, "key": key, "mqtt": "mqtt://127.0.0.1:1"}
    (tmp_path / "no device").mkdir()
    there = Neighbourhood(tmp_path)
    assert there.arrivals() == []
    fleet = Fleet(wall=lambda: MIDNIGHT, speed=100.0, arrivals=there.arrivals)

    async def story() -> None:
        living = asyncio.create_task(fleet.run())
        (home / "enrolment.json").write_text(json.dumps(document))
        while "SIM-1" not in fleet.dispensers:
            await asyncio.sleep(0.01)
        one = fleet.homes["SIM-1"]
        seq = fleet.dispensers["SIM-1"].state.seq
        one.house.press(HelpPressed())
        assert one.view()["screen"] == "help_called"
        one.unplug()
        for act in (one.unplug, one.house.take, one.house.jam, lambda: one.house.press(ButtonPressed())):
            with pytest.raises(MakesNoSense):
                act()
        assert (one.view()["powered"], one.view()["screen"]) == (False, None)
        await asyncio.sleep(0.05)
        one.plug()
        while "SIM-1" not in fleet.dispensers:
            await asyncio.sleep(0.01)
        state = fleet.dispensers["SIM-1"].state
        assert (state.epoch, state.seq > seq + 1) == (1, True)
        one.house.jam()
        assert one.view()["faults"] == ["jam"]
        one.house.open_lid()
        one.house.close_lid()
        assert one.view()["faults"] == []
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)

    asyncio.run(story())
