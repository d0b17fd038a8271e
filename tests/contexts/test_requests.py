"""Requests to pharmacies: asked by account, letter or phone; answered once; told of when nobody answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.config import wiring
from reik.kernel import outbox
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.models import Organisation, OutboxMessage
from reik.kernel.operations import found_organisation
from reik.kernel.outbox import MessageFailed
from reik.medication.facts import RequestAnswered, RequestUnanswered
from reik.medication.models import PharmacyRequest, ReplyLetter, ReplyLink, RequestDesk
from reik.medication.requests import letters as request_letters
from reik.medication.requests import operations as requests
from reik.medication.requests.operations import NewRequest
from reik.medication.requests.rules import RequestRefused
from reik.medication.requests.seen import open_requests, request, requests_about, requests_of
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import TaskSeen, open_tasks_of
from tests import cast

HOURS = {str(day): ("08:30", "17:30") for day in range(1, 6)}
MAIL = "smtp://127.0.0.1:2525/?from=reik@zorg.example&tls=none"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.fixture
def care(database: str) -> Organisation:
    """A care organisation with a mailbox, so that pharmacies can be written to."""
    house = found_organisation(name="Thuiszorg", kind="care", now=MONDAY)
    request_letters.set_desk(
        organisation_id=house.id,
        phone="074 555 01 00",
        site="https://127.0.0.1",
        mail=MAIL,
        by="Wim",
        now=MONDAY,
    )
    return house


def home(care: Organisation, name: str = "H. Wolters", **pharmacy: Any) -> UUID:
    """A client; with `pharmacy` she has one of her own."""
    client = cast.welcome(care, name, MONDAY)
    if pharmacy:
        given = {"email": "balie@vijzel.example", "phone": "074 555 02 00", "duty_name": "Dienstapotheek",
                 "duty_phone": "074 555 09 99", "hours": HOURS, "name": f"Apotheek van {name}"}  # fmt: skip
        made = register_pharmacy(organisation_id=care.id, now=MONDAY, **(given | pharmacy))
        give_pharmacy(client.id, made)
    return client.id


def question(care: Organisation, client_id: UUID, **changed: Any) -> NewRequest:
    asked = NewRequest(
        organisation_id=care.id, client_id=client_id, kind="question", urgency="today",
        answer_by=MONDAY + timedelta(hours=4), by="Anja ter Horst", detail={"text": "Mag de ochtend later?"},
    )  # fmt: skip
    return replace(asked, **changed)


def tasks(client_id: UUID) -> dict[str, TaskSeen]:
    return {each.kind: each for each in open_tasks_of([client_id])}


def letters() -> list[dict[str, Any]]:
    """What waits in the outbox, opened."""
    rows = OutboxMessage.objects.filter(state=0).order_by("created_at", "id")
    return [json.loads(outbox.opened(each.body)) for each in rows]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is announced of requests."""
    heard: list[Any] = []

    def listen(facts: Sequence[Any], now: datetime) -> None:
        heard.extend(facts)

    for kind in (RequestAnswered, RequestUnanswered):
        monkeypatch.setitem(wiring.HANDLERS, kind, [listen])  # type: ignore[arg-type]
    return heard


def test_a_pharmacy_in_reik_has_the_task_itself(care: Organisation) -> None:
    pharmacy = found_organisation(name="De Vijzel", kind="pharmacy", now=MONDAY)
    client = home(care, partner_id=pharmacy.id)
    (asked,) = requests.ask([question(care, client)], MONDAY)
    task = tasks(client)["pharmacy_request"]
    assert (task.owner_role, task.about, task.due_at) == ("pharmacist", asked, MONDAY + timedelta(hours=4))
    assert not letters()
    seen = request(asked)
    assert seen is not None
    assert (seen.channel, seen.state, seen.asked_by) == (
        "account",
        "open",
        "Anja ter Horst",
    )


