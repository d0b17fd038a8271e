"""Rosters in a real browser: the gap of the demo, a week on a desk and on a phone, and the gaps before saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_week_fits_a_phone_and_a_change_shows_its_gaps_first(
    visit: Visit, axe: Callable[[Any], None]
) -> None:
    page = visit("/roosters", who="Anja ter Horst", phone=True, dark=True)
    assert "is er één gat" in page.locator(".ro-gaps").inner_text()
    page.get_by_role("link", name="Bereikbare dienst Twentestroom").click()
    assert page.locator(".ro-week > li").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#anders > summary").click()
    page.select_option("#e-member", label="Joke Meijer")
    today = page.locator("#e-from").input_value()[:10]
    page.fill(
        "#e-until",
        page.evaluate("d => new Date(Date.parse(d) + 9 * 864e5).toISOString().slice(0, 16)", today),
    )
    page.locator("#anders button[name=preview]").click()
    assert "staat er niemand meer in deze uren" in page.locator("#gaten").inner_text()
    assert "Er is nog niets bewaard" in page.locator("#gaten").inner_text()
    axe(page)

    page.goto(page.url.split("?")[0])  # her own turn, asked of a colleague, who answers herself
    page.locator("#mijn-ruil > summary").click()
    page.select_option("#t-taker", label="Joke Meijer")
    page.get_by_role("button", name="Vraag het").click()
    assert "Wacht op Joke Meijer" in page.locator(".ro-swap").inner_text()
    axe(page)
    asked = visit("/roosters", who="Joke Meijer", phone=True)
    assert "vraagt of u deze dienst overneemt" in asked.locator(".ro-ask").inner_text()
    axe(asked)
    asked.locator(".ro-ask").get_by_role("button", name="Ja, dat is goed").click()
    assert "Geruild." in asked.locator("#gaten").inner_text()
    assert "Joke Meijer zei ja" in asked.locator(".ro-list").nth(1).inner_text()
