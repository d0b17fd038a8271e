"""What a person does on the pages of a care path, for tests in a browser: fill in, send, look, be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from reik.kernel import clock

Visit = Callable[..., Any]
NURSE, READER, PHARMACIST, MANAGER = "Anja ter Horst", "Joke Meijer", "Ruud Blok", "Wim Lansink"
ZONE = ZoneInfo("Europe/Amsterdam")


def day(ahead: int = 0) -> str:
    """A local day from today, as a form takes it."""
    return (clock.now().astimezone(ZONE) + timedelta(days=ahead)).date().isoformat()


def send(page: Any, button: str, **fields: str) -> None:
    """Fill in the form that this button (a selector) belongs to, and press it."""
    form = page.locator(button).first.locator("xpath=ancestor::form[1]")
    form.evaluate(
        "one => { for (let at = one; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;"
        " one.querySelectorAll('details').forEach(each => { each.open = true }) }"
    )
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']")
        kind = field.first.evaluate("one => one.type")
        if kind in ("radio", "checkbox"):
            choice = form.locator(f"[name='{name}'][value='{value}']")
            choice.evaluate("one => one.scrollIntoView({block: 'center'})")  # not below a bar that stays
            choice.check(force=True)
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.first.fill(value)
    with page.expect_navigation():
        page.locator(button).first.click()


def looked_at(axe: Callable[[Any], None], *pages: Any) -> None:
    """Nothing for axe, and nothing wider than its window; every page on a desk and at 390 px."""
    for page in pages:
        desk = page.viewport_size
        for size in (desk, {"width": 390, "height": 844}):
            page.set_viewport_size(size)
            axe(page)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) <= 0, page.url
        page.set_viewport_size(desk)


def at_step(page: Any, step: int) -> None:
    """Where the care path's page says that she stands."""
    expect(page.locator("ol.path.way")).to_have_attribute("aria-label", re.compile(f"stap {step} van 9"))


def refused(page: Any, words: str = "") -> None:
    """Told in a sentence."""
    expect(page.locator("#fouten, main [role=alert]").first).to_contain_text(words)


def insist(page: Any, button: str) -> None:
    """What the page does not offer yet is refused as well when it is sent all the same."""
    one = page.locator(button).first
    one.evaluate("one => { one.disabled = false }")
    with page.expect_navigation():
        one.click()
    refused(page)
