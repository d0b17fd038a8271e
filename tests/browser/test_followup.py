"""Agreeing a follow-up arrangement in a browser, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NURSE = "Anja ter Horst"


def test_a_preset_is_agreed_and_read_back_in_sentences(
    visit: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    page = visit("/clienten", who=NURSE)
    client = (
        page.locator("a[href^='/clienten/']").filter(has_text=re.compile("[A-Z]")).last.get_attribute("href")
    )
    page.goto(f"{client}/opvolgafspraak/nieuw")
    if not page.locator("#p_team").is_visible():
        page.locator("form details summary").first.click()
    if not page.locator("#p_team").input_value():
        page.locator("#p_team").select_option(index=1)
    page.get_by_role("button", name="Zonder zorgcentrale").click()
    page.get_by_label("Naam").first.wait_for()
    axe(page)
    page.get_by_label("Wat u met de cliënt en de naaste afsprak").fill("Wij bellen u eerst zelf.")
    page.get_by_role("button", name="Spreek dit af").click()
    page.wait_for_url(re.compile("/opvolgafspraak$"))
    assert page.get_by_text("Wij bellen u eerst zelf.").first.is_visible()
    axe(page)
    phone = visit(f"{client}/opvolgafspraak/nieuw", who=NURSE, phone=True, dark=True)
    axe(phone)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert phone.evaluate(wide) <= 0
    phone.goto(f"{client}/opvolgafspraak/bereik")
    axe(phone)
    assert phone.evaluate(wide) <= 0
