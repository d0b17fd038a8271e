"""A bench or proof that cannot fail proves nothing: with a planted fault each ends with exit code 1, and says why."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FEW = ["--others", "1000"]
EXPERIMENTS = {
    "morning": ["bench", "morning", "--dispensers", "400", "--missed", "40", "--skip-silent", *FEW],
    "ingest": ["bench", "ingest", "--events", "300", "--connections", "100", *FEW],
    "kill": ["prove", "kill", "--rounds", "4", *FEW],
    "lag": ["prove", "lag", "--seconds", "1", *FEW],
    "order": ["prove", "order", "--orders", "40"],
    "malformed": ["prove", "malformed", "--messages", "2000"],
    "lives": ["prove", "lives", "--alerts", "2000", "--depth", "3", "--stored", "20"],
    "channels": ["prove", "channels", "--alerts", "40", "--patience", "50", "--skip-drops"],
    "watchdog": ["prove", "watchdog", "--cases", "watch stuck"],
}
ORDER = "every order leads to the same end state"
BROKEN = {
    ("morning", "lose"): "lost is 0",
    ("morning", "double"): "duplicates is 0",
    ("morning", "late"): "p99_s is at most 3 s",
    ("ingest", "lose"): "lost is 0",
    ("ingest", "double"): "doubles is 0",
    ("ingest", "late"): "ack_p99_ms is at most 2000",
    ("kill", "lose"): "lost is 0",
    ("kill", "double"): "duplicate_alerts is 0",
    ("kill", "late"): "last_s is at most 45 s",
    ("lag", "lose"): "lost is 0",
    ("lag", "double"): "duplicate_alerts is 0",
    ("lag", "late"): "last_s is at most 13 s",
    ("order", "lose"): ORDER,
    ("order", "double"): ORDER,
    ("order", "late"): ORDER,
    ("malformed", "lose"): "each message was counted",
    ("malformed", "double"): "no moment changed",
    ("malformed", "late"): "no moment changed",
    ("lives", "lose"): "without_human is 0",
    ("lives", "late"): "late_steps is 0",
    ("lives", "double"): "differing is 0",
    ("lives", "hold"): "over_bound is 0",
    ("channels", "lose"): "lost is 0",
    ("watchdog", "mute"): "every case was noticed",
}


def experiment(*command: str) -> tuple[int, dict[str, object], str]:
    """Exit code, the JSON object of the last line, and what was said meanwhile."""
    program = Path(sys.executable).with_name("reik")
    ended = subprocess.run([program, *command], capture_output=True, text=True, timeout=170)
    lines = ended.stdout.splitlines()
    assert lines, ended.stderr
    return ended.returncode, json.loads(lines[-1]), ended.stderr


@pytest.mark.parametrize(("name", "fault"), BROKEN)
def test_a_planted_fault_is_found(name: str, fault: str) -> None:
    code, figures, said = experiment(*EXPERIMENTS[name], "--plant", fault)
    assert f"does not hold: {BROKEN[name, fault]}" in said
    assert figures["holds"] is False
    assert code == 1


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_without_a_fault_it_holds_at_this_size(name: str) -> None:
    """Or the fault would be found for another reason."""
    code, figures, said = experiment(*EXPERIMENTS[name])
    assert (code, figures["holds"]) == (0, True), said
