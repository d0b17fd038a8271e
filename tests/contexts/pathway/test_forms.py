"""Forms of an organisation (four eyes, versions) and of a client (her own data, print, refusals), on the screens."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from pypdf import PdfReader

from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from reik.kernel.models import AccessEntry
from reik.kernel.operations import open_account
from reik.pathway.forms import catalogue, versions
from reik.pathway.forms.catalogue import OwnText, own_text
from reik.pathway.forms.gathering import gather
from reik.pathway.forms.markup import FormFlawed
from reik.pathway.forms.versions import FormRefused
from reik.pathway.models import FormVersion
from reik.people.homes import keep_home
from reik.people.homes_numbers import add_number
from reik.people.models import Client
from reik.people.operations import join_team
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.people.queries import card_of
from tests.contexts.screens_town import Town, Visits, as_worker, found_town

ANNIE = "A. (Annie) de Boer"
OURS = "# Storing bij ons\n\nBel {who_care}: {phone_care}.\n"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    for name in ("mia", "mo"):
        made.accounts[name] = open_account(
            organisation_id=made.care.id,
            username=name,
            display_name=name.title(),
            role="team_manager",
            now=now,
        )
        join_team(
            organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts[name].id, now=now
        )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    connection.close()
    become(Role.WEB)
    return Visits(town)


def complete(town: Town) -> None:
    """A pharmacy, a number for day and night, a date of birth, and what the dispenser says of itself."""
    with as_worker():
        id, house = town.id(ANNIE), town.care.id
        give_pharmacy(
            id, register_pharmacy(organisation_id=house, name="Apotheek Noord", phone="053 555 02 00", now=town.now),
            by="Fatma", now=town.now,
        )  # fmt: skip
        add_number(
            organisation_id=house, kind="team", name="Overdag", phone="053 555 09 00", now=town.now,
            hours={"1": ["09:00", "17:00"]},
        )  # fmt: skip
        add_number(
            organisation_id=house, kind="team", name="Wijkteam Noord", phone="053 555 01 00", hours={},
            now=town.now, place=2,
        )  # fmt: skip
        Client.objects.filter(id=id).update(birth_date="1941-02-03")
        Dispenser.objects.filter(client_id=id).update(
            started={
                "model": "X",
                "capabilities": {"battery_hours": 4, "sound": ["tone"], "roll_change": "any_time"},
            }
        )


def page(town: Town, more: str = "") -> str:
    return f"/clienten/{town.id(ANNIE)}/formulieren{more}"


def said_by(body: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in PdfReader(io.BytesIO(body)).pages))


def logged(detail: str) -> list[tuple[str, str]]:
    with as_worker():
        return list(AccessEntry.objects.filter(detail=detail).values_list("act", "outcome"))


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


def test_an_organisations_text_holds_only_after_a_second_person(town: Town, visits: Visits) -> None:
    complete(town)
    form = "/formulieren/fault/nl"
    assert "Tekst van Reik" in visits.text("nurse", form)
    looked = visits.by("mia").post(f"{form}/schrijven", {"tekst": OURS, "na": "0", "knop": "bekijk"})
    assert "Bel Wijkteam Noord" in looked.content.decode()
    kept = visits.by("mia").post(f"{form}/schrijven", {"tekst": OURS, "na": "0", "knop": "bewaar"})
    assert kept.status_code == 302
    version = kept["Location"]
    assert "Storing bij ons" not in visits.text("nurse", page(town, "/fault"))
    refused = visits.by("mia").post(version, {"knop": "goedkeuren"})
    assert refused.status_code == 409
    assert "Een tweede persoon keurt goed" in refused.content.decode()
    assert visits.by("nurse").post(version, {"knop": "goedkeuren"}).status_code == 404
    assert "Wat er anders wordt" in visits.text("mo", version)
    assert visits.by("mo").post(version, {"knop": "goedkeuren"}).status_code == 302
    assert "Storing bij ons" in visits.text("nurse", page(town, "/fault"))
    assert "Eigen tekst, versie 1" in said_by(visits.by("nurse").get(page(town, "/fault.pdf")).content)
    assert visits.by("mo").post(version, {"knop": "goedkeuren"}).status_code == 409
    assert visits.by("mia").post(version, {"knop": "intrekken"}).status_code == 302
    assert "Als de dispenser het niet doet" in visits.text("nurse", page(town, "/fault"))


def test_what_is_wrong_is_told_by_line_and_nothing_typed_is_lost(town: Town, visits: Visits) -> None:
    text = "# Titel\n\nBel {telefoon} <b>nu</b>"
    answer = visits.by("mia").post(
        "/formulieren/stop/nl/schrijven", {"tekst": text, "na": "0", "knop": "bewaar"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Regel 3: Het veld {telefoon} bestaat niet" in body
    assert "Bel {telefoon} &lt;b&gt;nu&lt;/b&gt;" in body
    with as_worker():
        assert not FormVersion.objects.exists()
    assert visits.by("nurse").get("/formulieren/stop/nl/schrijven").status_code == 404
    assert visits.by("mia").get("/formulieren/stop/xx").status_code == 404


def test_two_people_who_write_at_once_are_told_so(town: Town, visits: Visits) -> None:
    form = "/formulieren/away/nl/schrijven"
    assert visits.by("mia").post(form, {"tekst": OURS, "na": "0", "knop": "bewaar"}).status_code == 302
    late = visits.by("mo").post(form, {"tekst": OURS + "\nEn meer.", "na": "0", "knop": "bewaar"})
    assert late.status_code == 409
    assert "Iemand anders schreef intussen een versie" in late.content.decode()
    assert "En meer." in late.content.decode()


def write(town: Town, body: str, after: int, who: str = "mia") -> UUID:
    return versions.write(
        organisation_id=town.care.id, form="fault", language="nl", body=body, after=after, now=town.now,
        author_id=town.accounts[who].id, author=who,
    )  # fmt: skip


def approve(town: Town, id: UUID, who: str = "mo") -> None:
    versions.approve(town.care.id, id, by_id=town.accounts[who].id, by=who, now=town.now + timedelta(hours=1))


def test_at_most_one_version_holds_and_withdrawing_gives_reiks_text_back(town: Town) -> None:
    with as_worker():
        first = write(town, OURS, 0)
        approve(town, first)
        second = write(town, OURS + "\nTweede.", 1)
        assert versions.holding(town.care.id, "fault", "nl").own.id == first  # type: ignore[union-attr]
        third = write(town, OURS + "\nDerde.", 2)
        with pytest.raises(FormRefused, match="newer"):
            approve(town, second)
        approve(town, third)
        states = [each.state for each in versions.versions_of(town.care.id, "fault", "nl")]
        assert states == ["holds", "withdrawn", "withdrawn"]
        versions.withdraw(town.care.id, third, by="mo", now=town.now)
        held = versions.holding(town.care.id, "fault", "nl")
        assert held.own is None
        assert held.body == own_text("fault", "nl").body
        with pytest.raises(FormRefused, match="already"):
            versions.withdraw(town.care.id, third, by="mo", now=town.now)


def test_a_version_without_change_or_with_flaws_is_not_kept(town: Town) -> None:
    with as_worker():
        with pytest.raises(FormRefused, match="Nothing"):
            write(town, own_text("fault", "nl").body, 0)
        with pytest.raises(FormFlawed):
            write(town, "geen titel", 0)
        with pytest.raises(FormRefused, match="no such version"):
            approve(town, town.care.id)
        assert not FormVersion.objects.exists()


def test_it_says_when_reiks_text_changed_after_theirs(
    town: Town, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_worker():
        approve(town, write(town, OURS, 0))
    assert "is daarna veranderd" not in visits.text("nurse", "/formulieren")
    newer = OwnText(body="# Nieuw\n\nAnders.\n", digest="0123")
    monkeypatch.setattr(versions, "own_text", lambda form, language: newer)
    assert catalogue.own_text("fault", "nl") != newer
    assert "is daarna veranderd" in visits.text("nurse", "/formulieren")
    assert "nadat deze versie werd geschreven" in visits.text("nurse", "/formulieren/fault/nl")
    assert "Storing bij ons" in visits.text("nurse", "/formulieren/fault/nl")


def test_a_text_that_can_no_longer_be_read_gives_way_to_reiks(town: Town, visits: Visits) -> None:
    complete(town)
    with as_worker():
        id = write(town, OURS, 0)
        approve(town, id)
        FormVersion.objects.filter(id=id).update(body="# Oud\n\n{old_field}\n")
    assert "kan niet meer gelezen worden" in visits.text("nurse", "/formulieren/fault/nl")
    assert "Als de dispenser het niet doet" in visits.text("nurse", page(town, "/fault"))


def test_another_organisation_sees_nothing_of_these_texts(town: Town, visits: Visits) -> None:
    with as_worker():
        id = write(town, OURS, 0)
        approve(town, id)
    assert visits.by("stranger").get(f"/formulieren/versie/{id}").status_code == 404
    assert "Storing bij ons" not in visits.text("stranger", "/formulieren/fault/nl")
