"""Where everybody of the demo is reached: destinations on this machine, each made once."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from reik.kernel.operations import add_destination, new_webhook_secret
from reik.ops.demo import CENTRE_PORT, MAIL_PORT


class Desks:
    """Destinations, each made once: all of them on this machine."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._made: dict[tuple[UUID, str], UUID] = {}

    def webhook(self, organisation_id: UUID, name: str) -> UUID:
        return self._once(
            organisation_id, name, "webhook", webhook_address(CENTRE_PORT), new_webhook_secret()
        )

    def mailbox(self, organisation_id: UUID, name: str) -> UUID:
        return self._once(organisation_id, name, "email", mail_address(MAIL_PORT, name), None)

    def _once(self, organisation_id: UUID, name: str, channel: str, address: str, secret: str | None) -> UUID:
        key = (organisation_id, name)
        if key not in self._made:
            self._made[key] = add_destination(
                organisation_id=organisation_id, channel=channel, name=name, address=address, secret=secret,
                now=self._now,
            ).id  # fmt: skip
        return self._made[key]


def webhook_address(port: int) -> str:
    """Where the centre's system of the demo listens."""
    return f"http://127.0.0.1:{port}/meldingen"


def mail_address(port: int, name: str) -> str:
    """The mailbox of someone of the demo, at the demo's own mail server."""
    return f"{mailbox(port)}&{urlencode({'to': f'{plain(name)}@example.org'})}"


def mailbox(port: int) -> str:
    """The mailbox of the demo's care organisations, at its own mail server."""
    return f"smtp://127.0.0.1:{port}/?{urlencode({'from': 'reik@example.org', 'tls': 'none'})}"


def plain(name: str) -> str:
    """A name as it stands in an address: `Emre Yıldız` → `emre.yildiz`."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("ı", "i"))
    return ".".join(
        "".join(each for each in letters if each.isascii() and (each.isalnum() or each == " ")).split()
    )
