"""Reik on a phone in a real browser: from switching on to a push that arrived, and pages without a connection.

Chromium without a screen has no push service. One of ours stands in for it: the page gets a subscription to it, Reik
sends there, and what it opens is handed to the service worker by the browser's own tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.adapters.push_service import Browser, push_service

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PUSHED = {
    "title": "Reik",
    "body": "Er is een melding voor u. Nummer A7F3.",
    "id": "1",
    "tag": "a",
    "url": "/naaste",
}
SHOWN = (
    "navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.map(one => one.body))"
)
KEPT = "caches.open('reik-kept').then(cache => cache.keys()).then(all => all.length)"
OLD = """async () => {
    const cache = await caches.open('reik-kept'), was = await cache.match('/naaste');
    const at = new Date(Date.now() - 48 * 3600 * 1000).toISOString();
    const headers = {'Content-Type': 'text/html', 'X-Reik-At': at};
    await cache.put('/naaste', new Response(await was.text(), {headers}));
}"""


SUBSCRIBED = """([endpoint, p256dh, auth]) => {
    const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0));
    let made = null;
    PushManager.prototype.getSubscription = async () => made;
    PushManager.prototype.subscribe = async options => made = {
        endpoint, options, getKey: name => bytes(name === 'auth' ? auth : p256dh).buffer,
        unsubscribe: async () => { made = null; return true; },
    };
}"""


def as_if_no_demo(page: Any) -> None:
    """A demo offers an example only; its own addresses it does take."""

    def answer(route: Any) -> None:
        said = route.fetch()
        route.fulfill(response=said, body=said.text().replace('data-why-not="demo"', 'data-why-not=""'))

    page.route(re.compile("/push/(kaart|uit)"), answer)


def push(page: Any, said: str) -> None:
    """Hand this to the page's service worker, as a push service would."""
    tools, found = page.context.new_cdp_session(page), []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    tools.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_timeout(100)  # its events come with the next turn
    here = next(each for each in found if page.url.startswith(each["scopeURL"]))
    tools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": here["scopeURL"], "registrationId": here["registrationId"], "data": said},
    )


def test_from_switching_on_to_a_push_that_arrived(
    visit: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    with push_service() as service:
        browser: Browser = service.browser()
        page = visit("/naaste/week", who="Petra de Boer", phone=True)
        page.context.grant_permissions(["notifications"])
        as_if_no_demo(page)
        page.goto("/naaste")
        page.evaluate(SUBSCRIBED, [service.endpoint(browser), browser.p256dh, browser.auth])
        page.get_by_role("button", name="Zet meldingen aan").click()
        page.get_by_role("button", name="Stuur een proef").click()
        expect(page.locator("#push-is")).to_contain_text("Proef verstuurd")
        axe(page)
        for _ in range(200):
            if not browser.shown:
                page.wait_for_timeout(100)
        push(page, json.dumps(browser.shown[0]))
        expect(page.locator("#push-is")).to_contain_text("Proef aangekomen om", timeout=8000)
        push(page, "no JSON")
        page.wait_for_function(f"async () => (await {SHOWN}).length === 2")
        assert set(page.evaluate(SHOWN)) == {
            "Dit is een proef. Het werkt.",
            "Er is een melding. Open de app.",
        }
        page.get_by_role("button", name="Zet uit").click()
        expect(page.get_by_role("button", name="Zet meldingen aan")).to_be_visible()


def test_a_page_of_the_past_says_so_and_nothing_stays_behind(
    visit: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    page = visit("/naaste", who="Petra de Boer", phone=True)
    expect(page.get_by_role("heading", name="Meldingen op deze telefoon")).to_be_visible()
    axe(page)
    page.locator(".me summary").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Geen verbinding met Reik")).to_be_visible()
    expect(page.get_by_text("Wat u net deed, is niet aangekomen.")).to_be_visible()
    page.goto("/naaste")
    expect(
        page.get_by_role("heading", name="Geen verbinding met Reik")
    ).to_be_visible()  # nothing was kept unasked
    page.goto("/geen-verbinding")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Annie", level=1)).to_be_visible(timeout=8000)  # by itself
    assert page.locator("html").get_attribute("lang") == "nl"  # what was lost is not sent after all
    page.get_by_label("Bewaar wat u het laatst zag").check()
    page.wait_for_function(f"async () => await {KEPT} === 1")
    page.context.set_offline(True)
    page.goto("/naaste")
    expect(page.get_by_role("alert")).to_contain_text("geen verbinding")
    assert re.fullmatch(r"\d\d:\d\d", page.locator("#stale-at").inner_text())
    expect(page.get_by_role("heading", name="Annie", level=1)).to_be_visible()
    assert page.locator("main form:visible").count() == 0
    assert page.evaluate("document.body.dataset.stream") is None
    axe(page)

    page.context.set_offline(False)
    expect(page.locator("#stale")).to_be_hidden(timeout=8000)  # the page of now comes by itself
    page.locator("#push[data-seen]").wait_for()
    page.wait_for_timeout(300)  # until the page has kept itself
    page.evaluate(OLD)
    page.context.set_offline(True)
    page.goto("/naaste")
    expect(
        page.get_by_role("heading", name="Geen verbinding met Reik")
    ).to_be_visible()  # of two days ago is of no use
    page.context.set_offline(False)
    session = [each for each in page.context.cookies() if each["name"] == "sessionid"]
    expect(page.get_by_role("heading", name="Annie", level=1)).to_be_visible(timeout=8000)
    assert page.evaluate(KEPT) == 1
    page.context.clear_cookies(name="sessionid")
    page.goto("/naaste")
    expect(page).to_have_url(re.compile("/inloggen"))
    assert "reik-kept" not in page.evaluate("caches.keys()")  # who is logged out leaves nothing either

    page.context.add_cookies(session)
    page.goto("/naaste")
    page.get_by_label("Bewaar wat u het laatst zag").check()
    page.locator(".me summary").click()
    page.get_by_role("button", name="Wees iemand anders").click()
    page.wait_for_url("**/inloggen")
    assert page.evaluate("caches.keys()") == []
