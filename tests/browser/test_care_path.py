"""A whole care path in a browser, from the indication to the end, on real engines, in both variants, with refusals."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.ending import ended, stopped
from tests.browser.test_work import type_client
from tests.browser.walking import (
    NURSE,
    PHARMACIST,
    READER,
    Visit,
    at_step,
    day,
    insist,
    looked_at,
    refused,
    send,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FITS = (
    "no_longer", "when_told", "forgets", "well", "at_once", "alone", "alone", "both_well", "someone_calls", "no",
    "good", "sure", "alone", "nobody", "stable", "all", "able", "none", "nothing", "",
)  # fmt: skip
"""An answer to each question of the form, in order; the last is words alone."""
SIGNAL_S, LOADED_MS, OUT_MS = 300, 60_000, 20_000


def a_client(visit: Visit, name: str) -> tuple[Any, str]:
    """A new client of the nurse's team with the demo's pharmacy; gives the nurse's page and the client's address."""
    page = visit("/clienten/nieuw", who=NURSE)
    type_client(page, f"{name} {time.time_ns() % 10**6}")
    client = re.sub(r"^https?://[^/]+", "", page.url).removesuffix("/schema")
    page.goto(f"{client}/gegevens")
    page.locator("[name=pharmacy]").select_option(label="Apotheek De Vijzel")
    page.locator("button[name=act][value=look]").first.click()
    page.locator("button[name=act][value=save]").first.click()
    page.wait_for_url(f"**{client}/werk")
    return page, client


def chosen_for(page: Any, client: str, axe: Callable[[Any], None]) -> None:
    """Indication, the form that opens by itself, question by question, signed; then the choice, made together."""
    page.goto(f"{client}/indicatie")
    page.get_by_role("button", name="Bewaar, en open het formulier").click()
    page.wait_for_url(re.compile("/selectie/manages$"))
    looked_at(axe, page)
    for place, answer in enumerate(FITS):
        before = page.url
        if answer:
            page.locator(f"[name=antwoord][value={answer}]").check(force=True)
        if place == 1:
            page.locator("#zag").fill("Nam het glas en slikte alles door.")
        page.locator(".wizard-foot button.go").click()
        page.wait_for_url(lambda url, before=before: url != before)
    page.wait_for_url(re.compile("/selectie/overzicht"))
    looked_at(axe, page)
    page.goto(f"{client}/levering")
    expect(page.locator("main")).to_contain_text("rol")
    assert not page.get_by_role(
        "button", name="Bestel", exact=True
    ).count()  # R3: no dispenser before the roll
    page.goto(f"{client}/selectie/overzicht")
    page.locator("[name=uitkomst][value=suitable]").check(force=True)
    page.get_by_role("button", name="Teken dit formulier").click()
    page.wait_for_url(re.compile("/selectie/versies"))
    page.goto(f"{client}/besluit")
    looked_at(axe, page)
    page.locator("[name=keuze][value=yes]").check(force=True)
    page.get_by_role("button", name="Schrijf de keus op").click()
    expect(page.get_by_text("Opgeschreven.")).to_be_visible()


def enrolled(
    visit: Visit, page: Any, client: str, axe: Callable[[Any], None], duties: dict[str, str]
) -> None:
    """The care as it is, who does what, and the pharmacy, which answers as its pharmacist."""
    page.goto(f"{client}/zorgpad")
    at_step(page, 3)
    looked_at(axe, page)
    page.goto(f"{client}/nulmeting")
    looked_at(axe, page)
    if not page.locator("[name=tijd-0]").count():
        page.locator("button[name=act][value=row]").click()
    send(page, "button[name=act][value=save]", **{"tijd-0": "08:00", "zorg-0": "10", "reis-0": "8"})
    page.goto(f"{client}/zorgpad/wie")
    looked_at(axe, page)
    send(page, "button.go", **duties)
    page.goto(f"{client}/aanmelden")
    looked_at(axe, page)
    send(page, "button[name=act][value=ask]", starts_on=day(1), time="08:00")
    expect(page.locator("#klaar, .enrol-ok").first).to_be_visible()
    pharmacy = visit("/werklijst", who=PHARMACIST)
    question = page.locator("a[href*='/vragen/']").first.get_attribute("href")
    pharmacy.goto(question)
    looked_at(axe, pharmacy)
    form = pharmacy.locator("form", has=pharmacy.locator("[name=answer][value=agreed]"))
    form.locator("[name=answer][value=agreed]").check(force=True)
    form.locator("button").last.click()
    pharmacy.wait_for_load_state()
    pharmacy.context.close()


def with_a_roll(visit: Visit, page: Any, client: str, axe: Callable[[Any], None]) -> float:
    """The path goes on; times are typed in and read back by a second person, a roll of them is registered.

    Gives when the next moment is near (monotonic seconds).
    """
    page.goto(f"{client}/zorgpad")
    send(page, "button[name=act][value=on]")
    at_step(page, 4)
    page.goto(f"{client}/schema")
    page.locator("[name=at-0]").fill("08:00")
    page.get_by_role("button", name="Over 2 minuten").click()
    near = time.monotonic() + 120
    page.get_by_role("button", name="Bewaar het concept").click()
    page.get_by_role("heading", name="Lees terug").wait_for()
    page.get_by_role("button", name=f"Lees terug als {READER}").click()
    page.get_by_role("button", name="Het klopt", exact=True).click()
    page.get_by_role("button", name="Registreer de rol").click()
    page.get_by_role("button", name="De rol is bezorgd").click()
    return near


def delivered(visit: Visit, page: Any, client: str, axe: Callable[[Any], None]) -> None:
    """Ordered by telephone, delivered, linked, tried in each room."""
    page.goto(f"{client}/zorgpad")
    send(page, "button[name=act][value=on]")
    at_step(page, 5)
    page.goto(f"{client}/levering")
    looked_at(axe, page)
    choice = page.locator("[name=what]").filter(has_not_text="x").first.get_attribute("value")
    send(page, "button[name=act][value=order]", what=choice, wanted_on=day(3), taken_by="M. Oosterveen")
    send(page, "button[name=act][value=answer]", answer="deliver")
    page.goto(f"{client}/dispenser")
    page.get_by_role("button", name="Zet een virtuele dispenser neer").click()
    page.get_by_role("link", name="Ga naar de dispenser").wait_for(timeout=LOADED_MS)
    page.goto(f"{client}/levering")
    send(page, "button[name=act][value=room]", room="living_room", heard="1")
    send(page, "button[name=act][value=room]", room="bedroom")
    refused(page)  # neither heard nor seen, and nothing done about it
    send(page, "button[name=act][value=room]", room="bedroom", measure="Trilkussen")
    for name, fields in (("coverage", {"coverage_measure": "Proefbericht kwam aan"}), ("power", {}),
                         ("fallback", {"fallback": "Het wijkteam komt"})):  # fmt: skip
        page.goto(f"{client}/levering")
        known = {key: value for key, value in fields.items() if page.locator(f"[name={key}]").count()}
        send(page, f"button[name=act][value={name}]", **known)
    looked_at(axe, page)


def started(visit: Visit, page: Any, client: str, axe: Callable[[Any], None]) -> None:
    """Instruction; the start is refused while something is missing, and goes when all is there."""
    page.goto(f"{client}/levering")
    send(page, "button[name=act][value=move]")
    page.goto(f"{client}/instructie")
    looked_at(axe, page)
    items = page.locator("form [name=whom]").locator("xpath=..").first.locator("input[value=alone]")
    for each in items.all():
        each.check(force=True)
    page.locator("button[name=act][value=session]").first.click()
    page.goto(f"{client}/zorgpad/start")
    looked_at(axe, page)
    insist(page, "button[name=act][value=start]")  # the way in, and the care plan
    page.goto(f"{client}/thuis")
    send(page, "form[action$='/thuis/toegang'] button", hoe="client_opens", woorden="Bel lang aan")
    page.goto(f"{client}/levering")
    send(page, "button[name=act][value=access]")
    page.goto(f"{client}/zorgpad/start")
    send(page, "#v-care_plan button[name=act][value=tick]")
    expect(page.locator("#v-care_plan")).to_contain_text("Gedaan")
    english = visit(f"{client}/zorgpad/start", who=NURSE, phone=True, dark=True, english=True)
    looked_at(axe, english)
    english.context.close()
    send(page, "button[name=act][value=start]")
    expect(page.get_by_text("De dispenser is in gebruik.")).to_be_visible()
    looked_at(axe, page)


def taken_out(visit: Visit, page: Any, client: str, near: float) -> None:
    """The dispenser gives its signal, is pressed, and the sachet is taken from the tray."""
    page.goto(f"{client}/dispenser")
    device = page.locator("a[href^='/dispenser/']").first.get_attribute("href")
    page.goto(device)
    left = max(60.0, near - time.monotonic() + SIGNAL_S)
    page.get_by_text("het is tijd voor uw medicijnen").wait_for(timeout=left * 1000)
    page.locator("#kiosk-ok").click()
    expect(page.locator("#kiosk .zin, #kiosk-zin").first).to_have_text("Uw zakje ligt klaar", timeout=OUT_MS)
    page.locator("#kiosk-ok.take").click()
    page.goto(client)
    expect(page.get_by_text("uitgenomen").first).to_be_visible(timeout=OUT_MS)


def used(visit: Visit, page: Any, client: str, axe: Callable[[Any], None]) -> None:
    """Paused with an absence and resumed after its checks; an evaluation is held."""
    page.goto(f"{client}/afwezig")
    looked_at(axe, page)
    reason = page.locator("[name=reason]").first.get_attribute("value")
    until = f"{day(2)}T10:00"
    send(
        page,
        "button[name=act][value=declare]",
        reason=reason,
        until=until,
        said_by="Buurvrouw",
        resumes="Zij zelf",
    )
    page.goto(f"{client}/zorgpad")
    expect(page.locator(".banner.warn").first).to_be_visible()
    page.goto(f"{client}/afwezig")
    send(page, "button[name=act][value=back]")
    for each, said in (("medication", "Gebeld met de apotheek"), ("roll", ""), ("route", "Proef gedaan")):
        send(page, f"form:has(input[name=what][value={each}]) button", text=said)
    send(page, "button[name=act][value=resume]")
    in_time = time.monotonic() + LOADED_MS / 1000  # until the dispenser itself says that it goes on
    while not page.get_by_text("De dispenser is in gebruik.").count():
        assert time.monotonic() < in_time, "the dispenser does not go on"
        page.wait_for_timeout(1000)
        page.goto(f"{client}/zorgpad")
    page.goto(f"{client}/evaluatie")
    send(page, "button[name=act][value=hold]")
    refused(page)  # unknown is an answer, none is not
    for each in page.locator("form:has(button[value=hold]) input[value=well]").all():
        each.check(force=True)
    send(page, "button[name=act][value=hold]", outcome="goes_on", next_on=day(30))
    expect(page.get_by_text("De evaluatie is opgeschreven.")).to_be_visible()
    looked_at(axe, page)


@pytest.mark.parametrize(
    "duties",
    [
        {"install": "pharmacy", "load": "pharmacy", "set_times": "centre"},
        {"install": "supplier", "take_back": "supplier"},
    ],
    ids=["the pharmacy installs and the centre sets times", "the supplier installs"],
)
def test_a_whole_path(visit: Visit, axe: Callable[[Any], None], duties: dict[str, str]) -> None:
    """Two variants of one path; the first one also gives a sachet."""
    page, client = a_client(visit, "P. (Paula) Zorgpad")
    chosen_for(page, client, axe)
    enrolled(visit, page, client, axe, duties)
    near = with_a_roll(visit, page, client, axe)
    delivered(visit, page, client, axe)
    started(visit, page, client, axe)
    if "set_times" in duties:
        taken_out(visit, page, client, near)
    used(visit, page, client, axe)
    stopped(page, client, axe)
    ended(visit, page, client, axe)
