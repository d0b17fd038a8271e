"""From a destination's address to a mailbox, and the letter itself, which says nothing of anyone (R55). Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from reik.interop import AddressRefused
from reik.interop.email.orders import order_letter
from reik.interop.email.questions import questions
from reik.kernel.hosts import is_loopback

SUBJECT = "Bericht in Reik"
TEXT = "Er is een bericht in Reik.\n\nLog in om het te lezen. Antwoorden op deze e-mail wordt niet gelezen.\n"
SAYS: dict[str, tuple[str, str]] = {
    "drill.step": (
        "OEFENING van Reik",
        'OEFENING. Dit is geen echte melding.\n\nOpen Reik en kies "Oefening ontvangen".\n\n'
        "EXERCISE. This is no real alert: open Reik and say that you read it.\n",
    ),
    "forewarning": (
        "Straks is er misschien niemand bereikbaar",
        "Er kan straks een melding komen die niemand hoort.\n\nKijk in Reik bij Roosters en zeg wie het oppakt.\n",
    ),
    "outage.note": (
        "Storing van dispensers",
        "Er is een storing van dispensers. Reik ziet niet wat eruit komt.\n\n"
        "Open de lijst in Reik en neem regels over.\n",
    ),
    "platform.alarm": (
        "Reik staat misschien stil",
        "De wacht buiten Reik ziet dat er iets niet werkt.\n\nBel wie Reik beheert, en wie dienst heeft.\n\n"
        "The guard outside sees that Reik may stand still: call who runs it.\n",
    ),
    "platform.well": ("Reik werkt weer", "De wacht buiten Reik ziet dat alles weer werkt.\n"),
    "swap.question": (
        "Vraag over ruilen van een dienst",
        "Iemand vraagt of u een dienst wilt ruilen.\n\nKijk in Reik bij Roosters en zeg ja of nee.\n",
    ),
    "swap.answer": (
        "Antwoord over ruilen van een dienst",
        "Er is antwoord over ruilen van een dienst.\n\nKijk in Reik bij Roosters hoe het nu op het rooster staat.\n",
    ),
    "test.message": (
        "Proef van Reik",
        "Dit is een proef. Zo komt een melding bij u aan. U hoeft niets te doen.\n",
    ),
}
"""Subject and text of a message that is no alert, by its type; it says nothing of anyone either (R55)."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)


class Tls(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # this machine only


_PORTS = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a letter is handed in, and for whom. `user` is None when the server asks for no log-in."""

    host: str
    port: int
    tls: Tls
    user: str | None
    password: str = field(repr=False)
    sender: str
    recipient: str


def mailbox(address: str) -> Mailbox:
    """Read `smtp://user:pass@host:port/?to=a@b&from=c@d&tls=starttls|tls|none` (`starttls` when not said).

    User and password are percent-encoded. Raises AddressRefused, also for `tls=none` to another machine.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        given = parse_qs(parts.query, strict_parsing=True)
        tls = Tls(*given.get("tls", [Tls.STARTTLS]))
        (recipient,), (sender,) = given["to"], given["from"]
    except (ValueError, KeyError, TypeError):
        raise AddressRefused(
            "An e-mail address of a destination is smtp://host/?to=…&from=…&tls=…."
        ) from None
    if parts.scheme != "smtp" or not host or {*given} - {"to", "from", "tls"}:
        raise AddressRefused("An e-mail address of a destination is smtp://host/?to=…&from=…&tls=….")
    if not _ADDRESS.fullmatch(recipient) or not _ADDRESS.fullmatch(sender):
        raise AddressRefused("`to` and `from` are each one plain e-mail address.")
    if tls is Tls.NONE and not is_loopback(host):
        raise AddressRefused("E-mail outside this machine must use tls=starttls or tls=tls.")
    return Mailbox(
        host=host, port=port or _PORTS[tls], tls=tls, sender=sender, recipient=recipient,
        user=unquote(parts.username) if parts.username else None, password=unquote(parts.password or ""),
    )  # fmt: skip


def letter(mailbox: Mailbox, message_id: str, now: datetime, body: str = "") -> EmailMessage:
    """The letter. Its Message-ID follows from the message's key, so that a second sending is known as the same.

    `body` is the outbox message's; only a letter to a pharmacy (`questions`) and an order to a supplier say what is in
    it. Raises AddressRefused for one that can no longer be opened.
    """
    subject, text = questions(body) or order_letter(body) or SAYS.get(_type(body), (SUBJECT, TEXT))
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = mailbox.sender
    made["To"] = mailbox.recipient
    made["Subject"] = subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{message_id}@{mailbox.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(text)
    return made


def _type(body: str) -> str:
    try:
        said = json.loads(body)
    except ValueError:  # empty, or sealed
        return ""
    return str(said.get("type", "")) if isinstance(said, dict) else ""
