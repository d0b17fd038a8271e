"""Forms of an organisation: four eyes, versions, and Reik's text behind theirs, on the screens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from reik.pathway.forms import catalogue, versions
from reik.pathway.forms.catalogue import OwnText, own_text
from reik.pathway.forms.markup import FormFlawed
from reik.pathway.forms.versions import FormRefused
from reik.pathway.models import FormVersion
from tests.contexts.pathway.forms_town import complete, page, said_by, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker

__all__ = ["town", "visits"]
OURS = "# Storing bij ons\n\nBel {who_care}: {phone_care}.\n"


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
