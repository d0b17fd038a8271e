"""What-ifs: asked, answered as the command line does, used as measured; a removed planning leaves nobody in them."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from reik.kernel import clock
from reik.kernel.home import Home
from reik.kernel.operations import found_organisation
from reik.medication.times.schedule import local_day
from reik.ops import cli
from reik.ops.demo import planning as demo_planning
from reik.value.case.organisation import ranges_of
from reik.value.case.parameters import MEASURED
from reik.value.case.toured import offers, used
from reik.value.models import Computed, TourQuestion
from reik.value.planning import operations as plannings
from reik.value.planning import queries as planning_queries
from reik.value.tours.keeping import WhatIfRefused, ask, given_up, waiting, work_off
from reik.value.tours.questions import Question
from tests.contexts.value.whatif_made import MONDAY, answered, both_days, small, taken


@pytest.fixture
def house(database: str, now: datetime) -> UUID:
    return found_organisation(name="Thuiszorg", kind="care", now=now).id


@pytest.mark.parametrize("changed", [{}, {"share": 0.5, "centre": False, "loads": False, "mode": "car"}])
def test_the_screen_and_the_command_give_the_same_figures(
    house: UUID, now: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any]
) -> None:
    found = answered(house, taken(house, small(), tmp_path, now), both_days(**changed), now)
    assert cli.main(["planning", str(tmp_path / "planning.csv"), "--plan", str(tmp_path / "PLAN.csv")]) == 0
    capsys.readouterr()
    words = found.question.command(str(tmp_path / "PLAN.csv")).split()[1:]
    assert cli.main([*words, "--workers", "1"]) == 0
    said = json.loads(capsys.readouterr().out)
    kept = dict(found.outcome["figures"])
    assert said["visits_before"] == 96
    assert {**said, "seconds": 0} == {**kept, "seconds": 0}
    assert kept["care_hours_before"] > kept["care_hours_after"]


def test_an_own_matrix_says_how_long_it_takes_by_client(house: UUID, now: datetime, tmp_path: Path) -> None:
    file_id = taken(house, small(clients=3, days=1), tmp_path, now)
    rows = ["from,to,minutes,km", "c0,c1,4,1", "c0,c2,4,1", "c1,c2,4,1"]
    question = Question(first=MONDAY, last=MONDAY, effort="quick", matrix="eigen.csv")
    ask(house, file_id, question, title="", by="Ria", now=now, matrix="\n".join(rows).encode())
    assert b"c0" not in bytes(TourQuestion.objects.get().matrix), "it names clients: sealed"
    work_off(lambda: now, workers=1)
    row = TourQuestion.objects.get()
    assert (row.state, row.title) == ("done", "planning.csv")
    assert round(60 * row.computed.outcome["figures"]["travel_hours_before"]) % 4 == 0
    ask(house, file_id, question, title="", by="Ria", now=now, matrix="\n".join(rows[:3]).encode())
    work_off(lambda: now, workers=1)
    assert "from c" in TourQuestion.objects.get(state="failed").problem


def test_what_cannot_be_asked_is_refused_before_anybody_waits(
    house: UUID, now: datetime, tmp_path: Path
) -> None:
    file_id = taken(house, small(clients=2, days=1), tmp_path, now)
    with pytest.raises(WhatIfRefused) as strange:
        ask(house, file_id, both_days(clients=("zoë",)), title="", by="Ria", now=now)
    assert (strange.value.code, str(strange.value)) == ("strange", "zoë")
    later = Question(first=date(2026, 11, 2), last=date(2026, 11, 3))
    with pytest.raises(WhatIfRefused) as empty:
        ask(house, file_id, later, title="", by="Ria", now=now)
    assert empty.value.code == "empty"
    other = found_organisation(name="Anders", kind="care", now=now).id
    with pytest.raises(WhatIfRefused) as foreign:
        ask(other, file_id, both_days(), title="", by="Ria", now=now)
    assert foreign.value.code == "file"
    assert not waiting()
    ask(house, file_id, both_days(), title="", by="Ria", now=now)
    assert waiting()
    given_up("Computing stopped half-way.", now)
    assert not waiting()


def test_who_stood_in_a_removed_planning_stands_in_no_what_if(
    house: UUID, now: datetime, tmp_path: Path
) -> None:
    file_id = taken(house, small(clients=4, days=1), tmp_path, now)
    found = answered(house, file_id, both_days(clients=("c1", "c2")), now)
    assert found.outcome["details"]["chosen"] == 2
    assert "m01" in json.dumps(found.rounds)
    kept = Computed.objects.get(id=found.computed_id)
    assert not re.search(r'"(c1|m0\d)', json.dumps([kept.inputs, kept.outcome])), "the figures name nobody"
    plannings.remove(file_id, now)
    plannings.work_off(lambda: now)
    row = TourQuestion.objects.get()
    assert (row.rounds, row.inputs["clients"]) == ([], [])
    assert row.computed is not None
    with pytest.raises(WhatIfRefused):
        ask(house, file_id, both_days(), title="", by="Ria", now=now)


def test_a_used_what_if_is_a_measured_range_until_its_use_ends(
    house: UUID, now: datetime, tmp_path: Path
) -> None:
    found = answered(house, taken(house, small(), tmp_path, now), both_days(), now)
    offered = {each.key: each for each in offers(found.outcome, "own planning, planning.csv", "2026-10-06")}
    assert offered["care_minutes"].range is not None
    assert offered["care_minutes"].range.likely == 5
    assert offered["unique_moments_per_day"].range is not None
    assert offered["unique_moments_per_day"].range.likely == 1.75
    assert "reduction_pct" not in offered, "that was asked, not measured"
    assert offered["travel_minutes_urban"].cases < offered["travel_minutes_urban"].needed
    assert offered["travel_minutes_urban"].range is None, "too few trips say nothing"
    from reik.value.case.toured import use

    use(house, found.computed_id, list(offered.values()), by="Ria", now=now)
    counted = ranges_of(house, now)["care_minutes"]
    assert (counted.origin, counted.likely) == (MEASURED, 5)
    assert counted.source == "own planning, planning.csv"
    use(house, found.computed_id, [], by="Ria", now=now + timedelta(minutes=1))
    assert used(house) is None
    assert ranges_of(house, now)["care_minutes"].origin == "published"


def test_the_demo_brings_a_planning_with_a_question_and_refused_rows(
    house: UUID, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    demo_planning.take_in(Home(tmp_path), house, now)
    week, file = planning_queries.files(house)
    assert (file.state, file.refused_count, file.visits) == ("taken", len(demo_planning.WRONG), 3222)
    assert (week.state, week.refused_count) == ("taken", 0)
    assert week.last_day == local_day(now, demo_planning.ZONE) - timedelta(1)
    newest = planning_queries.newest_taken(house)
    assert newest is not None
    assert newest.id == week.id
    assert {each.team for each in planning_queries.by_team(file.id, house)} == {"Team Noord", "Team Zuid"}
    assert TourQuestion.objects.get().state == "waiting"
    bars = planning_queries.quarters_of(file)
    assert len(bars) == 24
    assert 7 <= int(max(bars, key=lambda each: each.total).at.split(":")[0]) < 11
