"""Notifications on phones: on and off by screen, over `reik send` to a push service, and the phone's own receipt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client as Http
from django.test import override_settings

from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.interop.webpush import keys
from reik.interop.webpush.keys import Receipt
from reik.kernel import clock
from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import Account, Destination, OutboxMessage
from reik.kernel.operations import mark_installation, open_account
from reik.people import push
from reik.people.models import PushSubscription
from reik.people.operations import add_carer
from reik.people.push_address import MOST_PHONES, PushRefused, phones_in
from tests import cast
from tests.adapters.push_service import Browser, PushService, push_service
from tests.contexts.test_send import sending, until

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


# --- which phones ---------------------------------------------------------------------------------------


def test_a_route_can_point_at_a_person_before_she_has_a_phone(house: House, now: datetime) -> None:
    made = push.destination_of(house.daughter.id, now)
    assert push.destination_of(house.daughter.id, now) == made
    assert address(made) == ("/naaste", [])
    phone = house.on(now)
    assert house.on(now) == phone
    assert address(made) == ("/naaste", [phone])
    assert push.unsubscribe(account_id=house.daughter.id, phone_id=phone, now=now)
    assert not push.unsubscribe(account_id=house.daughter.id, phone_id=phone, now=now)
    assert address(made) == ("/naaste", [])


def test_a_phone_that_was_switched_off_and_on_is_another_one(house: House, now: datetime) -> None:
    """So that a late word that the old one is gone does not end the new one."""
    old = house.on(now)
    push.unsubscribe(account_id=house.daughter.id, phone_id=old, now=now)
    new = house.on(now)
    push.note_gone([old], now)
    assert [each.id for each in push.phones_of(house.daughter.id)] == [new] != [old]


def test_a_phone_that_changes_hands_serves_one_person(house: House, now: datetime) -> None:
    son = open_account(
        organisation_id=house.zorg.id,
        username="henk",
        display_name="Henk Wolters",
        role="informal_carer",
        now=now,
    )
    house.on(now)
    hers = house.on(now, who=son)
    assert push.phones_of(house.daughter.id) == []
    assert [each.id for each in push.phones_of(son.id)] == [hers]
    assert address(push.destination_of(house.daughter.id, now))[1] == []


def test_nobody_ends_the_phone_of_somebody_else(house: House, now: datetime) -> None:
    phone = house.on(now)
    other = open_account(
        organisation_id=house.zorg.id, username="x", display_name="X", role="informal_carer", now=now
    )
    assert not push.unsubscribe(account_id=other.id, phone_id=phone, now=now)
    with pytest.raises(PushRefused):
        push.try_out(account_id=other.id, phone_id=phone, now=now)
    assert push.phone_of(other.id, house.service.endpoint(house.phone)) is None


def test_there_is_an_end_to_phones(house: House, now: datetime) -> None:
    for _ in range(MOST_PHONES):
        house.on(now, phone=house.service.browser())
    with pytest.raises(PushRefused, match="switch one of them off"):
        house.on(now)


def test_a_demo_sends_to_this_machine_only(house: House, now: datetime) -> None:
    mark_installation("demo", now)
    push.destination_of(house.daughter.id, now)
    house.on(now)
    with pytest.raises(PushRefused, match="demo"):
        push.subscribe(
            account_id=house.daughter.id, endpoint="https://web.push.apple.com/x", p256dh=house.phone.p256dh,
            auth=house.phone.auth, label="", now=now,
        )  # fmt: skip


def test_what_leads_to_a_phone_is_stored_sealed_and_within_its_organisation(
    house: House, now: datetime
) -> None:
    phone = house.on(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s::text || d::text FROM people_pushsubscription s, kernel_destination d WHERE s.id = %s",
            [phone],
        )
        stored = "".join(row[0] for row in cursor.fetchall())
    for secret in (house.service.endpoint(house.phone), house.phone.p256dh, house.phone.auth):
        assert secret.encode().hex() not in stored
        assert secret not in stored
    become(Role.WEB)
    assert PushSubscription.objects.count() == 0


# --- from alert to phone --------------------------------------------------------------------------------


def test_an_alert_reaches_the_phone_and_the_phone_says_so(house: House, now: datetime) -> None:
    start = clock.now()  # the push service checks the signature by its own clock
    phone = house.on(start)
    carer_first(house, start)
    alert = missed(house, start)
    with sending(start):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=1).exists())
    (shown,) = house.phone.shown
    assert shown["body"] == f"Er is een melding voor u. Nummer {alert.id.hex[-4:].upper()}."
    assert shown["url"] == f"/naaste/melding/{alert.id}"
    assert not re.search(r"wolters|medic|zakje|dispenser", json.dumps(shown), re.IGNORECASE)
    assert house.phone.headers[0]["TTL"] == "300"
    step = Step.objects.get(alert=alert, position=1)
    assert (step.state, Alert.objects.get(id=alert.id).state) == (Step.State.DELIVERED, "open")
    become(Role.WEB)
    for _ in range(2):  # a phone may say it twice
        answer = Http().post("/push/received", json.dumps({"receipt": shown["receipt"]}), "application/json")
        assert answer.status_code == 204
    become(Role.WORKER)
    (line,) = Remark.objects.filter(alert=alert, kind="received")
    assert (line.by, line.text) == ("Marleen Wolters", "1.1")
    assert PushSubscription.objects.get(id=phone).used_at is not None
    assert Alert.objects.get(id=alert.id).state == "open"  # a phone is nobody


def test_when_her_phone_is_gone_the_next_one_is_asked_at_once(house: House, now: datetime) -> None:
    phone = house.on(now)
    carer_first(house, now)
    alert = missed(house, now)
    house.service.statuses[house.phone.name] = 410
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=2).exists())
    first, second = Step.objects.filter(alert=alert).order_by("position")
    assert first.state == Step.State.FAILED
    assert second.due_at <= now + MINUTE
    assert second.reason == "pulled_forward"
    row = PushSubscription.objects.get(id=phone)
    assert (row.gone_at is not None, row.gone_because) == (True, "gone")
    assert address(push.destination_of(house.daughter.id, now))[1] == []


def test_without_a_phone_the_next_one_is_asked_at_once(house: House, now: datetime) -> None:
    carer_first(house, now)
    alert = missed(house, now)
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=2).exists())
    assert Step.objects.get(alert=alert, position=2).reason == "pulled_forward"


# --- the screen -----------------------------------------------------------------------------------------


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


def test_on_try_and_off_by_screen(house: House, browser: Http) -> None:
    assert posted(browser, "/push/stand", house.given()).json() == {"phone": None, "used_at": None}
    made = posted(browser, "/push/aan", house.given()).json()
    assert posted(browser, "/push/stand", house.given()).json() == made
    page = browser.get("/push/kaart").content.decode()
    assert "Android, Chrome" in page
    assert "deze telefoon" in page
    assert f'data-key="{keys.public_of(keys.signing_key(Home.from_environment()))}"' in page
    assert posted(browser, "/push/proef", {"phone": made["phone"]}).json() == {"sent": True}
    become(Role.WORKER)
    with sending(clock.now()):
        until(lambda: len(house.phone.shown) == 1)
    assert house.phone.shown[0]["body"] == "Dit is een proef. Het werkt."
    become(Role.WEB)
    Http().post(
        "/push/received", json.dumps({"receipt": house.phone.shown[0]["receipt"]}), "application/json"
    )
    assert posted(browser, "/push/stand", house.given()).json()["used_at"] is not None
    assert "laatst aangekomen" in browser.get("/push/kaart").content.decode()
    assert "Android" not in browser.post("/push/uit", {"phone": made["phone"]}).content.decode()
    assert posted(browser, "/push/proef", {"phone": made["phone"]}).status_code == 400


def test_who_logs_out_leaves_nothing_on_the_phone(house: House, browser: Http) -> None:
    phone = posted(browser, "/push/aan", house.given()).json()["phone"]
    answer = browser.post("/uitloggen")
    assert answer["Clear-Site-Data"] == '"storage"'
    become(Role.WORKER)
    assert PushSubscription.objects.get(id=phone).gone_because == "unsubscribed"


@pytest.mark.parametrize(
    "told",
    [
        *({}, [], None, 7, {"endpoint": 1, "p256dh": 2, "auth": 3}),
        {"endpoint": "https://zorg.nl", "p256dh": "", "auth": ""},
        {"endpoint": "x" * 5000, "p256dh": "", "auth": ""},
    ],
)
def test_what_is_no_phone_is_refused_in_words(browser: Http, told: object) -> None:
    answer = posted(browser, "/push/aan", told)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(("Dit lukte niet", "Deze browser gebruikt een dienst"))
    assert posted(browser, "/push/proef", told).status_code == 400
    assert posted(browser, "/push/stand", told).json()["phone"] is None


def test_the_screen_is_for_carers_and_teams(house: House) -> None:
    become(Role.WEB)
    assert Http().get("/push/kaart").status_code == 302
    assert posted(Http(), "/push/aan", house.given()).status_code == 302


@pytest.mark.parametrize("receipt", ["", "x", "A" * 88, None, 5])
def test_a_receipt_that_reik_did_not_write_is_nothing(house: House, receipt: object) -> None:
    become(Role.WEB)
    answer = Http().post("/push/received", json.dumps({"receipt": receipt}), "application/json")
    assert answer.status_code == 404


def test_a_receipt_reaches_its_own_organisation_only(house: House, now: datetime) -> None:
    """Even a receipt under another organisation's name touches nothing of this one."""
    phone = house.on(now)
    carer_first(house, now)
    step = Step.objects.get(alert=missed(house, now), position=1)
    strange = keys.written(
        keys.receipt_key(Home.from_environment()),
        Receipt(organisation_id=house.eva.id, phone_id=phone, message_id=step.id),
    )
    become(Role.WEB)
    Http().post("/push/received", json.dumps({"receipt": strange}), "application/json")
    become(Role.WORKER)
    assert PushSubscription.objects.get(id=phone).used_at is None
    assert not Remark.objects.filter(kind="received").exists()
    unknown = Receipt(organisation_id=house.zorg.id, phone_id=uuid4(), message_id=uuid4())
    become(Role.WEB)
    said = keys.written(keys.receipt_key(Home.from_environment()), unknown)
    assert Http().post("/push/received", json.dumps({"receipt": said}), "application/json").status_code == 204


def found(browser: Http, where: str) -> bool:
    answer = browser.get(where)
    answer.close()  # static files are streamed
    return answer.status_code == 200


# --- what a phone keeps ---------------------------------------------------------------------------------


def test_all_that_a_phone_keeps_is_there_and_says_nothing_of_anybody(browser: Http) -> None:
    worker = browser.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    told = json.loads(worker.content.decode().partition("self.REIK = ")[2].partition(";\n")[0])
    for each in [*told["shell"], told["icon"], told["badge"]]:
        assert found(browser, each), each
    assert b"Marleen" not in browser.get("/geen-verbinding").content
    manifest = browser.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert all(found(browser, each["src"]) for each in manifest.json()["icons"])


def test_the_pages_carry_the_card_the_script_and_the_notice_of_age(browser: Http) -> None:
    page = browser.get("/naaste").content.decode()
    assert 'hx-get="/push/kaart"' in page
    assert "reik/phone.js" in page
    assert re.search(r'<div id="stale"[^>]*? hidden>', page)
    assert re.search(r'<b id="stale-at"[^>]*></b>', page)
    assert 'rel="manifest"' in page
