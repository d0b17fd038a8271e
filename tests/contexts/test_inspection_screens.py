"""Inspection and loading rounds on the screen, on paper, as a file; the board's care path; 400 clients at once."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.pathway.models import (
    Baseline,
    BaselineMoment,
    CarePath,
    Evaluation,
    Override,
    PlannedVisit,
    Selection,
    SharedDecision,
)
from reik.pathway.moving import open_path
from reik.pathway.selection import indications
from reik.pathway.selection.indications import Entry
from reik.people.operations import register_client
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import bring, load
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, statements

DAY = timedelta(days=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, team in (("A. de Boer", made.north), ("B. Bakker", made.north), ("Z. Zuid", made.south)):
        made.move_in(name, team)
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def in_use(town: Town, name: str) -> CarePath:
    """A client whose dispenser is in use for 60 days; nothing was recorded but what a test adds."""
    return CarePath.objects.get(id=started(town.voices[name], town.now))


def test_the_overview_counts_and_opens_to_each_client(town: Town, visits: Visits) -> None:
    with as_worker():
        path = in_use(town, "A. de Boer")
        SharedDecision.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, path=path, choice="yes",
            decided_by="client", capacity="able", at=town.now - 70 * DAY, by="Joke", role="nurse",
            created_at=town.now - 70 * DAY,
        )  # fmt: skip
        in_use(town, "B. Bakker")
        in_use(town, "Z. Zuid")
    page = visits.text("nurse", "/inspectie")
    assert "2 cliënten." in page
    assert "Z. Zuid" not in page
    assert "stand=missing" in page
    chosen = visits.text("nurse", "/inspectie?onderwerp=agreement&stand=missing")
    assert "B. Bakker" in chosen
    assert "A. de Boer" not in chosen
    of_anna = visits.text("nurse", f"/clienten/{town.id('A. de Boer')}/inspectie")
    assert "door de cliënt zelf" in of_anna
    assert "ontbreekt" in of_anna
    assert "ingenomen" not in of_anna
    assert ("view", "client", "ok", 2, "nurse", "inspection") in logged()
    for who in ("stranger", "southerner"):
        assert visits.by(who).get(f"/clienten/{town.id('A. de Boer')}/inspectie").status_code == 404
    for who in ("operator", "daughter", "pharmacist"):
        assert visits.by(who).get("/inspectie").status_code == 404
    assert visits.by("nurse").get(f"/inspectie?team={town.south.id}").status_code == 404


def test_what_is_unknown_is_violet_and_nobody_is_called_in_time_for_it(town: Town, visits: Visits) -> None:
    with as_worker():
        in_use(town, "A. de Boer")
    page = visits.text("nurse", f"/clienten/{town.id('A. de Boer')}/inspectie")
    staff = page.split('id="o-trained_staff"')[1].split("</section>")[0]
    assert "c-onb" in staff
    assert "c-uit" not in staff


def test_inspection_is_taken_along_as_pdf_and_csv_and_that_is_written_down(
    town: Town, visits: Visits
) -> None:
    with as_worker():
        path = in_use(town, "A. de Boer")
        in_use(town, "B. Bakker")
        Override.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, path=path,
            condition="care_plan", because='=1+1 "uit het ziekenhuis"', by="Joke", role="nurse",
            at=town.now - 60 * DAY, make_good_by=town.now - 57 * DAY,
        )  # fmt: skip
    pdf = visits.by("nurse").get("/inspectie.pdf")
    reader = PdfReader(io.BytesIO(pdf.content))
    text = "".join(each.extract_text() for each in reader.pages)
    assert "A. de Boer" in text
    assert "ontbreekt" in text
    assert reader.trailer["/Root"]["/Lang"] == "nl"
    answer = visits.by("nurse").get("/inspectie.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(answer), delimiter=";"))
    assert {each["client"] for each in rows} == {"Mw. A. de Boer", "Mw. B. Bakker"}
    (late,) = [each for each in rows if each["onderwerp"] == "overrides"]
    assert late["stand"] == "missing"
    assert not any(cell.startswith(("=", "+", "@")) for each in rows for cell in each.values())
    one = visits.by("nurse").get(f"/clienten/{path.client_id}/inspectie.csv").content.decode()
    assert "B. Bakker" not in one
    assert visits.by("nurse").get("/inspectie.xlsx").status_code == 404
    assert [each[0] for each in logged() if each[5].startswith("inspection ")].count("export") == 3


@pytest.mark.slow
def test_four_hundred_clients_are_paged_in_a_fixed_number_of_statements(town: Town, visits: Visits) -> None:
    with as_worker():
        for n in range(400):
            client = register_client(
                organisation_id=town.care.id, name=f"C. {n}", team_id=town.north.id, now=town.now
            )
            open_path(client_id=client.id, setting="zvw", by="Joke", role="nurse", now=town.now)
        began = town.now - 60 * DAY
        CarePath.objects.update(state="in_use", step=8, started_at=began, opened_at=began - DAY)
        Selection.objects.bulk_create(
            Selection(
                id=new_id(town.now), organisation_id=town.care.id, client_id=each.client_id, path=each, version=1,
                form="1", outcome="suitable", author_id=new_id(town.now), author="Joke", author_role="nurse",
                created_at=began - DAY,
            )
            for each in CarePath.objects.all()
        )  # fmt: skip
    page = visits.text("nurse", "/inspectie")
    assert page.count("proof-who") == 100
    assert "blz=2" in page
    assert statements(lambda: visits.by("nurse").get("/inspectie")) <= 60


# The board


def test_the_board_shows_candidates_with_why_evaluations_and_double_work(town: Town, visits: Visits) -> None:
    with as_worker():
        indications.enter(
            Entry(client_id=town.id("A. de Boer"), basis="zvw", starts_on=date(2026, 11, 1)), by="Joke",
            role="nurse", now=town.now,
        )  # fmt: skip
        path = in_use(town, "B. Bakker")
        Evaluation.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, path=path, why="schedule",
            opened_at=town.now - 9 * DAY, due_on=(town.now - 2 * DAY).date(),
        )  # fmt: skip
        base = Baseline.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, path=path,
            measured_on=date(2026, 9, 1), administration_minutes=5, by="Joke", created_at=town.now,
        )  # fmt: skip
        moment = BaselineMoment.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, baseline=base,
            at=clock_time(8), weekdays=127, unique=True, care_minutes=5, travel_minutes=5,
            who="caregiver",
        )  # fmt: skip
        PlannedVisit.objects.create(
            id=new_id(town.now), organisation_id=town.care.id, client_id=path.client_id, moment=moment,
            state="runs", changed_by="Joke", changed_at=town.now,
        )  # fmt: skip
    page = visits.text("nurse", "/team")
    assert "wacht op:" in page
    assert "evaluatie te laat: 21 november" in page
    assert "1 bezoek dubbel" in page
    assert "stap 8" in page

    def names(which: str) -> set[str]:
        shown = visits.text("nurse", f"/team?toon={which}").split('class="team-side"')[0].split("<aside")[0]
        return {each for each in ("A. de Boer", "B. Bakker") if f'id="c-{town.id(each)}"' in shown}

    assert names("kandidaten") == {"A. de Boer"}
    assert names("evaluatie") == {"B. Bakker"}
    assert names("dubbel") == {"B. Bakker"}


# Loading rounds


def rolls(town: Town, name: str, *, follows: bool) -> None:
    voice = town.voices[name]
    number = voice.device
    bring(voice, town.now, number=f"{number}-1")
    load(voice, town.now, number=f"{number}-1", last=7, count=7)
    if follows:
        bring(voice, town.now, number=f"{number}-2", first=date(2026, 12, 1))


def test_rounds_are_shown_printed_and_put_in_a_calendar_without_names(town: Town, visits: Visits) -> None:
    with as_worker():
        rolls(town, "A. de Boer", follows=True)
        rolls(town, "B. Bakker", follows=False)
    page = visits.text("nurse", "/werklijst/rondes")
    assert "De volgende rol is nog niet bekend" in page.split('id="zonder"')[1].split("</section>")[0]
    planned = page.split('id="r-1"')[1].split("</section>")[0]
    assert "A. de Boer" in planned
    assert "B. Bakker" not in planned
    pdf = visits.by("nurse").get("/werklijst/rondes.pdf")
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "Voorbeeldstraat 1, Borne" in text
    rows: list[Any] = list(
        csv.DictReader(io.StringIO(visits.text("nurse", "/werklijst/rondes.csv")), delimiter=";")
    )
    assert [(each["client"], bool(each["waarom_niet"])) for each in rows] == [
        ("Mw. A. de Boer", False), ("Mw. B. Bakker", True),
    ]  # fmt: skip
    ics = visits.by("nurse").get("/werklijst/rondes.ics").content
    assert b"Boer" not in ics
    (event,) = Calendar.from_ical(ics).walk("VEVENT")
    assert event["SUMMARY"] == "Laadronde: 1 adres"
    assert visits.by("nurse").get("/werklijst/rondes.xls").status_code == 404
    assert visits.by("operator").get("/werklijst/rondes").status_code == 404
    assert "A. de Boer" not in visits.text("southerner", "/werklijst/rondes")
