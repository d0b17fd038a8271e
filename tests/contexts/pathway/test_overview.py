"""Room Zorgpad leads to everything that is not of one client; second readers, codes and whole days on the screens."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reik.pathway import moving
from reik.pathway.forms import versions
from reik.pathway.forms.catalogue import own_text
from reik.pathway.selection.incoming import known_codes
from reik.pathway.selection.indication_codes import OWN
from reik.web.frame import rooms_of
from reik.web.terms_said import by_words
from tests.contexts.pathway.forms_town import ANNIE, town, visits
from tests.contexts.screens_town import Town, Visits, as_worker

__all__ = ["town", "visits"]
ZONE = ZoneInfo("Europe/Amsterdam")
ALL = (
    "/indicaties/lijst",
    "/inspectie",
    "/incidenten",
    "/formulieren",
    "/leveranciers",
    "/zorgpad/instellingen",
)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("mia", ALL), ("nurse", ALL[:4])],
)
def test_who_finds_what_at_the_care_path(town: Town, visits: Visits, who: str, sees: tuple[str, ...]) -> None:
    text = visits.text(who, "/zorgpad")
    for each in ALL:
        assert (f'href="{each}"' in text) == (each in sees), each
        status = visits.by(who).get(each).status_code
        assert status == 200 or each not in sees, each
    role = "team_manager" if who == "mia" else who
    assert "/zorgpad" in [each.address for each in rooms_of(role)]


@pytest.mark.parametrize("who", ["daughter", "pharmacist", "operator"])
def test_others_have_no_such_room(town: Town, visits: Visits, who: str) -> None:
    assert visits.by(who).get("/zorgpad").status_code == 404


def test_a_clients_proof_is_found_from_her_page(town: Town, visits: Visits) -> None:
    with as_worker():
        moving.open_path(client_id=town.id(ANNIE), setting="zvw", by="Fatma", role="nurse", now=town.now)
    proof = f'href="/clienten/{town.id(ANNIE)}/inspectie"'
    assert proof in visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    assert proof in visits.text("nurse", f"/clienten/{town.id(ANNIE)}/zorgpad")


def test_a_version_waits_with_the_second_reader_until_it_is_decided(town: Town, visits: Visits) -> None:
    with as_worker():
        id = versions.write(
            organisation_id=town.care.id, form="fault", language="nl", after=0, now=town.now, author="Mia",
            body=own_text("fault", "nl").body + "\nVan ons.\n", author_id=town.accounts["mia"].id,
        )  # fmt: skip
    line = f"/formulieren/versie/{id}"
    assert line in visits.text("mo", "/werklijst/taken")
    assert "1 wacht op u" in visits.text("mo", "/zorgpad")
    for who in ("mia", "nurse"):
        assert line not in visits.text(who, "/werklijst/taken")
    assert visits.by("mo").post(line, {"knop": "goedkeuren"}).status_code == 302
    assert line not in visits.text("mo", "/werklijst/taken")


def test_a_manager_keeps_the_codes_of_the_care_record(town: Town, visits: Visits) -> None:
    mia, typed = (
        visits.by("mia"),
        {"version": "0", "may_let_through": ["nurse"], "days_indication_ends": "42"},
    )
    codes = {
        "code_system": ["urn:oid:1.2.3", ""],
        "code_code": ["HB07", ""],
        "code_basis": ["wlz_home", "zvw"],
    }
    half = {**codes, "code_code": ["", ""]}
    refused = mia.post("/zorgpad/instellingen", {**typed, **half})
    assert refused.status_code == 422
    assert 'value="urn:oid:1.2.3"' in refused.content.decode()  # nothing typed is lost
    assert mia.post("/zorgpad/instellingen", {**typed, **codes}).status_code == 302
    with as_worker():
        assert known_codes(town.care.id) == {OWN: "", ("1.2.3", "HB07"): "wlz_home"}
    text = visits.text("mia", "/zorgpad/instellingen")
    assert 'value="HB07"' in text
    assert 'name="days_indication_ends" value="42"' in text


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (datetime(2026, 11, 26, 23, tzinfo=UTC), "uiterlijk donderdag 26 november"),
        (datetime(2026, 11, 20, 23, tzinfo=UTC), "moest uiterlijk vrijdag 20 november"),
        (datetime(2026, 11, 27, 13, tzinfo=UTC), "vóór 27 november 14:00"),
        (datetime(2027, 7, 31, 22, tzinfo=UTC), "uiterlijk zaterdag 31 juli"),
    ],
)
def test_a_term_at_midnight_is_said_as_its_last_whole_day(before: datetime, said: str) -> None:
    assert by_words(before, datetime(2026, 11, 23, 7, tzinfo=UTC), ZONE) == said
