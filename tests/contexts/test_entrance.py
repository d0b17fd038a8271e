"""The front door: personas exist only on a data folder that `reik demo` made, and nothing else lets a person in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client as Visitor

from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.kernel.operations import found_organisation, mark_installation, open_account
from reik.web import frame


@pytest.fixture
def people(database: str, now: datetime) -> Iterator[dict[str, Account]]:
    zorg = found_organisation(name="Thuiszorg Twentestroom", kind="care", now=now)
    made = {
        name: open_account(organisation_id=zorg.id, username=name, display_name=name, role="nurse", now=now)
        for name in ("demo.anja", "anja")
    }
    yield made
    frame._kind._until = 0.0


def at_the_door(kind: str, now: datetime) -> Visitor:
    mark_installation(kind, now)
    frame._kind._until = 0.0
    connection.close()
    become(Role.WEB)
    return Visitor(headers={"accept": "text/html", "host": "localhost"})


def test_a_persona_of_the_demo_comes_in_and_lands_in_her_room(
    people: dict[str, Account], now: datetime
) -> None:
    visitor = at_the_door("demo", now)
    page = visitor.get("/inloggen").content.decode()
    assert "demo.anja" in page
    assert ">anja<" not in page
    answer = visitor.post(f"/inloggen/als/{people['demo.anja'].id}")
    assert answer.headers["Location"] == "/team"
    assert visitor.get("/").headers["Location"] == "/team"
    assert visitor.post("/uitloggen").headers["Location"] == "/inloggen"
    assert visitor.get("/").headers["Location"] == "/inloggen"


@pytest.mark.parametrize("kind", ["real", "scratch"])
def test_elsewhere_nobody_comes_in_without_a_password(
    kind: str, people: dict[str, Account], now: datetime
) -> None:
    visitor = at_the_door(kind, now)
    assert "demo.anja" not in visitor.get("/inloggen").content.decode()
    assert visitor.post(f"/inloggen/als/{people['demo.anja'].id}").status_code == 404
    assert visitor.get("/").headers["Location"] == "/inloggen"


def test_only_the_made_up_people_can_be_entered(people: dict[str, Account], now: datetime) -> None:
    visitor = at_the_door("demo", now)
    assert visitor.post(f"/inloggen/als/{people['anja'].id}").status_code == 404


def test_the_way_back_never_leads_elsewhere(people: dict[str, Account], now: datetime) -> None:
    visitor = at_the_door("demo", now)
    entry = f"/inloggen/als/{people['demo.anja'].id}"
    assert visitor.post(entry, {"next": "/clienten"}).headers["Location"] == "/clienten"
    assert visitor.post(entry, {"next": "https://example.org/x"}).headers["Location"] == "/team"
    assert visitor.post("/taal", {"taal": "en", "next": "//example.org"}).headers["Location"] == "/"


def test_language_and_theme_are_kept_on_the_device(people: dict[str, Account], now: datetime) -> None:
    visitor = at_the_door("demo", now)
    assert '<html lang="nl"' in visitor.get("/inloggen", headers={"accept-language": "en"}).content.decode()
    visitor.post("/taal", {"taal": "en"})
    visitor.post("/weergave", {"weergave": "dark"})
    page = visitor.get("/inloggen").content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in page
    assert "Who would you like to be?" in page
    visitor.post("/taal", {"taal": "xx"})
    visitor.post("/weergave", {"weergave": ""})
    assert '<html lang="nl">' in visitor.get("/inloggen").content.decode()


def test_every_page_of_a_demo_says_so(people: dict[str, Account], now: datetime) -> None:
    assert "DEMO" in at_the_door("demo", now).get("/inloggen").content.decode()


def test_a_real_installation_says_demo_nowhere(people: dict[str, Account], now: datetime) -> None:
    page = at_the_door("real", now).get("/inloggen").content.decode()
    assert "demo-band" not in page


def test_what_is_not_there_is_a_page_for_people_and_json_for_systems(
    people: dict[str, Account], now: datetime
) -> None:
    visitor = at_the_door("demo", now)
    missing = visitor.get("/nergens")
    assert missing.status_code == 404
    assert "Hier is niets dat u kunt zien" in missing.content.decode()
    assert (
        Visitor(headers={"host": "localhost"}).get("/nergens").headers["Content-Type"] == "application/json"
    )
