"""A client's file and the list of clients in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

Visit = Callable[..., Any]
Axe = Callable[[Any], None]


def test_one_finds_a_client_and_walks_through_her_weeks(visit: Visit, axe: Axe) -> None:
    page = visit("/clienten", who="Anja ter Horst")
    page.get_by_label("Zoek op naam of geboortedatum").fill("de boer")
    page.get_by_role("button", name="Zoek").click()
    page.get_by_role("link", name=re.compile("de Boer")).first.click()
    expect(page.get_by_role("heading", name="Deze week")).to_be_visible()
    assert page.locator(".week svg[role=img]").count() == 7
    expect(page.get_by_text("Zo is geteld")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Vorige week").click()
    expect(page).to_have_url(re.compile(r"week=\d{4}-\d\d-\d\d"))
    expect(page.get_by_role("link", name="Deze week")).to_be_visible()
    page.goto(re.sub(r"(/clienten/[0-9a-f-]+).*", r"\1/thuis", page.url))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)
    page.goto("/belasting/cijfer/all?dagen=91")
    page.locator("a[href$='/verloop']").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)


def test_her_file_fits_on_a_phone_in_english_by_night(visit: Visit, axe: Axe) -> None:
    page = visit("/clienten", who="Ruud Blok", phone=True, dark=True, english=True)
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Outside the roll")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)


def test_what_happened_can_be_filtered_and_leafed_through(visit: Visit, axe: Axe) -> None:
    page = visit("/clienten", who="Sanne Vos")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Alles").click()
    page.get_by_role("button", name="Momenten").click()
    expect(page).to_have_url(re.compile("soort=momenten"))
    axe(page)
    page.get_by_role("link", name="Eerder").click()
    expect(page.get_by_role("link", name="Later")).to_be_visible()
