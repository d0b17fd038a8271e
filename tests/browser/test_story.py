"""The story of one sachet in a real browser: three endings, and in English for everybody (R25, R46 to R49)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
Axe = Callable[[Any], None]
SIGNAL_MS, HEARD_MS, UNKNOWN_MS = 30_000, 75_000, 150_000


def begun(visit: Visit, **how: Any) -> Any:
    """A page on which the reminder runs, at most 30 seconds after "Begin"."""
    page = visit(how.pop("path", "/verhaal"), **how)
    page.locator("#begin, #opnieuw").first.click()
    expect(page.locator("#kop-strook")).to_contain_text("Het signaal komt over")
    expect(page.locator("#kop-strook")).to_have_text("Signaal", timeout=SIGNAL_MS)
    expect(page.locator("#kiosk")).to_have_attribute("data-state", "signaal")
    return page


def told(page: Any) -> None:
    """Wait for the alert at the centre: 45 seconds after the reminder, and a moment to look."""
    expect(page.locator("#deel-centrale .case.bad")).to_be_visible(timeout=HEARD_MS)


@pytest.mark.slow
def test_the_centre_phones_and_nobody_has_to_drive(visit: Visit, axe: Axe) -> None:
    begin_at = time.monotonic()
    page = begun(visit)
    told(page)
    assert time.monotonic() - begin_at < 90
    axe(page)
    page.get_by_role("button", name="Bel mevrouw Wolters").first.click()
    expect(page.get_by_text("De telefoon gaat over.")).to_be_visible()
    page.locator("#kiosk-ok").click()
    expect(page.locator("#kiosk-zin")).to_have_text("Uw zakje ligt klaar", timeout=10_000)
    expect(page.locator("#kop-strook")).to_have_text(
        "Iemand regelt het"
    )  # not out before it is taken from the tray
    page.get_by_role("button", name="Pak het zakje").click()
    expect(page.locator("#kop-strook")).to_have_text("Dit verhaal is uit", timeout=10_000)
    expect(page.locator(".strook-zin")).to_contain_text("Niemand hoefde te rijden.")
    expect(page.locator("#deel-dochter")).to_contain_text("Laat uitgenomen")


@pytest.mark.slow
def test_nobody_answers_and_the_daughter_sees_to_it(visit: Visit, axe: Axe) -> None:
    page = begun(visit, dark=True)
    told(page)
    page.get_by_role("button", name="Bel mevrouw Wolters").first.click()
    page.get_by_role("button", name="Niet bereikt").click()
    daughter = page.locator("#deel-dochter .ask")
    expect(daughter).to_contain_text("Sanne Vos heeft om")
    daughter.get_by_role("button", name="Ik regel het").click()
    expect(daughter).to_contain_text("Wij wachten tot")
    expect(page.locator("#deel-team")).to_contain_text(
        "Marleen Wolters regelt het. Het team hoeft niet te rijden."
    )
    axe(page)
    daughter.get_by_role("button", name="Ik bereik niemand").click()
    expect(page.locator("#deel-team")).to_contain_text("Het team is nu aan zet.")
    page.get_by_role("button", name="Wij gaan kijken").click()
    page.get_by_role("button", name="Het zakje is eruit, ik stond erbij").click()
    expect(page.locator(".strook-zin")).to_contain_text("Het wijkteam stond erbij en zag het", timeout=10_000)


@pytest.mark.slow
def test_the_plug_is_pulled_and_the_outcome_is_unknown(visit: Visit, axe: Axe) -> None:
    page = begun(visit)
    page.get_by_role("button", name="Trek de stekker eruit").click()
    expect(page.locator("#deel-dispenser")).to_contain_text("Het scherm is donker")
    expect(page.locator("#kop-strook")).to_have_text("Onbekend, en niet: gemist", timeout=UNKNOWN_MS)
    expect(page.locator("#deel-team .chip")).to_have_text("onbekend")
    assert "gemist" not in page.locator(".panes").inner_text()
    axe(page)
    page.get_by_role("button", name="Stekker erin").click()
    expect(page.locator("#kiosk")).not_to_have_attribute("data-state", "donker", timeout=10_000)


def test_in_english_on_a_phone_and_each_pane_opens_its_screen(visit: Visit, axe: Axe) -> None:
    page = visit("/story", phone=True)
    expect(page.get_by_role("heading", name="The story of one sachet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    with page.context.expect_page() as opened:
        page.locator("#open-dochter").click()
    expect(opened.value.get_by_role("heading", name="Hennie", level=1)).to_be_visible()
    page.get_by_role("link", name="Nederlands").click()
    expect(page.get_by_role("heading", name="Het verhaal van één zakje")).to_be_visible()
