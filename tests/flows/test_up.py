"""`reik up` as a person starts it: it answers, it heals, it keeps its data, and it leaves nothing behind."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from reik.kernel.home import Home
from reik.ops.engines.postgres_place import STATE, place

REIK = [sys.executable, "-m", "reik"]


def environment(**more: str) -> dict[str, str]:
    """As in a fresh shell: nothing of the test's own installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("REIK_")} | more


def reik(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*REIK, *arguments], capture_output=True, text=True, timeout=30, env=environment(**more)
    )


def wait_for(met: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def family(pid: int) -> dict[int, str]:
    """The living descendants of a process: their numbers, and their names as `ps` shows them."""
    found: dict[int, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = stat.read_text().partition(" (")
            name, _, fields = rest.rpartition(") ")
            state, parent = fields.split()[:2]
            if state != "Z" and int(parent) == pid:
                found |= {int(number): name} | family(int(number))
    return found


def get(url: str, token: str = "") -> tuple[int, Mapping[str, object]]:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    line.request("GET", parts.path, headers={"Authorization": f"Bearer {token}"} if token else {})
    answer = line.getresponse()
    said = json.loads(answer.read())
    line.close()
    return answer.status, said


@dataclass
class Running:
    """A `reik up` in a process group of its own, and what it wrote when it was ready."""

    process: subprocess.Popen[str]
    ready: dict[str, str]
    took: float

    @property
    def home(self) -> Path:
        return Path(self.ready["home"])


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = tmp_path_factory.mktemp("up") / "ready.json"
    began = time.monotonic()
    process = subprocess.Popen(
        [*REIK, "up", "--ephemeral", "--ready", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    try:
        wait_for(lambda: file.exists() or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        assert file.stat().st_mode & 0o077 == 0
        yield Running(process, json.loads(file.read_text()), time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def test_it_is_ready_within_20_seconds_and_answers(up: Running) -> None:
    assert up.took < 20
    assert set(up.ready) == {"web", "fhir", "token", "mqtt", "home"}
    assert up.ready["fhir"] == up.ready["web"] + "/fhir"
    assert get(up.ready["web"] + "/health") == (200, {"status": "ok"})
    assert get(up.ready["web"] + "/whoami")[0] == 401
    status, said = get(up.ready["web"] + "/whoami", up.ready["token"])
    assert (status, said["role"], said["organisations"]) == (200, "integration", 1)
    host, _, port = up.ready["mqtt"].rpartition(":")
    socket.create_connection((host, int(port)), timeout=3).close()
    assert up.home.stat().st_mode & 0o077 == 0


def test_every_process_runs_under_its_own_name(up: Running) -> None:
    names = set(family(up.process.pid).values())
    assert {f"reik {each}" for each in ("web", "receive", "watch", "send", "jobs", "guard")} <= names


def test_the_doctor_finds_it_well(up: Running) -> None:
    done = reik("doctor", REIK_HOME=str(up.home))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fault" not in done.stdout
    said = json.loads(reik("doctor", "--json", REIK_HOME=str(up.home)).stdout)
    assert said["ok"] is True
    assert len(said["lines"]) >= 12


def test_the_jobs_of_the_start_are_done(up: Running) -> None:
    home = Home(up.home)
    runtime = home.runtime()
    assert runtime
    address = urlsplit(runtime.database_url)
    with psycopg.connect(
        host=address.hostname, port=address.port, dbname="reik", user="reik_worker",
        password=home.password("postgres:reik_worker"), autocommit=True,
    ) as database:  # fmt: skip
        wait_for(
            lambda: (
                database.execute(
                    "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"
                ).fetchone()
                == ("reik.upkeep", "succeeded")
            )
        )


def test_a_killed_process_is_started_again(up: Running) -> None:
    for name in ("reik web", "reik receive"):
        (old,) = (pid for pid, called in family(up.process.pid).items() if called == name)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda name=name, old=old: name in [  # type: ignore[misc]
            called for pid, called in family(up.process.pid).items() if pid != old
        ])  # fmt: skip
    assert get(up.ready["web"] + "/health")[0] == 200  # the port stayed open: at most a moment's wait


def test_sigterm_leaves_no_process_and_no_data(up: Running) -> None:
    data = place(Home(up.home)).around if os.geteuid() == 0 else up.home
    assert data.is_dir()
    everyone = family(up.process.pid)
    assert len(everyone) > 8
    up.process.terminate()
    out, err = up.process.communicate(timeout=30)
    assert (up.process.returncode, err) == (0, "")
    assert out.startswith(f"Reik draait op {up.ready['web']}")
    assert [pid for pid in everyone if Path(f"/proc/{pid}").exists()] == []
    assert not up.home.exists()
    assert not data.exists()


def test_help_names_the_commands_and_imports_none(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reik", "--help"],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert loaded.returncode == 0
    for name in ("up", "doctor", "bench", "prove"):
        assert f"  {name} " in loaded.stdout
    assert "| django\n" not in loaded.stderr
    assert "asyncio" not in loaded.stderr


def refused(*arguments: str, **more: str) -> str:
    """The one line on stderr of a command that ends with 2."""
    done = reik(*arguments, **more)
    assert done.returncode == 2, done
    assert done.stdout == ""
    [line] = [each for each in done.stderr.splitlines() if "procrastinate" not in each]
    return line


def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert "start `reik up` first" in refused("doctor", REIK_HOME=nowhere)
    assert "start `reik up` first" in refused("migrate", REIK_HOME=nowhere)
    assert "--ephemeral" in refused("up", "--ready", "x", REIK_HOME=nowhere)
    assert "make it first" in refused("up", "--ephemeral", "--ready", f"{nowhere}/x/ready.json")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in refused("up", "--ephemeral", "--port", port)
    Home(tmp_path / "off").prepare()
    assert "database does not answer" in refused("migrate", REIK_HOME=str(tmp_path / "off"))


def test_the_doctor_says_what_to_do_when_nothing_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / "off")
    home.prepare()
    home.path.chmod(0o755)
    # Somewhere where nobody listens: the default ports may be another Reik's.
    done = reik(
        "doctor",
        REIK_HOME=str(home.path),
        REIK_DATABASE_URL="postgresql://127.0.0.1:1/reik",
        REIK_NATS_URL="nats://127.0.0.1:1",
    )
    assert done.returncode == 1
    faults = [line for line in done.stdout.splitlines() if line.startswith("fault")]
    assert "chmod go=" in faults[0]
    assert "start `reik up`" in faults[1].lower()
    assert "NATS" in faults[2]
    assert "Traceback" not in done.stderr


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    where = place(home)
    subprocess.run(["rm", "-rf", str(where.around if where.identity else where.data)], check=True)


def start(home: Home, *more: str) -> tuple[subprocess.Popen[str], str]:
    """Start in a process group of its own; gives the line that it prints when it answers."""
    process = subprocess.Popen(
        [*REIK, "up", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(REIK_HOME=str(home.path)), start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    return process, process.stdout.readline()


@pytest.mark.slow
def test_ctrl_c_ends_all_and_a_restart_finds_the_data(own_home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, line = start(own_home, "--port", str(port))
    assert f"(poort {port} was bezet)" in line
    assert str(own_home.path) in line
    key = own_home.key_file.read_bytes()
    everyone = family(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert [pid for pid in everyone if Path(f"/proc/{pid}").exists()] == []
    assert own_home.runtime() is None
    sealed = place(own_home).data / "PG_VERSION"
    made = sealed.stat().st_mtime_ns
    process, line = start(own_home)
    assert "Reik draait" in line
    assert (own_home.key_file.read_bytes(), sealed.stat().st_mtime_ns) == (key, made)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.1, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8])
def test_a_stop_during_the_start_leaves_nothing(tmp_path: Path, after: float) -> None:
    process = subprocess.Popen(
        [*REIK, "up", "--ephemeral"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(TMPDIR=str(tmp_path)), start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    names = [
        hashlib.sha256(os.fsencode(os.path.realpath(each))).hexdigest() for each in tmp_path.glob("reik-*")
    ]
    process.terminate()
    _, err = process.communicate(timeout=60)  # what was begun is finished first
    assert process.returncode in ((0, -signal.SIGTERM) if after < 0.3 else (0,)), err
    assert list(tmp_path.glob("reik-*")) == []
    assert [
        name for name in names if (STATE / "data" / name[:12]).exists()
    ] == []  # where root's database lies
