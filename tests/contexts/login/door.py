"""A browser at the door: invited, with a passkey, with password and code."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Visitor

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.login import accounts, totp
from reik.kernel.models import LoginEvent
from reik.kernel.operations import found_organisation, mark_installation
from reik.web import frame
from tests.authenticator import Phone

PASSWORD = "drie groene fietsen in de regen"
ALERT = "/team/melding/0193b5a0-0000-7000-8000-000000000001"


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: int) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def world(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A real installation with one invited nurse, seen by the web's role."""
    time = Clock(now)
    monkeypatch.setattr(clock, "now", time)
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    id, token = accounts.add_account(
        organisation_id=zorg.id, username="Anja.Prins", name="Anja Prins", role="nurse", by="test", now=now
    )
    mark_installation("real", now)
    frame._kind._until = 0.0
    connection.close()
    become(Role.WEB)
    yield SimpleNamespace(zorg=zorg, anja=id, token=token, time=time)
    frame._kind._until = 0.0


def browser(address: str = "192.0.2.7") -> Visitor:
    return Visitor(headers={"accept": "text/html", "host": "localhost"}, REMOTE_ADDR=address)


def post(visitor: Visitor, path: str, **told: Any) -> Any:
    return visitor.post(path, json.dumps(told), content_type="application/json")


def invited(world: SimpleNamespace, username: str, role: str) -> str:
    """Somebody else of the same organisation has an account; gives the token of her invitation."""
    become(Role.WORKER)
    _, token = accounts.add_account(
        organisation_id=world.zorg.id, username=username, name=username.title(), role=role, by="test",
        now=world.time.at,
    )  # fmt: skip
    become(Role.WEB)
    return token


def by_invitation(token: str, leads_to: str, visitor: Visitor | None = None) -> tuple[Visitor, Phone]:
    """Whoever holds the token makes her passkey, and is in at the page of her role."""
    visitor, phone = visitor or browser(), Phone()
    options = post(visitor, f"/welkom/{token}/vraag").json()
    answer = post(visitor, f"/welkom/{token}/sleutel", answer=phone.make(options))
    assert answer.json() == {"go": leads_to}
    return visitor, phone


def with_passkey(world: SimpleNamespace, visitor: Visitor | None = None) -> tuple[Visitor, Phone]:
    """Anja makes her passkey by her invitation, and is in."""
    return by_invitation(world.token, "/team", visitor)


def tap(visitor: Visitor, phone: Phone, next: str = "", **other: Any) -> Any:
    options = post(visitor, "/inloggen/sleutel/vraag").json()
    return post(visitor, "/inloggen/sleutel", answer=phone.answer(options, **other), next=next)


def with_password(world: SimpleNamespace) -> tuple[Visitor, bytes, list[str]]:
    """Anja takes a password and an app by her invitation; gives the app's secret and the codes on paper."""
    visitor = browser()
    page = visitor.get(f"/welkom/{world.token}").content.decode()
    secret, signed = app_in(page)
    code = totp.code_of(secret, totp.step_at(world.time.at))
    done = visitor.post(
        f"/welkom/{world.token}", {"password": PASSWORD, "again": PASSWORD, "code": code, "secret": signed}
    ).content.decode()
    return visitor, secret, re.findall(r"<code>([a-z0-9-]{14})</code>", done)


def app_in(page: str) -> tuple[bytes, str]:
    text = re.search(r'login-secret">([A-Z2-7 ]+)<', page)
    signed = re.search(r'name="secret" value="([^"]+)"', page)
    assert text
    assert signed
    return base64.b32decode(text[1].replace(" ", "")), signed[1]


def try_password(
    visitor: Visitor, password: str = PASSWORD, username: str = "anja.prins", **more: str
) -> Any:
    return visitor.post("/inloggen/wachtwoord", {"username": username, "password": password, **more})


def is_in(visitor: Visitor) -> bool:
    return str(visitor.get("/").headers["Location"]) == "/team"


def outcomes() -> list[tuple[str, str]]:
    return sorted(LoginEvent.objects.values_list("what", "outcome"))
