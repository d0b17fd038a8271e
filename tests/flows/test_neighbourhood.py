"""A street of simulated dispensers against Reik's own processes: what each home does is what Reik comes to know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from reik.dispensing import enrolment
from reik.dispensing.models import Dispenser
from reik.ingest import stream
from reik.interop.simulator import port
from reik.interop.simulator.port import ActRefused, NotADemo, SimulatorAway
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.operations import mark_installation, set_pace
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.schedule import EVERY_DAY, TimeLine
from reik.ops import watch
from reik.ops.admit import Admit
from reik.ops.database import as_owner
from reik.ops.engines import nats
from reik.ops.receive import Receive
from reik.ops.watch import Watch
from reik.people.models import Client
from reik_dispenser.runtime.enrolment import address
from reik_simulator import control
from reik_simulator.fleet import Fleet
from reik_simulator.folder import Neighbourhood
from tests.cast import gather, rows, welcome

ZONE = ZoneInfo("Europe/Amsterdam")
PACE = 600
WINDOW_MIN = 10
"""One second at that pace."""


def whole_second(now: datetime, seconds: float) -> datetime:
    return (now + timedelta(seconds=seconds + 0.999)).replace(microsecond=0)


def plan_home(client: Client, due_at: datetime, now: datetime, *, window_min: int = WINDOW_MIN) -> None:
    """A dose each day, confirmed; its roll of a month is registered and delivered."""
    local = due_at.astimezone(ZONE)
    line = TimeLine(weekdays=EVERY_DAY, at=local.time(), window_min=window_min, late_min=window_min)
    whose = {"organisation_id": client.organisation_id, "client_id": client.id}
    confirm_schedule(write_schedule(**whose, lines=[line], by="Anja", now=now), "Bram", now)
    midnight = local.replace(hour=0, minute=0, second=0)
    roll = register_roll(
        **whose, number=f"26-{client.name}", starts_at=midnight, ends_at=midnight + timedelta(days=28),
        by="Ruud", now=now,
    )  # fmt: skip
    deliver_roll(roll, "Ruud", now)


def outcomes() -> dict[str, str | None]:
    """What became of each device's first moment."""
    return dict(
        rows(
            "SELECT DISTINCT ON (d.device) d.device, m.outcome FROM dispensing_moment AS m"
            " JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id ORDER BY d.device, m.due_at"
        )
    )


def alerts() -> list[str]:
    """The devices about whose moments an alert was opened."""
    found = rows(
        "SELECT d.device FROM alerting_alert AS a JOIN dispensing_moment AS m ON m.id = a.moment_id"
        " JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id ORDER BY 1"
    )
    return [device for (device,) in found]


@asynccontextmanager
async def serving(*processes: Callable[[asyncio.Event], Awaitable[None]]):
    """Reik's own processes, as tasks of this one."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(each(stop)) for each in processes]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def watching(stop: asyncio.Event) -> None:
    one = Watch()

    def look() -> None:
        while not stop.is_set():
            one.look_once()
            time.sleep(0.05)
        connection.close()

    await asyncio.to_thread(look)


async def come_true(met: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(_asked, met):
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.05)


def _asked(met: Callable[[], bool]) -> bool:
    try:
        return met()
    finally:
        connection.close()


@pytest.fixture
def demo(database: str, broker: nats.RunningNats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo of which the hurried second is short; gives the folder of its dispensers."""
    monkeypatch.setenv("REIK_NATS_URL", broker.nats_url)
    monkeypatch.setattr(port, "dispensers", lambda: tmp_path)
    monkeypatch.setattr(watch, "HURRIED_PATIENCE", timedelta(seconds=1))
    as_owner(lambda: (mark_installation("demo", clock.now()), set_pace(PACE)) and None)
    become(Role.WORKER)
    return tmp_path


def move_in(client: Client, device: str, profile: str) -> None:
    with transaction.atomic():
        made = enrolment.enrol(
            organisation_id=client.organisation_id, client_id=client.id, device=device, now=clock.now()
        )
    port.hand_over(made, profile=profile, seed=1)


def test_one_presses_one_does_not_one_is_unplugged(demo: Path, broker: nats.RunningNats) -> None:
    now = clock.now()
    zorg = gather(now).zorg
    due_at = whole_second(now, 2.5)
    homes = {"NB-PRESS": "steady", "NB-AWAY": "absent", "NB-PLUG": "absent"}
    clients = {device: welcome(zorg, device, now) for device in homes}
    for device, profile in homes.items():
        move_in(clients[device], device, profile)
        plan_home(clients[device], due_at, now)
    connection.close()
    there = Neighbourhood(demo, mqtt=address(broker.mqtt))
    fleet = Fleet(arrivals=there.arrivals, wall=clock.now, speed=PACE)

    async def story() -> None:
        home = Home.from_environment()
        await stream.make_ready(home)
        async with serving(Admit(home).serve, Receive("test").serve, watching), control.opened(fleet.homes, demo):
            living = asyncio.create_task(fleet.run())
            await come_true(lambda: len(ready()) == 3)
            await asyncio.to_thread(show)
            assert clock.now() < due_at, "the plans came too late"
            await asyncio.to_thread(port.act, "NB-PLUG", "unplug")
            await come_true(lambda: None not in outcomes().values())
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)

    asyncio.run(story())
    assert outcomes() == {"NB-PRESS": "in_time", "NB-AWAY": "not_out", "NB-PLUG": "unknown"}
    assert alerts() == ["NB-AWAY", "NB-PLUG"]
    assert rows("SELECT verdict_reason FROM dispensing_moment WHERE outcome = 'unknown'") == [("device_silent",)]


def ready() -> list[str]:
    """The devices that hold a roll and work by the plan that Reik gave."""
    found = rows(
        "SELECT d.device FROM dispensing_deviceplan AS p JOIN dispensing_dispenser AS d ON d.id = p.dispenser_id"
        " JOIN medication_roll AS r ON r.client_id = d.client_id"
        " WHERE p.applied_version = p.version AND p.version > 0 AND r.state = 'loaded'"
    )
    return [device for (device,) in found]


def show():
    for r in rows("SELECT d.device, e.type, e.at, e.received_at FROM dispensing_deviceevent e JOIN dispensing_dispenser d ON d.id=e.dispenser_id ORDER BY e.at"): print(*r)
    for r in rows("SELECT type, given_at, send_at, ended_at FROM dispensing_devicecommand"): print(*r)
