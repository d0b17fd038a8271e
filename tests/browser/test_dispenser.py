"""The virtual dispenser in a real browser: hands reach the device's own core, and only who may see her gets there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
Axe = Callable[[Any], None]


def test_a_press_without_a_dose_gives_nothing_and_the_plug_darkens_it(visit: Visit, axe: Axe) -> None:
    page = visit("/dispenser/TWENTE-0039", who="Sanne Vos")
    expect(page.locator("#kiosk .zin")).not_to_be_empty()
    assert page.locator("#kiosk-ok").bounding_box()["width"] >= 240
    axe(page)
    page.get_by_role("button", name="Trek de stekker eruit").click()
    expect(page.get_by_text("Het scherm is donker")).to_be_visible()
    expect(page.locator("#kiosk-ok")).to_be_disabled()
    page.get_by_role("button", name="Stekker erin").click()
    expect(page.locator("#kiosk .zin")).not_to_be_empty(timeout=10_000)


def test_on_a_phone_by_night_and_not_for_another_team(visit: Visit, axe: Axe) -> None:
    page = visit("/dispenser/STORY-01", who="Marleen Wolters", phone=True, dark=True, english=True)
    expect(page.get_by_role("button", name="Help")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    stranger = visit("/dispenser/STORY-01", who="Petra de Boer")
    expect(stranger.get_by_text("Wolters")).to_have_count(0)