def test_at_night_somebody_phones_the_number_that_is_open(care: Organisation) -> None:
    pharmacy = found_organisation(name="De Vijzel", kind="pharmacy", now=MONDAY)
    in_reik, by_mail = home(care, "A", partner_id=pharmacy.id), home(care, "B", phone="074 555 02 00")
    urgent = {"urgency": "now", "answer_by": NIGHT + timedelta(hours=1)}
    requests.ask([question(care, in_reik, **urgent), question(care, by_mail, **urgent)], NIGHT)
    for client in (in_reik, by_mail):
        task = tasks(client)["pharmacy_phone"]
        assert task.high_risk
        assert task.owner_role == "nurse"
        assert task.due_at == NIGHT + timedelta(minutes=15)
        assert (task.detail["who"], task.detail["number"]) == ("Dienstapotheek", "074 555 09 99")
    assert "pharmacy_request" in tasks(in_reik)
    assert not letters(), "nobody reads an e-mail at night"


def test_who_has_no_pharmacy_is_a_high_risk_task(care: Organisation) -> None:
    client = home(care)
    (asked,) = requests.ask([question(care, client)], MONDAY)
    assert tasks(client)["pharmacy_unknown"].high_risk
    assert open_requests([client])[0].channel == "none"
    give_pharmacy(client, register_pharmacy(organisation_id=care.id, name="Later", now=MONDAY, phone="1"))
    assert requests.ask_again(asked, by="Joke", now=MONDAY) == "phone"
    assert set(tasks(client)) == {"pharmacy_phone"}


def test_a_letter_says_nothing_of_anyone_and_waits_sealed(care: Organisation) -> None:
    client = home(care, phone="074 555 02 00")
    (asked,) = requests.ask([question(care, client)], MONDAY)
    assert tasks(client)["pharmacy_asked"].about == asked
    (letter,) = letters()
    assert set(letter) == {"letter", "from", "phone", "links"}
    said = json.dumps(letter)
    assert "Wolters" not in said
    assert "ochtend" not in said
    assert str(client) not in said
    token = letter["links"][0]["address"].rpartition("/")[2]
    stored = OutboxMessage.objects.get().body
    assert token not in stored
    assert stored.startswith("sealed:")
    assert token.encode() not in bytes(ReplyLink.objects.get().token_digest)


def test_the_same_question_is_asked_once_and_another_takes_its_place(care: Organisation) -> None:
    client, change = home(care, phone="1"), new_id(MONDAY)
    first = question(care, client, kind="confirm_change", about=change)
    (one,) = requests.ask([first], MONDAY)
    assert requests.ask([first, first], MONDAY + timedelta(minutes=1)) == [one, one]
    assert len(letters()) == 1
    (other,) = requests.ask([replace(first, detail={"text": "anders"})], MONDAY + timedelta(minutes=2))
    assert other != one
    assert [each.state for each in requests_about([change])[change]] == ["withdrawn", "open"]
    assert len(letters()) == 1, "the letter that had not left stays here"
    assert [each.about for each in open_tasks_of([client])] == [other]


def test_one_question_has_one_answer(care: Organisation, told: list[Any]) -> None:
    client = home(care, phone="1")
    (asked,) = requests.ask([question(care, client)], MONDAY)
    requests.answer(asked, answer="answered", text="Ja, dat mag.", by="Ruud Blok", how="link", now=MONDAY)
    assert set(tasks(client)) == {"pharmacy_answered"}, "somebody reads what was written"
    (fact,) = told
    assert (fact.request_id, fact.answer, fact.how, fact.by) == (asked, "answered", "link", "Ruud Blok")
    with pytest.raises(RequestRefused) as refused:
        requests.answer(asked, answer="call_back", by="Ilse", how="link", now=MONDAY)
    assert refused.value.code == "answered"
    assert [each.answered_by for each in requests_of([client], MONDAY)] == ["Ruud Blok"]


