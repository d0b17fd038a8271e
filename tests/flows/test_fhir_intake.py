"""A pharmacy's messages from the door to the plan: over a real server, from files, and all of Nictiz' examples."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection
from lxml import etree

from reik.interop.fhir import port
from reik.interop.fhir.identifiers import BSN, identifiers
from reik.interop.fhir.reading import read
from reik.interop.fhir.writing import to_json, to_xml
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation
from reik.kernel.operations import found_organisation, issue_token, open_account
from reik.ops import web
from reik.ops.cli import main
from reik.ops.import_files import replace_macros
from reik.people.access import actor_for
from reik.people.operations import register_client
from tests.cast import rows
from tests.contexts.fhir_kept import tables_holding
from tests.contexts.fhir_letters import ANNA, BOB, as_json, as_xml, patient, usual
from tests.contexts.fhir_pharmacy import as_worker

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "mp9"


@pytest.fixture
def zorg(database: str, now: datetime) -> Organisation:
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    register_client(organisation_id=zorg.id, name="A. Bakker", bsn=ANNA, now=now)
    return zorg


# Files


def put(folder: Path, name: str, body: bytes) -> str:
    file = folder / name
    file.write_bytes(body)
    return str(file)


def test_files_are_taken_in_one_by_one_and_a_bad_one_changes_nothing(
    zorg: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = put(tmp_path, "good.xml", as_xml(usual()))
    bad = put(tmp_path, "bad.json", as_json(usual(of=patient("999900858"))))
    unknown = put(tmp_path, "unknown.json", as_json(usual(number="TA-2", of=patient(BOB))))
    assert main(["import", good, bad, str(tmp_path / "none"), unknown]) == 2
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith(f"{good}: 3 new, 0 changed, 0 same; client ")
    assert second == f"{unknown}: 2 new, 0 changed, 1 same; to be linked (client-unknown)"
    wrong, missing = err.splitlines()
    assert wrong.startswith(f"{bad}: refused, ")
    assert "Bundle.entry[2].resource.identifier[0].value" in wrong
    assert missing.endswith("cannot be read (No such file or directory)")
    assert main(["import", good]) == 0
    assert "taken in before, nothing changed; client " in capsys.readouterr().out
    assert as_worker("SELECT DISTINCT actor, actor_role FROM kernel_accessentry") == [
        ("reik import", "system")
    ]
    become(Role.WORKER)


def test_import_wants_to_know_whose_records(
    zorg: Organisation, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    eva = found_organisation(name="Thuiszorg Eva", kind="care", now=now)
    file = put(tmp_path, "good.json", as_json(usual()))
    assert main(["import", file]) == 2
    assert main(["import", file, "--organisation", "Nobody"]) == 2
    assert capsys.readouterr().err.count("organisation") == 2
    assert main(["import", file, "--organisation", "Thuiszorg Eva"]) == 0
    assert as_worker("SELECT DISTINCT organisation_id FROM fhir_resource") == [(eva.id,)]
    become(Role.WORKER)


def test_macros_of_test_files_become_dates(
    zorg: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        replace_macros(b"${DATE, T, D, +2}T08:00 ${DATE,T,D,-30}", date(2026, 3, 1))
        == b"2026-03-03T08:00 2026-01-30"
    )
    file = put(tmp_path, "macro.json", as_json(usual(start="${DATE, T, D, -1}T00:00:00+01:00")))
    assert main(["import", file, "--replace-macros", "2026-03-01"]) == 0
    ((said,),) = as_worker("SELECT agreements FROM medication_agreementmessage")
    assert "2026-02-28T00:00:00+01:00" in json.dumps(said)
    capsys.readouterr()
    become(Role.WORKER)


# A real server


@pytest.fixture
def address(zorg: Organisation) -> Iterator[tuple[int, str]]:
    """uvicorn on a pool of two connections; gives its port and a token of the organisation."""
    account = open_account(
        organisation_id=zorg.id, username="zorg", display_name="Zorg", role="system", now=clock.now()
    )
    token = issue_token(account_id=account.id, now=clock.now())
    listening = web.listen("127.0.0.1", 0, exact=True)
    server = web.Server()
    become(Role.WEB, pool=2)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    yield listening.getsockname()[1], token
    server.should_exit = True
    thread.join()
    become(Role.WEB, pool=2)
    connection.close_pool()  # type: ignore[attr-defined]
    become(Role.WORKER)


def post(address: tuple[int, str], body: bytes, type: str = "application/fhir+xml") -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", address[0], timeout=30)
    line.request("POST", "/fhir", body, {"Authorization": f"Bearer {address[1]}", "Content-Type": type})
    answer = line.getresponse()
    status, said = answer.status, answer.read()
    line.close()
    return status, said


def test_over_a_real_server_raw_first_then_all_or_nothing(address: tuple[int, str]) -> None:
    status, said = post(address, as_xml(usual()))
    assert (status, read(said)["type"]) == (200, "transaction-response")
    big = usual(number="TA-2")
    big["entry"][0]["resource"]["note"] = [{"text": "x" * 5_000_000}]
    assert post(address, as_xml(big))[0] == 200
    big["entry"][0]["resource"]["note"] = [{"text": "x" * 11_000_000}]
    status, said = post(address, as_json(big), "application/fhir+json")
    assert (status, read(said)["issue"][0]["code"]) == (413, "too-long")
    assert post(address, b"<Bundle")[0] == 400
    with_many = [
        threading.Thread(target=post, args=(address, as_xml(usual(number=f"TB-{n}")))) for n in range(12)
    ]
    for each in with_many:
        each.start()
    for each in with_many:
        each.join()
    connection.close_pool()  # type: ignore[attr-defined]
    become(Role.WORKER)
    assert rows("SELECT fate, count(*) FROM ingest_rawmessage GROUP BY fate ORDER BY fate") == [
        (1, 14),
        (3, 2),
    ]
    assert rows("SELECT count(*) FROM medication_agreementmessage") == [(14,)]
    become(Role.WEB, pool=2)


# All of Nictiz' examples


def canonical(data: bytes) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, remove_pis=True)
    return etree.tostring(etree.fromstring(data, parser), method="c14n")


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/*.xml"))[::8], ids=lambda each: each.stem)
def test_xml_comes_out_as_it_went_in(file: Path) -> None:
    assert canonical(to_xml(read(file.read_bytes()))) == canonical(file.read_bytes())


@pytest.mark.slow
def test_all_xml_comes_out_as_it_went_in() -> None:
    files = sorted(EXAMPLES.glob("*/*.xml"))
    assert len(files) > 100
    for file in files:
        resource = read(file.read_bytes())
        assert canonical(to_xml(resource)) == canonical(file.read_bytes()), file
        assert read(to_json(resource)) == resource, file


@pytest.mark.slow
def test_all_pharmacy_messages_twice(
    zorg: Organisation, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the BSNs in the examples half is a client's. The second round, as JSON, changes nothing."""
    bodies = [each.read_bytes() for each in sorted((EXAMPLES / "pharmacy-TA-MVE").glob("*.xml"))]
    bsns = sorted({_bsn(each) for each in bodies} - {ANNA})
    for number, bsn in enumerate(bsns[::2]):
        register_client(organisation_id=zorg.id, name=f"Cliënt {number}", bsn=bsn, now=now)
    account = open_account(
        organisation_id=zorg.id, username="apotheek", display_name="Apotheek", role="pharmacy", now=now
    )
    become(Role.WEB)
    actor = actor_for(account.id, now)
    began = time.perf_counter()
    first = [port.take_in(each, actor=actor, organisation_id=zorg.id, now=now) for each in bodies]
    rate = len(bodies) / (time.perf_counter() - began)
    counts = _counts()
    again = [
        port.take_in(to_json(read(each)), actor=actor, organisation_id=zorg.id, now=now) for each in bodies
    ]
    assert _counts() == counts
    for one, other in zip(first, again, strict=True):
        assert other.again
        assert [each.resource for each in other.kept] == [each.resource for each in one.kept]
    assert sum(each.client_id is not None for each in first) > 10
    assert {each.unsure for each in first} == {None, "client-unknown"}
    for bsn in bsns:
        assert tables_holding(bsn) == []
    become(Role.WORKER)
    with capsys.disabled():
        print(f"\n{rate:.0f} messages/s, one after the other")


def _bsn(body: bytes) -> str:
    entries = read(body)["entry"]
    person = next(each["resource"] for each in entries if each["resource"]["resourceType"] == "Patient")
    return next(value for system, value in identifiers(person) if system == BSN)


def _counts() -> list[tuple[object, ...]]:
    tables = (
        "fhir_resource", "fhir_version", "fhir_token", "fhir_message", "fhir_tolink",
        "medication_agreementmessage", "medication_finding",
    )  # fmt: skip
    return [
        as_worker(f"SELECT '{each}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {each} t")[
            0
        ]
        for each in tables
    ]
