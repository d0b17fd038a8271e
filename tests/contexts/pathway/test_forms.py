"""Forms of a client: her own data, print, refusals, and the card in her language, on the screens."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from reik.pathway.forms.gathering import gather
from reik.people.homes import keep_home
from reik.people.models import Client
from reik.people.queries import card_of
from tests.contexts.pathway.forms_town import ANNIE, complete, logged, page, said_by, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker

__all__ = ["town", "visits"]


def test_what_a_client_gets_is_read_where_it_lives(town: Town) -> None:
    complete(town)
    with as_worker():
        known = gather(card_of(Client.objects.select_related("team").get(id=town.id(ANNIE))), town.now)
    assert known.care is not None
    assert (known.care.who, known.care.phone) == ("Wijkteam Noord", "053 555 01 00")
    assert known.fault is None
    assert [(f"{at:%H:%M}", window) for at, window in known.doses] == [("08:00", 45)]
    assert [(each.responder, each.wait_min) for each in known.route] == [
        ("centre", 5),
        ("carer", 10),
        ("team", 5),
    ]
    assert known.route[1].hours is not None
    assert known.otherwise is False
    assert known.type is not None
    assert (known.type.battery_hours, known.type.sound, known.type.early) == (4, ("tone",), None)
    assert (known.pharmacy, known.organisation, known.team) == ("Apotheek Noord", "Thuiszorg", "Noord")


def test_a_nurse_reads_and_prints_a_form_with_the_clients_own_data(town: Town, visits: Visits) -> None:
    complete(town)
    listing = visits.text("nurse", page(town))
    assert "De rol laden" in listing
    assert "kaart.pdf?taal=ar" in listing
    text = visits.text("nurse", page(town, "/fault"))
    assert "053 555 01 00" in text
    assert "u drukt op ok" in text.lower()
    answer = visits.by("nurse").get(page(town, "/fault.pdf"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    said = said_by(answer.content)
    assert "Mw. A. (Annie) de Boer" in said
    assert "Wijkteam Noord: 053 555 01 00" in said
    assert "Overdag" not in said
    assert logged(f"form fault {town.id(ANNIE)}") == [("view", "ok")]
    assert logged("form fault") == [("print", "ok")]
    english = visits.by("nurse").get(page(town, "/power_cut.pdf?taal=en"))
    assert "goes on for 4 hours on its battery" in said_by(english.content)


def test_nothing_is_printed_while_a_number_is_missing_and_it_says_where_to_fill_it_in(
    town: Town, visits: Visits
) -> None:
    text = visits.text("nurse", page(town, "/fault"))
    assert 'href="/bereikbaar"' in text
    assert "fault.pdf" not in text
    answer = visits.by("nurse").get(page(town, "/fault.pdf"))
    assert answer.status_code == 409
    assert "Er is niets afgedrukt" in answer.content.decode()
    assert logged("form fault") == [("print", "incomplete")]
    card = visits.by("nurse").get(page(town, "/kaart.pdf"))
    assert card.status_code == 409
    assert "Er is niets afgedrukt" in card.content.decode()
    assert "nummer dat dag en nacht wordt opgenomen" in card.content.decode()


def test_the_card_comes_in_the_clients_own_language(town: Town, visits: Visits) -> None:
    complete(town)
    with as_worker():
        keep_home(town.id(ANNIE), language="pl", lives_with="", video_link="", by="Anja", now=town.now)
    listing = visits.text("nurse", page(town))
    assert re.search(r"<b>Pools</b>\s*<span class=\"soft\">taal van de cliënt", listing)
    answer = visits.by("nurse").get(page(town, "/kaart.pdf"))
    assert answer.status_code == 200
    assert PdfReader(io.BytesIO(answer.content)).root_object["/Lang"] == "pl"
    assert "053 555 01 00" in said_by(answer.content)
    assert logged("card beside the dispenser pl") == [("print", "ok")]
    arabic = visits.by("nurse").get(page(town, "/kaart.pdf?taal=ar"))
    assert PdfReader(io.BytesIO(arabic.content)).root_object["/Lang"] == "ar"


def test_who_has_no_card_in_her_language_is_said_so(town: Town, visits: Visits) -> None:
    complete(town)
    with as_worker():
        keep_home(town.id(ANNIE), language="so", lives_with="", video_link="", by="Anja", now=town.now)
    assert "nog geen kaart in het Somalisch" in visits.text("nurse", page(town))


@pytest.mark.parametrize("who", ["southerner", "stranger", "daughter", "pharmacist", "operator"])
def test_others_find_no_forms_of_this_client(town: Town, visits: Visits, who: str) -> None:
    for more in ("", "/fault", "/fault.pdf", "/kaart.pdf"):
        assert visits.by(who).get(page(town, more)).status_code == 404
    assert visits.by("nurse").get(page(town, "/nothing")).status_code == 404
