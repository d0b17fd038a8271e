"""Notifications on and off by screen, and what a phone keeps."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client as Http

from reik.interop.webpush import keys
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.people.models import PushSubscription
from tests.contexts.push_house import House, browser, house, posted
from tests.contexts.sending import sending, until

__all__ = ["browser", "house"]


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


def found(browser: Http, where: str) -> bool:
    answer = browser.get(where)
    answer.close()  # static files are streamed
    return answer.status_code == 200


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
