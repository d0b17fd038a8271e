"""FHIR over HTTP: forms, status codes, ETags, paging, who may ask, and what stands in the access log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.test import override_settings

from reik.interop.fhir.checking import findings
from reik.interop.fhir.reading import LARGEST, read
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, issue_token, open_account
from reik.people.operations import agree_partnership, register_client
from tests.contexts.fhir_letters import ANNA, BOB, BSN_SYSTEM, Json, as_json, as_xml, patient, usual
from tests.contexts.fhir_pharmacy import as_worker

JSON, XML = "application/fhir+json", "application/fhir+xml"


@dataclass
class Caller:
    """Speaks FHIR with a token."""

    token: str | None
    browser: Browser = field(default_factory=Browser)

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **given}

    def get(self, address: str, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.get(address, headers=self._headers(named))  # type: ignore[return-value]

    def post(self, address: str, body: bytes | Json, type: str = JSON, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else as_json(body)
        return self.browser.post(address, data, content_type=type, headers=self._headers(named))  # type: ignore[return-value]


def said(answer: HttpResponse) -> Any:
    """The resource of an answer, whichever its form; it is right R4."""
    resource = read(answer.content)
    if resource["resourceType"] != "Bundle":
        assert findings({"resourceType": "Bundle", "type": "x", "entry": [{"resource": resource}]}) == []
    return resource


@pytest.fixture
def callers(database: str) -> Iterator[dict[str, Caller]]:
    """`zorg` keeps Anna's record, `apotheek` works for it by partnership, `eva` has nothing to do with it."""
    now = clock.now()
    made, ids = {"nobody": Caller(None), "stranger": Caller("no-such-token")}, {}
    for name, kind in [("zorg", "care"), ("apotheek", "pharmacy"), ("eva", "care")]:
        organisation = found_organisation(name=f"Organisatie {name}", kind=kind, now=now)
        account = open_account(
            organisation_id=organisation.id, username=name, display_name=name, role="system", now=now
        )
        made[name], ids[name] = Caller(issue_token(account_id=account.id, now=now)), organisation.id
    agree_partnership(organisation_id=ids["zorg"], partner_id=ids["apotheek"], purpose="medication", now=now)
    register_client(organisation_id=ids["zorg"], name="A. Bakker", bsn=ANNA, now=now)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield made


@pytest.mark.parametrize("address", ["/fhir", "/fhir/"])
@pytest.mark.parametrize(("body", "type"), [(as_json(usual()), JSON), (as_xml(usual()), XML)])
def test_a_message_is_answered_in_its_own_form_with_what_is_stored(
    callers: dict[str, Caller], address: str, body: bytes, type: str
) -> None:
    answer = callers["zorg"].post(address, body, type)
    assert (answer.status_code, answer["Content-Type"]) == (200, f"{type}; charset=utf-8")
    bundle = said(answer)
    assert bundle["type"] == "transaction-response"
    first = bundle["entry"][0]
    assert first["response"]["status"] == "201 Created"
    assert first["response"]["etag"] == 'W/"1"'
    assert first["response"]["location"] == (
        f"http://testserver/fhir/MedicationDispense/{first['resource']['id']}/_history/1"
    )
    assert first["response"]["lastModified"] == first["resource"]["meta"]["lastUpdated"]
    assert bundle["entry"][2]["resource"]["identifier"][0]["value"] == ANNA
    located = callers["zorg"].get(first["response"]["location"].removeprefix("http://testserver"))
    assert said(located) == first["resource"]


