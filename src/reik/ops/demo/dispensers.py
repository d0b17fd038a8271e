"""The folder of each device of the demo: its own disk, its household, and the document with which it speaks to Reik.

dispensers/<DEVICE>/disk/            as `reik_dispenser.runtime.store` reads it at the next start
dispensers/<DEVICE>/household.json   {"profile", "seed"}
dispensers/<DEVICE>/enrolment.json   device contract, section 1; there last, so that it says "ready"
"""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64encode
from datetime import datetime
from pathlib import Path

from reik.dispensing.devices.enrolment import Enrolment
from reik.kernel.home import Home as Installation
from reik.ops.history import Life
from reik_dispenser.runtime.disk import Folder
from reik_dispenser.runtime.store import Store

READY, WAITING = "enrolment.json", "enrolment.new"
KEPT = 200  # events that stay in the journal, receipted
LOOPBACK = "mqtt://127.0.0.1:1883"


def folder_of(installation: Installation) -> Path:
    """Where all devices have their folders."""
    return installation.path / "dispensers"


def put_down(
    installation: Installation, life: Life, enrolment: Enrolment, *, profile: str, seed: int, now: datetime
) -> None:
    """Write a device's folder anew, all but ready."""
    path = folder_of(installation) / life.device
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700, parents=True)
    _write_disk(path / "disk", life, now)
    (path / "household.json").write_text(json.dumps({"profile": profile, "seed": seed}) + "\n")
    runtime = installation.runtime()
    document = {
        "device": enrolment.device, "password": enrolment.password,
        "key": urlsafe_b64encode(enrolment.key).decode().rstrip("="),
        "mqtt": f"mqtt://{runtime.mqtt}" if runtime and runtime.mqtt else LOOPBACK,
    }  # fmt: skip
    waiting = path / WAITING
    waiting.touch(mode=0o600)
    waiting.write_text(json.dumps(document, indent=1) + "\n")


def _write_disk(path: Path, life: Life, now: datetime) -> None:
    """What the device has on its disk: its state, its newest events with Reik's receipt, its beats."""
    device, events = life.home.device, life.home.events[-KEPT:]
    store = Store(Folder(path, sync=False), now, reserve=False, enrolled=True)
    store.journal.append(events[:-1])
    store.commit(device, events[-1:])
    store.journal.receipt(device.epoch, device.seq, now)
    for _ in range(life.beats):
        store.next_beat()


def make_ready(installation: Installation) -> int:
    """Reik knows these devices: from now on they may speak. Gives how many became ready; safe to repeat."""
    waiting = sorted(folder_of(installation).glob(f"*/{WAITING}"))
    for each in waiting:
        each.replace(each.with_name(READY))
    return len(waiting)
