"""The screens of what lies outside the roll: decide, write, give, the day card and what is printed (R5, R82)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from pypdf import PdfReader

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.kernel.models import AccessEntry
from reik.medication.models import LooseGiven
from reik.medication.outside.keeping import write_line
from reik.medication.outside.seen import history_of, loose_of, proposals_open
from reik.people.models import Client
from tests.contexts.screens_town import Town, Visits, as_worker, found_town
from tests.contexts.test_medication_agreements import agreement, receive
from tests.contexts.test_outside import DROPS, NEED

MONDAY = date(2026, 11, 23)
ANJA = {"by": "Anja", "role": "nurse"}


@pytest.fixture
def town(database, now, monkeypatch) -> Town:
    town = found_town(now + timedelta(hours=2, microseconds=7), monkeypatch)  # 10:00, as a clock gives it
    town.move_in("Annie", town.north)
    return town


@pytest.fixture
def visits(town) -> Visits:
    connection.close()
    become(Role.WEB)
    return Visits(town)


def base(town: Town) -> str:
    return f"/clienten/{town.id('Annie')}"


def line_of(town: Town, **more):
    with as_worker():
        return write_line(town.id("Annie"), replace(DROPS, **more), **ANJA, now=town.now - timedelta(hours=2))


FIELDS = {
    "product": "Timolol oogdruppels", "amount": "1 druppel", "kind": "times", "times": "08:00, 20.00",
    "day": ["1", "2", "3", "4", "5", "6", "7"], "responsible": "carer", "responsible_name": "Petra",
    "second_person": "on",
}  # fmt: skip


def test_what_the_pharmacy_agreed_beside_the_roll_is_decided_on_a_screen(town, visits):
    with as_worker():
        receive(Client.objects.get(id=town.id("Annie")), agreement("urn:oid:1|TA2", "09:00:00", packable=False),
                now=town.now)  # fmt: skip
        (proposal,) = proposals_open([town.id("Annie")])
    page = visits.text("nurse", base(town) + "/buiten-de-rol")
    assert "Wie geeft dit?" in page
    assert "Middel" in page
    address = f"{base(town)}/buiten-de-rol/regel?voorstel={proposal.id}"
    assert 'value="09:00"' in visits.text("nurse", address)
    answer = visits.by("nurse").post(
        f"{base(town)}/buiten-de-rol/voorstel/{proposal.id}", {"besluit": "elsewhere", "because": ""}
    )
    assert answer.status_code == 422
    assert "Schrijf op waarom" in answer.content.decode()
    answer = visits.by("nurse").post(address, {**FIELDS, "voorstel": str(proposal.id), "times": "9:00"})
    assert answer.status_code == 302, answer.content.decode()
    with as_worker():
        assert proposals_open([town.id("Annie")]) == []
        (seen,) = loose_of([town.id("Annie")], MONDAY, town.now)[town.id("Annie")]
        assert seen.version.says.agreement == "urn:oid:1|TA2"
        assert seen.version.written_by == "nurse"


def test_a_line_is_typed_with_its_flaws_in_words_and_nothing_lost(town, visits):
    address = base(town) + "/buiten-de-rol/regel"
    bad = visits.by("nurse").post(address, {**FIELDS, "times": "8 uur"})
    assert bad.status_code == 422
    assert "Een tijd is uren en minuten" in bad.content.decode()
    assert "Timolol oogdruppels" in bad.content.decode()
    assert visits.by("nurse").post(address, {**FIELDS, "day": []}).status_code == 422
    assert visits.by("nurse").post(address, FIELDS).status_code == 302
    page = visits.text("nurse", base(town) + "/buiten-de-rol")
    for words in ("Timolol oogdruppels", "Elke dag 08:00, 20:00", "Petra", "met een tweede persoon"):
        assert words in page, words


def test_who_gives_it_writes_it_down_with_another_as_second_person(town, visits):
    line = line_of(town, second_person=True)
    address = f"{base(town)}/buiten-de-rol/{line}/geven?dag=2026-11-23&tijd=08:00"
    said = {"amount": "1 druppel", "given_at": "08:20", "by": "me", "act": "given"}
    for second, words in (
        ("", "Hier moet een tweede persoon bij zijn"),
        ("NURSE", "De tweede persoon is een ander"),
    ):
        answer = visits.by("nurse").post(address, {**said, "second_name": second})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert (
        visits.by("nurse").post(address, {**said, "second_name": "Petra", "stock": "12"}).status_code == 302
    )
    page = visits.text("nurse", base(town) + "/buiten-de-rol")
    assert "gegeven 08:20" in page
    assert "12" in page
    again = visits.by("nurse").post(address, {**said, "second_name": "Petra"})
    assert "Deze tijd is al gegeven" in again.content.decode()
    with as_worker():
        given = LooseGiven.objects.get()
        assert (given.given_name, given.second_name, given.stock) == ("nurse", "Petra", 12)
        assert given.given_by == town.accounts["nurse"].id
    wrong = f"{base(town)}/buiten-de-rol/{line}/geven?dag=2026-11-23&tijd=08:00&herstel={given.id}"
    assert "De oude regel blijft te lezen" in visits.text("nurse", wrong)
    error = {**said, "act": "error", "because": "verkeerde cliënt"}
    assert visits.by("nurse").post(wrong, error).status_code == 302
    assert "hersteld" in visits.text("nurse", base(town) + "/buiten-de-rol")


def test_what_was_given_after_midnight_lies_on_the_next_day(town, visits, monkeypatch):
    line = line_of(town, times=(time(23, 50),))
    night = datetime(2026, 11, 23, 23, 20, tzinfo=UTC)  # 00:20 on Tuesday
    monkeypatch.setattr(clock, "now", lambda: night)
    address = f"{base(town)}/buiten-de-rol/{line}/geven?dag=2026-11-23&tijd=23:50"
    said = {"amount": "1 druppel", "by": "me", "act": "given", "given_at": "00:10"}
    assert visits.by("nurse").post(address, said).status_code == 302
    with as_worker():
        given = LooseGiven.objects.get()
        assert (given.day, given.given_at) == (MONDAY, night - timedelta(minutes=10))


def test_the_most_per_day_is_refused_on_the_screen_with_whom_to_phone(town, visits):
    with as_worker():
        line = write_line(
            town.id("Annie"), replace(NEED, max_per_day=1), **ANJA, now=town.now - timedelta(hours=2)
        )
    address = f"{base(town)}/buiten-de-rol/{line}/geven"
    said = {"amount": "1", "given_at": "09:00", "act": "given"}
    assert visits.by("nurse").post(address, said).status_code == 302
    answer = visits.by("nurse").post(address, {**said, "given_at": "09:30"})
    assert "Vandaag al 1 keer gegeven, en 1 is het meeste" in answer.content.decode()


def test_a_caregiver_and_the_centre_do_not_write_lines_and_strangers_see_nothing(town, visits):
    line_of(town)
    for who in ("southerner", "stranger"):
        for page in (
            "/buiten-de-rol",
            "/dagkaart",
            "/dagkaart.pdf",
            "/weekkaart.pdf",
            "/buiten-de-rol/regel",
        ):
            assert visits.by(who).get(base(town) + page).status_code == 404, (who, page)
    assert visits.by("operator").get(base(town) + "/buiten-de-rol/regel").status_code == 404
    assert "Regel erbij" not in visits.text("operator", base(town) + "/buiten-de-rol")
    assert visits.by("stranger").get("/team/uitvalpakket.pdf").status_code in (200, 404)


def test_the_day_card_shows_roll_and_loose_and_prints_in_both_languages(town, visits):
    town_line = line_of(town)
    page = visits.text("nurse", base(town) + "/dagkaart")
    for words in ("Timolol oogdruppels", "inhoud niet bekend", "met de hand", "er is geen zakje op een rol"):
        assert words in page, words
    assert "ingenomen" not in page.lower().replace("uitgenomen", "")
    for address, words in (
        ("/dagkaart.pdf", "Timolol oogdruppels"), ("/dagkaart.pdf?groot=1&taal=en", "By hand"),
        ("/weekkaart.pdf?dag=2026-11-24", "paraaf, tijd"),
    ):  # fmt: skip
        answer = visits.by("nurse").get(base(town) + address)
        assert answer["Content-Type"] == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        assert words in text, text
    with as_worker():
        printed = AccessEntry.objects.filter(act=Act.PRINT)
        assert [each.object_ids for each in printed] == [[str(town.id("Annie"))]] * 3
        assert history_of(town_line)


def test_a_stopped_line_is_gone_from_the_card_at_once(town, visits):
    line = line_of(town)
    assert "20:00" in visits.text("nurse", base(town) + "/dagkaart")
    address = f"{base(town)}/buiten-de-rol/{line}/stop"
    assert visits.by("nurse").post(address, {"because": ""}).status_code == 422
    assert visits.by("nurse").post(address, {"because": "ogen beter"}).status_code == 302
    page = visits.text("nurse", base(town) + "/dagkaart")
    assert "20:00" not in page


def test_the_team_takes_its_outage_pack_and_it_is_logged(town, visits):
    for kind, start in (("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("csv", b"\xef\xbb\xbfclient")):
        answer = visits.by("nurse").get(f"/team/uitvalpakket.{kind}")
        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]
    assert "Annie" in visits.by("nurse").get("/team/uitvalpakket.html").content.decode()
    assert "Annie" not in visits.by("southerner").get("/team/uitvalpakket.html").content.decode()
    assert visits.by("nurse").get(f"/team/uitvalpakket.pdf?team={town.south.id}").status_code == 404
    with as_worker():
        assert AccessEntry.objects.filter(act=Act.EXPORT, actor="nurse").count() == 4
