"""Value in a browser: from the overview to a figure, its rows, an assumption and a what-if; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

MANAGER = "Wim Lansink"


def test_a_manager_goes_from_the_overview_to_what_a_planning_says(
    visit: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    page = visit("/waarde", who=MANAGER)
    page.get_by_role("heading", name="Wat levert het op?", level=1).wait_for()
    page.locator("dt a[href='/waarde/cijfer/active']").click()
    page.get_by_role("heading", name="die meetellen").wait_for()
    assert page.locator("main a[href^='/clienten/']").count() > 0
    page.goto("/waarde/cijfer/net_care")
    page.get_by_role("link", name="Zorgtijd die vervalt").first.click()
    page.get_by_role("link", name="Minuten binnen per moment").click()
    page.locator("[name=waarschijnlijk]").wait_for()
    page.goto("/waarde/wat-als")
    page.get_by_role("link", name="Team Noord op maandag").click()
    page.get_by_role("heading", name="Nu en met dispensers").wait_for(timeout=90_000)
    expect(page.locator("svg.wi-day")).to_have_count(2)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    axe(page)


@pytest.mark.slow
def test_a_planning_goes_from_upload_to_a_what_if(
    visit: Callable[..., Any], axe: Callable[[Any], None], tmp_path: Path
) -> None:
    rows = ["Cliënt;Datum;Begin;Minuten;Activiteit;Medewerker;Team;Latitude;Longitude"]
    for n in range(24):
        where = f"{52.2 + n % 7 * 0.01:.3f};{6.8 + n % 5 * 0.012:.3f}"
        rows.append(f"k{n};02-11-2026;{8 + n // 8:02}:{n % 8 * 7:02};5;MED;m{n % 3};West;{where}")
    file = tmp_path / "west.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    page = visit("/waarde/planning", who=MANAGER, english=True)
    page.locator("#bestand").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    page.locator("button[value=lees]").click()
    page.locator("button[value=neem]").click(timeout=120_000)
    axe(page)
    page.get_by_role("link", name="What if a group gets a dispenser?").click()
    page.get_by_role("button", name="Compute the tours").click()
    page.get_by_role("heading", name="Now and with dispensers").wait_for(timeout=180_000)
    page.get_by_role("button", name="Use as measured").click()
    page.get_by_text("The business case uses this now.").wait_for()
    address = page.url
    assert re.search(r"/waarde/wat-als/[0-9a-f-]{36}", address)
    page.get_by_role("button", name="Use this no more").click()
    small = visit(address.split("?")[0], who=MANAGER, phone=True, dark=True)
    small.get_by_role("heading", name="Nu en met dispensers").wait_for()
    assert not small.evaluate("document.documentElement.scrollWidth > innerWidth")
    axe(small)
