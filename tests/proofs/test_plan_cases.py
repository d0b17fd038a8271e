"""The planning against the shared cases (`../shared/data/plan-cases`), and no message that it cannot take."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from reik.interop.fhir.mapping import agreements
from reik.interop.fhir.reading import read
from reik.medication.agreed.planning import plan, to_json

pytestmark = pytest.mark.slow

SHARED = Path(__file__).parents[3] / "shared" / "data"
CASES, MESSAGES = SHARED / "plan-cases", SHARED / "mp9"
TODAY = date(2026, 3, 1)


def folder(path: Path) -> Path:
    assert path.is_dir(), f"This proof needs the folder {path}: put the shared data beside the project."
    return path


def test_all_shared_cases_agree() -> None:
    program = Path(sys.executable).with_name("reik")
    command = f"{program} plan {{file}} --from {{from}} --days {{days}} --json"
    compare = [sys.executable, str(folder(CASES) / "compare.py"), "--cmd", command, str(CASES), "--strict"]
    ended = subprocess.run(compare, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
    passed = re.search(r"(\d+) passed, 0 failed", ended.stdout)
    assert passed is not None
    assert int(passed[1]) >= 129


def without_macros(data: bytes) -> bytes:
    """The fixtures' `${DATE, T, D, ±n}` is today and so many days."""

    def day(match: re.Match[bytes]) -> bytes:
        return (TODAY + timedelta(days=int(match[1]))).isoformat().encode()

    return re.sub(rb"\$\{DATE, *T, *D, *([+-]\d+)\}", day, data)


def test_every_message_can_be_taken() -> None:
    """Each agreement of a pharmacy's message ends planned, as needed, reported or stopped: nothing is dropped."""
    files = sorted(folder(MESSAGES).glob("*/*.xml"))
    assert len(files) >= 150
    for file in files:
        found = agreements(read(without_macros(file.read_bytes())))
        starts = [each.period.start[:10] for each in found if each.period and each.period.start]
        since = min(map(date.fromisoformat, starts), default=TODAY)
        made = to_json(plan(found, since, 366))
        if file.parent.name != "pharmacy-TA-MVE":
            continue
        told = {item["agreement"] for moment in made["moments"] for item in moment["items"]}
        told |= {each["agreement"] for name in ("as_needed", "unplannable") for each in made[name]}
        told |= {each[name] for each in made["stopped"] for name in ("agreement", "by")}
        assert {each.id for each in found} <= told, file.name
