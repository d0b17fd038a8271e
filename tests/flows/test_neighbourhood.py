"""A street of simulated dispensers against Reik's own processes: what each home does is what Reik comes to know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from reik.dispensing.devices import enrolment
from reik.ingest import stream
from reik.ingest.partitions import received_through
from reik.interop.simulator import port
from reik.interop.simulator.port import ActRefused
from reik.kernel import clock, facts
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.operations import mark_installation, set_pace
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.ops.admit import Admit
from reik.ops.database import as_owner
from reik.ops.engines import nats
from reik.ops.receive import Receive
from reik.ops.watch import Watch
from reik.people.models import Client
from reik_dispenser.runtime import delivery
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
    monkeypatch.setattr(delivery, "NEWEST_RECEIPT_S", 0.1)
    as_owner(hurried_demo)
    become(Role.WORKER)
    return tmp_path


def hurried_demo() -> None:
    mark_installation("demo", clock.now())
    assert set_pace(PACE)


def move_in(client: Client, device: str, profile: str) -> None:
    with transaction.atomic():
        made = enrolment.enrol(
            organisation_id=client.organisation_id, client_id=client.id, device=device, now=clock.now()
        )
    port.hand_over(made, profile=profile, seed=1)


def ready() -> set[str]:
    """The devices that hold a roll and work by the plan that Reik gave."""
    found = rows(
        "SELECT d.device FROM dispensing_deviceplan AS p JOIN dispensing_dispenser AS d ON d.id = p.dispenser_id"
        " JOIN medication_roll AS r ON r.client_id = d.client_id"
        " WHERE p.applied_version = p.version AND p.version > 0 AND r.state = 'loaded'"
    )
    return {device for (device,) in found}


@asynccontextmanager
async def street(demo: Path, broker: nats.RunningNats) -> AsyncIterator[None]:
    """Reik and the simulator, with nobody living there yet."""
    home = Home.from_environment()
    facts.prepare()
    await stream.make_ready(home)
    admit, there = Admit(home), Neighbourhood(demo, mqtt=address(broker.mqtt))
    fleet = Fleet(arrivals=there.arrivals, wall=clock.now, speed=PACE)
    async with serving(admit.serve, Receive("test").serve, watching), control.opened(fleet.homes, demo):
        living = asyncio.create_task(fleet.run())
        await admit.letting_in.wait()
        began = clock.now()
        await come_true(lambda: all(each is not None and each > began for each in received_through()))
        yield
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


async def lived_in(homes: Mapping[str, str], seconds: float) -> datetime:
    """Everybody moves in; once all are heard of, a dose is agreed that falls due in about so many seconds.

    The dose is due by the wall clock, which goes on whatever this machine is busy with, and before it the roll has to
    be in and the plan back. So it is agreed when the devices speak, and not before three times as long as that took;
    on a slow machine the window is as many times longer. Gives when it falls due.
    """
    began = time.monotonic()
    clients = await asyncio.to_thread(move_all_in, homes)
    await come_true(lambda: heard() == set(homes))
    took = time.monotonic() - began
    ahead, window_min = max(seconds, 3 * took), round(WINDOW_MIN * max(1.0, took))
    return await asyncio.to_thread(agree_all, clients, ahead, window_min)


def move_all_in(homes: Mapping[str, str]) -> list[Client]:
    now = clock.now()
    zorg = gather(now).zorg
    clients = [welcome(zorg, device, now) for device in homes]
    for client, (device, profile) in zip(clients, homes.items(), strict=True):
        move_in(client, device, profile)
    connection.close()
    return clients


def agree_all(clients: Sequence[Client], seconds: float, window_min: int) -> datetime:
    """Each home's dose falls due at the instant that is given back, the next whole second after `seconds`."""
    now = clock.now()
    due_at = whole_second(now, seconds)
    for client in clients:
        plan_home(client, due_at, now, window_min=window_min)
    connection.close()
    return due_at


def heard() -> set[str]:
    return {
        device for (device,) in rows("SELECT device FROM dispensing_dispenser WHERE heard_at IS NOT NULL")
    }


def test_one_presses_and_one_does_not(demo: Path, broker: nats.RunningNats) -> None:
    """Enrolled while all is running; its roll goes in, its plan comes, it signals, and what was pressed is known."""
    homes = {"NB-PRESS": "steady", "NB-AWAY": "absent"}

    async def story() -> None:
        async with street(demo, broker):
            due_at = await lived_in(homes, 2)
            await come_true(lambda: ready() == set(homes))
            assert clock.now() < due_at, "the plans came too late"
            await come_true(lambda: None not in outcomes().values())

    asyncio.run(story())
    assert outcomes() == {"NB-PRESS": "in_time", "NB-AWAY": "not_out"}
    assert alerts() == ["NB-AWAY"]


@pytest.mark.slow
def test_an_unplugged_device_is_unknown_and_one_is_pressed_by_hand(
    demo: Path, broker: nats.RunningNats
) -> None:
    homes = {"NB-PRESS": "steady", "NB-AWAY": "absent", "NB-HAND": "absent", "NB-PLUG": "absent"}

    async def story() -> None:
        async with street(demo, broker):
            due_at = await lived_in(homes, 4)
            await come_true(lambda: ready() == set(homes))
            assert clock.now() < due_at, "the plans came too late"
            await asyncio.to_thread(unplugged)
            await come_true(lambda: port.look("NB-HAND")["screen"] == "take_it_now")
            await asyncio.to_thread(pressed_by_hand)
            await come_true(lambda: None not in outcomes().values(), 25)
            await asyncio.to_thread(plugged_in)

    def unplugged() -> None:
        port.act("NB-PLUG", "unplug")
        assert (port.look("NB-PLUG")["powered"], port.look("NB-PLUG")["screen"]) == (False, None)
        for act in ("unplug", "button", "help", "take", "jam"):
            with pytest.raises(ActRefused):
                port.act("NB-PLUG", act)

    def pressed_by_hand() -> None:
        with pytest.raises(ActRefused, match="no sachet"):
            port.act("NB-HAND", "take")
        port.act("NB-HAND", "button")
        while not port.look("NB-HAND")["tray_occupied"]:
            time.sleep(0.01)
        assert port.look("NB-HAND")["screen"] == "take_from_tray"
        port.act("NB-HAND", "take")
        assert port.look("NB-HAND")["roll"]["remaining"] == 27

    def plugged_in() -> None:
        port.act("NB-PLUG", "plug")
        deadline = time.monotonic() + 10
        while not port.look("NB-PLUG")["connected"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    asyncio.run(story())
    assert outcomes() == {
        "NB-PRESS": "in_time", "NB-AWAY": "not_out", "NB-HAND": "in_time", "NB-PLUG": "unknown",
    }  # fmt: skip
    assert alerts() == ["NB-AWAY", "NB-PLUG"]
    assert rows("SELECT verdict_reason FROM dispensing_moment WHERE outcome = 'unknown'") == [
        ("device_silent",)
    ]
    assert rows("SELECT max(epoch) FROM dispensing_deviceevent") == [(1,)], "no disk was lost"
