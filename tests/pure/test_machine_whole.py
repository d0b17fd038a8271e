"""The whole device over its link in virtual time: from command to receipt, a reboot, and a broken disk."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from reik_dispenser.canonical import plan_sha256
from reik_dispenser.inputs import HelpPressed, RollInserted, TimeHeard
from reik_dispenser.messages import Clock, Command, Event
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.wire import command_body
from tests.pure.test_machine_cast import moment
from tests.pure.virtual_link import DOWN, NOW, Broker, in_virtual_time, make, run


def command(number: int, type: str, data: dict[str, object], device: Dispenser) -> bytes:
    now = device.clock.now()
    return command_body(
        Command(
            command=number,
            type=type,
            expires=now + timedelta(hours=1),
            now=now,
            session=device.state.session,
            data=data,
        )
    )


def test_a_moment_from_command_to_receipt() -> None:
    """Commands come in over the link, the plan takes force, a reminder goes out; the answers are durable first."""

    async def scenario(broker: Broker, device: Dispenser) -> None:
        broker.receipts_after(0.5)
        await asyncio.sleep(65)
        broker.tell(DOWN, command(1, "expect_roll", {"roll": "r", "first": 1, "last": 7, "count": 7}, device))
        device.put(RollInserted(roll="r", first=1, last=7, count=7))
        moments = [moment("m1", NOW + timedelta(minutes=3))]
        plan = {"version": 1, "sha256": plan_sha256(moments), "roll": "r", "moments": moments}
        broker.tell(DOWN, command(2, "set_plan", plan, device))
        broker.tell(DOWN, command(2, "set_plan", plan, device))
        await asyncio.sleep(180)
        assert device._store.journal.newest_waiting() is None

    broker = run(scenario)
    types = [each.type for _, read in broker.got for each in read if isinstance(each, Event)]
    assert {"started", "plan_applied", "command_result", "roll_loaded", "signal_started"} <= set(types)
    signalled = next(
        at
        for at, read in broker.got
        if read[0].__class__ is Event and any(e.type == "signal_started" for e in read)
    )
    assert signalled == pytest.approx(180, abs=0.1)
    assert [b.state for _, b in broker.beats()][-1] == "signalling"


def test_a_reboot_by_command_answers_first_and_starts_anew() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(65)
        session = device.state.session
        device.put(TimeHeard(Clock.NTP, device.clock.now()))
        broker.tell(DOWN, command(1, "reboot", {"by": "x"}, device))
        assert device.state.session != session
        await asyncio.sleep(1)
        broker.tell(DOWN, command(2, "wipe", {"by": "x", "reason": "y"}, device))
        await asyncio.sleep(11)
        assert device.state.wiping
        broker.receipt(device.state.seq)
        assert device.state.epoch == 2
        assert device.state.seq == 1

    started = [
        e for _, read in run(scenario).got for e in read if isinstance(e, Event) and e.type == "started"
    ]
    assert started[0].data["reason"] == "power"


def test_a_disk_that_takes_nothing_stops_the_device_and_not_its_memory() -> None:
    async def main() -> None:
        device = make(Broker())
        before = device.state

        def broken(*_: object) -> None:
            raise OSError("no more")

        device._store.commit = broken  # type: ignore[assignment]
        device.put(HelpPressed())
        assert device.state == before

    in_virtual_time(main())
