"""The page of a pharmacy without an account: nothing before the code, one request, one answer (R23)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Visitor

from reik.kernel import clock, outbox
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation, OutboxMessage
from reik.kernel.operations import found_organisation
from reik.kernel.tenancy import acting_for
from reik.medication.models import ReplyLink
from reik.medication.requests import letters as request_letters
from reik.medication.requests import operations as requests
from reik.medication.requests import reply
from reik.medication.requests.operations import NewRequest
from reik.medication.requests.rules import RequestRefused
from reik.medication.requests.seen import RequestSeen, request
from reik.people.operations import register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from reik.web.answer import public
from tests import cast

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOURS = {str(day): ("08:30", "17:30") for day in range(1, 6)}
SECRETS = ("Wolters", "18-03-1941", "1941", "metoprolol", "ochtend")
"""What nobody may read before the code."""


class Clock:
    """The screens' clock, to be moved."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", made)
    monkeypatch.setattr(public, "pace", public.Pace())
    return made


@pytest.fixture
def care(database: str, time: Clock) -> Organisation:
    house = found_organisation(name="Thuiszorg Linde", kind="care", now=MONDAY)
    request_letters.set_desk(
        organisation_id=house.id, phone="074 555 01 00", site="https://127.0.0.1", by="Wim", now=MONDAY,
        mail="smtp://127.0.0.1:2525/?from=reik@zorg.example&tls=none",
    )  # fmt: skip
    return house


def ask(care: Organisation, name: str = "H. (Hennie) Wolters", **changed: Any) -> tuple[UUID, str]:
    """A question in a letter; gives its id and the link's path."""
    client = register_client(
        organisation_id=care.id, name=name, now=MONDAY, salutation="Mw.",
        birth_date=datetime(1941, 3, 18, tzinfo=UTC).date(),
    )  # fmt: skip
    give_pharmacy(
        client.id,
        register_pharmacy(
            organisation_id=care.id,
            name=f"Apotheek {name}",
            now=MONDAY,
            email="balie@vijzel.example",
            hours=HOURS,
        ),
    )
    detail = {
        "text": "Mag de ochtend later?",
        "sachets": [
            {"day": "2026-11-24", "at": "08:00", "sequences": [12], "contents": [{"text": "metoprolol", "amount": "1"}]}
        ],
    }  # fmt: skip
    asked = {"kind": "question", "urgency": "today", "answer_by": MONDAY + timedelta(hours=4)} | changed
    (made,) = requests.ask(
        [NewRequest(organisation_id=care.id, client_id=client.id, by="Anja", detail=detail, **asked)], MONDAY
    )
    return made, link_of(made)


def link_of(request_id: UUID) -> str:
    """The path that the letter of this request gives, and that counts now."""
    digest = bytes(ReplyLink.objects.get(request_id=request_id, replaced_at=None).token_digest)
    for row in OutboxMessage.objects.all():
        for each in json.loads(outbox.opened(row.body))["links"]:
            path = str(each["address"]).removeprefix("https://127.0.0.1")
            if request_letters.digest_of(path.rpartition("/")[2]) == digest:
                return path
    raise AssertionError("no letter has this link")


@pytest.fixture
def web(care: Organisation) -> Iterator[Visitor]:
    """A browser of somebody without an account; the page runs as `reik_web`."""
    yield Visitor(HTTP_HOST="localhost")
    become(Role.WORKER)


def code_for(request_id: UUID) -> str:
    return reply.make_code(request_id, by="Anja", now=clock.now())


def get(web: Visitor, path: str) -> Any:
    become(Role.WEB)
    try:
        return web.get(path)
    finally:
        become(Role.WORKER)


def post(web: Visitor, path: str, **said: str) -> Any:
    become(Role.WEB)
    try:
        return web.post(path, said)
    finally:
        become(Role.WORKER)


