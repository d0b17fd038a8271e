"""The nurse's list of questions to the pharmacy: ask, code, an answer heard on the telephone, and who may (R23)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reik.kernel.models import Account
from reik.medication.requests import letters as request_letters
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import RequestSeen, open_requests, requests_of
from reik.people.models import Pharmacy
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town

HOURS = {str(day): ("08:00", "17:30") for day in range(1, 6)}


@pytest.fixture
def town(database: str, now: Any, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town at eight o'clock in the morning; Annie's pharmacy gets letters."""
    made = found_town(now, monkeypatch)
    made.move_in("Annie", made.north)
    request_letters.set_desk(
        organisation_id=made.care.id, phone="074 555 01 00", site="https://127.0.0.1", by="Wim", now=now,
        mail="smtp://127.0.0.1:2525/?from=reik@zorg.example&tls=none",
    )  # fmt: skip
    pharmacy = register_pharmacy(
        organisation_id=made.care.id, name="De Vijzel", now=now, email="balie@vijzel.example",
        phone="074 555 02 00", hours=HOURS,
    )  # fmt: skip
    give_pharmacy(made.id("Annie"), pharmacy)
    return made


def asked(town: Town) -> RequestSeen:
    with as_worker():
        (one,) = requests_of([town.id("Annie")], town.now)
    return one


def test_from_question_to_an_answer_by_telephone(town: Town) -> None:
    nurse, address = Visits(town).by("nurse"), f"/clienten/{town.id('Annie')}/vragen"
    empty = nurse.get(address).content.decode()
    assert "De Vijzel" in empty
    assert "074 555 02 00" in empty
    refused = nurse.post(address, {"urgency": "today", "text": " "})
    assert refused.status_code == 422
    made = nurse.post(address, {"urgency": "today", "text": "Mag de ochtend later?"})
    one = asked(town)
    assert made.headers["Location"] == f"{address}/{one.id}"
    assert "Mag de ochtend later?" in nurse.get(address).content.decode()
    page = nurse.get(f"{address}/{one.id}").content.decode()
    assert "Toon een code" in page
    shown = nurse.post(f"{address}/{one.id}/code")
    assert re.search(r'answer-number">\d{6}<', shown.content.decode())
    assert "answer-number" not in nurse.get(f"{address}/{one.id}").content.decode(), "shown once"
    said = {"answer": "answered", "by": "Ruud Blok, apotheker", "text": "Tot tien uur", "how": "phone"}
    unread = nurse.post(f"{address}/{one.id}/antwoord", said)
    assert unread.status_code == 422
    assert "Ruud Blok" in unread.content.decode(), "nothing typed is lost"
    assert nurse.post(f"{address}/{one.id}/antwoord", said | {"reread": "1"}).status_code == 302
    with as_worker():
        rows = requests_of([town.id("Annie")], town.now)
    by_kind = {each.kind: each for each in rows}
    assert (by_kind["question"].how, by_kind["question"].read_back_by) == ("phone", "nurse")
    assert by_kind["confirm_in_writing"].state == "open"
    whole = nurse.get(f"{address}/{one.id}").content.decode()
    assert "Teruggelezen door nurse" in whole
    written = nurse.get(f"{address}/{by_kind['confirm_in_writing'].id}").content.decode()
    assert "Ruud Blok, apotheker zei" in written
    assert "Tot tien uur" in written


def test_read_again_and_withdrawn(town: Town) -> None:
    nurse, address = Visits(town).by("nurse"), f"/clienten/{town.id('Annie')}/vragen"
    nurse.post(address, {"urgency": "today", "text": "Eén"})
    one = asked(town)
    assert nurse.post(f"{address}/{one.id}/opnieuw").status_code == 302
    assert nurse.post(f"{address}/{one.id}/intrekken").status_code == 302
    late = nurse.post(f"{address}/{one.id}/intrekken")
    assert late.status_code == 302
    assert "Ingetrokken." in nurse.get(f"{address}/{one.id}").content.decode()
    assert nurse.post(f"{address}/{one.id}/opnieuw").status_code == 422
    with as_worker():
        assert not open_tasks_of([town.id("Annie")])
        assert not open_requests([town.id("Annie")])


def test_what_the_pharmacy_wrote_is_a_task_until_it_is_read(town: Town) -> None:
    nurse, address = Visits(town).by("nurse"), f"/clienten/{town.id('Annie')}/vragen"
    nurse.post(address, {"urgency": "today", "text": "Eén"})
    one = asked(town)
    with as_worker():
        requests.answer(one.id, answer="answered", text="Ja", by="Ruud", how="link", now=town.now)
        assert [each.kind for each in open_tasks_of([town.id("Annie")])] == ["pharmacy_answered"]
    assert nurse.post(f"{address}/{one.id}/gelezen").status_code == 302
    with as_worker():
        assert not open_tasks_of([town.id("Annie")])


def test_a_pharmacist_answers_under_her_own_name(town: Town) -> None:
    house = town.accounts["pharmacist"].organisation_id
    Pharmacy.objects.update(partner_id=house)  # it is she who serves the client
    pharmacist, address = Visits(town).by("pharmacist"), f"/clienten/{town.id('Annie')}/vragen"
    Visits(town).by("nurse").post(address, {"urgency": "today", "text": "Eén"})
    one = asked(town)
    assert pharmacist.post(address, {"urgency": "today", "text": "Twee"}).status_code == 404
    assert pharmacist.post(f"{address}/{one.id}/code").status_code == 404
    said = {"answer": "answered", "text": "Ja", "by": "iemand anders"}
    assert pharmacist.post(f"{address}/{one.id}/antwoord", said).status_code == 302
    answered = asked(town)
    assert (answered.how, answered.answered_by) == ("account", "pharmacist")


def test_outsiders_find_nothing(town: Town) -> None:
    address = f"/clienten/{town.id('Annie')}/vragen"
    Visits(town).by("nurse").post(address, {"urgency": "today", "text": "Eén"})
    one = asked(town)
    for who in ("stranger", "southerner", "daughter", "operator"):
        visitor = Visits(town).by(who)
        assert visitor.get(address).status_code == 404, who
        assert visitor.get(f"{address}/{one.id}").status_code == 404, who
        assert visitor.post(f"{address}/{one.id}/code").status_code == 404, who


def test_every_view_and_act_is_logged_and_it_speaks_english(town: Town) -> None:
    nurse, address = Visits(town).by("nurse"), f"/clienten/{town.id('Annie')}/vragen"
    nurse.cookies["reik_taal"] = "en"
    nurse.post(address, {"urgency": "week", "text": "One"})
    one = asked(town)
    assert "Questions to the pharmacy" in nurse.get(address).content.decode()
    assert "Record this answer" in nurse.get(f"{address}/{one.id}").content.decode()
    nurse.post(f"{address}/{one.id}/intrekken")
    with as_worker():
        acts = cast.rows("SELECT act FROM kernel_accessentry WHERE actor = 'nurse' ORDER BY act")
        assert Account.objects.filter(username="nurse").exists()
    assert acts == [("change",), ("create",), ("view",), ("view",)]
