"""`reik roll`: a packer's file registered, refused or only checked, with mappings of one's own."""

from __future__ import annotations

import json

from django.db import connection

from reik.interop.rolls.mappings_known import known_mappings
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.operations import mark_installation
from reik.medication.models import Roll
from reik.ops import cli
from tests.contexts.packed import FILES, anna, codes, schedule, take, zorg

__all__ = ["anna", "zorg"]


def test_the_command_registers_and_refuses_with_a_line(zorg, anna, now, capsys, monkeypatch):
    schedule(anna, now)
    monkeypatch.setattr("reik.kernel.clock.now", lambda: now)
    file = str(FILES / "voorbeeld.csv")
    try:
        given = ["roll", "import", file, "--mapping", "voorbeeld-csv", "--organisation", "Zorg aan Zee"]
        assert cli.main(given) == 0
        assert cli.main(given) == 0
        fixed = ["roll", "import", str(FILES / "vast.txt"), "--mapping", "voorbeeld-vast", *given[-2:]]
        assert cli.main(fixed) == 2
    finally:
        connection.close()
        become(Role.WORKER)
    said = capsys.readouterr()
    assert "registered for client" in said.out
    assert "registered before, nothing changed" in said.out
    assert "roll 26-0419 refused, line 2: No client has the numbers" in said.err
    assert "roll 26-0420 refused, line 13, count: The packer counts 2" in said.err
    assert Roll.objects.count() == 1


def test_a_demo_takes_no_real_bsn(zorg, now):
    mark_installation("demo", now)
    outcome = take(zorg, now, "vast.txt", "voorbeeld-vast", changed=[("999900006", "111222333")])
    assert codes(outcome)[-1] == "made_up_only"


def test_check_prints_canonical_json_and_needs_no_database(capsys):
    assert cli.main(["roll", "check", str(FILES / "vast.txt"), "--mapping", "voorbeeld-vast", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == json.loads((FILES / "vast.txt.json").read_text())
    assert cli.main(["roll", "check", str(FILES / "voorbeeld.csv.json")]) == 0


def test_an_installation_has_mappings_of_its_own():
    folder = Home.from_environment().path / "mappings"
    folder.mkdir(exist_ok=True)
    try:
        (folder / "eigen.toml").write_text('name = "x"')
        (folder / "voorbeeld-csv.toml").write_text(
            (FILES.parents[2] / "src/reik/interop/rolls/mappings/voorbeeld-csv.toml")
            .read_text()
            .replace("Voorbeeldpakker: CSV", "Eigen: CSV")
        )
        known = {each.key: each for each in known_mappings()}
        assert known["eigen"].flaw
        assert known["voorbeeld-csv"].name.startswith("Eigen")
        assert not known["multidose-be"].own
    finally:
        for each in folder.glob("*.toml"):
            each.unlink()
