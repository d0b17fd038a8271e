"""Planning files in the database: sealed on their way, taken once, anonymous, matched, removed; and their screens."""

from __future__ import annotations

import io
import json
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.ops import planning as command_line
from reik.people.matching import Person, remember
from reik.people.operations import register_client
from reik.value.models import PlanningFile, PlanningPart, Visit
from reik.value.planning import operations, queries
from reik.value.planning.mapping import PlanningMap
from reik.value.planning.operations import PlanningRefused
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

COLUMNS = {
    "client": "Cliëntnummer", "date": "Datum", "start": "Begin", "minutes": "Duur", "worker": "Medewerker",
    "team": "Team", "activity": "Uursoort",
}  # fmt: skip
MAPPING = PlanningMap(columns=COLUMNS, activities={"MED": "medication", "ADL": "care"})
BSN = "999900006"


def export(rows: list[str]) -> bytes:
    return "\n".join([";".join(COLUMNS.values()), *rows]).encode()


def month(client: str = "77") -> bytes:
    """28 days: medication at 8, together with care at 13."""
    rows = []
    for n in range(28):
        day = date(2026, 10, 5) + timedelta(n)
        rows.append(f"{client};{day:%d-%m-%Y};08:00;10;M1;Noord;MED")
        rows.append(f"{client};{day:%d-%m-%Y};13:00;30;M1;Noord;MED+ADL")
    return export(rows)


def uploaded(organisation_id: UUID, content: bytes, now: datetime, *, anonymous: bool = True) -> UUID:
    return operations.upload(
        organisation_id=organisation_id, name="planning.csv", stream=io.BytesIO(content), anonymous=anonymous,
        by="Ria", now=now,
    )  # fmt: skip


def read(
    file_id: UUID, now: datetime, *, mapping: PlanningMap = MAPPING, anonymous: bool = True
) -> PlanningFile:
    operations.ask_reading(file_id, mapping, anonymous=anonymous)
    operations.work_off(lambda: now)
    return PlanningFile.objects.get(id=file_id)


@pytest.fixture
def house(database: str, now: datetime) -> UUID:
    return found_organisation(name="Thuiszorg", kind="care", now=now).id


def test_a_file_is_sealed_on_its_way_and_gone_once_it_counts(house: UUID, now: datetime) -> None:
    id = uploaded(house, month(), now)
    sealed = b"".join(bytes(each.sealed) for each in PlanningPart.objects.all())
    assert len(sealed) > len(month())
    assert b"Noord" not in sealed
    row = read(id, now)
    assert (row.state, row.visits, row.refused_count) == ("read", 56, 0)
    assert row.counted["unique"] == row.counted["combined"] == 28
    assert queries.by_team(id, house)[0].peak == 28
    operations.take(id, only_good=False, now=now)
    assert not PlanningPart.objects.exists()
    assert PlanningFile.objects.get(id=id).look is None
    with pytest.raises(PlanningRefused) as twice:
        uploaded(house, month(), now)
    assert twice.value.code == "twice"
    other = found_organisation(name="Anders", kind="care", now=now).id
    uploaded(other, month(), now)
    assert queries.file(id, other) is None
    operations.remove(id, now)
    operations.work_off(lambda: now)
    assert not Visit.objects.exists()
    read(uploaded(house, month(), now), now)
    assert Visit.objects.count() == 56, "what was removed can be taken again"


def test_two_copies_on_their_way_count_once(house: UUID, now: datetime) -> None:
    first, second = uploaded(house, month(), now), uploaded(house, month(), now)
    read(first, now)
    read(second, now)
    operations.take(first, only_good=False, now=now)
    with pytest.raises(PlanningRefused) as twice:
        operations.take(second, only_good=False, now=now)
    assert twice.value.code == "twice"


def test_the_rest_goes_on_only_when_somebody_says_so(house: UUID, now: datetime) -> None:
    id = uploaded(
        house, export(["1;05-10-2026;08:00;10;M1;Noord;MED", "2;05-10-2026;09:00;-1;M1;Noord;MED"]), now
    )
    row = read(id, now)
    assert row.refused == [{"line": 3, "reason": "negative", "value": "-1"}]
    with pytest.raises(PlanningRefused) as asked:
        operations.take(id, only_good=False, now=now)
    assert asked.value.code == "refused"
    operations.take(id, only_good=True, now=now)
    assert PlanningFile.objects.get(id=id).state == "taken"