def ticket_in(answer: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def is_silent(answer: Any) -> bool:
    """Whether the page tells nothing of the client."""
    return not any(each in answer.content.decode() for each in SECRETS)


def seen(request_id: UUID) -> RequestSeen:
    found = request(request_id)
    assert found is not None
    return found


GOOD = {"answer": "answered", "text": "Ja, tot tien uur.", "by": "Ruud Blok, apotheker"}


def test_from_the_link_to_the_answer(care: Organisation, web: Visitor) -> None:
    asked, path = ask(care)
    first = get(web, path)
    assert first.status_code == 200
    assert is_silent(first)
    assert "Thuiszorg Linde" in first.content.decode()
    assert first["Referrer-Policy"] == "same-origin"
    assert "no-store" in first["Cache-Control"]
    assert "default-src 'self'" in first["Content-Security-Policy"]
    assert "noindex" in first["X-Robots-Tag"]
    page = post(web, path, step="code", code=code_for(asked))
    text = page.content.decode()
    assert all(
        each in text
        for each in ("Mw. H. (Hennie) Wolters", "18-03-1941", "metoprolol", "zakje 12", "ochtend")
    )
    ticket = ticket_in(page)
    check = post(web, path, step="check", ticket=ticket, **GOOD)
    assert "Klopt dit?" in check.content.decode()
    assert seen(asked).state == "open"
    unread = post(web, path, step="send", ticket=ticket, **GOOD)
    assert unread.status_code == 422
    assert seen(asked).state == "open"
    done = post(web, path, step="send", ticket=ticket, reread="1", **GOOD)
    assert done.status_code == 302
    after = get(web, path)
    assert "is beantwoord" in after.content.decode()
    assert is_silent(after)
    answered = seen(asked)
    assert (answered.answer, answered.text, answered.answered_by, answered.how) == (
        "answered", "Ja, tot tien uur.", "Ruud Blok, apotheker", "link",
    )  # fmt: skip
    log = cast.rows(
        "SELECT act, outcome, actor, actor_role, actor_id FROM kernel_accessentry ORDER BY act DESC"
    )
    assert log == [
        ("view", "ok", "apotheek via link", "reply_link", None),
        ("change", "ok", "apotheek via link", "reply_link", None),
    ]


def test_in_english(care: Organisation, web: Visitor) -> None:
    asked, path = ask(care)
    web.cookies["reik_taal"] = "en"
    assert "The code of 6 digits" in get(web, path).content.decode()
    page = post(web, path, step="code", code=code_for(asked)).content.decode()
    assert "Your answer" in page
    assert "born 18-03-1941" in page
    assert 'lang="en"' in page


def test_a_second_answer_is_none(care: Organisation, web: Visitor) -> None:
    asked, path = ask(care)
    ticket = ticket_in(post(web, path, step="code", code=code_for(asked)))
    post(web, path, step="send", ticket=ticket, reread="1", **GOOD)
    again = post(web, path, step="send", ticket=ticket, reread="1", **(GOOD | {"answer": "call_back"}))
    assert is_silent(again)
    assert seen(asked).answer == "answered"
    assert is_silent(post(web, path, step="code", code="000000"))


def test_the_token_stands_in_no_log(
    care: Organisation, web: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    _, path = ask(care)
    post(web, path, step="code", code="000000")
    for _ in range(25):
        last = get(web, path)
    assert last.status_code == 429
    assert path.rpartition("/")[2] not in caplog.text


def test_five_wrong_codes_lock_the_link_and_a_nurse_knows(care: Organisation, web: Visitor) -> None:
    asked, path = ask(care)
    code = code_for(asked)
    wrong = "111111" if code != "111111" else "222222"
    for left in (4, 3, 2, 1):
        answer = post(web, path, step="code", code=wrong)
        assert answer.status_code == 422
        assert is_silent(answer)
        assert f"nog {left} keer" in answer.content.decode()
    assert "op slot" in post(web, path, step="code", code=wrong).content.decode()
    locked = post(web, path, step="code", code=code)
    assert is_silent(locked), "the right code comes too late"
    assert "op slot" in locked.content.decode()
    kinds = [each.kind for each in open_tasks_of([seen(asked).client_id])]
    assert "pharmacy_code_locked" in kinds
    refused = cast.rows("SELECT count(*) FROM kernel_accessentry WHERE act = 'refused'")
    assert refused == [(5,)]
    fresh = post(web, path, step="code", code=code_for(asked))
    assert fresh.status_code == 200
    assert not is_silent(fresh)
    assert "pharmacy_code_locked" not in [each.kind for each in open_tasks_of([seen(asked).client_id])]


def test_without_a_code_no_code_is_right(care: Organisation, web: Visitor) -> None:
    _, path = ask(care)
    for guess in ("", "000000", "١٢٣٤٥٦", "1" * 50):
        assert is_silent(post(web, path, step="code", code=guess))


def test_a_code_opens_its_own_letter_only(care: Organisation, web: Visitor) -> None:
    one, path = ask(care)
    other, other_path = ask(care, "P. Ander")
    code = code_for(one)
    code_for(other)
    page = post(web, other_path, step="code", code=code)
    assert page.status_code == 422, "but for one chance in a million"
    ticket = ticket_in(post(web, path, step="code", code=code))
    stolen = post(web, other_path, step="send", ticket=ticket, reread="1", **GOOD)
    assert seen(other).state == "open"
    assert seen(one).state == "open"
    assert "Ander" not in stolen.content.decode()


def test_a_ticket_ends_with_time_and_with_another_code(care: Organisation, web: Visitor, time: Clock) -> None:
    asked, path = ask(care)
    ticket = ticket_in(post(web, path, step="code", code=code_for(asked)))
    code_for(asked)
    assert is_silent(post(web, path, step="check", ticket=ticket, **GOOD))
    ticket = ticket_in(post(web, path, step="code", code=code_for(asked)))
    assert not is_silent(post(web, path, step="check", ticket=ticket, **GOOD))
    time.at += timedelta(minutes=30)
    assert is_silent(post(web, path, step="check", ticket=ticket, **GOOD))
    until, _, mark = ticket.partition(".")
    for forged in (f"{int(until) + 3600}.{mark}", "", ".", "9" * 13 + "." + mark, f"{until}.é"):
        assert is_silent(post(web, path, step="send", ticket=forged, reread="1", **GOOD))
    assert seen(asked).state == "open"


def test_a_link_that_ended_says_so_and_whom_to_phone(care: Organisation, web: Visitor, time: Clock) -> None:
    asked, path = ask(care)
    code = code_for(asked)
    time.at = MONDAY + timedelta(days=7)
    late = post(web, path, step="code", code=code)
    assert is_silent(late)
    assert "verlopen" in late.content.decode()
    assert "074 555 01 00" in late.content.decode()
    requests.ask_again(asked, by="Anja", now=time.at)
    assert "nieuwere e-mail" in get(web, path).content.decode()
    newer = link_of(asked)
    assert newer != path
    requests.withdraw([asked], "Anja", time.at)
    gone = post(web, newer, step="code", code=code)
    assert is_silent(gone)
    assert "ingetrokken" in gone.content.decode()


def test_an_unknown_link_and_a_crowd(care: Organisation, web: Visitor) -> None:
    _, path = ask(care)
    for wrong in (path[:-1], path + "x", "/antwoord/" + "a" * 500):
        answer = get(web, wrong)
        assert answer.status_code == 404
        assert answer["Referrer-Policy"] == "same-origin"
    statuses = [get(web, path).status_code for _ in range(25)]
    assert statuses[:20] == [200] * 20
    assert statuses[-1] == 429


def test_the_link_sees_its_own_organisation_only(care: Organisation, web: Visitor) -> None:
    _, path = ask(care)
    eva = found_organisation(name="Eva", kind="care", now=MONDAY)
    cast.welcome(eva, "Vreemd", MONDAY)
    become(Role.WEB)
    key = reply.find_link(path.rpartition("/")[2])
    assert key is not None
    assert reply.find_link("x") is None
    assert cast.rows("SELECT count(*) FROM medication_replylink") == [(0,)]
    with acting_for(key.actor()):
        assert cast.rows("SELECT DISTINCT organisation_id FROM people_client") == [(care.id,)]
    become(Role.WORKER)


def test_what_is_missing_is_said_and_nothing_typed_is_lost(care: Organisation, web: Visitor) -> None:
    asked, path = ask(care)
    ticket = ticket_in(post(web, path, step="code", code=code_for(asked)))
    page = post(web, path, step="check", ticket=ticket, text="<b>half</b>", by="")
    text = page.content.decode()
    assert page.status_code == 422
    assert "Kies een van de antwoorden." in text
    assert "&lt;b&gt;half" in text
    empty = post(web, path, step="check", ticket=ticket, answer="answered", by="Ruud")
    assert "Typ het antwoord." in empty.content.decode()
    back = post(web, path, step="back", ticket=ticket, **GOOD)
    assert "Ja, tot tien uur." in back.content.decode()
    assert seen(asked).state == "open"


def test_no_code_without_a_letter(care: Organisation) -> None:
    client = cast.welcome(care, "Zonder", MONDAY)
    (asked,) = requests.ask(
        [NewRequest(organisation_id=care.id, client_id=client.id, kind="question", urgency="today", by="Anja",
                    answer_by=MONDAY)], MONDAY,
    )  # fmt: skip
    with pytest.raises(RequestRefused):
        reply.make_code(asked, by="Anja", now=MONDAY)


def test_codes_and_tickets_are_compared_in_constant_time(
    care: Organisation, web: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    real = reply.hmac.compare_digest

    def noted(one: Any, other: Any) -> bool:
        compared.append(len(one))
        return real(one, other)

    asked, path = ask(care)
    code = code_for(asked)
    monkeypatch.setattr(reply.hmac, "compare_digest", noted)
    ticket = ticket_in(post(web, path, step="code", code=code))
    assert 32 in compared, "the code's digest"
    compared.clear()
    post(web, path, step="check", ticket=ticket, **GOOD)
    assert 64 in compared, "the ticket's mark"
