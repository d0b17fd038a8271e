"""A licensed table of codes on one installation: loaded whole or not at all, seen beside what a message says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation
from reik.medication.codes.loaded import products_of
from reik.ops.cli import main
from reik.people.operations import register_client
from tests.contexts.fhir_letters import ANNA, as_json, medication, message
from tests.contexts.fhir_letters import agreement as ta

HPK = "urn:oid:2.16.840.1.113883.2.4.4.7"
MAP = {"format": "csv", "system": "hpk", "columns": {"code": "HPK", "name": "Naam", "atc": "ATC"}}


def load(folder: Path, table: str) -> int:
    (folder / "map.json").write_text(json.dumps(MAP))
    (folder / "table.csv").write_text(table)
    return main(["codes", "load", str(folder / "table.csv"), "--map", str(folder / "map.json")])


def test_a_table_takes_the_place_of_the_one_before(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(tmp_path, "HPK;Naam;ATC\n630586;Metoprolol;C07AB02\n12;Oud;\n") == 0
    assert load(tmp_path, "HPK;Naam;ATC\n630586;Metoprolol 50;C07AB02\n") == 0
    assert "1 codes of hpk; 1 that the table" in capsys.readouterr().out
    assert load(tmp_path, "Naam;ATC\nx;y\n") == 2
    assert "no column HPK" in capsys.readouterr().err
    become(Role.WEB)  # who reads it belongs to no organisation in particular
    found = products_of([(HPK, "00630586"), (HPK, "12"), ("http://example.org", "630586")])
    assert [(each[1], seen.name, seen.atc, seen.packable) for each, seen in found.items()] == [
        ("00630586", "Metoprolol 50", "C07AB02", None)
    ]
    become(Role.WORKER)


def test_an_odd_code_warns_and_is_taken(
    database: str, now, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    register_client(organisation_id=zorg.id, name="A. Bakker", bsn=ANNA, now=now)
    file = tmp_path / "odd.json"
    file.write_bytes(as_json(message(ta(), medication(code="630587"))))
    assert main(["import", str(file)]) == 0
    said = capsys.readouterr().out
    assert "3 new" in said
    assert "look at Bundle.entry[1].resource.code.coding[0].code: The check digit" in said
    become(Role.WORKER)
