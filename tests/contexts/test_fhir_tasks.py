"""Tasks at the FHIR door: right R4, scoped by organisation, without a sentence or a BSN."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reik.interop.fhir.reading import read
from reik.kernel import clock
from reik.people.models import Client
from reik.tasks.models import Task
from reik.tasks.operations import NewTask, finish_task, open_tasks
from tests.contexts.fhir_letters import ANNA
from tests.contexts.screens_town import as_worker
from tests.contexts.test_fhir_http import Caller, callers, said

__all__ = ["callers"]


@pytest.fixture
def tasks(callers: dict[str, Caller]) -> dict[str, UUID]:
    """Three tasks of Anna's: one open, one taken and one done."""
    now, made = clock.now(), {}
    with as_worker():
        anna = Client.objects.get()
        for n, kind in enumerate(("moved", "roll_bring", "pharmacy_phone")):
            new = NewTask(
                organisation_id=anna.organisation_id, client_id=anna.id, kind=kind, owner_role="nurse", by="reik",
                due_at=now + timedelta(days=1), detail={"who": "Petra", "number": "06 555"}, high_risk=n == 0,
            )  # fmt: skip
            open_tasks([new], now + timedelta(seconds=n))
            made[kind] = Task.objects.get(kind=kind).id
        finish_task(made["pharmacy_phone"], by="Joke", now=now + timedelta(minutes=5), note="gebeld")
    return made


def found(bundle: Any) -> list[Any]:
    return [each["resource"] for each in bundle.get("entry", []) if each["search"]["mode"] == "match"]


def test_a_task_is_right_r4_and_says_no_sentence(callers: dict[str, Caller], tasks: dict[str, UUID]) -> None:
    answer = callers["zorg"].get(f"/fhir/Task/{tasks['pharmacy_phone']}")
    assert answer.status_code == 200
    one = read(answer.content)  # as R4 has it: what R4 has not cannot be read
    assert (one["status"], one["intent"], one["priority"]) == ("completed", "order", "routine")
    assert one["code"]["coding"][0]["code"] == "pharmacy_phone"
    assert one["executionPeriod"]["end"] == one["lastModified"]
    assert datetime.fromisoformat(one["restriction"]["period"]["end"]) > clock.now()
    text = answer.content.decode()
    for hidden in ("Petra", "06 555", "gebeld", ANNA, "Bakker"):
        assert hidden not in text
    urgent = read(callers["zorg"].get(f"/fhir/Task/{tasks['moved']}?_format=xml").content)
    assert (urgent["status"], urgent["priority"]) == ("requested", "urgent")
    assert "owner" not in urgent


def test_search_by_status_code_patient_and_pages(callers: dict[str, Caller], tasks: dict[str, UUID]) -> None:
    zorg = callers["zorg"]
    assert said(zorg.get("/fhir/Task"))["total"] == 3
    (open_one, other) = found(said(zorg.get("/fhir/Task?status=requested")))
    assert {open_one["id"], other["id"]} == {str(tasks["moved"]), str(tasks["roll_bring"])}
    (done,) = found(said(zorg.get("/fhir/Task?status=completed,cancelled")))
    assert done["id"] == str(tasks["pharmacy_phone"])
    (moved,) = found(said(zorg.get("/fhir/Task?code=urn:reik:task-kind|moved")))
    assert moved["id"] == str(tasks["moved"])
    assert found(said(zorg.get("/fhir/Task?status=nonsense"))) == []
    client = moved["for"]["identifier"]["value"]
    assert said(zorg.get(f"/fhir/Task?patient={client}"))["total"] == 3
    assert said(zorg.get("/fhir/Task?patient=00000000-0000-0000-0000-000000000001"))["total"] == 0
    page = said(zorg.get("/fhir/Task?_count=2"))
    (after,) = (each["url"] for each in page["link"] if each["relation"] == "next")
    (last,) = found(said(zorg.get(after)))
    assert last["id"] not in {each["id"] for each in found(page)}
    assert said(zorg.get("/fhir/Task?_lastUpdated=lt2020-01-01"))["total"] == 0
    assert zorg.get("/fhir/Task?identifier=x").status_code == 400


def test_nobody_elses_tasks_are_seen(callers: dict[str, Caller], tasks: dict[str, UUID]) -> None:
    for who in ("apotheek", "eva"):
        assert callers[who].get(f"/fhir/Task/{tasks['moved']}").status_code == 404
        assert said(callers[who].get("/fhir/Task"))["total"] == 0
    named = {"X_Reik_Organisation": "Organisatie zorg"}
    assert said(callers["apotheek"].get("/fhir/Task", **named))["total"] == 0
    assert callers["nobody"].get("/fhir/Task").status_code == 401
    assert callers["zorg"].get(f"/fhir/Task/{tasks['moved']}/_history").status_code == 404
    assert callers["zorg"].get("/fhir/Task/nonsense").status_code == 404


def test_the_capability_statement_names_it(callers: dict[str, Caller]) -> None:
    (one,) = [
        each
        for each in said(callers["nobody"].get("/fhir/metadata"))["rest"][0]["resource"]
        if each["type"] == "Task"
    ]
    assert {each["code"] for each in one["interaction"]} == {"read", "search-type"}
    assert {each["name"] for each in one["searchParam"]} == {
        "_id",
        "_lastUpdated",
        "patient",
        "status",
        "code",
    }
