"""The way to the simulated dispensers of a demo: the folder in which they live, and their control door."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from reik.dispensing.devices.enrolment import Enrolment
from reik.kernel.doors import doors_here
from reik.kernel.home import Home
from reik.kernel.operations import installation_kind

TIMEOUT_S = 1.0
FOLDER, DOOR = "dispensers", "door.json"
ACTS = ("button", "take", "help", "unplug", "plug", "lid-open", "lid-close", "jam")


NETWORK_ACTS = ("cut", "mend")
"""What happens to the network of a home: `switch_network`, not a hand at the device."""


class SimulatorAway(Exception):
    """The simulated dispensers do not answer; the message says what to do."""


class ActRefused(Exception):
    """This cannot be done at the device now; the message says why."""


class NotADemo(Exception):
    """Simulated dispensers live in a demo only; the message says so."""


def dispensers() -> Path:
    """The neighbourhood's folder: a sub-folder for each simulated device."""
    return Home.from_environment().path / FOLDER


def look(device: str) -> Mapping[str, Any]:
    """What stands before a person at this device: screen and its values, lights, sound, tray, power, roll, clock.

    Raises SimulatorAway within about a second, and ActRefused for a device that lives elsewhere.
    """
    found: Mapping[str, Any] = json.loads(_ask("GET", device))
    return found


def act(device: str, act: str) -> None:
    """Do one of ACTS at this device. Raises SimulatorAway, and ActRefused with the reason when it makes no sense."""
    if act not in ACTS:
        raise ActRefused(f"Nothing can be done like that at a device; there are {', '.join(ACTS)}.")
    _ask("POST", device, f"/{act}")


def switch_network(devices: Sequence[str], *, cut: bool) -> list[str]:
    """Take the network away from these devices, or give it back; those of which it was so already are passed over.

    Gives those that it did something to. Raises SimulatorAway.
    """
    done = []
    for each in devices:
        try:
            _ask("POST", each, f"/{NETWORK_ACTS[0] if cut else NETWORK_ACTS[1]}")
        except ActRefused:
            continue
        done.append(each)
    return done


def _ask(method: str, device: str, what: str = "") -> bytes:
    url, token = _door()
    line = http.client.HTTPConnection(url, timeout=TIMEOUT_S)
    try:
        line.request(
            method, f"/devices/{quote(device, safe='')}{what}", headers={"Authorization": f"Bearer {token}"}
        )
        answer = line.getresponse()
        status, body = answer.status, answer.read()
    except (OSError, http.client.HTTPException) as failure:
        raise SimulatorAway(
            "The simulated dispensers do not answer: wait a moment, or start `reik demo`."
        ) from failure
    finally:
        line.close()
    if status in (404, 409):
        raise ActRefused(body.decode(errors="replace"))
    if status not in (200, 204):
        raise SimulatorAway(f"The simulated dispensers answered {status}: start `reik demo` again.")
    return body


def _door() -> tuple[str, str]:
    """Host and port, and the token."""
    try:
        said = json.loads((dispensers() / DOOR).read_text())
        return urlsplit(str(said["url"])).netloc, str(said["token"])
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise SimulatorAway("The simulated dispensers are not running: start `reik demo`.") from failure


def hand_over(enrolment: Enrolment, *, profile: str, seed: int) -> None:
    """Let a device that was just enrolled move in; the simulator finds it within a second.

    `profile` names the household that lives with it, of `reik_simulator.profiles.PROFILES` ("absent": only the
    roll is put in, a person does the rest). A device that lives there already gets its new secrets and goes on
    from its own disk. Raises NotADemo: simulated devices never stand beside real people.
    """
    if installation_kind() != "demo":
        raise NotADemo("Simulated dispensers live in a demo only: start `reik demo` in a folder of its own.")
    folder = dispensers() / enrolment.device
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / "household.json", {"profile": profile, "seed": seed})
    _write(folder / "enrolment.json", enrolment.document(doors_here()))  # last: from here the device counts


def _write(path: Path, said: Mapping[str, object]) -> None:
    """Whole or not at all, and for the owner only: it may hold secrets."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(json.dumps(said) + "\n")
    draft.replace(path)
