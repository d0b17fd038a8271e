"""The last step of a care path in a browser: from the decision to stop until nothing is open any more (R13)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from reik.kernel import clock
from tests.browser.walking import MANAGER, PHARMACIST, ZONE, Visit, day, insist, looked_at, refused, send

Axe = Callable[[Any], None]
STOPPED_MS = 150_000
"""From the last moment on `reik watch` withholds; a field holds whole minutes."""


def stopped(page: Any, client: str, axe: Axe) -> None:
    """A stop that leaves a gap is refused; with other care it goes."""
    page.goto(f"{client}/stoppen")
    looked_at(axe, page)
    soon = (clock.now().astimezone(ZONE) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    send(page, "button[name=act][value=stop]", reason="client_wants", last_at=soon)
    refused(page)
    care = {"who0": "self", "name0": "Zij zelf", "from0": day(), "at0": ""}
    send(page, "button[name=act][value=stop]", reason="client_wants", last_at=soon, **care)
    expect(page.locator("#device_back")).to_be_visible()
    looked_at(axe, page)
    insist(page, "button[name=act][value=end]")
    insist(page, "#device_back button")  # it hands out still, and the roll is in it


def ended(visit: Visit, page: Any, client: str, axe: Axe) -> None:
    """Each point of the list is closed where the list says, and then the path is."""
    number, count = roll_given_back(page, client, axe)
    counted_by_the_pharmacy(visit, client, number, count, axe)
    page.goto(f"{client}/stoppen")
    expect(page.locator("#leftovers_back")).to_contain_text("gedaan")
    send(page, "#device_back button")
    expect(page.locator("#device_back")).to_contain_text("terug op")  # and so does its order
    send(page, "#access_closed button")
    manager = visit(f"{client}/stoppen", who=MANAGER)
    send(manager, "#billing_told button")
    manager.context.close()
    alerts_handled(page, client)
    page.goto(f"{client}/stoppen")
    looked_at(axe, page)
    send(page, "button[name=act][value=end]")
    over(page, client, axe)


def roll_given_back(page: Any, client: str, axe: Axe) -> tuple[str, str]:
    """Out of the dispenser, counted, handed over; gives the roll's number, and how many sachets are left."""
    page.goto(f"{client}/stoppen")
    roll = page.locator("#leftovers_back a").first.get_attribute("href")
    out, in_time = (
        page.get_by_role("button", name="De rol is uit de dispenser"),
        time.monotonic() + STOPPED_MS / 1000,
    )
    page.goto(roll)
    while not out.count():  # until the last moment is over
        assert time.monotonic() < in_time, "the dispenser does not stop"
        page.wait_for_timeout(2000)
        page.goto(roll)
    looked_at(axe, page)
    number = page.locator("h1").inner_text().split()[-1]
    out.click()
    said = page.locator(".work-now").inner_text()
    found = re.search(r"(?:is|zijn) (\d+) zakjes? over", said)
    count = found[1] if found else "20"  # no number: the ledger knows none
    page.locator("#s-count").fill(count)
    page.get_by_role("button", name="Zo veel heb ik geteld").click()
    page.locator("#s-place").fill("De koerier")
    page.get_by_role("button", name="Wat over is, is meegegeven").click()
    page.goto(f"{client}/stoppen")
    expect(page.locator("#leftovers_back")).to_contain_text("dit doet de apotheek")
    looked_at(axe, page)
    return str(number), count


def counted_by_the_pharmacy(visit: Visit, client: str, number: str, count: str, axe: Axe) -> None:
    """She was told that sachets come, agrees, and counts what came."""
    page = visit("/apotheek", who=PHARMACIST)
    hers = page.locator(f"a[href='/apotheek/client/{client.rpartition('/')[2]}']")
    asked = page.locator("tr, li", has=hers)
    asked.filter(has_text="Er komen zakjes terug").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(number)
    looked_at(axe, page)
    form = page.locator("form", has=page.locator("[name=answer][value=agreed]"))
    form.locator("[name=answer][value=agreed]").check(force=True)
    form.locator("button").last.click()
    page.wait_for_load_state()
    page.goto("/apotheek")
    page.get_by_role(
        "link", name=re.compile(f"Tel de {count} teruggebrachte zakjes van rol {number}")
    ).click()
    page.wait_for_url(re.compile("/rollen/"))
    page.locator("#s-count").fill(count)
    page.get_by_role("button", name="Zo veel heb ik geteld").click()
    looked_at(axe, page)
    page.context.close()


def alerts_handled(page: Any, client: str) -> None:
    """What is open about her still is handled, from the list itself."""
    page.goto(f"{client}/stoppen")
    for _each in range(3):  # a moment of before the stop that nobody pressed for
        if not page.locator("#routes_closed a").count():
            return
        page.locator("#routes_closed a").first.click()
        page.wait_for_url(re.compile("/team/melding/"))
        page.locator("[name=oorzaak]").select_option(index=1)
        send(page, "button:has-text('Leg vast')", hoe="visit", uitkomst="refuses")
        page.goto(f"{client}/stoppen")
    raise AssertionError("alerts stay open after they were handled")


def over(page: Any, client: str, axe: Axe) -> None:
    """What is shown of a path that ended: on her page, on the path's, and to the inspector."""
    expect(page.get_by_role("heading", name="Gestopt", exact=True)).to_be_visible()
    looked_at(axe, page)
    page.goto(client)
    expect(page.locator("main")).to_contain_text("Zorgpad: afgelopen op")
    looked_at(axe, page)
    page.goto(f"{client}/zorgpad")
    expect(page.locator("ol.path.way")).to_have_attribute("aria-label", "Zorgpad, afgelopen")
    looked_at(axe, page)
    page.goto(f"{client}/inspectie")
    expect(page.locator("main")).to_contain_text("Dit zorgpad is afgelopen")
    looked_at(axe, page)