def test_an_anonymous_file_holds_no_key_of_theirs_and_another_file_other_names(
    house: UUID, now: datetime
) -> None:
    content = (
        b"Client;Datum;Begin;Duur;Medewerker;Lat;Lon\nMw Deen;05-10-2026;08:00;10;P. Drie;52,34567;5,1\n"
    )
    mapping = MAPPING.with_(columns={
        "client": "Client", "date": "Datum", "start": "Begin", "minutes": "Duur", "worker": "Medewerker",
        "latitude": "Lat", "longitude": "Lon",
    })  # fmt: skip
    first, second = (read(uploaded(house, content, now), now, mapping=mapping).id for _ in range(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(v::text, ' ') FROM value_visit AS v")
        assert not re.search("Deen|Drie|345", cursor.fetchone()[0])
    one, other = (Visit.objects.get(file_id=id) for id in (first, second))
    assert one.client_key != other.client_key
    assert one.latitude == 52.35


def test_who_is_known_exactly_is_found_and_a_bsn_is_never_kept(house: UUID, now: datetime) -> None:
    by_bsn = register_client(organisation_id=house, name="A. de Boer", bsn=BSN, now=now)
    by_number = register_client(organisation_id=house, name="B. Zwart", now=now)
    with transaction.atomic():
        remember(
            organisation_id=house, client_id=by_number.id, person=Person(bsn=None, identifiers=[("plan", "88")]),
            now=now,
        )  # fmt: skip
    rows = [f"{client};05-10-2026;0{n}:00;10;M{n};Noord;MED" for n, client in enumerate((BSN, "88", "99"), 1)]
    mapping = MAPPING.with_(client_system="plan")
    id = uploaded(house, export(rows), now, anonymous=False)
    row = read(id, now, mapping=mapping, anonymous=False)
    assert row.counted["matched"] == 2
    found = {each.line: (each.client_id, each.client_key) for each in Visit.objects.filter(file_id=id)}
    assert found[2][0] == by_bsn.id
    assert BSN not in found[2][1]
    assert found[3] == (by_number.id, "88")
    assert found[4] == (None, "99")


def test_a_clients_week_is_a_proposal_from_the_newest_taken_file(house: UUID, now: datetime) -> None:
    client = register_client(organisation_id=house, name="A. de Boer", bsn=BSN, now=now)
    id = uploaded(house, month(BSN), now, anonymous=False)
    read(id, now, anonymous=False)
    assert queries.weeks_of([client.id]) == {}, "only what was taken counts"
    operations.take(id, only_good=False, now=now)
    week = queries.weeks_of([client.id])[client.id]
    assert [(each.at, each.weekdays, each.unique, each.care) for each in week.visits] == [
        (time(8), 0b1111111, True, 10.0), (time(13), 0b1111111, False, 30.0),
    ]  # fmt: skip


def test_times_are_on_the_wall_clock_through_the_change_of_clocks(house: UUID, now: datetime) -> None:
    rows = [f"{n};{day};02:30;10;M{n};Noord;MED" for n, day in enumerate(("25-10-2026", "29-03-2026"), 1)]
    read(uploaded(house, export(rows), now), now)
    starts = list(Visit.objects.order_by("line").values_list("starts_at", flat=True))
    assert [f"{each:%m-%d %H:%M}" for each in starts] == ["10-25 00:30", "03-29 01:00"]


def test_unfinished_files_are_forgotten(house: UUID, now: datetime) -> None:
    id = uploaded(house, month(), now)
    operations.work_off(lambda: now + timedelta(days=15))
    assert PlanningFile.objects.get(id=id).state == "removed"
    assert not PlanningPart.objects.exists()


def run(*given: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    import argparse

    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    code = command_line.command(parser.parse_args([*given, "--json"]))
    return code, json.loads(capsys.readouterr().out)


def test_the_command_looks_refuses_and_takes(
    house: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.reconfigure", lambda **_: None, raising=False)
    file = tmp_path / "planning.csv"
    file.write_bytes(month() + b"\n77;05-10-2026;8:00;0;M1;Noord;MED\n")
    code, looked = run(str(file), "--look", capsys=capsys)
    assert (code, looked["refused"]) == (0, 1)
    code, found = run(str(file), "--organisation", "Thuiszorg", capsys=capsys)
    assert (code, found["visits"], found["refused"], found["taken"]) == (2, 56, 1, False)
    assert not PlanningFile.objects.exists()
    code, found = run(str(file), "--organisation", "Thuiszorg", "--only-good", capsys=capsys)
    assert (code, found["taken"]) == (0, True)
    assert Visit.objects.count() == 56


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, house in (
        ("manager", made.care),
        ("elsewhere", found_organisation(name="Ver", kind="care", now=now)),
    ):
        made.accounts[name] = open_account(
            organisation_id=house.id, username=name, display_name=name, role="team_manager", now=now
        )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def form(page: str, **changed: str) -> dict[str, object]:
    """What the browser would post: every select and field as it stands."""
    post: dict[str, object] = {"code": re.findall(r'name="code" value="([^"]*)"', page)}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", options)
        first = re.search(r"<option(?: value=\"([^\"]*)\")?>([^<]*)", options)
        at = chosen or first
        assert at is not None
        post[name] = at[1] if at[1] is not None else at[2]
    for name, value in re.findall(r'<input[^>]*name="(uniek|overlap|was|systeem)"[^>]*value="([^"]*)"', page):
        post[name] = value
    return post | changed


def test_a_manager_uploads_looks_reads_takes_and_removes(town: Town, visits: Visits) -> None:
    manager = visits.by("manager")
    for who in ("nurse", "operator", "pharmacist", "daughter"):
        assert visits.by(who).get("/waarde/planning").status_code == 404, who
    assert manager.post("/waarde/planning", {}).status_code == 422
    content = month() + b"\n78;05-10-2026;08:00;0;M9;Noord;MED\n"
    answer = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("onze <b>.csv", content)})
    address = answer["Location"]
    page = visits.text("manager", address)
    assert "onze &lt;b&gt;.csv" in page
    assert "Wat staat waar?" in page
    assert "maandag 5 oktober 2026" in page or "ma 5 oktober 2026" in page
    assert visits.by("elsewhere").get(address).status_code == 404
    wrong = manager.post(address, form(page, act="lees", **{"k-client": ""}))
    assert wrong.status_code == 422
    assert "Kies de kolom met de cliënt." in wrong.content.decode()
    again = manager.post(address, form(page, act="bekijk", **{"soort-0": "care"})).content.decode()
    assert "geen medicatie" in again
    assert manager.post(address, form(page, act="lees", naam="Ons systeem")).status_code == 302
    assert "wordt gelezen" in visits.text("manager", address).lower()
    with as_worker():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT task_name, status FROM procrastinate_jobs WHERE task_name = 'reik.planning'"
            )
            assert cursor.fetchall() == [("reik.planning", "todo")]
        operations.work_off(clock.now)
    become(Role.WEB)
    assert manager.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = visits.text("manager", address)
    assert "1 regel geweigerd" in page
    assert "Het bezoek duurt nul minuten." in page
    lines = manager.get(f"{address}/geweigerd.csv").content.decode().splitlines()
    assert lines[1].startswith("58;zero;")
    assert "Zet het vinkje" in manager.post(address, {"act": "neem"}).content.decode()
    assert manager.post(address, {"act": "neem", "rest": "1"}).status_code == 302
    assert "telt mee" in visits.text("manager", "/waarde/planning")
    twice = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("x.csv", content)})
    assert "Dit bestand telt al mee." in twice.content.decode()
    assert manager.post(address, {"act": "verwijder"})["Location"] == "/waarde/planning"
    assert manager.get(address).status_code == 404
    acts = [row[1] for row in logged()]
    assert "planning" in acts


