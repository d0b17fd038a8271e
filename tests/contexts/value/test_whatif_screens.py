"""What-ifs on screen: asked, worked off, drawn, compared, used; and who may see them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.value.models import TourQuestion
from reik.value.tours.keeping import work_off
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, plain
from tests.contexts.value.whatif_made import answered, both_days, small, taken


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.managed_by("Manager")
    return made


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
