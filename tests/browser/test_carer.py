"""The informal carer's phone in a real browser: her day, her week, and who sees what (R59)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
Axe = Callable[[Any], None]


def test_her_day_fits_a_phone_and_she_can_call(visit: Visit, axe: Axe) -> None:
    page = visit("/naaste", who="Petra de Boer", phone=True)
    expect(page.get_by_role("heading", name="Annie", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Vandaag")).to_be_visible()
    assert page.get_by_role("link", name="Bel Annie").get_attribute("href").startswith("tel:")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    page.get_by_role("link", name="Wie ziet wat").click()
    expect(page.get_by_text("kan die toestemming altijd intrekken")).to_be_visible()


def test_her_week_in_english_by_night(visit: Visit, axe: Axe) -> None:
    page = visit("/naaste/week", who="Petra de Boer", phone=True, dark=True, english=True)
    expect(page.get_by_role("heading", name="The last seven days")).to_be_visible()
    assert page.locator(".days svg[role=img]").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
