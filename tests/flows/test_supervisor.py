"""The supervisor: children are kept running, failure is loud, and nothing is ever left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Every story runs in a process of its own: the supervisor wants a parent with one thread. `run` says what
# each child does; each start of a child is a line "name pid" in the file `starts`, engines included.
PROLOGUE = """
import os, signal, sys, time
from pathlib import Path
from reik.ops.engines.process import Engine, open_log, spawn
from reik.ops.supervisor import Limits, Supervisor
folder = Path(sys.argv[1])
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it (nohup)
def started(name, pid=None):
    with (folder / "starts").open("a") as stream:
        stream.write(f"{name} {pid or os.getpid()}\\n")
def sleeper():
    started("sleeper")
    time.sleep(60)
def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started("deaf")
    time.sleep(60)
def failing():
    started("failing")
    print("printed before the end")
    raise RuntimeError("the reason")
def leaving():
    started("leaving")
    time.sleep(0.05)
    sys.exit(3)
def engine(seconds=60):
    log = open_log(folder / "log" / "engine.log")
    process = spawn(["/bin/sh", "-c", f"echo engine says; exec sleep {seconds}"], stderr=log,
                    death_signal=signal.SIGTERM, environment={"PATH": "/usr/bin:/bin"})
    os.close(log)
    started("engine", process.pid)
    return Engine("engine", process, signal.SIGTERM, folder / "log" / "engine.log")
def run(children, engines=(), until=lambda: False, **limits):
    supervisor = Supervisor(children, log_dir=folder / "log", engines=engines, limits=Limits(**limits))
    print("running", flush=True)
    sys.exit(supervisor.run(until))
"""

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    begun: list[subprocess.Popen[str]] = []

    def start(story: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROLOGUE + story, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()
    wait_for(lambda: not alive(tmp_path))


def starts(folder: Path) -> list[tuple[str, int]]:
    try:
        lines = (folder / "starts").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(name, int(pid)) for name, pid in (line.split() for line in lines)]


def alive(folder: Path) -> list[tuple[str, int]]:
    """Children and engines of this test that still run; one that only waits to be buried does not."""
    return [(name, pid) for name, pid in starts(folder) if runs(pid)]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(met: Callable[[], object], seconds: float = 4) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def names(folder: Path) -> set[str]:
    return {name for name, _ in starts(folder)}


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_everything_in_order(start: Start, tmp_path: Path, stop: signal.Signals) -> None:
    supervisor = start("run({'one': sleeper, 'two': sleeper}, [engine(), engine()])")
    wait_for(lambda: len(alive(tmp_path)) == 4)
    supervisor.send_signal(stop)
    assert supervisor.wait(4) == 0
    assert not alive(tmp_path)


def test_ctrl_c_reaches_the_whole_group_but_only_the_parent_acts(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'one': sleeper}, [engine()])")
    wait_for(lambda: len(alive(tmp_path)) == 2)
    os.killpg(supervisor.pid, signal.SIGINT)
    _, err = supervisor.communicate(timeout=4)
    assert supervisor.returncode == 0
    assert "Traceback" not in err + (tmp_path / "log" / "one.log").read_text()
    assert not alive(tmp_path)


def test_a_child_that_does_not_listen_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'deaf': deaf, 'one': sleeper}, grace=0.3)")
    wait_for(lambda: len(alive(tmp_path)) == 2)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(4) == 0
    assert not alive(tmp_path)


def test_kill_9_of_the_supervisor_leaves_nothing(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'one': sleeper, 'two': sleeper, 'deaf': deaf}, [engine()], grace=0.3)")
    wait_for(lambda: len(alive(tmp_path)) == 4)
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: not alive(tmp_path))


def test_a_killed_child_is_started_again_and_the_others_stay(start: Start, tmp_path: Path) -> None:
    start("run({'one': sleeper, 'two': deaf}, grace=0.5)")
    wait_for(lambda: len(alive(tmp_path)) == 2)
    (first,) = (pid for name, pid in starts(tmp_path) if name == "sleeper")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(starts(tmp_path)) == 3 and len(alive(tmp_path)) == 2)
    assert [name for name, _ in starts(tmp_path)].count("deaf") == 1


def test_a_child_that_keeps_failing_brings_all_down_loudly(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'watch': failing, 'one': sleeper}, [engine()], ends=4)")
    began = time.monotonic()
    _, err = supervisor.communicate(timeout=5)
    assert supervisor.returncode == 1
    assert "watch ended 4 times within 60 s (last code 1), so Reik stops." in err
    assert str(tmp_path / "log" / "watch.log") in err
    assert "RuntimeError: the reason" in err
    assert [name for name, _ in starts(tmp_path)].count("failing") == 4
    assert time.monotonic() - began > 0.7  # 0.1 + 0.2 + 0.4: the delay doubles
    assert (tmp_path / "log" / "watch.log").read_text().count("printed before the end") == 4
    assert not alive(tmp_path)


def test_a_clean_exit_is_an_end_too(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'send': leaving}, ends=2)")
    _, err = supervisor.communicate(timeout=4)
    assert supervisor.returncode == 1
    assert "send ended 2 times within 60 s (last code 3)" in err


def test_good_running_resets_the_delay_and_old_ends_do_not_count(start: Start, tmp_path: Path) -> None:
    # Each run of 0.05 s counts as good, and only the ends of the last 0.2 s count.
    supervisor = start("run({'send': leaving}, ends=3, within=0.2, good_after=0.04, first_delay=0.1)")
    wait_for(lambda: len(starts(tmp_path)) >= 8)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(4) == 0


def test_an_engine_that_dies_brings_all_down_loudly(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'one': sleeper}, [engine(), engine(0.5)])")
    _, err = supervisor.communicate(timeout=4)
    assert supervisor.returncode == 1
    assert "engine ended (code 0), so Reik stops." in err
    assert "engine says" in err
    assert names(tmp_path) == {"sleeper", "engine"}
    assert not alive(tmp_path)


def test_until_ends_it_and_an_error_in_it_leaves_nothing(start: Start, tmp_path: Path) -> None:
    supervisor = start("run({'one': sleeper}, until=lambda: (folder / 'starts').exists())")
    supervisor.communicate(timeout=4)
    assert supervisor.returncode == 0
    assert not alive(tmp_path)
    supervisor = start(
        "run({'two': sleeper}, [engine()], until=lambda: len(folder.joinpath('gone').name) / 0)"
    )
    _, err = supervisor.communicate(timeout=4)
    assert "ZeroDivisionError" in err
    assert not alive(tmp_path)


def test_a_parent_with_threads_is_refused(start: Start, tmp_path: Path) -> None:
    supervisor = start(
        "import threading\nthreading.Thread(target=time.sleep, args=(0.5,)).start()\nrun({'one': sleeper})"
    )
    _, err = supervisor.communicate(timeout=4)
    assert "cannot be forked safely" in err
    assert starts(tmp_path) == []


def test_a_stop_during_the_fork_storm_is_never_lost(start: Start, tmp_path: Path) -> None:
    many = ", ".join(f"'child{number}': sleeper" for number in range(20))
    for pause in (0.0, 0.005, 0.02):
        supervisor = start(f"run({{{many}}}, grace=2)")
        assert supervisor.stdout is not None
        supervisor.stdout.readline()
        time.sleep(pause)
        began = time.monotonic()
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(4) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 1.5  # nobody had to be killed after the grace
        wait_for(lambda: not alive(tmp_path))
