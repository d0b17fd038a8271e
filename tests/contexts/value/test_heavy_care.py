"""Heavy care per route from plannings: kept with each visit, before and now in the measurement plan, and on screen."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.value.indicators.keeping import NewValue, type_value
from reik.value.indicators.seen import IndicatorSeen, one_indicator
from reik.value.models import PlanningFile, Visit
from reik.value.planning import operations, queries
from reik.value.planning.planned import planned_of
from reik.value.planning.reading import read_planning
from reik.value.planning.sheets import open_sheet
from reik.value.rollups.running import roll_up
from reik.value.rollups.seen import Days
from reik.value.tours.keeping import work_off
from reik.value.tours.questions import Question
from reik.value.tours.rows import visits_of
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, plain
from tests.contexts.value.manager_town import visits_of as pages_of
from tests.contexts.value.planning_files import MAPPING, export, uploaded

START = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
AUTUMN = Days(since=date(2026, 8, 24), until=date(2026, 11, 23))
HEAVY = MAPPING.with_(activities={"MED": "medication", "ADL": "heavy", "KOUS": "care"})
BEFORE, AFTER = date(2026, 10, 5), date(2026, 11, 9)


def fortnight(first: date, light: int) -> bytes:
    """Two workers, each day: one visit for heavy care, `light` others for medication alone, one of nobody in sight."""
    rows = []
    for n in range(12):
        day = f"{first + timedelta(n):%d-%m-%Y}"
        for worker in ("M1", "M2"):
            rows.append(f"z{worker};{day};13:00;30;{worker};Noord;ADL+MED")
            rows += [f"c{at}{worker};{day};{7 + at:02}:00;10;{worker};Noord;MED" for at in range(light)]
        rows.append(f"n;{day};20:00;20;;Noord;KOUS")
    return export(rows)


def taken(organisation_id: UUID, content: bytes, *, judged: bool = True) -> UUID:
    id = uploaded(organisation_id, content, NOW)
    operations.ask_reading(id, HEAVY if judged else MAPPING, anonymous=True)
    operations.work_off(lambda: NOW)
    operations.take(id, only_good=False, now=NOW)
    return id


@pytest.fixture
def zorg(database: str) -> UUID:
    """One dispenser, in use from 2 November on."""
    people = cast.gather(START)
    voice = cast.beside(cast.welcome(people.zorg, "Jansen", START), "REIK-1", START)
    for at in range(3):
        cast.plan(voice, f"m-{at}", START + timedelta(at), now=START - timedelta(1))
    roll_up(NOW)
    return people.zorg.id


def line(organisation_id: UUID, days: Days = AUTUMN) -> IndicatorSeen:
    found = one_indicator(organisation_id, "heavy_care", days, NOW)
    assert found is not None
    return found


def test_each_visit_keeps_it_and_a_team_is_told_its_share(zorg: UUID) -> None:
    id = taken(zorg, fortnight(BEFORE, 3))
    assert sorted({(each.kind, each.heavy) for each in Visit.objects.all()}) == [
        ("combined", True), ("none", False), ("unique", False),
    ]  # fmt: skip
    (team,) = queries.by_team(id, zorg)
    assert (team.heavy, team.heavy_known, team.visits) == (24, 108, 108)
    silent = taken(zorg, fortnight(AFTER, 3), judged=False)
    (team,) = queries.by_team(silent, zorg)
    assert (team.heavy, team.heavy_known) == (0, 0), "known of none: no share of nothing"
    assert PlanningFile.objects.get(id=silent).counted["heavy"] is None


def test_before_and_now_are_counted_from_plannings_and_say_which(zorg: UUID) -> None:
    assert (line(zorg).before.status, line(zorg).now.status) == ("not_measured", "not_measured")
    taken(zorg, fortnight(BEFORE, 5), judged=False)
    assert (line(zorg).before.status, line(zorg).now.status) == ("not_measured", "not_measured")
    before = taken(zorg, fortnight(BEFORE, 3))
    found = line(zorg)
    assert (found.before.value, found.now.status) == (25.0, "not_measured"), "one file is never both"
    now = taken(zorg, fortnight(AFTER, 1))
    found = line(zorg)
    assert (found.before.value, found.now.value) == (25.0, 50.0)
    assert found.before.measure is not None
    assert found.now.measure is not None
    for seen, file_id, first in ((found.before.measure, before, BEFORE), (found.now.measure, now, AFTER)):
        assert seen.planning is not None
        assert (seen.planning.file_id, seen.planning.first_day) == (file_id, first)
        assert (seen.planning.routes, seen.cases, seen.typed) == (24, 24, False)
    assert found.now.measure.denominator == 48, "a visit that nobody drives is on no route"
    operations.remove(now, NOW)
    assert line(zorg).now.status == "not_measured"


def test_what_was_typed_counts_where_there_is_nothing_to_count(zorg: UUID) -> None:
    for baseline, numerator in ((True, 20), (False, 40)):
        typed = NewValue(
            indicator="heavy_care", since=AUTUMN.since, until=AUTUMN.until, numerator=numerator, denominator=100,
            baseline=baseline,
        )  # fmt: skip
        type_value(zorg, typed, by="Bo", now=NOW)
    assert (line(zorg).before.value, line(zorg).now.value) == (20.0, 40.0)
    taken(zorg, fortnight(BEFORE, 3))
    assert (line(zorg).before.value, line(zorg).now.value) == (25.0, 40.0), "what is counted goes first"


def test_the_screen_and_the_command_take_the_same_visits(zorg: UUID, tmp_path: Path) -> None:
    columns = {**HEAVY.columns, "latitude": "Lat", "longitude": "Lon"}
    mapping = HEAVY.with_(columns=columns)
    lines = fortnight(BEFORE, 3).decode().splitlines()
    content = "\n".join([f"{lines[0]};Lat;Lon", *(f"{each};52.2;6.8" for each in lines[1:])]).encode()
    path = tmp_path / "planning.csv"
    path.write_bytes(content)
    id = uploaded(zorg, content, NOW, anonymous=False)
    operations.ask_reading(id, mapping, anonymous=False)
    operations.work_off(lambda: NOW)
    kept = visits_of(id, zorg, Question(first=BEFORE, last=BEFORE + timedelta(20))).planned
    assert kept == planned_of(read_planning(open_sheet(path), mapping))
    assert {each.heavy for each in kept} == {True, False}


# Screens


@pytest.fixture
def pages(town: Town) -> Visits:
    return pages_of(town)


def form(page: str, **changed: str) -> dict[str, object]:
    from tests.contexts.value.test_planning_screens import form as filled

    return filled(page, **changed)


def placed(content: bytes) -> bytes:
    head, *rows = content.decode().splitlines()
    return "\n".join(
        [f"{head};Latitude;Longitude", *(f"{each};52.2{n % 9};6.8{n % 7}" for n, each in enumerate(rows))]
    ).encode()


def test_from_the_mapping_to_the_indicator_and_the_what_if(town: Town, pages: Visits) -> None:
    manager = pages.by("manager")
    file = SimpleUploadedFile("najaar.csv", placed(fortnight(BEFORE, 3)))
    address = manager.post("/waarde/planning", {"bestand": file})["Location"]
    page = pages.text("manager", address)
    assert "Reik raadt dit nooit" in page
    assert page.count('<option value="heavy">zware zorg</option>') == 3, "offered, never chosen by Reik"
    assert '<th scope="col">Zware zorg</th>' not in page
    code = re.search(r'name="code" value="ADL".*?name="(soort-\d)"', page, re.S)
    assert code is not None
    seen = manager.post(address, form(page, act="bekijk", **{code[1]: "heavy"})).content.decode()
    assert '<th scope="col">Zware zorg</th>' in seen
    assert manager.post(address, form(page, act="lees", **{code[1]: "heavy"})).status_code == 302
    with as_worker():
        operations.work_off(clock.now)
    become(Role.WEB)
    words = plain(pages.text("manager", address))
    assert "24 met zware zorg" in words
    assert "Deel zware zorg" in words
    assert manager.post(address, {"act": "neem"}).status_code == 302
    _asked(pages, address)
    figure = plain(pages.text("manager", "/waarde/meetplan/heavy_care"))
    assert "najaar.csv , 5 oktober 2026 – 16 oktober 2026, 24 routes" in figure
    assert "Naar de planningen" in figure
    assert "Typ een meting in" in figure


def _asked(pages: Visits, address: str) -> None:
    manager = pages.by("manager")
    filled = {
        "bestand": address.rpartition("/")[2], "titel": "Zwaar", "vanaf": "2026-10-05", "tot": "2026-10-09",
        "groep": "alle", "vervoer": "bike", "delen": "team", "zoeken": "quick", "trekking": "3",
    }  # fmt: skip
    answer = manager.post("/waarde/wat-als", filled)["Location"]
    with as_worker():
        work_off(clock.now, workers=1)
    become(Role.WEB)
    words = plain(pages.text("manager", answer))
    assert re.search(
        r"Zware zorg per route, deel van de bezoeken 2\d,\d % \d\d,\d % \+\d\d,\d procentpunt", words
    )
    assert "Wie haar loopt, doet per bezoek zwaarder werk." in words


def test_where_nobody_called_anything_heavy_no_screen_speaks_of_it(town: Town, pages: Visits) -> None:
    manager = pages.by("manager")
    file = SimpleUploadedFile("najaar.csv", placed(fortnight(BEFORE, 3)))
    address = manager.post("/waarde/planning", {"bestand": file})["Location"]
    assert manager.post(address, form(pages.text("manager", address), act="lees")).status_code == 302
    with as_worker():
        operations.work_off(clock.now)
    become(Role.WEB)
    assert manager.post(address, {"act": "neem"}).status_code == 302
    assert "ware zorg" not in plain(pages.text("manager", address))
    figure = plain(pages.text("manager", "/waarde/meetplan/heavy_care"))
    assert "niet gemeten" in figure
    assert "najaar.csv" not in figure
