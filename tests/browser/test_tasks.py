"""Tasks and recalls in a real browser: nothing overflows, nothing is inaccessible, a note survives the refresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_recall_is_looked_at_before_it_happens_and_the_work_list_fits_a_phone(
    visit: Visit, axe: Callable[[Any], None]
) -> None:
    page = visit("/apotheek/terugroepen", who="Ilse Nij Bijvank", phone=True, dark=True, english=True)
    page.fill("#r-words", "tablet")
    page.fill("#r-because", "Recalled by its maker")
    page.locator("form.work-form button.go").click()
    page.locator(".work-item form button").first.click()
    button = page.get_by_role("button", name="Recall ")
    assert button.count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
    work = visit("/werklijst", who="Anja ter Horst", phone=True, dark=True)
    assert work.evaluate("document.documentElement.scrollWidth") <= 360
    fold = work.locator("details.more:has(.field[id])").first
    if fold.count():  # a demo that just began may have no task that ends by a person's word
        fold.locator("summary").click()
        fold.locator(".field").first.fill("sleutel bij de buren")
        work.evaluate("htmx.trigger(document.body, 'changed')")
        work.wait_for_timeout(1500)
        assert work.locator("details.more[open] .field").first.input_value() == "sleutel bij de buren"
    axe(work)
