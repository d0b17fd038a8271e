"""Planning files on the screens: uploaded, looked at, read, taken, removed, and used for a baseline."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.people.operations import register_client
from reik.value.models import PlanningFile
from reik.value.planning import operations
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged
from tests.contexts.value.planning_files import BSN, MAPPING, month, read, uploaded


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, organisation in (
        ("manager", made.care),
        ("elsewhere", found_organisation(name="Ver", kind="care", now=now)),
    ):
        made.accounts[name] = open_account(
            organisation_id=organisation.id, username=name, display_name=name, role="team_manager", now=now
        )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def form(page: str, **changed: str) -> dict[str, object]:
    """What the browser would post: every select and field as it stands."""
    post: dict[str, object] = {"code": re.findall(r'name="code" value="([^"]*)"', page)}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", options)
        first = re.search(r"<option(?: value=\"([^\"]*)\")?>([^<]*)", options)
        at = chosen or first
        assert at is not None
        post[name] = at[1] if at[1] is not None else at[2]
    for name, value in re.findall(r'<input[^>]*name="(uniek|overlap|was|systeem)"[^>]*value="([^"]*)"', page):
        post[name] = value
    return post | changed


def test_a_manager_uploads_looks_reads_takes_and_removes(town: Town, visits: Visits) -> None:
    manager = visits.by("manager")
    for who in ("nurse", "operator", "pharmacist", "daughter"):
        assert visits.by(who).get("/waarde/planning").status_code == 404, who
    assert manager.post("/waarde/planning", {}).status_code == 422
    content = month() + b"\n78;05-10-2026;08:00;0;M9;Noord;MED\n"
    answer = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("onze <b>.csv", content)})
    address = answer["Location"]
    page = visits.text("manager", address)
    assert "onze &lt;b&gt;.csv" in page
    assert "Wat staat waar?" in page
    assert "maandag 5 oktober 2026" in page or "ma 5 oktober 2026" in page
    assert visits.by("elsewhere").get(address).status_code == 404
    wrong = manager.post(address, form(page, act="lees", **{"k-client": ""}))
    assert wrong.status_code == 422
    assert "Kies de kolom met de cliënt." in wrong.content.decode()
    again = manager.post(address, form(page, act="bekijk", **{"soort-0": "care"})).content.decode()
    assert "geen medicatie" in again
    assert manager.post(address, form(page, act="lees", naam="Ons systeem")).status_code == 302
    assert "wordt gelezen" in visits.text("manager", address).lower()
    with as_worker():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT task_name, status FROM procrastinate_jobs WHERE task_name = 'reik.planning'"
            )
            assert cursor.fetchall() == [("reik.planning", "todo")]
        operations.work_off(clock.now)
    become(Role.WEB)
    assert manager.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = visits.text("manager", address)
    assert "1 regel geweigerd" in page
    assert "Het bezoek duurt nul minuten." in page
    lines = manager.get(f"{address}/geweigerd.csv").content.decode().splitlines()
    assert lines[1].startswith("58;zero;")
    assert "Zet het vinkje" in manager.post(address, {"act": "neem"}).content.decode()
    assert manager.post(address, {"act": "neem", "rest": "1"}).status_code == 302
    assert "telt mee" in visits.text("manager", "/waarde/planning")
    twice = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("x.csv", content)})
    assert "Dit bestand telt al mee." in twice.content.decode()
    assert manager.post(address, {"act": "verwijder"})["Location"] == "/waarde/planning"
    assert manager.get(address).status_code == 404
    acts = [row[1] for row in logged()]
    assert "planning" in acts


def test_a_kept_mapping_is_offered_and_an_unreadable_file_says_why(town: Town, visits: Visits) -> None:
    with as_worker():
        operations.keep_mapping(
            organisation_id=town.care.id, name="Ons systeem", mapping=MAPPING, by="Ria", now=town.now
        )
    become(Role.WEB)
    manager = visits.by("manager")
    address = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("a.csv", month())})["Location"]
    page = visits.text("manager", f"{address}?koppeling=Ons systeem")
    assert 'koppeling=Ons%20systeem" aria-current="true"' in page
    for content, words in (
        (b"\xd0\xcf\x11\xe0", "oud Excelbestand"),
        (b"a\nb\n", "geen regel met kolomnamen"),
    ):
        said = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("b", content)})
        assert said.status_code == 422
        assert words in said.content.decode()
    with as_worker():
        assert PlanningFile.objects.count() == 1, "what cannot be read leaves nothing behind"


def test_a_nurse_fills_the_baseline_in_from_the_planning(town: Town, visits: Visits) -> None:
    with as_worker():
        client = register_client(
            organisation_id=town.care.id, name="A. de Boer", bsn=BSN, team_id=town.north.id, now=town.now
        )
        id = uploaded(town.care.id, month(BSN), town.now, anonymous=False)
        read(id, town.now, anonymous=False)
        operations.take(id, only_good=False, now=town.now)
    become(Role.WEB)
    address = f"/clienten/{client.id}/nulmeting"
    page = visits.text("nurse", address)
    assert "2 momenten voor medicatie" in page
    assert visits.by("southerner").get(address).status_code == 404
    assert "Vul in uit de planning" in page
    assert "Kijk het na" in visits.text("nurse", f"{address}?planning=1")
