"""A dispenser for a client: its document, what it belongs to, and nothing of a demo."""

from __future__ import annotations

import json
import re

import pytest

from reik.dispensing.devices.shares import region_of
from reik.dispensing.models import DeviceSecret, Dispenser
from reik.medication.models import Sachet
from tests.contexts.work_house import House, house, page, rows_of, write

__all__ = ["house"]


def test_a_real_device_shows_its_document_once(house: House) -> None:
    address = f"/clienten/{house.anna.id}/dispenser"
    assert "3 tot 32 hoofdletters" in page(house.who("nurse").post(address, {"label": "é"}))
    answer = house.who("nurse").post(address, {"label": "reik-0001"})
    said = answer.content.decode()
    document = json.loads(re.search(r"<pre[^>]*>(.*?)</pre>", said, re.S)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert document["device"] == "REIK-0001"
    assert set(document) == {"device", "password", "key", "mqtt", "https", "ca"}
    assert "no-store" in answer["Cache-Control"]
    assert document["password"] not in page(house.who("nurse").get(address))
    assert "heeft al een dispenser" in page(house.who("nurse").post(address, {"label": "REIK-0001"}))
    assert house.worker(DeviceSecret.objects.count) == 1
    house.who("nurse").post(address, {"label": "REIK-0001", "again": "1"})
    assert house.worker(DeviceSecret.objects.count) == 2


def test_what_a_dispenser_belongs_to_is_set_where_it_is_linked_and_on_its_page(house: House) -> None:
    address, nurse = f"/clienten/{house.anna.id}/dispenser", house.who("nurse")
    refused = nurse.post(address, {"label": "REIK-0001", "network": "x" * 61})
    assert "ten hoogste 60 letters" in page(refused)
    assert house.worker(DeviceSecret.objects.count) == 0
    nurse.post(address, {"label": "REIK-0001", "network": " KPN  mobiel ", "region": "Twente"})

    def shared() -> tuple[str, ...]:
        return house.worker(
            lambda: Dispenser.objects.values_list("network", "supplier", "region").get(device="REIK-0001")
        )

    assert shared() == ("KPN mobiel", "", "Twente")
    assert 'value="KPN mobiel"' in page(nurse.get(address))
    nurse.post(f"{address}/hoort-bij", {"network": "kpn MOBIEL", "supplier": "Doos BV", "region": ""})
    assert shared() == ("KPN mobiel", "Doos BV", "")  # one spelling: by that an outage is known
    assert "ten hoogste 60 letters" in page(nurse.post(f"{address}/hoort-bij", {"network": "a" * 61}))
    assert house.who("southerner").post(f"{address}/hoort-bij", {"network": "x"}).status_code == 404
    assert shared()[0] == "KPN mobiel"


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("Voorbeeldstraat 1, 7622 AB Borne", "postcode 76"), ("Weg 1234, 1011ab Amsterdam", "postcode 10"),
        ("Voorbeeldstraat 1, Borne", ""), ("", ""), ("Laan 0123 AB", ""),
    ],
)  # fmt: skip
def test_the_region_is_proposed_from_the_postcode(address: str, region: str) -> None:
    assert region_of(address) == region


def test_on_a_real_installation_nothing_of_a_demo_is_offered(house: House) -> None:
    form = page(house.who("nurse").get(f"/clienten/{house.anna.id}/schema"))
    assert "Over 2 minuten" not in form
    soon = page(
        house.who("nurse").post(f"/clienten/{house.anna.id}/schema", {**rows_of({"at": "8"}), "act": "soon"})
    )
    assert 'name="at-0" value="8"' in soon
    assert "Lees terug als" not in page(house.who("nurse").get(write(house)))
    assert "virtuele" not in page(house.who("nurse").get(f"/clienten/{house.anna.id}/dispenser"))
    assert house.worker(Sachet.objects.count) == 0