def test_the_form_asked_for_goes_before_the_form_sent(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    assert zorg.post("/fhir", usual(), Accept=XML)["Content-Type"].startswith(XML)
    assert zorg.post("/fhir?_format=json", as_xml(usual()), XML, Accept=XML)["Content-Type"].startswith(JSON)
    mixed = "text/html;q=0.9, application/fhir+xml;q=0.5, application/fhir+json;fhirVersion=4.0;q=0.8"
    assert zorg.get("/fhir/Patient", Accept=mixed)["Content-Type"].startswith(JSON)
    assert zorg.get("/fhir/Patient", Accept="*/*")["Content-Type"].startswith(JSON)
    assert zorg.get("/fhir/Patient?_format=application/fhir%2Bxml")["Content-Type"].startswith(XML)
    for wrong in ("text/html", "application/fhir+json; fhirVersion=3.0"):
        answer = zorg.get("/fhir/Patient", Accept=wrong)
        assert (answer.status_code, said(answer)["resourceType"]) == (406, "OperationOutcome")
    assert zorg.get("/fhir/Patient?_format=html").status_code == 406


def test_prefer_minimal_leaves_the_resources_out(callers: dict[str, Caller]) -> None:
    bundle = said(callers["zorg"].post("/fhir", usual(), Prefer="return=minimal"))
    assert [list(each) for each in bundle["entry"]] == [["response"]] * 3


@pytest.mark.parametrize("form", [JSON, XML])
@pytest.mark.parametrize(
    ("body", "type", "status", "code"),
    [
        (b"{", JSON, 400, "invalid"),
        (as_json(usual(of=patient("999900858"))), JSON, 422, "value"),
        (b"x" * (LARGEST + 1), JSON, 413, "too-long"),
        (as_json(usual()), "text/html", 415, "not-supported"),
        (as_json(usual()), "application/fhir+json; fhirVersion=3.0", 415, "not-supported"),
    ],
)
def test_refusals_are_operation_outcomes_in_the_form_asked(
    callers: dict[str, Caller], form: str, body: bytes, type: str, status: int, code: str
) -> None:
    answer = callers["zorg"].post("/fhir", body, type, Accept=form)
    assert (answer.status_code, answer["Content-Type"]) == (status, f"{form}; charset=utf-8")
    issue, *kept = said(answer)["issue"]
    assert [each["code"] for each in kept] == ["informational"] * (status != 415)
    assert (issue["severity"], issue["code"]) == ("error", code)
    assert issue["diagnostics"]
    if status == 422:
        assert issue["expression"] == ["Bundle.entry[2].resource.identifier[0].value"]


def test_compressed_messages_are_not_taken(callers: dict[str, Caller]) -> None:
    assert callers["zorg"].post("/fhir", b"\x1f\x8b", Content_Encoding="gzip").status_code == 415


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_without_a_token_nothing_is_said_or_stored(callers: dict[str, Caller], who: str) -> None:
    caller = callers[who]
    for answer in (
        caller.post("/fhir", usual()),
        caller.post("/fhir/Patient", patient()),
        caller.post("/fhir/Patient/_search", b"", "application/x-www-form-urlencoded"),
        caller.get("/fhir/Patient"),
        caller.get("/fhir/Patient/x"),
        caller.get("/fhir/nowhere/at/all/else"),
    ):
        assert answer.status_code in (401, 405)
        assert said(answer)["resourceType"] == "OperationOutcome"
    assert caller.get("/fhir/Patient")["WWW-Authenticate"] == 'Bearer realm="reik"'
    assert as_worker("SELECT count(*) FROM ingest_rawmessage") == [(0,)]
    assert caller.get("/fhir/metadata").status_code == 200


def test_a_partner_sends_for_the_organisation_it_names_and_for_no_other(callers: dict[str, Caller]) -> None:
    pharmacy = callers["apotheek"]
    ours = said(pharmacy.post("/fhir", usual()))
    theirs = said(pharmacy.post("/fhir", usual(), X_Reik_Organisation="Organisatie zorg"))
    ids = [each["entry"][0]["resource"]["id"] for each in (ours, theirs)]
    assert [callers["zorg"].get(f"/fhir/MedicationDispense/{id}").status_code for id in ids] == [404, 200]
    assert pharmacy.get(f"/fhir/MedicationDispense/{ids[0]}").status_code == 200
    assert said(pharmacy.get("/fhir/MedicationDispense"))["total"] == 2
    narrow = pharmacy.get("/fhir/MedicationDispense", X_Reik_Organisation="Organisatie zorg")
    assert said(narrow)["total"] == 1
    for other in ("Organisatie eva", "nowhere", "00000000-0000-7000-8000-000000000001"):
        answer = pharmacy.post("/fhir", usual(number="TA-9"), X_Reik_Organisation=other)
        assert (answer.status_code, said(answer)["issue"][0]["code"]) == (403, "forbidden")
    assert as_worker("SELECT count(*) FROM fhir_message") == [(2,)]


def test_read_vread_history_and_etags(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    id = said(zorg.post("/fhir", usual()))["entry"][0]["resource"]["id"]
    second = said(zorg.post("/fhir", usual(dose="2")))["entry"][0]
    assert second["response"]["status"] == "200 OK"
    now = zorg.get(f"/fhir/MedicationDispense/{id}")
    assert now["ETag"] == 'W/"2"'
    assert "Last-Modified" in now
    assert said(now) == second["resource"]
    assert zorg.get(f"/fhir/MedicationDispense/{id}", If_None_Match='W/"1", W/"2"').status_code == 304
    assert zorg.get(f"/fhir/MedicationDispense/{id}", If_None_Match='W/"1"').status_code == 200
    first = said(zorg.get(f"/fhir/MedicationDispense/{id}/_history/1"))
    assert first["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 1
    past = said(zorg.get(f"/fhir/MedicationDispense/{id}/_history", Accept=XML))
    assert (past["type"], past["total"]) == ("history", 2)
    assert [each["response"]["etag"] for each in past["entry"]] == ['W/"2"', 'W/"1"']
    of_it = [f"MedicationDispense/{id}/_history/{each}" for each in ("3", "x")]
    for address in (*of_it, f"Patient/{id}", "MedicationDispense/x", "Patient/x/_history", "Appointment"):
        answer = zorg.get(f"/fhir/{address}")
        assert (answer.status_code, said(answer)["resourceType"]) == (404, "OperationOutcome"), address
    assert callers["eva"].get(f"/fhir/MedicationDispense/{id}").status_code == 404
    assert callers["eva"].get(f"/fhir/MedicationDispense/{id}/_history").status_code == 404


def test_the_message_itself_is_kept_as_a_bundle(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    zorg.post("/fhir", usual())
    zorg.post("/fhir", usual(dose="2"))
    found = said(zorg.get("/fhir/Bundle"))
    assert found["total"] == 2
    first = said(zorg.get(f"/fhir/Bundle/{found['entry'][0]['resource']['id']}"))
    assert [each["resource"]["meta"]["versionId"] for each in first["entry"]] == ["1", "1", "1"]
    assert first["entry"][0]["request"] == {"method": "POST", "url": "MedicationDispense"}


def test_search_by_get_and_post_with_pages_that_tell_no_bsn(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    for number in range(3):
        zorg.post("/fhir", usual(number=f"TA-{number}"))
    zorg.post("/fhir", usual(number="TA-9", of=patient(BOB)))
    token = f"{BSN_SYSTEM}|{ANNA}"
    got = said(zorg.get(f"/fhir/MedicationDispense?patient.identifier={token}&category=422037009"))
    assert (got["type"], got["total"], len(got["entry"])) == ("searchset", 3, 3)
    assert got["entry"][0]["search"] == {"mode": "match"}
    assert got["entry"][0]["fullUrl"].endswith(got["entry"][0]["resource"]["id"])
    form = f"patient.identifier={token}&_count=2".replace("|", "%7C").encode()
    page = said(zorg.post("/fhir/MedicationDispense/_search", form, "application/x-www-form-urlencoded"))
    assert (page["total"], len(page["entry"])) == (3, 2)
    links = {each["relation"]: each["url"] for each in page["link"]}
    assert ANNA not in links["self"] + links["next"]
    following = said(zorg.get(links["next"].removeprefix("http://testserver")))
    assert len(following["entry"]) == 1
    assert [each["relation"] for each in following["link"]] == ["self"]
    assert callers["eva"].get(links["next"].removeprefix("http://testserver")).status_code == 400
    assert zorg.get("/fhir/Patient?" + links["next"].partition("?")[2]).status_code == 400
    assert zorg.get("/fhir/Patient?_page=nonsense").status_code == 400
    assert said(zorg.get("/fhir/MedicationDispense?_count=0"))["total"] == 4
    assert "entry" not in said(zorg.get("/fhir/MedicationDispense?identifier=none"))


def test_what_a_search_does_not_know_is_said_or_refused(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    zorg.post("/fhir", usual())
    bundle = said(zorg.get("/fhir/MedicationDispense?_include=MedicationDispense:medication"))
    assert bundle["entry"][1]["search"]["mode"] == "outcome"
    assert bundle["entry"][1]["resource"]["issue"][0]["severity"] == "warning"
    times = ("_lastUpdated=xx2026", "_lastUpdated=soon")
    for wrong in ("identifier:not=x", "category=", "_count=-1", *times, "identifier=%00"):
        answer = zorg.get(f"/fhir/MedicationDispense?{wrong}")
        assert (answer.status_code, said(answer)["resourceType"]) == (400, "OperationOutcome"), wrong
    strict = zorg.get("/fhir/MedicationDispense?colour=red", Prefer="handling=strict")
    assert strict.status_code == 400
    assert zorg.post("/fhir/Patient/_search", b"{}", JSON).status_code == 415


def test_every_act_stands_in_the_access_log_and_no_bsn_in_any_log(
    callers: dict[str, Caller], caplog: pytest.LogCaptureFixture
) -> None:
    zorg = callers["zorg"]
    id = said(zorg.post("/fhir", usual()))["entry"][0]["resource"]["id"]
    zorg.get(f"/fhir/MedicationDispense/{id}")
    zorg.get(f"/fhir/MedicationDispense?patient.identifier={BSN_SYSTEM}|{ANNA}")
    zorg.get(f"/fhir/Patient/{ANNA}")
    zorg.get(f"/fhir/{ANNA}/{ANNA}/{ANNA}/{ANNA}/{ANNA}")
    callers["eva"].get(f"/fhir/MedicationDispense/{id}")
    log = as_worker(
        "SELECT a.act, a.outcome, a.object_kind, a.object_ids, a.detail, o.name FROM kernel_accessentry a"
        " JOIN kernel_organisation o ON o.id = a.organisation_id ORDER BY a.recorded_at, a.id"
    )
    client_id = str(as_worker("SELECT id FROM people_client")[0][0])
    assert [(each[0], each[1], each[2], each[5]) for each in log] == [
        ("create", "ok", "fhir message", "Organisatie zorg"),
        ("view", "ok", "MedicationDispense", "Organisatie zorg"),
        ("search", "ok", "MedicationDispense", "Organisatie zorg"),
        ("refused", "not found", "MedicationDispense", "Organisatie eva"),
    ]
    assert [id, client_id] == _ids(log[1][3]) == _ids(log[2][3])
    assert log[2][4] == f"patient.identifier={BSN_SYSTEM}|*********"
    assert ANNA not in json.dumps([str(each) for each in log])
    assert ANNA not in caplog.text


def _ids(value: Any) -> list[str]:
    return json.loads(value) if isinstance(value, str) else value


def test_other_methods_are_told_what_may_be_done(callers: dict[str, Caller]) -> None:
    zorg = callers["zorg"]
    assert (zorg.get("/fhir").status_code, zorg.get("/fhir")["Allow"]) == (405, "POST")
    answer = zorg.post("/fhir/Patient", patient())
    assert (answer.status_code, answer["Allow"], said(answer)["resourceType"]) == (
        405, "GET, HEAD", "OperationOutcome",
    )  # fmt: skip


def test_the_capability_statement_tells_what_works(callers: dict[str, Caller]) -> None:
    for form in (JSON, XML):
        statement = said(callers["nobody"].get("/fhir/metadata", Accept=form))
        assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
        (rest,) = statement["rest"]
        assert rest["interaction"] == [{"code": "transaction"}]
    dispense = next(each for each in rest["resource"] if each["type"] == "MedicationDispense")
    assert {each["name"] for each in dispense["searchParam"]} >= {
        "patient.identifier",
        "category",
        "identifier",
    }


def test_a_request_that_breaks_tells_nobody_what_it_was_about(
    callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_values: object, **_named: object) -> None:
        raise RuntimeError(f"about {ANNA}")

    monkeypatch.setattr("reik.interop.fhir.store.queries.search", breaks)
    answer = callers["zorg"].get(f"/fhir/Patient?identifier={ANNA}")
    assert (answer.status_code, said(answer)["issue"][0]["code"]) == (500, "exception")
    assert "broke: RuntimeError" in caplog.text
    assert ANNA not in caplog.text


def test_when_the_database_is_away_the_sender_is_told_to_come_back(
    callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away(*_values: object, **_named: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("reik.interop.fhir.store.operations.take_in", away)
    answer = callers["zorg"].post("/fhir", usual())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert said(answer)["issue"][0]["code"] == "transient"
