"""`reik demo` as a person starts it: what it refuses, what it starts, and that it leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from reik.ops.demo import sink
from reik.ops.engines.process import free_port
from tests.flows.test_up import environment, family, reik, wait_for


def test_a_folder_in_use_is_no_demo_and_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("precious")
    for more in ((), ("--fresh",)):
        done = reik("demo", *more, REIK_HOME=str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert "choose another REIK_HOME" in done.stderr
    assert (tmp_path / "key").read_text() == "precious"


def test_fresh_does_not_touch_a_database_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    done = reik("demo", "--fresh", REIK_HOME=str(tmp_path), REIK_DATABASE_URL="postgresql://127.0.0.1:9/x")
    assert done.returncode == 2
    assert "REIK_DATABASE_URL" in done.stderr


@pytest.mark.parametrize("speed", ["0.5", "601", "fast"])
def test_a_speed_is_1_to_600(speed: str, tmp_path: Path) -> None:
    done = reik("demo", "--speed", speed, REIK_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert not (tmp_path / "home").exists()


def test_the_outside_world_takes_everything(tmp_path: Path) -> None:
    webhook, mail = sink.listen(0), sink.listen(0)
    ports = [each.getsockname()[1] for each in (webhook, mail)]
    log = tmp_path / "received.log"
    child = os.fork()
    if child == 0:
        try:
            sink.run(webhook, mail, log)
        finally:
            os._exit(0)
    for each in (webhook, mail):
        each.close()
    try:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{ports[0]}/centre", data=b'{"type":"alert.step"}', headers={"webhook-id": "m1"}
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            assert answer.status == 204
        with smtplib.SMTP("127.0.0.1", ports[1], timeout=5) as letters:
            letters.sendmail(
                "reik@example.org", ["a@example.org"], "Subject: Bericht\r\n\r\nEr is een bericht.\r\n"
            )
        wait_for(lambda: log.exists() and len(log.read_text().splitlines()) == 2)
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    said = [json.loads(each) for each in log.read_text().splitlines()]
    assert [(each["kind"], each["to"]) for each in said] == [
        ("webhook", "/centre"),
        ("mail", "a@example.org"),
    ]
    assert said[0]["id"] == "m1"


@pytest.mark.slow
def test_a_demo_runs_with_its_devices_and_ends_whole(tmp_path: Path) -> None:
    """Also that Ctrl-C ends the simulator with the rest, and that nothing of it is left."""
    home = tmp_path / "home"
    process = subprocess.Popen(
        [sys.executable, "-m", "reik", "demo", "--port", str(free_port()), "--days", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(REIK_HOME=str(home)),
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(lambda: (home / "dispensers" / "door.json").exists() or process.poll() is not None, 240)
        assert process.poll() is None, process.communicate()
        there = family(process.pid)
        assert any("reik_simulator" in Path(f"/proc/{pid}/cmdline").read_text() for pid in there)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0
        assert not [pid for pid in there if Path(f"/proc/{pid}").exists()]
        assert not (home / "dispensers" / "door.json").exists()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        reik_remove(home)


def reik_remove(home: Path) -> None:
    from reik.kernel.home import Home
    from reik.ops.up import remove

    if home.exists():
        remove(Home(home))
