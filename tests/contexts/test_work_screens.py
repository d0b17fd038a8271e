"""The work screens: who finds what, what is logged, and a new client typed in."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client as Browser

from reik.kernel.operations import mark_installation
from reik.medication.models import Schedule
from reik.people.models import Client
from tests.contexts.work_house import House, house, log, page, write

__all__ = ["house"]


def test_each_role_finds_its_rooms_and_outsiders_nothing(house: House) -> None:
    base = f"/clienten/{house.anna.id}"
    addresses = [
        "/werklijst",
        "/werklijst/lijst",
        *(f"{base}/{each}" for each in ("werk", "schema", "rollen", "dispenser")),
    ]
    for name in ("nurse", "pharmacist"):
        assert {house.who(name).get(each).status_code for each in addresses} == {200}
    for name in ("southerner", "stranger"):
        assert {house.who(name).get(each).status_code for each in addresses[2:]} == {404}
    assert {house.who("operator").get(each).status_code for each in addresses} == {404}
    assert Browser().get("/werklijst")["Location"].startswith("/inloggen")
    assert house.who("nurse").get("/clienten/nieuw").status_code == 200
    assert house.who("pharmacist").get("/clienten/nieuw").status_code == 404


def test_what_another_team_wrote_is_not_there(house: House) -> None:
    draft = write(house)
    for name in ("southerner", "stranger"):
        assert house.who(name).get(draft).status_code == 404
        assert house.who(name).post(draft + "/klopt").status_code == 404
    assert house.worker(lambda: Schedule.objects.get().confirmed_at) is None


def test_every_view_and_act_stands_in_the_access_log(house: House) -> None:
    draft = write(house)
    house.who("nurse").post(draft + "/klopt")  # her own: refused
    house.who("second").get(draft)
    house.who("second").post(draft + "/klopt")
    said = log(house)
    assert ("create", "schedule", "ok", "draft") in said
    assert ("refused", "schedule", "refused", "confirm") in said
    assert ("change", "schedule", "ok", "read back") in said
    assert any(act == "view" and detail.startswith("schedule ") for act, _kind, _outcome, detail in said)


def test_a_client_is_typed_and_the_times_come_next(house: House) -> None:
    typed = {
        "salutation": "Mw.",
        "name": "B. (Bea) Nieuw",
        "birth_date": "3-4-1941",
        "phone": "053 555 01 01",
        "team": "",
    }
    typed["team"] = str(house.anna.team_id)
    answer = house.who("nurse").post("/clienten/nieuw", typed)
    made = house.worker(lambda: Client.objects.get(name="B. (Bea) Nieuw"))
    assert answer["Location"] == f"/clienten/{made.id}/schema"
    assert (made.organisation_id, made.birth_date, made.team_id) == (
        house.zorg,
        date(1941, 4, 3),
        house.anna.team_id,
    )
    assert ("create", "client", "ok", "typed by hand") in log(house)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"birth_date": "31-2-1940"}, "Vul de geboortedatum in"),
        ({"phone": "geen"}, "Dit is geen telefoonnummer"),
        ({"bsn": "999990018"}, "Dit is geen geldig BSN"),
        ({"team": "00000000-0000-7000-8000-000000000001"}, "Kies het team."),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(
    house: House, wrong: dict[str, str], says: str
) -> None:
    typed = {
        "name": "Bea Nieuw", "birth_date": "3-4-1941", "phone": "053 555 01 01", "address": "Voorbeeldstraat 7, Losser",
        "caller_note": "hoort slecht", "bsn": "", "team": str(house.anna.team_id), **wrong,
    }  # fmt: skip
    answer = house.who("nurse").post("/clienten/nieuw", typed)
    said = page(answer)
    assert answer.status_code == 422
    assert said.count(says) == 2  # in the summary and at the field
    for name in ("name", "birth_date", "phone", "address", "caller_note", "bsn"):
        if typed[name]:
            assert f'value="{typed[name]}"' in said
    assert house.worker(Client.objects.count) == 3


def test_in_a_demo_a_bsn_is_made_up_and_somebody_twice_is_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.worker(lambda: mark_installation("demo", house.now))
    typed = {
        "name": "Anna Bakker",
        "birth_date": "03-02-1950",
        "team": str(house.anna.team_id),
        "bsn": "111222333",
    }
    twin = house.who("nurse").post("/clienten/nieuw", typed)
    assert "Deze cliënt lijkt er al te zijn" in page(twin)
    assert "gebruik een BSN dat met 9999 begint" in page(
        house.who("nurse").post("/clienten/nieuw", {**typed, "anyway": "1"})
    )
    answer = house.who("nurse").post("/clienten/nieuw", {**typed, "anyway": "1", "bsn": "999990019"})
    assert answer.status_code == 302
    again = house.who("nurse").post("/clienten/nieuw", {**typed, "name": "Ander", "bsn": "999990019"})
    assert "Dit BSN is al van een andere cliënt" in page(again)


def test_nothing_to_do_says_what_was_looked_at(house: House) -> None:
    said = page(house.who("nurse").get("/werklijst"))
    assert "Niets te doen." in said
    assert "Nog geen bericht van de apotheek." in said
    assert "Nagekeken om 08:00: 1 cliënt." in said
