"""An outage seen live: a network is taken away, its clients are lines, taken and ticked off, and it comes back (N4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_S = 420.0


def until(page: Any, path: str, seen: Callable[[], bool]) -> None:
    """Open this page again and again, as somebody who waits does."""
    end = time.monotonic() + PATIENCE_S
    page.goto(path)
    while not seen():
        assert time.monotonic() < end, page.locator("main").inner_text()
        page.wait_for_timeout(2000)
        page.goto(path)


def test_an_outage_from_the_cut_to_the_report(visit: Visit, axe: Callable[[Any], None]) -> None:
    page = visit("/storing?alle", who="Sanne Vos")
    axe(page)
    page.fill("#demo-n", "100")
    page.locator("#knip").click()
    assert "Het netwerk is weg." in page.locator(".out-demo").inner_text()
    until(
        page,
        "/storing",
        lambda: page.locator("#neem").is_enabled() if page.locator("#neem").count() else False,
    )
    address = page.url.partition("?")[0]
    assert "netwerk" in page.locator("h1").inner_text()
    page.locator("#neem").click()
    page.locator(".out-mine .out-line").first.wait_for()
    mine = page.locator(".out-mine .out-line").count()
    assert 1 <= mine <= 5
    axe(page)
    page.locator("[name=gevonden]").first.select_option("says_out")
    page.locator(".out-tick button").first.click()
    expect(page.locator(".out-mine .out-line")).to_have_count(mine - 1)
    page.locator(".out-said button").first.click()
    expect(page.locator(".out-mine .out-line")).to_have_count(mine)
    page.locator("[name=gevonden]").first.select_option("says_out")
    page.locator(".out-tick button").first.click()
    page.goto(f"{address}/papier?van=open")
    axe(page)
    page.goto("/storing?alle")
    page.locator("#herstel").click()
    assert "Het netwerk is terug." in page.locator(".out-demo").inner_text()
    until(page, f"{address}/verslag", lambda: "afgesloten" in page.locator(".say").inner_text())
    report = page.locator("main").inner_text()
    assert "(dispenser)" in report
    assert "zegt: uitgenomen" in report
    assert "ingenomen" not in report
    axe(page)
