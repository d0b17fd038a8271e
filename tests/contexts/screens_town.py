"""A care organisation with two teams, a centre that works for it and a stranger, for tests of screens."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Account, Organisation
from reik.kernel.operations import found_organisation, open_account
from reik.medication.operations import confirm_schedule, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.people.models import Team
from reik.people.operations import add_carer, agree_partnership, form_team, join_team, register_client
from reik.web import frame
from tests import cast
from tests.cast import Voice


@dataclass(slots=True)
class Town:
    """Clients with a dispenser, a moment that is over and one to come; the screens' clock stands still at `now`."""

    now: datetime
    care: Organisation
    north: Team
    south: Team
    accounts: dict[str, Account] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)
    moments: dict[str, UUID] = field(default_factory=dict)

    def id(self, name: str) -> UUID:
        return self.voices[name].client_id

    def move_in(self, name: str, team: Team | None) -> Voice:
        """A client of this team with a schedule, a dispenser and one moment two hours ago."""
        client = register_client(
            organisation_id=self.care.id, name=name, team_id=team.id if team else None, now=self.now,
            phone="053 555 01 42", address="Voorbeeldstraat 1, Borne", salutation="Mw.",
        )  # fmt: skip
        add_carer(
            organisation_id=self.care.id, client_id=client.id, name="Petra", relation="dochter", now=self.now,
            consented=True, phone="06 555 01 07",
        )  # fmt: skip
        schedule = write_schedule(
            organisation_id=self.care.id, client_id=client.id, by="Anja", now=self.now,
            lines=[TimeLine(weekdays=EVERY_DAY, at=time(8), late_min=90)],
        )  # fmt: skip
        confirm_schedule(schedule, "Joke", self.now)
        voice = cast.beside(client, f"REIK-{len(self.voices):05}", self.now)
        self.voices[name] = voice
        due = self.now - timedelta(hours=2)
        self.moments[name] = cast.plan(voice, "m-1", due, now=due - timedelta(hours=1))
        cast.plan(voice, "m-2", self.now + timedelta(hours=3), now=self.now)
        return voice

    def misses(self, name: str) -> None:
        """The moment that is over was not taken out, and an alert is open."""
        voice = self.voices[name]
        at = self.now - timedelta(minutes=80)
        cast.tell(voice, voice.closed("m-1", "not_taken_out", at), voice.heartbeat(at), at=at)

    def managed_by(self, *names: str) -> None:
        """Team managers who work in the north; each has the account of her name in lower case."""
        for name in names:
            account = open_account(
                organisation_id=self.care.id, username=name.lower(), display_name=name, role="team_manager",
                now=self.now,
            )  # fmt: skip
            self.accounts[name.lower()] = account
            join_team(
                organisation_id=self.care.id, team_id=self.north.id, account_id=account.id, now=self.now
            )

    def takes_out(self, name: str) -> None:
        voice = self.voices[name]
        at = self.now - timedelta(minutes=119)
        cast.tell(
            voice, voice.out("m-1", at), voice.closed("m-1", "complete", at), voice.heartbeat(at), at=at
        )

    def breathes(self, name: str) -> None:
        """A heartbeat just now: the dispenser is well."""
        voice = self.voices[name]
        cast.tell(voice, voice.heartbeat(self.now), at=self.now)


def found_town(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(clock, "now", lambda: now)
    care = found_organisation(name="Thuiszorg", kind="care", now=now)
    other = found_organisation(name="Zorggroep", kind="care", now=now)
    centre = found_organisation(name="Centrale", kind="centre", now=now)
    agree_partnership(organisation_id=care.id, partner_id=centre.id, purpose="follow-up", now=now)
    cast.agree_default(care.id, cast.three_webhooks(care.id, now), now)
    north, south = (form_team(organisation_id=care.id, name=each, now=now) for each in ("Noord", "Zuid"))
    town = Town(now=now, care=care, north=north, south=south)
    for name, house, role, team in (
        ("nurse", care, "nurse", north), ("southerner", care, "nurse", south), ("operator", centre, "operator", None),
        ("pharmacist", centre, "pharmacist", None), ("daughter", care, "informal_carer", None),
        ("stranger", other, "nurse", None),
    ):  # fmt: skip
        town.accounts[name] = open_account(
            organisation_id=house.id, username=name, display_name=name, role=role, now=now
        )
        if team is not None:
            join_team(organisation_id=care.id, team_id=team.id, account_id=town.accounts[name].id, now=now)
    return town


@dataclass(slots=True)
class Visits:
    """Logs in by session, as the door does, and gives the visitor; screens run as `reik_web`."""

    town: Town
    _known: dict[str, Visitor] = field(default_factory=dict)

    def by(self, who: str) -> Visitor:
        if who not in self._known:
            with as_worker():
                account = self.town.accounts[who]
                session = SessionStore()
                session[SESSION_KEY] = str(account.id)
                session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
                session[HASH_SESSION_KEY] = account.get_session_auth_hash()
                session.save()
            visitor = Visitor(headers={"accept": "text/html", "host": "localhost"})
            visitor.cookies["sessionid"] = session.session_key or ""
            self._known[who] = visitor
        return self._known[who]

    def text(self, who: str, address: str, **headers: str) -> str:
        answer = self.by(who).get(address, headers=headers)
        assert answer.status_code == 200, (who, address, answer.status_code)
        return answer.content.decode()


@contextmanager
def as_worker() -> Iterator[None]:
    """What the test does beside the screens."""
    connection.close()
    become(Role.WORKER)
    yield
    connection.close()
    become(Role.WEB)


def logged() -> list[tuple[Any, ...]]:
    """The access log: act, kind, outcome, number of ids, oldest first."""
    with as_worker():
        return cast.rows(
            "SELECT act, object_kind, outcome, jsonb_array_length(object_ids), actor, detail FROM kernel_accessentry"
            " WHERE session <> '' ORDER BY recorded_at, id"
        )


def statements(act: Callable[[], object]) -> int:
    """How many statements the database was asked.

    Which kind of installation this is a process asks anew every five seconds: it is asked before, and not meanwhile.
    """
    kind = frame._kind
    kind.look()
    kind._until = math.inf
    try:
        with CaptureQueriesContext(connection) as caught:
            act()
    finally:
        kind._until = 0.0
    return len(caught)


def plain(text: str) -> str:
    """The words of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
