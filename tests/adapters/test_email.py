"""E-mail out: the letter by its bytes, then live against aiosmtpd."""

from __future__ import annotations

import asyncio
import email
import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from reik.interop import AddressRefused, Delivered, Failed
from reik.interop.email import mapping, port
from reik.interop.email.mapping import Tls
from tests.adapters.certificates import self_signed

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-000000000001"

LETTER = (
    b"From: reik@zorg.nl\r\n"
    b"To: wacht@zorg.nl\r\n"
    b"Subject: Bericht in Reik\r\n"
    b"Date: Mon, 23 Nov 2026 07:00:00 +0000\r\n"
    b"Message-ID: <0193548c-7a00-7000-8000-000000000001@zorg.nl>\r\n"
    b"Auto-Submitted: auto-generated\r\n"
    b"X-Auto-Response-Suppress: All\r\n"
    b'Content-Type: text/plain; charset="utf-8"\r\n'
    b"Content-Transfer-Encoding: 7bit\r\n"
    b"MIME-Version: 1.0\r\n"
    b"\r\n"
    b"Er is een bericht in Reik.\r\n"
    b"\r\n"
    b"Log in om het te lezen. Antwoorden op deze e-mail wordt niet gelezen.\r\n"
)


def test_the_letter_is_the_same_every_time_and_names_nobody():
    box = mapping.mailbox("smtp://mail.zorg.nl/?to=wacht@zorg.nl&from=reik@zorg.nl")
    assert mapping.letter(box, KEY, NOW).as_bytes() == LETTER


def test_an_address_with_everything():
    box = mapping.mailbox("smtp://reik%40zorg.nl:p%2Fw@mail.zorg.nl:2525/?to=a@b.nl&from=c@d.nl&tls=tls")
    assert (box.host, box.port, box.tls, box.user) == ("mail.zorg.nl", 2525, Tls.TLS, "reik@zorg.nl")
    assert box.password == "p/w"
    assert "p/w" not in repr(box)


@pytest.mark.parametrize(("said", "number"), [("", 587), ("&tls=starttls", 587), ("&tls=tls", 465)])
def test_the_port_follows_from_tls(said, number):
    assert mapping.mailbox(f"smtp://mail.zorg.nl/?to=a@b.nl&from=c@d.nl{said}").port == number


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://mail.zorg.nl/?to=a@b.nl&from=c@d.nl",
        "smtp:///?to=a@b.nl&from=c@d.nl",
        "smtp://mail.zorg.nl/?to=a@b.nl",
        "smtp://mail.zorg.nl/?to=a@b.nl&to=x@y.nl&from=c@d.nl",
        "smtp://mail.zorg.nl/?to=a@b.nl&from=c@d.nl&tls=soms",
        "smtp://mail.zorg.nl/?to=a@b.nl&from=c@d.nl&tls=none",
        "smtp://mail.zorg.nl/?to=a@b.nl&from=c@d.nl&cc=e@f.nl",
        "smtp://mail.zorg.nl/?to=a@b.nl%0D%0ABcc:x@y.nl&from=c@d.nl",
        "smtp://mail.zorg.nl/?to=Jan%20%3Ca@b.nl%3E&from=c@d.nl",
        "smtp://mail.zorg.nl:x/?to=a@b.nl&from=c@d.nl",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(AddressRefused):
        mapping.mailbox(address)


@dataclass
class Postbox:
    """What aiosmtpd hands over; `says` answers instead of accepting."""

    says: str = "250 OK"
    at_recipient: str = "250 OK"
    slow_s: float = 0
    received: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.slow_s)
        self.received.append(envelope)
        return self.says


def handed_in(
    postbox: Postbox, query: str, *, user: str = "", trust: ssl.SSLContext | None = None, **options: Any
):
    """Deliver one message to a server on this machine; gives the result."""

    async def main() -> Any:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(postbox, hostname="test", ident="test", enable_SMTPUTF8=False, **options),
            "127.0.0.1",
            0,
        )
        number = server.sockets[0].getsockname()[1]
        peer = port.peer(
            f"smtp://{user}localhost:{number}/?to=wacht@zorg.nl&from=reik@zorg.nl&{query}", None, 1
        )
        try:
            async with port.opened() as session:
                return await port.deliver(trust or session, peer, message_id=KEY, body='{"x":1}', now=NOW)
        finally:
            server.close()

    return asyncio.run(main())


