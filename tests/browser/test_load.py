"""Load and drills in a real browser: figures open their rows, a drill is begun and answered on one's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_figures_open_their_rows_and_a_drill_is_answered(visit: Visit, axe: Callable[[Any], None]) -> None:
    page = visit("/belasting", who="Anja ter Horst", phone=True, dark=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
    counted = int(page.locator(".ld-totals li").first.locator("b").inner_text())
    page.locator(".ld-totals li").first.get_by_role("link").click()
    page.wait_for_url("**/cijfer/all*")  # and until all of its rows are there
    assert page.locator(".ld-list > li").count() == min(counted, 200)
    page.goto(page.url.split("/belasting")[0] + "/oefeningen")
    page.get_by_role("button", name="Oefen nu").first.click()
    page.wait_for_url("**/oefeningen/*-*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    before = page.get_by_role("button", name="Oefening ontvangen").count()
    page.get_by_role("button", name="Oefening ontvangen").first.click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Oefening ontvangen").count() == before - 1
    axe(page)
