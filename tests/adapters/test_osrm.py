"""Travel from a real OSRM server over made-up streets. `pip install osrm-bindings` brings the server along."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reik.value.tours import osrm
from reik.value.tours.matrices import crow_metres
from reik.value.tours.problem import Place, TourRefused

pytestmark = pytest.mark.slow
ROWS, COLUMNS, STEP = 10, 12, 0.001  # degrees; 120 crossings, more than OSRM takes in one question
ROUTED = shutil.which("osrm-routed") or next(
    (str(each) for folder in sys.path for each in Path(folder).glob("osrm/bin/osrm-routed")), None
)


def crossings() -> list[Place]:
    return [
        Place(f"{row}-{column}", 52.0 + row * STEP, 6.1 + column * STEP)
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def streets() -> str:
    """A town of straight streets, as OpenStreetMap writes them."""
    places = crossings()
    nodes = [
        f'<node id="{number}" version="1" lat="{each.latitude:.6f}" lon="{each.longitude:.6f}"/>'
        for number, each in enumerate(places, start=1)
    ]
    lines = [[row * COLUMNS + column for column in range(COLUMNS)] for row in range(ROWS)]
    lines += [[row * COLUMNS + column for row in range(ROWS)] for column in range(COLUMNS)]
    ways = [
        f'<way id="{number}" version="1">{"".join(f"""<nd ref="{each + 1}"/>""" for each in line)}'
        f'<tag k="highway" v="residential"/><tag k="name" v="Street {number}"/></way>'
        for number, line in enumerate(lines, start=1)
    ]
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes + ways)}</osm>'


def profile(tools: Path) -> Path:
    named = [tools.parent / "share/profiles/bicycle.lua", Path("/usr/share/osrm/profiles/bicycle.lua")]
    return next((each for each in named if each.exists()), named[0])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if ROUTED is None:
        pytest.skip("no osrm-routed on PATH (the wheel osrm-bindings has it, for Python 3.12)")
    tools, folder = Path(ROUTED).parent, tmp_path_factory.mktemp("osrm")
    (folder / "town.osm").write_text(streets(), encoding="utf-8")

    def tool(name: str, *options: str) -> list[str]:
        path = tools / name
        if not os.access(path, os.X_OK):
            path.chmod(0o755)
        return [str(path), *options]

    for step in (
        tool("osrm-extract", "-p", str(profile(tools)), "town.osm"), tool("osrm-contract", "town.osrm"),
    ):  # fmt: skip
        subprocess.run(step, cwd=folder, check=True, capture_output=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--ip", "127.0.0.1", "--port", str(port), "town.osrm")
    server = subprocess.Popen(
        tool("osrm-routed", *options), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until, "osrm-routed does not answer"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def test_a_real_server_answers_block_by_block_as_the_streets_lie(address: str) -> None:
    places = crossings()
    travel = osrm.travel(address, "bike", places)
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    crow = crow_metres(places)
    north, east = crow[0, COLUMNS], crow[0, 1]
    along = np.abs(row[:, None] - row) * north + np.abs(column[:, None] - column) * east
    assert np.abs(travel.metres - along).max() <= 0.01 * along.max()
    assert (np.diag(travel.seconds) == 0).all()
    away = along > 0
    speed = travel.metres[away] / travel.seconds[away]
    assert 2 < speed.min() <= speed.max() < 6  # metres a second by bicycle, turns included


def test_a_server_that_knows_no_table_of_this_address_is_refused(address: str) -> None:
    with pytest.raises(TourRefused, match="OSRM server"):
        osrm.travel(f"{address}/elsewhere", "bike", crossings()[:2])
