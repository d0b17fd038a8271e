"""The pharmacy in a browser: from the list to a client, her plan beside her roll, limits, and the messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
PHARMACIST = "Ilse Nij Bijvank"


@pytest.mark.slow
def test_a_pharmacist_lands_on_what_waits_and_sets_a_limit(visit: Visit, axe: Callable[[Any], None]) -> None:
    """R27, R29, R31; no page is wider than its window, and axe finds nothing."""
    page = visit("/apotheek/clienten", who=PHARMACIST)
    page.locator(".ph-clients a").first.click()
    page.wait_for_url(re.compile("/apotheek/client/"))
    assert page.locator(".ph-cell:not(.out)").count() == 28
    axe(page)
    limit = page.locator(".ph-limit").first
    limit.locator("summary").click()
    time = limit.locator("summary b").inner_text()
    limit.get_by_label("Mag nog tot").fill("23:45")
    limit.get_by_label("Waarom").fill("met de huisarts afgesproken")
    limit.get_by_role("button", name=re.compile("Stel in")).click()
    page.wait_for_url(re.compile("#grenzen"))
    said = page.locator(".ph-limit", has_text=time).first.inner_text()
    assert "mag nog tot 23:45" in said
    assert PHARMACIST in said
    for address in ("/apotheek", "/apotheek/berichten", page.url):
        phone = visit(address, who=PHARMACIST, phone=True, dark=True, english=True)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe(phone)
