"""A pharmacy without an account: the question leaves by e-mail, is opened with a code, answered, and acted on (R23)."""

from __future__ import annotations

import asyncio
import email
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.test import Client as Visitor

from reik.config import wiring
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import found_organisation
from reik.medication.facts import RequestAnswered
from reik.medication.requests import letters as request_letters
from reik.medication.requests import operations as requests
from reik.medication.requests import reply
from reik.medication.requests.operations import NewRequest
from reik.medication.requests.seen import request
from reik.ops import send
from reik.ops.engines.process import free_port
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests import cast

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOURS = {str(day): ("08:30", "17:30") for day in range(1, 6)}


@dataclass
class Postbox:
    """A mail server of the pharmacy; `refuses` is what it says instead of taking a letter."""

    refuses: str = ""
    letters: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@contextmanager
def sending() -> Iterator[None]:
    """`reik send` beside the test."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(send.serve(asyncio.Event(), stop, now=lambda: MONDAY))
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def until(holds: Any) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within four seconds")


def a_client(port: int) -> tuple[UUID, UUID]:
    """A client whose pharmacy is written to over this port; gives the organisation and the client."""
    care = found_organisation(name="Thuiszorg Linde", kind="care", now=MONDAY)
    request_letters.set_desk(
        organisation_id=care.id, phone="074 555 01 00", site="https://reik.example", by="Wim", now=MONDAY,
        mail=f"smtp://127.0.0.1:{port}/?from=reik@zorg.example&tls=none",
    )  # fmt: skip
    client = cast.welcome(care, "H. (Hennie) Wolters", MONDAY)
    pharmacy = register_pharmacy(
        organisation_id=care.id, name="De Vijzel", now=MONDAY, email="balie@vijzel.example", hours=HOURS,
        phone="074 555 02 00",
    )  # fmt: skip
    give_pharmacy(client.id, pharmacy)
    return care.id, client.id


def a_question(care: UUID, client: UUID) -> UUID:
    (asked,) = requests.ask(
        [
            NewRequest(
                organisation_id=care, client_id=client, kind="late_time", urgency="today", by="Anja",
                answer_by=MONDAY + timedelta(hours=4), detail={"text": "Tot hoe laat mag metoprolol?"},
            )
        ],
        MONDAY,
    )  # fmt: skip
    return asked


def test_from_question_to_answer_over_the_wire(
    database: str, postbox: tuple[Postbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = postbox
    heard: list[RequestAnswered] = []
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    monkeypatch.setitem(wiring.HANDLERS, RequestAnswered, [lambda some, now: heard.extend(some)])  # type: ignore[arg-type]
    care, client = a_client(port)
    asked = a_question(care, client)
    with sending():
        until(lambda: box.letters)
        until(lambda: OutboxMessage.objects.get().state == 1)
    (envelope,) = box.letters
    assert envelope.rcpt_tos == ["balie@vijzel.example"]
    letter = email.message_from_bytes(envelope.content, policy=policy.default)
    said = letter.get_content()
    for secret in ("Wolters", "Hennie", "metoprolol", "Anja", str(client), str(asked)):
        assert secret not in envelope.content.decode()
    assert "Thuiszorg Linde heeft een vraag" in said
    assert "074 555 01 00" in said
    assert "23-11-2026 14:00" in said
    found = re.search(r"https://reik\.example(/antwoord/[\w-]{43})\s", said)
    assert found
    code = reply.make_code(asked, by="Anja", now=MONDAY)
    assert code not in said
    _answer(found[1], code)
    seen = request(asked)
    assert seen is not None
    assert (seen.answer, seen.how, seen.answered_by) == ("answered", "link", "Ruud Blok, apotheker")
    assert [(each.request_id, each.text) for each in heard] == [(asked, "Tot tien uur.")]
    assert {each.kind for each in open_tasks_of([client])} == {"pharmacy_answered"}


def _answer(path: str, code: str) -> None:
    """What the pharmacist does in her browser, forms only."""
    become(Role.WEB)
    browser = Visitor(HTTP_HOST="localhost", enforce_csrf_checks=True)
    said: dict[str, str] = {
        "csrfmiddlewaretoken": _hidden(browser.get(path).content.decode(), "csrfmiddlewaretoken"),
        "answer": "answered", "text": "Tot tien uur.", "by": "Ruud Blok, apotheker", "reread": "1",
    }  # fmt: skip
    page = browser.post(path, said | {"step": "code", "code": code}).content.decode()
    assert "metoprolol" in page
    said["ticket"] = _hidden(page, "ticket")
    assert "Klopt dit?" in browser.post(path, said | {"step": "check"}).content.decode()
    assert browser.post(path, said | {"step": "send"}).status_code == 302
    assert "is beantwoord" in browser.get(path).content.decode()
    connection.close()
    become(Role.WORKER)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_letter_that_is_refused_is_phoned(database: str, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    box.refuses = "550 no such mailbox"
    care, client = a_client(port)
    a_question(care, client)
    with sending():
        until(lambda: "pharmacy_phone" in {each.kind for each in open_tasks_of([client])})
    (task,) = [each for each in open_tasks_of([client]) if each.kind == "pharmacy_phone"]
    assert task.detail["number"] == "074 555 02 00"
