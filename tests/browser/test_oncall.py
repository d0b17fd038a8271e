"""From a push to a closed alert on an informal carer's phone, and what holds without a line (issue 4, point 7)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_phone import push
from tests.browser.test_story import begun, told

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Any]
DAUGHTER = "Marleen Wolters"
REACHED_S = 10
"""From the notification to the alert with the button that takes it."""
CLICKED = "navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.map(one => one.data.url))"
FLOOR = 44
SMALL = f"""() => [...document.querySelectorAll('main a, main button, main summary')]
    .filter(one => one.getClientRects().length && !one.closest('p'))
    .filter(one => one.getBoundingClientRect().height < {FLOOR}).map(one => one.innerText)"""


def asked(visit: Visit) -> str:
    """The centre reached nobody in the story of one sachet: the daughter is asked. Gives the alert's id."""
    page = begun(visit)
    told(page)
    page.get_by_role("button", name="Bel mevrouw Wolters").first.click()
    page.get_by_role("button", name="Niet bereikt").click()
    form = page.locator("#deel-dochter .ask form[action$='/regelen']")
    expect(form).to_be_visible()
    return str(re.findall(r"[0-9a-f-]{36}", form.get_attribute("action"))[0])


def test_from_the_push_to_the_closed_alert(visit: Visit, axe: Callable[[Any], None]) -> None:
    phone = visit("/naaste", who=DAUGHTER, phone=True, dark=True)
    phone.context.grant_permissions(["notifications"])
    expect(phone.get_by_role("heading", name="Hennie", level=1)).to_be_visible()
    alert = asked(visit)
    said = {"title": "Reik", "body": "Nummer A7F3.", "id": "1", "tag": "a", "url": f"/naaste/melding/{alert}"}
    push(phone, json.dumps(said))
    while not (shown := phone.evaluate(CLICKED)):
        phone.wait_for_timeout(100)
    (opens,) = shown

    phone.context.clear_cookies(name="sessionid")  # the deep link survives logging in
    clicked_at = time.monotonic()
    phone.goto(opens)
    phone.get_by_role("button", name=DAUGHTER).first.click()
    claim = phone.get_by_role("button", name="Ik regel het")
    expect(claim).to_be_visible()
    took = time.monotonic() - clicked_at
    assert took <= REACHED_S, took
    assert phone.url.endswith(opens)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.evaluate(SMALL) == []
    axe(phone)

    phone.context.set_offline(True)
    claim.click()
    expect(phone.get_by_role("heading", name="Geen verbinding met Reik")).to_be_visible()
    expect(phone.get_by_text("Dan is dat niet gelukt")).to_be_visible()
    assert phone.locator("#ring a").first.get_attribute("href").startswith("tel:")
    phone.context.set_offline(False)
    phone.goto(opens)
    expect(claim).to_be_visible()  # nothing was sent after all

    phone.locator("#push[data-seen]").wait_for()
    phone.get_by_label("Bewaar wat u het laatst zag").check()
    phone.goto(opens)
    phone.context.set_offline(True)
    phone.goto(opens)
    expect(phone.locator("#stale")).to_contain_text("geen verbinding")
    expect(claim).to_be_hidden()
    expect(phone.get_by_role("link", name="Bel Hennie")).to_be_visible()
    phone.context.set_offline(False)
    expect(claim).to_be_visible(timeout=10_000)

    claim.click()
    expect(phone.get_by_text("U regelt het.")).to_be_visible()
    phone.get_by_role("button", name="Ik was erbij: het zakje is eruit").click()
    expect(phone.get_by_text("De melding is gesloten.")).to_be_visible()
    phone.goto(opens)
    expect(phone.get_by_text("Deze melding is al voorbij")).to_be_visible()
