"""Screens of a client's details, of pharmacies and of a swap: who may, what it means, what is logged (R14, R44)."""

from __future__ import annotations

from datetime import datetime

import pytest

from reik.dispensing.devices.enrolment import enrol
from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from reik.people.models import Client
from reik.people.pharmacies import give_pharmacy, pharmacies, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ANNIE = "A. (Annie) de Boer"
MONDAY = {"from1": "08:30", "until1": "17:30"}
BASE = {"name": "Apotheek De Linde", "phone": "053 555 01 00", "lead_days": "2"}


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    for name in ("De Eik", "De Es"):
        register_pharmacy(organisation_id=made.care.id, name=name, phone="053 1112233", now=now)
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def as_it_is(town: Town) -> dict[str, str]:
    return {
        "address": "Voorbeeldstraat 1, Borne", "phone": "053 555 01 42", "caller_note": "",
        "team": str(town.north.id), "pharmacy": "",
    }  # fmt: skip


def tasks(town: Town) -> list[tuple[str, bool]]:
    with as_worker():
        return sorted((each.kind, each.high_risk) for each in open_tasks_of([town.id(ANNIE)]))


def test_a_move_is_shown_first_and_saved_it_is_a_task_of_high_risk(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}/gegevens"
    assert "Voorbeeldstraat 1, Borne" in visits.text("nurse", page)
    form = {**as_it_is(town), "address": "Kerkweg 3, Delden"}
    shown = visits.by("nurse").post(page, form).content.decode()
    assert "Verhuisd: u krijgt een taak" in shown
    assert "Kerkweg 3, Delden" in shown, "nothing typed is lost"
    assert ("moved", True) not in tasks(town)
    assert visits.by("nurse").post(page, {**form, "act": "save"}).status_code == 302
    assert ("moved", True) in tasks(town)
    assert "Kerkweg 3" in visits.text("nurse", page)
    assert ("change", "client", "ok", 1, "nurse", "details: address") in logged()


def test_the_first_pharmacy_is_no_risk_and_another_one_is(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}/gegevens"
    with as_worker():
        first, second = (each.id for each in pharmacies(town.care.id))
    for id in (first, second):
        form = {**as_it_is(town), "pharmacy": str(id), "act": "save"}
        assert visits.by("nurse").post(page, form).status_code == 302
        assert (("pharmacy_changed", True) in tasks(town)) is (id == second)
    refused = visits.by("nurse").post(page, {**as_it_is(town), "act": "save"})
    assert refused.status_code == 422, "a pharmacy is replaced, never taken away in silence"


def test_the_same_task_whichever_door_is_used(town: Town, now: datetime) -> None:
    first, second = (each.id for each in pharmacies(town.care.id))
    give_pharmacy(town.id(ANNIE), first, now=now)
    assert ("pharmacy_changed", True) not in tasks(town)
    with as_worker():
        give_pharmacy(town.id(ANNIE), second, by="Nel", now=now)
    assert tasks(town).count(("pharmacy_changed", True)) == 1


@pytest.mark.parametrize("role", ["caregiver", "team_manager", "operator", "pharmacist"])
def test_only_a_nurse_edits_and_swaps(town: Town, visits: Visits, role: str) -> None:
    if role not in town.accounts:
        pytest.skip("not in this town")
    for page in ("gegevens", "wissel"):
        assert visits.by(role).get(f"/clienten/{town.id(ANNIE)}/{page}").status_code == 404


def test_a_pharmacy_is_added_and_edited_and_the_log_keeps_what_it_was(town: Town, visits: Visits) -> None:
    wrong = visits.by("nurse").post("/apotheken/nieuw", {**BASE, "from1": "17:30", "until1": "08:30"})
    assert (wrong.status_code, "Apotheek De Linde" in wrong.content.decode()) == (422, True)
    assert visits.by("nurse").post("/apotheken/nieuw", {**BASE, **MONDAY}).status_code == 302
    assert "Apotheek De Linde" in visits.text("nurse", "/apotheken")
    with as_worker():
        made = next(each for each in pharmacies(town.care.id) if each.name == BASE["name"])
    page = f"/apotheken/{made.id}"
    assert 'value="08:30"' in visits.text("nurse", page)
    form = {**BASE, **MONDAY, "phone": "053 555 09 99", "closed_on": "24-12-2026"}
    assert visits.by("nurse").post(page, form).status_code == 302
    with as_worker():
        after = next(each for each in pharmacies(town.care.id) if each.id == made.id)
    assert (after.phone, len(after.opening.closed_on)) == ("053 555 09 99", 1)
    said = [row[-1] for row in logged() if row[:2] == ("change", "pharmacy")]
    assert said == ["closed_on was []; phone was 053 555 01 00"]
    assert visits.by("nurse").post(page, form).status_code == 302
    assert len([row for row in logged() if row[:2] == ("change", "pharmacy")]) == 1, "nothing changed"


def test_a_swap_is_refused_in_words_and_done_with_what_is_left_to_do(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}/wissel"
    with as_worker():
        old = Dispenser.objects.get(client_id=town.id(ANNIE))
        made = enrol(organisation_id=town.care.id, device="SPARE-1", now=town.now)
    assert old.device in visits.text("nurse", page)
    for device, words in (("spare-9", "niet aangemeld"), ("SPARE-1", "nog niets gehoord")):
        answer = visits.by("nurse").post(page, {"device": device, "because": "motor"})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    with as_worker():
        spare = cast.Voice(enrolment=made, organisation_id=town.care.id, client_id=town.id(ANNIE))
        cast.tell(spare, spare.heartbeat(town.now), at=town.now)
    assert visits.by("nurse").post(page, {"device": "spare-1", "because": "motor"}).status_code == 302
    assert "De dispenser is gewisseld." in visits.text("nurse", f"{page}?klaar=1")
    with as_worker():
        assert Dispenser.objects.get(client_id=town.id(ANNIE)).device == "SPARE-1"
        assert Client.objects.filter(id=town.id(ANNIE)).exists()
    assert ("change", "client", "ok", 1, "nurse", "dispenser swapped: SPARE-1") in logged()