def test_a_kept_mapping_is_offered_and_an_unreadable_file_says_why(town: Town, visits: Visits) -> None:
    with as_worker():
        operations.keep_mapping(
            organisation_id=town.care.id, name="Ons systeem", mapping=MAPPING, by="Ria", now=town.now
        )
    become(Role.WEB)
    manager = visits.by("manager")
    address = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("a.csv", month())})["Location"]
    page = visits.text("manager", f"{address}?koppeling=Ons systeem")
    assert 'koppeling=Ons%20systeem" aria-current="true"' in page
    for content, words in (
        (b"\xd0\xcf\x11\xe0", "oud Excelbestand"),
        (b"a\nb\n", "geen regel met kolomnamen"),
    ):
        said = manager.post("/waarde/planning", {"bestand": SimpleUploadedFile("b", content)})
        assert said.status_code == 422
        assert words in said.content.decode()
    with as_worker():
        assert PlanningFile.objects.count() == 1, "what cannot be read leaves nothing behind"


def test_a_nurse_fills_the_baseline_in_from_the_planning(town: Town, visits: Visits) -> None:
    with as_worker():
        client = register_client(
            organisation_id=town.care.id, name="A. de Boer", bsn=BSN, team_id=town.north.id, now=town.now
        )
        id = uploaded(town.care.id, month(BSN), town.now, anonymous=False)
        read(id, town.now, anonymous=False)
        operations.take(id, only_good=False, now=town.now)
    become(Role.WEB)
    address = f"/clienten/{client.id}/nulmeting"
    page = visits.text("nurse", address)
    assert "2 momenten voor medicatie" in page
    assert visits.by("southerner").get(address).status_code == 404
    assert "Vul in uit de planning" in page
    assert "Kijk het na" in visits.text("nurse", f"{address}?planning=1")
