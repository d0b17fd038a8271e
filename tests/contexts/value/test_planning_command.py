"""`reik planning`: it looks, refuses, and takes."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from reik.ops import planning as command_line
from reik.value.models import PlanningFile, Visit
from tests.contexts.value.planning_files import house, month

__all__ = ["house"]


def run(*given: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    import argparse

    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    code = command_line.command(parser.parse_args([*given, "--json"]))
    return code, json.loads(capsys.readouterr().out)


def test_the_command_looks_refuses_and_takes(
    house: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.reconfigure", lambda **_: None, raising=False)
    file = tmp_path / "planning.csv"
    file.write_bytes(month() + b"\n77;05-10-2026;8:00;0;M1;Noord;MED\n")
    code, looked = run(str(file), "--look", capsys=capsys)
    assert (code, looked["refused"]) == (0, 1)
    code, found = run(str(file), "--organisation", "Thuiszorg", capsys=capsys)
    assert (code, found["visits"], found["refused"], found["taken"]) == (2, 56, 1, False)
    assert not PlanningFile.objects.exists()
    code, found = run(str(file), "--organisation", "Thuiszorg", "--only-good", capsys=capsys)
    assert (code, found["taken"]) == (0, True)
    assert Visit.objects.count() == 56