def test_said_by_phone_is_asked_for_in_writing(care: Organisation, told: list[Any]) -> None:
    client = home(care, phone="1")
    (asked,) = requests.ask([question(care, client, kind="confirm_change", about=new_id(MONDAY))], MONDAY)
    said = {"answer": "agreed", "by": "Ruud Blok", "how": "phone", "now": MONDAY}
    with pytest.raises(RequestRefused):
        requests.answer(asked, **said)
    assert not told
    assert set(tasks(client)) == {"pharmacy_asked"}
    requests.answer(asked, read_back_by="Anja", **said)
    (follow_up,) = requests_about([asked])[asked]
    assert follow_up.kind == "confirm_in_writing"
    assert follow_up.answer_by == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert (follow_up.detail["by"], follow_up.detail["read_back_by"]) == ("Ruud Blok", "Anja")
    assert tasks(client)["pharmacy_in_writing"].about == follow_up.id
    requests.answer(
        follow_up.id, answer="not_correct", by="Ilse", how="link", now=MONDAY + timedelta(hours=1)
    )
    assert tasks(client)["pharmacy_denies"].high_risk
    assert [(each.kind, each.about) for each in told][-1] == ("confirm_in_writing", asked)


def test_no_answer_is_told_again_and_a_late_one_counts(care: Organisation, told: list[Any]) -> None:
    client = home(care, phone="074 555 02 00")
    (asked,) = requests.ask(
        [question(care, client, urgency="now", answer_by=MONDAY + timedelta(hours=1))], MONDAY
    )
    assert requests.tell_unanswered(MONDAY + timedelta(minutes=59)) == 0
    at = MONDAY + timedelta(hours=1)
    assert requests.tell_unanswered(at) == 1
    task = tasks(client)["pharmacy_unanswered"]
    assert task.high_risk
    assert task.detail["number"] == "074 555 02 00"
    assert [type(each) for each in told] == [RequestUnanswered]
    assert requests.tell_unanswered(NIGHT) == 0
    opens = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    assert requests.tell_unanswered(opens) == 1
    assert len(told) == 2
    assert open_requests([client])[0].state == "unanswered"
    requests.answer(asked, answer="answered", by="Ruud", how="link", now=opens)
    assert "pharmacy_unanswered" not in tasks(client)
    seen = request(asked)
    assert seen is not None
    assert seen.late
    assert requests.tell_unanswered(opens + timedelta(days=9)) == 0


def test_withdrawn_is_waited_for_no_more(care: Organisation) -> None:
    client, change = home(care, phone="1"), new_id(MONDAY)
    (asked,) = requests.ask([question(care, client, kind="confirm_change", about=change)], MONDAY)
    assert requests.withdraw([change], "Joke", MONDAY) == 1
    assert requests.withdraw([change], "Joke", MONDAY) == 0
    assert not tasks(client)
    assert not letters()
    assert not open_requests([client])
    with pytest.raises(RequestRefused):
        requests.answer(asked, answer="agreed", by="Ruud", how="link", now=MONDAY)


def test_what_is_not_urgent_goes_once_a_week(care: Organisation) -> None:
    client = home(care, phone="1")
    later = {"urgency": "week", "answer_by": MONDAY + timedelta(days=14), "kind": "leftovers"}
    requests.ask([question(care, client, **later), question(care, client, kind="question", urgency="week",
                 answer_by=MONDAY + timedelta(days=14))], NIGHT)  # fmt: skip
    assert not letters()
    assert len(tasks(client)) == 1
    assert request_letters.send_weekly(NIGHT) == 0, "the pharmacy is closed"
    tuesday = MONDAY + timedelta(days=1)
    assert request_letters.send_weekly(tuesday) == 1
    (letter,) = letters()
    assert letter["letter"] == "pharmacy_week"
    assert len(letter["links"]) == 2
    requests.ask([question(care, client, **later)], tuesday)
    assert request_letters.send_weekly(tuesday + timedelta(days=2)) == 0
    assert request_letters.send_weekly(tuesday + timedelta(days=6)) == 1
    assert request_letters.send_weekly(tuesday + timedelta(days=6)) == 0