def test_a_letter_arrives_as_it_was_written():
    postbox = Postbox()
    assert handed_in(postbox, "tls=none") == Delivered()
    (envelope,) = postbox.received
    assert (envelope.mail_from, envelope.rcpt_tos) == ("reik@zorg.nl", ["wacht@zorg.nl"])
    assert email.message_from_bytes(envelope.content)["Message-ID"] == f"<{KEY}@zorg.nl>"
    assert envelope.content == LETTER


@pytest.mark.parametrize(
    ("postbox", "result"),
    [
        (Postbox(says="451 later"), Failed("SMTP 451", answered=True)),
        (Postbox(says="554 no"), Failed("SMTP 554", permanent=True, answered=True)),
        (Postbox(at_recipient="450 busy"), Failed("SMTP 450", answered=True)),
        (Postbox(at_recipient="550 unknown"), Failed("SMTP 550", permanent=True, answered=True)),
        (Postbox(slow_s=1.2), Failed("no answer within 1 s")),
    ],
)
def test_what_a_server_answers_becomes_a_result(postbox, result):
    assert handed_in(postbox, "tls=none") == result


def test_nobody_there():
    async def main() -> Any:
        peer = port.peer("smtp://127.0.0.1:1/?to=a@b.nl&from=c@d.nl&tls=none", None, 1)
        async with port.opened() as session:
            return await port.deliver(session, peer, message_id=KEY, body="", now=NOW)

    assert asyncio.run(main()).error.startswith("no connection")


@pytest.fixture
def certificate(tmp_path):
    path = self_signed(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(path)
    return serving, ssl.create_default_context(cafile=path)


def test_starttls_is_not_used_with_a_stranger(certificate):
    serving, _ = certificate
    postbox = Postbox()
    assert handed_in(postbox, "tls=starttls", tls_context=serving) == Failed("certificate not trusted")
    assert postbox.received == []


def test_a_server_that_offers_no_starttls_gets_nothing():
    postbox = Postbox()
    assert isinstance(handed_in(postbox, "tls=starttls"), Failed)
    assert postbox.received == []


@pytest.mark.parametrize(("password", "result"), [
    ("goed", Delivered()), ("fout", Failed("log-in refused (SMTP 535)", answered=True)),
])  # fmt: skip
def test_log_in_over_starttls(certificate, password, result):
    serving, trust = certificate

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"reik", b"goed"), handled=False)

    assert handed_in(
        Postbox(), "tls=starttls", user=f"reik:{password}@", trust=trust, tls_context=serving,
        require_starttls=True, auth_required=True, authenticator=check,
    ) == result  # fmt: skip


QUESTIONS = {
    "letter": "pharmacy_questions",
    "from": "Thuiszorg Linde",
    "phone": "074 555 01 00",
    "links": [
        {"address": f"https://reik.example/antwoord/{token}", "answer_by": "2026-11-23T13:00:00+00:00"}
        for token in ("een", "twee")
    ],
}


def test_a_letter_to_a_pharmacy_says_that_there_are_questions_and_where():
    box = mapping.mailbox("smtp://mail.zorg.nl/?to=balie@vijzel.nl&from=reik@zorg.nl")
    made = mapping.letter(box, KEY, NOW, json.dumps(QUESTIONS))
    said = made.get_content()
    assert "Thuiszorg Linde heeft 2 vragen voor uw apotheek." in said
    assert "Thuiszorg Linde has 2 questions for your pharmacy." in said
    assert said.count("https://reik.example/antwoord/") == 2
    assert said.count("23-11-2026 14:00") == 2
    assert "074 555 01 00" in said
    assert made["Subject"] == "Er staat een vraag voor u klaar / A question is waiting for you"
    weekly = mapping.letter(box, KEY, NOW, json.dumps(QUESTIONS | {"letter": "pharmacy_week"}))
    assert weekly["Subject"] == "Vragen van deze week / Questions of this week"


def test_the_body_of_any_other_message_is_not_sent():
    box = mapping.mailbox("smtp://mail.zorg.nl/?to=wacht@zorg.nl&from=reik@zorg.nl")
    for body in ("", "{}", '{"letter": "alert"}', "no json", '["x"]', '{"x": 1}'):
        assert mapping.letter(box, KEY, NOW, body).as_bytes() == LETTER
    with pytest.raises(AddressRefused):
        mapping.letter(box, KEY, NOW, "sealed:x:y")


def test_a_delivery_test_says_that_it_is_one():
    """R57."""
    box = mapping.mailbox("smtp://mail.zorg.nl/?to=wacht@zorg.nl&from=reik@zorg.nl")
    made = mapping.letter(box, KEY, NOW, '{"type":"test.message","data":{}}')
    assert made["Subject"] == "Proef van Reik"
    assert "U hoeft niets te doen." in made.get_content()
