"""A daughter with a phone, and the push service that its browser uses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Http
from django.test import override_settings

from reik.alerting.models import Alert
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.models import Account, Destination
from reik.kernel.operations import open_account
from reik.people import push
from reik.people.operations import add_carer
from reik.people.push_address import phones_in
from tests import cast
from tests.adapters.push_service import Browser, PushService, push_service

MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class House:
    """Mevrouw Wolters, her daughter with a phone, and a push service that the phone's browser uses."""

    zorg: Any
    eva: Any
    desks: dict[str, Destination]
    client: Any
    voice: cast.Voice
    daughter: Account
    service: PushService
    phone: Browser

    def on(self, now: datetime, *, who: Account | None = None, phone: Browser | None = None) -> UUID:
        browser = phone or self.phone
        return push.subscribe(
            account_id=(who or self.daughter).id, endpoint=self.service.endpoint(browser), p256dh=browser.p256dh,
            auth=browser.auth, label="Android, Chrome", now=now,
        )  # fmt: skip

    def given(self) -> dict[str, str]:
        return {
            "endpoint": self.service.endpoint(self.phone), "p256dh": self.phone.p256dh, "auth": self.phone.auth,
        }  # fmt: skip


@pytest.fixture
def house(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("REIK_PUSH_SERVICES", "127.0.0.1")
    monkeypatch.setenv("REIK_PUSH_CONTACT", "mailto:beheer@zorg.example")
    company = cast.gather(now - timedelta(hours=2))
    client = cast.welcome(company.zorg, "H. Wolters", now)
    daughter = open_account(
        organisation_id=company.zorg.id, username="marleen", display_name="Marleen Wolters", role="informal_carer",
        now=now,
    )  # fmt: skip
    add_carer(
        organisation_id=company.zorg.id, client_id=client.id, name="Marleen Wolters", relation="dochter", now=now,
        account_id=daughter.id, consented=True,
    )  # fmt: skip
    with push_service() as service, override_settings(ALLOWED_HOSTS=["*"]):
        yield House(
            zorg=company.zorg, eva=company.eva, desks=company.desks, client=client, daughter=daughter,
            voice=cast.beside(client, "REIK-00001", now), service=service, phone=service.browser(),
        )  # fmt: skip


def address(destination_id: UUID) -> tuple[str, list[UUID]]:
    row = Destination.objects.get(id=destination_id)
    page, phones = phones_in(vault().open_text(row.organisation_id, bytes(row.address)))
    return page, [each.id for each in phones]


def carer_first(house: House, now: datetime) -> None:
    """The daughter by push, and five minutes later the team."""
    agree_arrangement(
        organisation_id=house.zorg.id, client_id=house.client.id, agreed_by="wijkverpleegkundige", now=now,
        route=[
            RouteStep(
                action="ask_carer", responder="Marleen Wolters", wait=5 * MINUTE,
                destination_id=push.destination_of(house.daughter.id, now),
            ),
            RouteStep(
                action="ask_team", responder="team", wait=5 * MINUTE, repeat=5 * MINUTE,
                destination_id=house.desks["team"].id,
            ),
        ],
    )  # fmt: skip


def missed(house: House, now: datetime) -> Alert:
    """A moment that the device says was not taken out, at `now`."""
    due = now - 31 * MINUTE
    cast.plan(house.voice, "m-1", due, now=due - timedelta(hours=1))
    cast.tell(house.voice, house.voice.closed("m-1", "not_out", now), at=now)
    return Alert.objects.get(client_id=house.client.id)


@pytest.fixture
def browser(house: House) -> Http:
    made = Http()
    made.force_login(house.daughter)
    become(Role.WEB)
    return made


def posted(browser: Http, where: str, told: object) -> Any:
    return browser.post(
        where,
        json.dumps(told),
        "application/json",
        HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 15) Chrome/140",
    )
