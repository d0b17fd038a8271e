"""A neighbourhood on disk: a sub-folder per device with its enrolment, its household, and the device's own disk."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reik_dispenser.runtime.enrolment import Address, Enrolment, EnrolmentUnfit
from reik_simulator.fleet import Resident
from reik_simulator.profiles import PROFILES

log = logging.getLogger("reik.simulator")

ENROLMENT, HOUSEHOLD, DISK = "enrolment.json", "household.json", "disk"
USUAL = "ordinary"


@dataclass(slots=True)
class Neighbourhood:
    """`arrivals` gives who is new since the last time, or was enrolled again.

    A sub-folder counts from when `enrolment.json` is there: its writer puts it there last, by renaming.
    `mqtt` and `https` replace the addresses of the enrolments, which may be from before Reik moved to another port.
    """

    path: Path
    mqtt: Address | None = None
    https: Address | None = None
    _known: dict[str, int] = field(default_factory=dict)

    def arrivals(self) -> list[Resident]:
        """Folders that cannot be used are said once in the log, and left alone."""
        found = []
        for folder in sorted(self.path.iterdir()):
            try:
                written = (folder / ENROLMENT).stat().st_mtime_ns
            except (FileNotFoundError, NotADirectoryError):
                continue
            if self._known.get(folder.name) == written:
                continue
            self._known[folder.name] = written
            try:
                found.append(self._resident(folder))
            except (OSError, ValueError) as flaw:
                log.warning("%s is left alone: %s", folder.name, flaw)
        return found

    def _resident(self, folder: Path) -> Resident:
        enrolment = Enrolment.from_data(_object(folder / ENROLMENT))
        if enrolment.device != folder.name:
            raise EnrolmentUnfit(f"the folder has another name than its device {enrolment.device}")
        household = _object(folder / HOUSEHOLD) if (folder / HOUSEHOLD).exists() else {}
        name = str(household.get("profile", USUAL))
        if name not in PROFILES:
            raise EnrolmentUnfit(f"no profile {name}: there are {', '.join(sorted(PROFILES))}")
        return Resident(
            enrolment=replace(
                enrolment,
                mqtt=self.mqtt or enrolment.mqtt,
                https=self.https or enrolment.https,
            ),
            profile=PROFILES[name],
            seed=f"{enrolment.device} {household.get('seed', 0)}",
            disk=folder / DISK,
        )


def _object(path: Path) -> Mapping[str, object]:
    found = json.loads(path.read_text())
    if not isinstance(found, dict):
        raise EnrolmentUnfit(f"{path.name} holds no object")
    return found
