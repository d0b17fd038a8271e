"""The tutorial of value does what it says: its commands run, and print what is quoted."""

from __future__ import annotations

import json
import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest

from reik.kernel.home import Home
from reik.kernel.operations import found_organisation
from reik.ops import cli
from reik.ops.demo import planning
from reik.ops.docs import ROOT

TEXT = (ROOT / "docs/tutorial/what-it-saves.md").read_text()
BLOCK = re.compile(r"^```sh\n(.*?)\n```(?:\n\n```text\n(.*?)\n```)?", re.DOTALL | re.MULTILINE)


TOURS = ("reisuren", "kilometers", "bezoeken 7-11")
"""Lines that hang on how short the tours are that the solver finds: it may get a little better."""
BETTER = 0.1


def alike(quoted: str, out: str) -> bool:
    """Whether these lines are printed one after the other; those of TOURS within BETTER of what is quoted."""
    lines, said = quoted.splitlines(), out.splitlines()
    begins = said.index(lines[0]) if lines and lines[0] in said else 0
    pairs = list(zip(lines, said[begins:], strict=False))
    return len(pairs) == len(lines) and all(
        near(one, other) if one.startswith(TOURS) else one == other for one, other in pairs
    )


def near(one: str, other: str) -> bool:
    mine, theirs = ([float(each) for each in re.findall(r" ([\d.]+)(?= |$)", line)] for line in (one, other))
    return theirs == pytest.approx(mine, rel=BETTER)


def test_the_commands_of_the_tutorial_print_what_it_quotes(
    database: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    found_organisation(name="Thuiszorg Twentestroom", kind="care", now=now)
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path / ".reik")
    home.path.mkdir()
    assert planning.write(home) == tmp_path / ".reik/planning/planning-twentestroom.csv"
    blocks = [(said, quoted) for said, quoted in BLOCK.findall(TEXT) if said != "make run"]
    assert len(blocks) == 5
    for said, quoted in blocks:
        program, *words = shlex.split(said)
        assert program == ".venv/bin/reik"
        assert cli.main([*words, *(["--workers", "1"] if words[0] == "whatif" else [])]) == 0, said
        out = capsys.readouterr().out
        assert alike(quoted, out), said
        if "--json" in words:
            assert {"denominators", "hours", "money", "fill_in", "assumptions"} <= set(json.loads(out))


def test_the_differences_that_the_tutorial_names_are_those_of_its_tables() -> None:
    (care, care_after), (travel, travel_after) = (
        map(float, re.search(rf"^{name} .*?([\d.]+) +([\d.]+)$", TEXT, re.MULTILINE).groups())  # type: ignore[union-attr]
        for name in ("zorguren", "reisuren")
    )
    assert f"{care - care_after:.1f} hours of care and {travel - travel_after:.1f} hours of travel" in TEXT
