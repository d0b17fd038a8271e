"""The screens of declaring: who may see them, who pays by hand and by list, a bill from file to answer, CSV (R83)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.pathway import recording
from reik.people.operations import join_team
from reik.value.declaring.keeping import funding_of
from tests.contexts.pathway import in_use
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, plain

ANNIE, BRAM = "A. (Annie) de Boer", "B. (Bram) Zwart"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, team in ((ANNIE, made.north), (BRAM, made.south)):
        made.move_in(name, team)
        path_id = in_use.started(made.voices[name], now, ago=timedelta(days=120))
        recording.record(path_id, "care_plan", by="Joke", role="nurse", now=now, at=now - timedelta(days=125))
    made.accounts["manager"] = open_account(
        organisation_id=made.care.id, username="manager", display_name="manager", role="team_manager", now=now
    )
    join_team(
        organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts["manager"].id, now=now
    )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def month_of(now: datetime) -> str:
    return f"{now.replace(day=1) - timedelta(days=3):%Y-%m}"


def open_on_value(visits: Visits) -> int:
    """How many differences of bills are open, as the first page of value says it."""
    said = re.search(
        r"(\d+) verschil(?:len)? in de nota's",
        plain(visits.text("manager", "/waarde")).replace("&#x27;", "'"),
    )
    return int(said[1]) if said else 0


def test_only_who_manages_finds_these_pages(town: Town, visits: Visits) -> None:
    for page in ("/waarde/declaratie", "/waarde/declaratie.csv", "/waarde/leveranciersnota"):
        assert visits.by("manager").get(page).status_code == 200, page
        for who in ("nurse", "operator", "pharmacist", "daughter", "stranger"):
            assert visits.by(who).get(page).status_code == 404, (who, page)
    page = f"/clienten/{town.id(ANNIE)}/financiering"
    assert visits.by("manager").get(page).status_code == visits.by("nurse").get(page).status_code == 200
    for who in ("operator", "pharmacist", "daughter", "stranger", "southerner"):
        assert visits.by(who).get(page).status_code == 404, who
    assert "Wie betaalt" in plain(visits.text("nurse", f"/clienten/{town.id(ANNIE)}"))


def test_from_unknown_to_who_pays_to_the_list_and_its_csv(town: Town, visits: Visits, now: datetime) -> None:
    month = month_of(now)
    page = plain(visits.text("manager", f"/waarde/declaratie?maand={month}"))
    assert "Reik declareert zelf niets" in page
    assert "Niet bekend wie betaalt." in page
    assert ANNIE in page
    assert BRAM not in page
    assert "Van 1 cliënt van een ander team ziet u hier niets." in page
    address = f"/clienten/{town.id(ANNIE)}/financiering"
    given = {
        "verzekeraar": "Voorbeeldzorg",
        "wet": "zvw",
        "vanaf": "2025-01-01",
        "tot": "",
        "ook": "gemeente",
    }
    assert visits.by("nurse").post(address, {**given, "wet": "x"}).status_code == 422
    assert visits.by("nurse").post(address, given).status_code == 302
    with as_worker():
        assert funding_of(town.id(ANNIE))[0].also_paid_by == "gemeente"
    page = plain(visits.text("manager", f"/waarde/declaratie?maand={month}&verzekeraar=Voorbeeldzorg"))
    assert "Een ander betaalt deze dispenser al." in page
    assert "Er is met deze verzekeraar voor dit jaar niets afgesproken." in page
    answer = visits.by("manager").get(f"/waarde/declaratie.csv?maand={month}")
    text = answer.content.decode()
    assert text.startswith("\ufeffmaand;verzekeraar;")
    assert f"{month};Voorbeeldzorg;Mw. {ANNIE}" in text
    assert "niet declarabel" in text
    assert visits.by("manager").get("/waarde/declaratie?maand=straks").status_code == 422
    assert visits.by("manager").get("/waarde/declaratie.csv?maand=straks").status_code == 404
    acts = {(row[0], row[5]) for row in logged()}
    assert ("export", f"declaration {month}") in acts


def test_a_list_of_who_pays_is_shown_before_it_is_kept(town: Town, visits: Visits) -> None:
    with as_worker():
        from reik.people.models import Client

        Client.objects.filter(id=town.id(ANNIE)).update(birth_date="1940-12-31")
    text = (
        "naam;geboortedatum;verzekeraar;wet;vanaf\n"
        f"{ANNIE};31-12-1940;Voorbeeldzorg;zvw;01-01-2026\nX;31-12-1940;Voorbeeldzorg;zvw;01-01-2026\n"
    )
    nurse = visits.by("nurse")
    page = nurse.post(
        "/financiering/lijst", {"file": SimpleUploadedFile("a.csv", text.encode())}
    ).content.decode()
    assert "Regel 3: Deze cliënt staat niet in Reik" in plain(page)
    rule = re.search(r'name="regel" value="([^"]+)"', page)
    assert rule
    with as_worker():
        assert funding_of(town.id(ANNIE)) == []
    stranger = visits.by("stranger").post("/financiering/lijst", {"act": "keep", "regel": rule[1]})
    assert "0 regels bewaard" in plain(stranger.content.decode())
    kept = nurse.post("/financiering/lijst", {"act": "keep", "regel": rule[1]}).content.decode()
    assert "1 regel bewaard" in plain(kept)
    assert (
        nurse.post("/financiering/lijst", {"file": SimpleUploadedFile("x.csv", b"a;b\n1;2\n")}).status_code
        == 422
    )


def test_a_bill_from_file_to_answer(town: Town, visits: Visits, now: datetime) -> None:
    manager, month = visits.by("manager"), month_of(now)
    rows = [
        "Serienummer;Omschrijving;Bedrag",
        "REIK-00000;Maandhuur;40,00",
        "X-1;Installatie;50,00",
        "Y-1;Koffie;1,00",
    ]
    given = {
        "leverancier": "Voorbeeld Dispensers", "nummer": "17", "maand": month,
        "bestand": SimpleUploadedFile("nota.csv", "\n".join(rows).encode()),
    }  # fmt: skip
    assert manager.post("/waarde/leveranciersnota/lezen", {**given, "leverancier": ""}).status_code == 422
    given["bestand"] = SimpleUploadedFile("nota.csv", "\n".join(rows).encode())
    page = manager.post("/waarde/leveranciersnota/lezen", given).content.decode()
    assert "2 regels zijn goed, € 90,00" in plain(page)
    assert "Regel 4: Niet bekend of dit een start, maand of stop is. Koffie" in plain(page)
    packed = re.search(r'name="inhoud" value="([^"]+)"', page)
    assert packed
    typed = {
        "leverancier": "Voorbeeld Dispensers", "nummer": "17", "maand": month, "inhoud": packed[1], "act": "bewaar",
        "k-device": "Serienummer", "k-kind": "Omschrijving", "k-euros": "Bedrag", "datum": "dd-mm-jjjj", "teken": ",",
        "woord": ["Maandhuur", "Installatie", "Koffie"], "soort": ["month", "start", ""],
    }  # fmt: skip
    asked = manager.post("/waarde/leveranciersnota/lezen", typed)
    assert asked.status_code == 422
    assert "Zet een vinkje" in plain(asked.content.decode())
    kept = manager.post("/waarde/leveranciersnota/lezen", {**typed, "rest": "1"})
    assert kept.status_code == 302
    again = manager.post("/waarde/leveranciersnota/lezen", {**typed, "rest": "1"})
    assert "Deze nota is al ingelezen" in plain(again.content.decode())
    page = visits.text("manager", kept["Location"])
    assert "Dispenser niet bekend" in plain(page)
    key = re.search(r'name="verschil" value="(device_unknown[^"]+)"', page)
    assert key
    answer = {"verschil": key[1], "gezien": "", "stand": "accepted", "bedrag": "", "reden": ""}
    refused = manager.post(kept["Location"], {**answer, "bedrag": "12,34"})
    assert refused.status_code == 422
    assert 'value="12,34"' in refused.content.decode(), "what was typed stays"
    was = open_on_value(visits)
    assert manager.post(kept["Location"], {**answer, "reden": "proefplaatsing"}).status_code == 302
    assert "proefplaatsing" in visits.text("manager", kept["Location"])
    assert open_on_value(visits) == was - 1, (
        "also of a dispenser without a client, for which nobody has a task"
    )
    file = manager.get(kept["Location"] + "/verschillen.csv").content.decode()
    assert "X-1;Dispenser niet bekend" in file
    assert "geaccepteerd" in file
    assert visits.by("manager").get("/waarde/leveranciersnota").status_code == 200
