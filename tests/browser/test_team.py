"""The team's board in a real browser: on a desk, on a phone, and from an alert to what was done about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

Visit = Callable[..., Any]
Axe = Callable[[Any], None]
FIRST_CALL_IS_WITHIN_REACH = """() => {
  const first = [...document.querySelectorAll('a[href^="tel:"]')].find(each => each.checkVisibility());
  if (!first) return false;
  const box = first.getBoundingClientRect();
  return box.height >= 44 && box.top >= 0 && box.bottom <= innerHeight;
}"""


def test_the_board_says_how_it_is_and_stays_live(visit: Visit, axe: Axe) -> None:
    page = visit("/team", who="Anja ter Horst")
    expect(page.locator("#how")).to_contain_text("cliënten.")
    expect(page.get_by_role("heading", name="Vandaag te doen")).to_be_visible()
    axe(page)
    row = page.locator("tbody tr").first
    named = row.get_attribute("id")
    with page.expect_response(lambda answer: answer.url.endswith("/team") and answer.request.method == "GET"):
        page.evaluate("htmx.trigger(document.body, 'changed')")
    expect(page.locator(f"#{named}")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Vraagt iets")).click()
    expect(page).to_have_url(re.compile("toon=vraagt"))


def test_on_a_phone_the_first_client_can_be_called_without_scrolling(visit: Visit, axe: Axe) -> None:
    page = visit("/team", who="Bram Oude Avenhuis", phone=True, dark=True, english=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # In one look, for a refresh may replace the row between two: the first that is shown, whole and without scrolling.
    page.wait_for_function(FIRST_CALL_IS_WITHIN_REACH)
    axe(page)


def test_the_emergency_list_prints_with_its_time_and_says_that_it_is_a_demo(visit: Visit, axe: Axe) -> None:
    page = visit("/team/uitkomsten", who="Anja ter Horst")
    axe(page)
    page.goto("/bereikbaar")
    axe(page)
    page.goto("/team/noodlijst")
    axe(page)
    page.emulate_media(media="print")
    expect(page.get_by_text("Geldig tot")).to_be_visible()
    expect(page.get_by_text("DEMO", exact=True)).to_be_visible()
    expect(page.locator(".rail")).to_be_hidden()
