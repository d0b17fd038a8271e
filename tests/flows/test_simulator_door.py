"""The door to the simulated dispensers: it has a token, and is there in a demo only."""

from __future__ import annotations

import asyncio
import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reik.interop.simulator import port
from reik.interop.simulator.port import ActRefused, NotADemo, SimulatorAway
from reik.kernel import clock
from reik_simulator import control
from reik_simulator.fleet import Fleet
from tests.cast import gather, welcome
from tests.flows.test_neighbourhood import PACE, move_in


def test_the_door_has_its_token_and_lives_in_a_demo_only(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "dispensers", lambda: tmp_path)
    now = clock.now()
    client = welcome(gather(now).zorg, "Anna", now)
    with pytest.raises(NotADemo):
        move_in(client, "NB-REAL", "steady")
    with pytest.raises(SimulatorAway, match="reik demo"):
        port.look("NB-REAL")

    async def story() -> None:
        fleet = Fleet(arrivals=tuple, wall=clock.now, speed=PACE)
        async with control.opened(fleet.homes, tmp_path) as url:
            assert (tmp_path / "door.json").stat().st_mode & 0o077 == 0
            assert await asyncio.to_thread(status_of, url, "wrong") == 401
            with pytest.raises(ActRefused, match="no such device"):
                await asyncio.to_thread(port.act, "NB-REAL", "button")
        assert not (tmp_path / "door.json").exists()

    asyncio.run(story())


def status_of(url: str, token: str) -> int:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    line.request("GET", "/devices/X", headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status
