"""Outside the roll in a real browser: a line is written and given with one hand, and stands on the day card."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

GIVE = re.compile(r"Schrijf op wat u geeft.*Druppels \"#1\" \$x\$")
Visit = Callable[..., Any]
Axe = Callable[[Any], None]


def test_drops_are_written_given_and_stand_on_the_day_card(visit: Visit, axe: Axe) -> None:
    page = visit("/clienten", who="Anja ter Horst", phone=True, dark=True)
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Dagkaart").first.click()
    page.get_by_role("link", name="Buiten de rol").click()
    page.get_by_role("link", name="Regel erbij").click()
    page.get_by_label("Middel").fill('Druppels "#1" $x$')
    page.get_by_label("Hoeveel per keer").fill("1 druppel")
    page.get_by_label("zo nodig").check()
    page.get_by_label("Ten hoogste per dag (keer)").fill("1")
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_role("link", name=GIVE).last.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Gegeven", exact=True).click()
    page.get_by_role("link", name=GIVE).last.click()
    page.get_by_role("button", name="Gegeven", exact=True).click()
    expect(page.get_by_text("1 is het meeste. Niet geven: bel eerst")).to_be_visible()
    page.go_back()
    page.goto(page.url.partition("/buiten-de-rol")[0] + "/dagkaart")
    expect(page.get_by_text("1 keer opgeschreven").last).to_be_visible()
    axe(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Dag", exact=True).click()
    answer = page.request.get(opened.value.url)
    assert answer.body().startswith(b"%PDF")
