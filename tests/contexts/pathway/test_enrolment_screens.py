"""The screens of enrolment, delivery, instruction and suppliers: done, refused with what was typed, and logged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import open_account
from reik.pathway import readiness
from reik.pathway.enrolment import enrolling, orders_seen, suppliers
from reik.pathway.enrolment.teach_back import CLIENT, ITEMS
from reik.pathway.models import CarePath
from reik.pathway.path import STEP_OF, State
from reik.pathway.queries import path_of
from reik.tasks.queries import open_tasks_of
from tests.contexts.pathway.test_orders import path_in, promised
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

NOW = datetime.fromisoformat("2026-11-24T10:00:00+01:00")
ANNA = "Anna de Boer"
NEW = {
    "name": "Dispenser BV", "phone": "053 555 04 00", "types": "Lade 4\nLade 8", "agreed_on": "2026-01-05",
    "lead_days": "4", "channel": "webhook", "url": "https://supplier.example/orders",
    "mapping": "order = ref\nclient = to.name",
}  # fmt: skip


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in(ANNA, town.north)
    town.accounts["manager"] = open_account(
        organisation_id=town.care.id, username="manager", display_name="manager", role="team_manager", now=NOW
    )
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


def stand_in(town: Town, state: State) -> CarePath:
    """Her care path stands here, with a roll that was promised."""
    from reik.people.models import Client

    with as_worker():
        found = path_of(town.id(ANNA))
        if found is None:
            path = path_in(Client.objects.get(id=town.id(ANNA)), state, NOW)
            promised(path, NOW)
            return path
        CarePath.objects.filter(id=found.id).update(state=state.value, step=STEP_OF[state])
        return CarePath.objects.get(id=found.id)


def page(town: Town, name: str) -> str:
    return f"/clienten/{town.id(ANNA)}/{name}"


def test_without_a_path_the_pages_lead_to_it(town: Town, visits: Visits) -> None:
    for name in ("aanmelden", "levering", "instructie"):
        assert "Nog geen zorgpad" in visits.text("nurse", page(town, name))


def test_the_pharmacy_is_asked_and_the_roll_promised(town: Town, visits: Visits) -> None:
    path = stand_in(town, State.ROLL)
    nurse, address = visits.by("nurse"), page(town, "aanmelden")
    asked = {"act": "ask", "starts_on": "2026-12-01", "time": ["08:00", "", "18:30"], "text": "Kleine rol"}
    refused = nurse.post(address, asked | {"starts_on": "2026-11-01"})
    assert refused.status_code == 422
    assert "Kies een dag die nog moet komen" in refused.content.decode()
    assert "Kleine rol" in refused.content.decode()
    assert 'value="18:30"' in refused.content.decode()
    assert nurse.post(address, asked).status_code == 302
    shown = visits.text("nurse", address)
    assert "Wacht op antwoord" in shown
    assert 'value="18:30"' in shown
    promise = {"act": "promise", "first_day": "2026-12-01", "last_day": "2026-12-14", "told_by": ""}
    assert "wie van de apotheek" in nurse.post(address, promise).content.decode()
    assert nurse.post(address, promise | {"told_by": "Els"}).status_code == 302
    assert "14 december 2026" in visits.text("nurse", address)
    refused = nurse.post(address, {"act": "move", "event": "roll_arranged", "version": str(path.version)})
    assert "apotheek doet mee" in refused.content.decode()
    with as_worker():
        assert len(enrolling.asked_of(path.id)) == 1
        assert path_of(town.id(ANNA)).state == State.ROLL  # type: ignore[union-attr]


def supplier_of(town: Town) -> str:
    with as_worker():
        (supplier,) = suppliers.suppliers_of(town.care.id)
    return str(supplier.id)


def test_a_manager_keeps_suppliers_and_sees_the_key_once(town: Town, visits: Visits) -> None:
    manager = visits.by("manager")
    for change, said in (
        ({"mapping": "order"}, "onze naam = hun naam"),
        ({"mapping": "medicine = x"}, "Links staat een naam van Reik"),
        ({"agreed_on": ""}, "verwerkersovereenkomst"),
        ({"channel": "email", "email": "a@b.example"}, "postbus"),
    ):
        answer = manager.post("/leveranciers", NEW | change)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert "Dispenser BV" in answer.content.decode()
    made = manager.post("/leveranciers", NEW).content.decode()
    assert "whsec_" in made
    shown = visits.text("manager", "/leveranciers")
    assert "whsec_" not in shown
    assert "client = to.name" in shown
    assert visits.by("nurse").get("/leveranciers").status_code == 404
    id = supplier_of(town)
    assert manager.post(f"/leveranciers/{id}/weg").status_code == 302
    assert "Dispenser BV" not in visits.text("manager", "/leveranciers")
    assert "al uit de lijst" in manager.post(f"/leveranciers/{id}/weg").content.decode()


def test_a_dispenser_is_ordered_when_the_roll_is_arranged_and_answered(town: Town, visits: Visits) -> None:
    path = stand_in(town, State.ROLL)
    visits.by("manager").post("/leveranciers", NEW)
    nurse, address = visits.by("nurse"), page(town, "levering")
    wanted = {
        "act": "order", "what": f"{supplier_of(town)} Lade 4", "wanted_on": "2026-12-01", "times": "2",
        "volume": "high", "note": "Bel twee keer",
    }  # fmt: skip
    assert "Eerst de rol" in visits.text("nurse", address)
    assert "Eerst de rol" in nurse.post(address, wanted).content.decode()
    stand_in(town, State.DELIVERING)
    refused = nurse.post(address, wanted | {"wanted_on": "2026-11-01"}).content.decode()
    assert "Kies een dag vanaf vandaag" in refused
    assert "Bel twee keer" in refused
    assert re.search(r'Lade 4"\s+checked', refused)
    assert nurse.post(address, wanted).status_code == 302
    assert "besteld, nog niet bevestigd" in visits.text("nurse", address)
    with as_worker():
        (order,) = orders_seen.orders_of([path.id])[path.id]
        assert OutboxMessage.objects.filter(about=order.id).count() == 1
    told = {
        "act": "answer",
        "order": str(order.id),
        "seen": "sent",
        "answer": "deliver",
        "device": "lade-0001",
    }
    assert "net" in nurse.post(address, told | {"seen": "shipped"}).content.decode()
    assert nurse.post(address, told).status_code == 302
    assert "LADE-0001" in visits.text("nurse", address)
    assert visits.by("southerner").post(address, told).status_code == 404


def test_the_home_is_walked_through_room_by_room(town: Town, visits: Visits) -> None:
    path = stand_in(town, State.DELIVERING)
    nurse, address = visits.by("nurse"), page(town, "levering")
    deaf = nurse.post(address, {"act": "room", "room": "bedroom"}).content.decode()
    assert "schrijf wat u eraan doet" in deaf
    for given in (
        {"act": "room", "room": "living_room", "heard": "1", "room_volume": "3"},
        {"act": "room", "room": "bedroom", "measure": "Extra lamp"},
        {"act": "room", "room": "other", "room_name": "Schuur", "seen_there": "1"},
        {"act": "coverage", "coverage_measure": "Bericht kwam aan"},
        {"act": "power"},
        {"act": "fallback", "fallback": "De wijk komt"},
    ):
        assert nurse.post(address, given).status_code == 302, given
    shown = visits.text("nurse", address)
    assert "Schuur" in shown
    assert "Extra lamp" in shown
    assert "Noteer de huistoegang" in shown
    assert "op de pagina Thuis" in nurse.post(address, {"act": "access"}).content.decode()
    nurse.post(f"/clienten/{town.id(ANNA)}/thuis/toegang", {"hoe": "client_opens"})
    assert nurse.post(address, {"act": "access"}).status_code == 302
    with as_worker():
        kinds = {
            "signal_tested", "coverage_tested", "power_tested", "fallback_agreed", "house_access_tried",
        }  # fmt: skip
        assert readiness.holding([path.id], NOW, kinds)[path.id] >= kinds
        assert not {f"path.{each}" for each in kinds} & {
            each.kind for each in open_tasks_of([path.client_id])
        }
    assert "De wijk komt" in visits.text("nurse", address)


def test_instruction_is_shown_back_and_comes_again(town: Town, visits: Visits) -> None:
    stand_in(town, State.STARTING)
    nurse, address = visits.by("nurse"), page(town, "instructie")
    items = dict.fromkeys(ITEMS[CLIENT], "alone")
    given = {"act": "session", "whom": "client", "practised": "1", "note": "Ging rustig", **items}
    refused = nurse.post(address, given | {"power_cut": "not_yet"}).content.decode()
    assert "Kies binnen vier weken" in refused
    assert "Ging rustig" in refused
    assert re.search(r'name="power_cut" value="not_yet" checked', refused)
    again = (NOW + timedelta(days=2)).date().isoformat()
    assert nurse.post(address, given | {"power_cut": "not_yet", "repeat_on": again}).status_code == 302
    assert "nog niet alles" in visits.text("nurse", address)
    assert nurse.post(address, given).status_code == 302
    shown = visits.text("nurse", address)
    assert "begrepen" in shown
    assert "Petra" in shown


def test_everything_is_logged_and_others_find_nothing(town: Town, visits: Visits) -> None:
    stand_in(town, State.DELIVERING)
    visits.by("nurse").post(page(town, "levering"), {"act": "power"})
    visits.by("nurse").post(page(town, "levering"), {"act": "room"})
    acts = [(row[0], row[5]) for row in logged() if row[1] == "care_path"]
    assert (Act.CHANGE, "levering power") in acts
    assert (Act.REFUSED, "levering room") in acts
    for who in ("operator", "pharmacist", "daughter", "stranger", "southerner"):
        for name in ("aanmelden", "levering", "instructie"):
            assert visits.by(who).get(page(town, name)).status_code == 404
            assert visits.by(who).post(page(town, name), {"act": "power"}).status_code == 404


def test_two_at_once_are_told_so(town: Town, visits: Visits) -> None:
    stand_in(town, State.ENROLLING)
    given = {"act": "move", "event": "enrolled", "version": "99"}
    answer = visits.by("nurse").post(page(town, "aanmelden"), given)
    assert answer.status_code == 422
    assert "veranderde dit zorgpad net" in answer.content.decode()
    assert (
        visits.by("nurse").post(page(town, "levering"), {"act": "move", "event": "go_live"}).status_code
        == 422
    )
