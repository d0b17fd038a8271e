"""The console in a real browser: it is found, worked by keys, undone, and readable for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_read_it(visit: Visit, axe: Callable[[Any], None], phone: bool, dark: bool) -> None:
    page = visit("/zorgcentrale", who="Sanne Vos", phone=phone, dark=dark, english=dark)
    page.wait_for_selector("[data-live=on]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    if page.locator("a.q").count():
        page.locator("a.q").first.click()
        page.wait_for_selector("#d-name")
        axe(page)


@pytest.mark.slow
def test_a_call_for_help_comes_up_by_itself_and_is_handled_by_keys(visit: Visit) -> None:
    page = visit("/zorgcentrale", who="Sanne Vos")
    page.wait_for_selector("[data-live=on]", state="attached")
    helps = page.locator("a.q", has_text="Hulpknop")
    assert not helps.count()
    kiosk = page.context.new_page()
    kiosk.goto("/dispenser/TWENTE-0037")
    kiosk.get_by_role("button", name="Hulp").click()
    line = helps.first
    line.wait_for(timeout=10_000)  # from the device to the screen, without a reload
    name = line.locator(".b").inner_text().rpartition(",")[0]
    line.click()
    page.locator("#d-name", has_text=name).wait_for()
    page.locator("#take").first.click()
    page.wait_for_selector("#give-back")
    page.keyboard.press("3")
    assert page.locator("#outcome input:checked").get_attribute("data-key") == "3"
    page.keyboard.press("n")
    page.keyboard.type("3 keer gebeld")  # letters and digits in a field are no keys
    assert page.locator("#note").input_value() == "3 keer gebeld"
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo")
    page.locator("#undo").click()
    page.wait_for_selector("#give-back")
    assert page.locator("#d-name").inner_text() == name
    page.locator("#o-false_notice").check(force=True)
    page.locator("#confirm").click()
    page.wait_for_selector(".chip.c-uit")
    alert = page.locator(".detail-in").get_attribute("data-alert")
    other = visit(
        f"/zorgcentrale?melding={alert}", who="Ricardo Baars"
    )  # who has the same alert open sees it
    other.locator("#looking", has_text="Sanne Vos").wait_for(timeout=5_000)
    page.locator("#looking", has_text="Ricardo Baars").wait_for(timeout=5_000)
    other.close()
    page.locator("#looking span").wait_for(state="detached", timeout=5_000)


def test_keys_help_search_and_can_be_switched_off(visit: Visit) -> None:
    page = visit("/zorgcentrale", who="Sanne Vos")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("kuipers")
    page.wait_for_selector("#found a")
    page.keyboard.press("Escape")
    page.locator("[data-open=help]").click()
    page.locator("#keys").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    assert not page.locator("#help").is_visible()


@pytest.mark.slow
def test_a_lost_line_is_said_and_found_again(visit: Visit) -> None:
    page = visit("/zorgcentrale", who="Sanne Vos")
    page.wait_for_selector("[data-live=on]", state="attached")
    page.context.route("**/live", lambda route: route.abort())
    page.context.route("**/zorgcentrale/rij*", lambda route: route.abort())
    page.reload()
    assert not page.locator("#lost").is_visible()
    page.wait_for_selector("#lost", state="visible", timeout=15_000)
    page.context.unroute("**/live")
    page.context.unroute("**/zorgcentrale/rij*")
    page.wait_for_selector("#lost", state="hidden", timeout=45_000)


@pytest.mark.slow
def test_a_night_on_two_screens_with_sound(visit: Visit, axe: Callable[[Any], None]) -> None:
    page = visit("/zorgcentrale", who="Sanne Vos")
    page.wait_for_selector("[data-live=on]", state="attached")
    page.locator("[data-sound=aan]").click()
    page.wait_for_selector("#sound[aria-pressed=true]")
    page.wait_for_selector("#ask-sound", state="hidden")
    kiosk = page.context.new_page()
    kiosk.goto("/dispenser/TWENTE-0036")
    kiosk.get_by_role("button", name="Hulp").click()
    page.bring_to_front()
    page.locator("#sound[data-played=urgent]").wait_for(timeout=15_000)  # help has the tone of an emergency
    page.locator("a.q", has_text="Hulpknop").first.click()
    page.wait_for_selector("#d-name")
    page.keyboard.press("e")
    page.wait_for_selector("#beside[open]")
    assert page.evaluate("document.activeElement.hasAttribute('data-first')")  # Enter would start it
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_selector("#shift[open] textarea")
    page.keyboard.press("Escape")
    other = page.context.new_page()
    other.goto("/zorgcentrale/tweede")
    page.wait_for_selector("main.two", timeout=10_000)
    line = page.locator("a.q").last
    line.click()
    name = line.locator(".b").inner_text().rpartition(",")[0]
    other.locator("#d-name", has_text=name).wait_for(timeout=10_000)
