"""Messages to be linked, what cannot be planned, and what was not understood."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from reik.ingest import letters
from reik.interop.fhir import port
from reik.kernel.database import Role, become
from reik.medication.models import AgreementMessage
from reik.pathway.models import Indication
from reik.people.access import actor_for
from reik.people.models import Client
from reik.people.operations import register_client
from tests import cast
from tests.contexts.fhir_letters import as_json, message, patient, usual
from tests.contexts.test_fhir_indications import indication
from tests.contexts.work_house import House, confirmed, house, log, page

__all__ = ["house"]


def send(house: House, bundle: Any) -> None:
    account = house.accounts["pharmacist"]
    become(Role.WEB)
    actor = actor_for(account.id, house.now)
    port.take_in(as_json(bundle), actor=actor, organisation_id=house.zorg, now=house.now)


def test_a_message_is_linked_to_a_client_or_refused_with_a_reason(house: House) -> None:
    send(house, usual(of=patient(None, number="A-1")))
    listed = page(house.who("nurse").get("/werklijst"))
    (to_link,) = re.findall(r"/koppelen/([0-9a-f-]{36})", listed)
    assert "A. Bakker" in listed
    assert house.who("stranger").get(f"/koppelen/{to_link}").status_code == 404
    shown = page(house.who("nurse").get(f"/koppelen/{to_link}"))
    assert "zelfde geboortedatum" in shown
    assert "A-1" not in shown
    assert "Kies een cliënt." in page(house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": ""}))
    assert (
        house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.south.id)}).status_code
        == 404
    )
    assert "Schrijf op waarom" in page(
        house.who("nurse").post(f"/koppelen/{to_link}/weiger", {"because": ""})
    )
    answer = house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.anna.id)})
    assert answer["Location"] == f"/clienten/{house.anna.id}/werk"
    assert house.worker(AgreementMessage.objects.count) == 1
    assert "1 afspraak" in page(house.who("nurse").get(answer["Location"]))
    assert ("change", "to link", "ok", "linked") in log(house)
    assert "Laatste bericht van de apotheek" in page(house.who("nurse").get("/werklijst"))


def test_an_indication_of_another_client_is_no_fault_but_says_what_to_do(house: House) -> None:
    for number in ("A-1", "A-2"):
        send(house, message(indication(), of=patient(None, number=number)))
    first, second = re.findall(r"/koppelen/([0-9a-f-]{36})", page(house.who("nurse").get("/werklijst")))
    linked = house.who("nurse").post(f"/koppelen/{first}/koppel", {"client": str(house.anna.id)})
    assert linked.status_code == 302
    other = house.worker(
        lambda: register_client(
            organisation_id=house.zorg, name="B. Bos", team_id=house.anna.team_id, now=house.now
        )
    )
    refused = house.who("nurse").post(f"/koppelen/{second}/koppel", {"client": str(other.id)})
    assert refused.status_code == 422
    assert "staat in Reik al bij een andere cliënt" in page(refused)
    assert house.worker(Indication.objects.count) == 1
    assert f"/koppelen/{second}" in page(house.who("nurse").get("/werklijst")), "it waits as before"
    assert (
        house.who("nurse").post(f"/koppelen/{second}/koppel", {"client": str(house.anna.id)}).status_code
        == 302
    )


def test_what_cannot_be_planned_and_what_differs_is_said_in_words(house: House) -> None:
    send(house, usual(of=patient(None, number="A-1")))
    (to_link,) = re.findall(r"/koppelen/([0-9a-f-]{36})", page(house.who("nurse").get("/werklijst")))
    house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.anna.id)})
    vague = usual(number="TA-2", of=patient(None, number="A-1"))
    next(
        each["resource"]
        for each in vague["entry"]
        if each["resource"]["resourceType"] == "MedicationDispense"
    )["dosageInstruction"] = [{"text": "volgens afspraak"}]
    house.now += timedelta(minutes=1)
    send(house, vague)
    confirmed(house)
    listed = page(house.who("pharmacist").get("/werklijst"))
    assert "er staat geen tijd bij" in listed
    assert "20:00 staat in het schema en niet in de afspraken van de apotheek." in listed


def test_a_device_message_that_was_not_understood_is_shown_by_its_number_only(house: House) -> None:
    def park(client: Client, device: str) -> UUID:
        cast.beside(client, device, house.now)
        letter = letters.keep(
            organisation_id=house.zorg, interpreter="device/1", peer=device, body=b"het geheim", now=house.now
        )
        letters.settle(letter, letters.Fate.PARKED, "poison")
        return letter.id

    ours, theirs = (
        house.worker(lambda: park(house.anna, "REIK-1")),
        house.worker(lambda: park(house.south, "REIK-2")),
    )
    listed = page(house.who("nurse").get("/werklijst"))
    assert str(ours) in listed
    assert str(theirs) not in listed
    assert "geheim" not in listed
    assert str(theirs) in page(house.who("pharmacist").get("/werklijst"))
    assert str(ours) not in page(house.who("stranger").get("/werklijst"))