def test_a_letter_that_does_not_arrive_is_phoned(care: Organisation) -> None:
    client = home(care, phone="074 555 02 00")
    requests.ask([question(care, client)], MONDAY)
    letter = ReplyLetter.objects.get()
    request_letters.note_failed([MessageFailed(message_id=letter.id, error="SMTP 451")], MONDAY)
    assert tasks(client)["pharmacy_phone"].detail["number"] == "074 555 02 00"


def test_without_a_mailbox_everything_is_phoned(database: str) -> None:
    house = found_organisation(name="Zonder post", kind="care", now=MONDAY)
    client = home(house, phone="074 555 02 00")
    requests.ask([question(house, client)], MONDAY)
    assert set(tasks(client)) == {"pharmacy_phone"}
    assert not OutboxMessage.objects.exists()


def test_a_desk_needs_a_number_a_safe_address_and_a_mailbox(care: Organisation) -> None:
    desk = {
        "organisation_id": care.id,
        "phone": "1",
        "site": "https://reik.example",
        "by": "Wim",
        "now": MONDAY,
    }
    for wrong in (
        {"mail": "http://127.0.0.1/?from=a@b.example"}, {"mail": "smtp://127.0.0.1/"}, {"phone": " "},
        {"site": "http://reik.example"}, {"site": "https://"},
    ):  # fmt: skip
        with pytest.raises(RequestRefused):
            request_letters.set_desk(**({"mail": MAIL} | desk | wrong))
    request_letters.set_desk(mail=MAIL, **desk)
    assert RequestDesk.objects.get().site == "https://reik.example"


def test_a_demo_writes_to_this_machine_only(care: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_letters, "installation_kind", lambda: "demo")
    desk = {"organisation_id": care.id, "phone": "1", "site": "https://127.0.0.1", "by": "Wim", "now": MONDAY}
    with pytest.raises(RequestRefused):
        request_letters.set_desk(mail="smtp://mail.example/?from=reik@zorg.example", **desk)
    request_letters.set_desk(mail=MAIL, **desk)


def test_a_mail_box_that_changed_is_used_at_once(care: Organisation) -> None:
    client = home(care, phone="1")
    requests.ask([question(care, client)], MONDAY)
    requests.ask([question(care, client, kind="leftovers")], MONDAY)
    assert OutboxMessage.objects.values("destination_id").distinct().count() == 1
    desk = RequestDesk.objects.get()
    desk.mail = vault().seal_text(care.id, MAIL.replace("2525", "2526"))
    desk.save()
    requests.ask([question(care, client, kind="recall")], MONDAY)
    assert OutboxMessage.objects.values("destination_id").distinct().count() == 2


def test_as_many_statements_for_one_as_for_many(care: Organisation) -> None:
    pharmacy = register_pharmacy(
        organisation_id=care.id, name="Eén", now=MONDAY, email="a@b.example", hours=HOURS
    )
    clients = [cast.welcome(care, f"C{each}", MONDAY).id for each in range(61)]
    for each in clients:
        give_pharmacy(each, pharmacy)
    requests.ask([question(care, clients[60])], MONDAY)  # the pharmacy's destination is made once

    def counted(ids: Sequence[UUID]) -> int:
        with CaptureQueriesContext(connection) as made:
            requests.ask([question(care, each, kind="recall", about=each) for each in ids], MONDAY)
        return len(made)

    assert counted(clients[:1]) == counted(clients[1:60])

    def telling(number: int) -> int:
        with CaptureQueriesContext(connection) as made:
            assert requests.tell_unanswered(MONDAY + timedelta(days=1), most=number) == number
        return len(made)

    assert telling(1) == telling(50)


def test_a_request_about_someone_else_is_refused(care: Organisation) -> None:
    other = found_organisation(name="Ander", kind="care", now=MONDAY)
    client = home(care, phone="1")
    with pytest.raises(RequestRefused):
        requests.ask([replace(question(care, client), organisation_id=other.id)], MONDAY)
    assert not PharmacyRequest.objects.exists()
