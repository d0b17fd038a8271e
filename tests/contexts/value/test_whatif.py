"""What-ifs on screen: asked, worked off, drawn, compared, used; and the same figures as the command line gives."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.operations import found_organisation, open_account
from reik.medication.times.schedule import local_day
from reik.ops import cli
from reik.ops.demo import planning as demo_planning
from reik.people.operations import join_team
from reik.value.case.organisation import ranges_of
from reik.value.case.parameters import MEASURED
from reik.value.case.toured import offers, used
from reik.value.models import Computed, PlanningFile, TourQuestion
from reik.value.planning import operations as plannings
from reik.value.planning import queries as planning_queries
from reik.value.planning.guessing import guess
from reik.value.planning.reading import first_rows, read_planning
from reik.value.planning.sheets import open_sheet
from reik.value.planning.whole import take_whole
from reik.value.tours.keeping import WhatIfRefused, ask, given_up, waiting, work_off
from reik.value.tours.questions import Question
from reik.value.tours.seen import whatif_seen
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

MONDAY = date(2026, 10, 5)
HEADER = "Cliënt;Datum;Begin;Minuten;Activiteit;Medewerker;Team;Latitude;Longitude"


def small(clients: int = 24, days: int = 2, wrong: bool = False) -> str:
    """Each client twice a day for medication alone, one in four together with care; two nurses by day, one late."""
    rows = [HEADER]
    for day in range(days):
        for n in range(clients):
            activity = "MED+ADL" if n % 4 == 0 else "MED"
            where = f"{52.2 + n % 7 * 0.004:.4f};{6.8 + n % 5 * 0.005:.4f}"
            when = f"{MONDAY.day + day:02}-10-2026"
            hour, minute, group = n // 8 % 3, n % 8 * 7, n // 24
            rows.append(f"c{n};{when};{8 + hour:02}:{minute:02};5;{activity};m{group}{n % 3};Noord;{where}")
            rows.append(f"c{n};{when};{18 + hour}:{minute:02};5;MED;m{group}9;Noord;{where}")
    if wrong:
        rows.append("c1;05-10-2026;09:10;-3;MED;m1;Noord;52.2;6.8")
    return "\n".join(rows) + "\n"


def taken(organisation_id: UUID, text: str, folder: Path, now: datetime, *, anonymous: bool = False) -> UUID:
    path = folder / "planning.csv"
    path.write_text(text, encoding="utf-8")
    sheet = open_sheet(path)
    mapping = guess(sheet.header, first_rows(sheet)[1])[0]
    take_whole(
        organisation_id, path, read_planning(sheet, mapping), mapping, anonymous=anonymous, by="Ria", now=now
    )
    return PlanningFile.objects.get(organisation_id=organisation_id, state="taken").id


def answered(organisation_id: UUID, file_id: UUID, question: Question, now: datetime) -> Any:
    id = ask(organisation_id, file_id, question, title="Proef", by="Ria", now=now)
    assert work_off(lambda: now, workers=1) == 1
    found = whatif_seen(id, organisation_id)
    assert found is not None
    return found


def both_days(**changed: Any) -> Question:
    return Question(first=MONDAY, last=date(2026, 10, 6), effort="quick", seed=7, **changed)


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


# Screens


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.accounts["manager"] = open_account(
        organisation_id=made.care.id, username="manager", display_name="Wim", role="team_manager", now=now
    )
    join_team(
        organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts["manager"].id, now=now
    )
    return made


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_from_planning_to_what_if_to_the_business_case(town: Town, tmp_path: Path) -> None:
    file_id = taken(town.care.id, small(clients=80), tmp_path, town.now)
    become(Role.WEB)
    visits = Visits(town)
    manager = visits.by("manager")
    planning = visits.text("manager", f"/waarde/planning/{file_id}")
    assert "De ochtend per kwartier" in planning
    assert f'href="/waarde/wat-als?bestand={file_id}#nieuw"' in planning
    assert re.search(r'class="pk-unique"', planning)
    form = visits.text("manager", "/waarde/wat-als")
    assert 'name="team" value="Noord"' in form
    filled = {
        "bestand": str(file_id), "titel": "Noord", "vanaf": "2026-10-05", "tot": "2026-10-06", "groep": "deel",
        "deel": "50", "vervoer": "bike", "delen": "team", "zoeken": "quick", "trekking": "3", "werkt": "96,5",
    }  # fmt: skip
    bad = manager.post("/waarde/wat-als", {**filled, "deel": "150"})
    assert bad.status_code == 422
    assert "percentages van 0 tot en met 100" in bad.content.decode()
    assert 'value="150"' in bad.content.decode(), "what was filled in stays to be mended"
    moved = manager.post("/waarde/wat-als", filled)
    page = moved["Location"]
    assert "Wacht op zijn beurt" in visits.text("manager", page)
    with as_worker():
        work_off(lambda: town.now, workers=1)
    words = plain(visits.text("manager", page))
    assert "80 cliënten, van wie 40 met een dispenser" in words
    assert "50 % van wie kan: 40 cliënten" in words
    assert "96,5 %" in words
    assert "Met dispensers: " in words
    text = visits.text("manager", page)
    assert not re.search(r"style=|<script>", text)
    assert text.count('<svg class="wi-day"') == 2
    assert "ingenomen" not in words
    plan = manager.get(f"{page}/planning.csv")
    assert plan.content.decode().count("\n") == 321
    again = visits.text("manager", f"/waarde/wat-als?als={page.rpartition('/')[2]}")
    assert 'value="96,5"' in again
    assert manager.post(page, {"act": "gebruik"}).status_code == 302
    assert "De businesscase rekent nu hiermee" in visits.text("manager", f"{page}?klaar=gebruik")
    assert "eigen planning, planning.csv" in visits.text("manager", "/waarde/aannames/care_minutes")
    assert "De ochtend per kwartier" in manager.get("/waarde/rapport.csv").content.decode()
    assert manager.get("/waarde/rapport.pdf").content.startswith(b"%PDF")
    assert b"<title>De ochtend per kwartier" in manager.get("/waarde/grafiek/ochtendpiek.svg").content
    acts = [(row[0], row[1], row[5]) for row in logged() if row[1] == "whatif"]
    assert ("export", "whatif", f"whatif planning {page.rpartition('/')[2]}") in acts
    assert ("change", "whatif", "used") in acts


def test_only_the_own_team_manager_sees_a_what_if(town: Town, tmp_path: Path) -> None:
    file_id = taken(town.care.id, small(clients=2, days=1), tmp_path, town.now)
    one, two = (answered(town.care.id, file_id, both_days(centre=each), town.now) for each in (True, False))
    strange = open_account(
        organisation_id=town.accounts["stranger"].organisation_id, username="boss", display_name="Els",
        role="team_manager", now=town.now,
    )  # fmt: skip
    town.accounts["boss"] = strange
    become(Role.WEB)
    visits = Visits(town)
    for who in ("nurse", "operator", "pharmacist", "daughter", "boss"):
        assert visits.by(who).get(f"/waarde/wat-als/{one.id}").status_code == 404, who
        assert visits.by(who).get(f"/waarde/wat-als/{one.id}/planning.csv").status_code == 404, who
    words = plain(visits.text("manager", f"/waarde/wat-als/vergelijk?een={one.id}&een={two.id}"))
    assert "zonder" in words
    assert "Zorguren vrij per cliënt per maand" in words
    assert visits.by("boss").get(f"/waarde/wat-als/vergelijk?een={one.id}").status_code == 404
    assert visits.by("manager").get("/waarde/wat-als/vergelijk?een=x").status_code == 404


def test_an_own_matrix_and_a_list_of_clients_come_in_by_the_form(town: Town, tmp_path: Path) -> None:
    file_id = taken(town.care.id, small(clients=3, days=1), tmp_path, town.now)
    become(Role.WEB)
    manager = Visits(town).by("manager")
    filled = {
        "bestand": str(file_id), "vanaf": "2026-10-05", "tot": "2026-10-05", "groep": "lijst", "lijst": "c1\r\n\r\nc2",
    }  # fmt: skip
    half = SimpleUploadedFile("eigen.csv", b"from;to\n", "text/csv")
    assert manager.post("/waarde/wat-als", {**filled, "reistijden": half}).status_code == 422
    whole = SimpleUploadedFile(
        "eigen.csv", b"from,to,minutes,km\nc0,c1,4,1\nc0,c2,4,1\nc1,c2,4,1\n", "text/csv"
    )
    assert manager.post("/waarde/wat-als", {**filled, "reistijden": whole}).status_code == 302
    with as_worker():
        work_off(lambda: town.now, workers=1)
        row = TourQuestion.objects.get()
    assert (row.state, row.inputs["clients"], row.inputs["matrix"]) == ("done", ["c1", "c2"], "eigen.csv")
    unknown = manager.post("/waarde/wat-als", {**filled, "lijst": "zoë"})
    assert "zoë staat niet in deze teams en dagen" in unknown.content.decode()


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
