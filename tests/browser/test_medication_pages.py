"""Every page of medication, as who may see it: it fits its window, and axe finds nothing, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
Axe = Callable[[Any], None]
NURSE, COLLEAGUE, PHARMACIST, CARER = "Anja ter Horst", "Femke Rouwhorst", "Ilse Nij Bijvank", "Karin Wessels"
ID = r"[0-9a-f-]{36}"
BOTH = pytest.mark.parametrize(
    "looks", [{}, {"phone": True, "dark": True, "english": True}], ids=["desk by day", "phone by night"]
)


def links(page: Any, pattern: str, of: str = "") -> list[str]:
    """The addresses on the page (or on another one) that look like this."""
    if of:
        page.goto(of)
    found = page.evaluate("[...document.querySelectorAll('main a')].map(each => each.getAttribute('href'))")
    return [each for each in dict.fromkeys(found) if each and re.search(pattern, each)]


def in_order(page: Any, axe: Axe, addresses: Iterator[str]) -> None:
    """Each address answers, fits its window, and has nothing that axe finds."""
    flaws = []
    for address in addresses:
        answer = page.goto(address)
        try:
            assert answer.ok, f"answered {answer.status}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "is too wide"
            axe(page)
        except AssertionError as flaw:
            flaws.append(f"{address}: {flaw}")
    assert not flaws, "\n".join(flaws)


def _of_nurse(page: Any) -> Iterator[str]:
    """Work, pharmacies, and of one client each page of her roll, her change, her absence and her details."""
    changed = links(page, f"/wijziging/{ID}$", "/werklijst")[0]
    absent, proposed = links(page, "/afwezig$")[:1], links(page, "voorstel=")[:1]
    client = changed.partition("/wijziging")[0]
    yield from ("/werklijst", "/werklijst/lijst", "/werklijst/rollen", "/clienten/nieuw", changed)
    yield from (*absent, *proposed)
    yield from ("/apotheken", "/apotheken/nieuw", *links(page, f"/apotheken/{ID}$", "/apotheken")[:1])
    for name in (
        "werk", "schema", "rollen", "rollen/bestand", "dispenser", "afwezig", "gegevens", "wissel", "vragen",
        "buiten-de-rol", "buiten-de-rol/regel", "dagkaart",
    ):  # fmt: skip
        yield f"{client}/{name}"
    yield links(page, f"/rollen/{ID}$", f"{client}/rollen")[0]
    yield links(page, "/met-de-hand/", client)[0]


def _of_pharmacist(page: Any) -> Iterator[str]:
    """What waits, its questions, a client whose plan and roll differ, and what is in a roll."""
    asked = links(page, f"/apotheek/vraag/{ID}$", "/apotheek")[0]
    client = links(page, f"/apotheek/client/{ID}$")[0]
    yield from (
        "/apotheek",
        "/apotheek/clienten",
        "/apotheek/berichten",
        "/apotheek/terugroepen",
        "/werklijst",
    )
    yield from (asked, client)
    file = client.replace("/apotheek/client", "/clienten")
    roll = links(page, f"/rollen/{ID}$", f"{file}/rollen")[0]
    yield from (roll, f"{roll}/past", f"{file}/dagkaart", f"{file}/buiten-de-rol", f"{file}/vragen")


@BOTH
@pytest.mark.slow
def test_every_page_of_a_nurse(visit: Visit, axe: Axe, looks: dict[str, bool]) -> None:
    page = visit("/werklijst", who=NURSE, **looks)
    in_order(page, axe, _of_nurse(page))
    there = visit("/werklijst", who=COLLEAGUE, **looks)
    in_order(there, axe, iter(links(there, f"/vragen/{ID}$")[:1]))


@BOTH
@pytest.mark.slow
def test_every_page_of_a_pharmacist(visit: Visit, axe: Axe, looks: dict[str, bool]) -> None:
    page = visit("/apotheek", who=PHARMACIST, **looks)
    in_order(page, axe, _of_pharmacist(page))


def test_a_carer_reports_an_absence_by_night(visit: Visit, axe: Axe) -> None:
    page = visit("/naaste/afwezig", who=CARER, phone=True, dark=True)
    page.get_by_role("button", name="Geef dit door").click()
    page.get_by_role("alert").get_by_text("Vul").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)


def test_what_is_sent_from_the_page_of_a_link_arrives(visit: Visit, axe: Axe) -> None:
    """The address is a secret, and yet its page has forms: a browser must say where they come from."""
    page = visit("/antwoord/deze-link-is-er-niet", phone=True, dark=True)
    page.get_by_role("heading", name="Deze link kennen wij niet").wait_for()
    axe(page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="We do not know this link").wait_for()


def test_back_to_what_was_sent_is_no_lost_connection(visit: Visit) -> None:
    """The browser keeps no page of Reik; going back asks for it again, and sends nothing a second time."""
    page = visit("/team", who=NURSE)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("/clienten")
    page.goto(page.locator("tbody th a").first.get_attribute("href") + "/gegevens")
    page.get_by_label("Telefoon").fill("geen nummer")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("link", name=re.compile(r"^(Mw|Dhr)\.")).first.click()
    page.wait_for_url(re.compile(f"/clienten/{ID}$"))
    page.go_back()
    page.get_by_role("heading", name="Gegevens").wait_for()
    assert page.get_by_label("Telefoon").input_value() != "geen nummer"
