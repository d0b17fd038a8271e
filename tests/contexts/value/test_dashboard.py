"""The dashboard: the morning before and now, moments per client, the first indicators; unknown says so (C12)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from reik.kernel.database import Role, become
from reik.value.indicators import material
from reik.value.indicators.weekly import Moments, Weekly
from reik.value.planning import operations
from reik.web.value import measured
from tests.contexts.screens_town import Town, Visits, as_worker, plain
from tests.contexts.value.planning_files import MAPPING, export, uploaded


def card(page: str, name: str) -> str:
    found = re.search(rf'<section class="card[^"]*" aria-labelledby="{name}">.*?</section>', page, re.S)
    assert found is not None
    return found[0]


def week(first: date, at: str, each_day: int) -> bytes:
    """Seven days with so many visits, all of which begin at one time."""
    days = [f"{first + timedelta(n):%d-%m-%Y}" for n in range(7)]
    return export([f"c{of};{day};{at};10;M{of};Noord;MED" for day in days for of in range(each_day)])


def take(town: Town, content: bytes) -> None:
    with as_worker():
        id = uploaded(town.care.id, content, town.now)
        operations.ask_reading(id, MAPPING, anonymous=True)
        operations.work_off(lambda: town.now)
        operations.take(id, only_good=False, now=town.now)
    become(Role.WEB)


def test_nothing_measured_says_what_to_do(town: Town, visits: Visits) -> None:
    page = visits.text("manager", "/waarde")
    assert "Lees een planning in" in plain(card(page, "ochtend"))
    assert "nog niet gemeten" in plain(card(page, "uniek"))
    assert "<svg" not in card(page, "ochtend")
    table = plain(page.partition('id="eerste"')[2].partition("</table>")[0])
    assert "Fysieke zorgmomenten voor medicatie alleen" in table
    assert "niet gemeten" in table


def test_the_morning_before_and_now(town: Town, visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    used = town.now.date() - timedelta(14)
    monkeypatch.setattr(material.Material, "first_use", used)
    take(town, week(used - timedelta(7), "07:30", 6))
    shown = card(visits.text("manager", "/waarde"), "ochtend")
    assert "Ervoor beginnen de meeste bezoeken om 7:30: 6,0 per kwartier." in plain(shown)
    assert "nog geen planning van na de eerste dispenser" in plain(shown)
    take(town, week(used, "09:00", 2))
    page = visits.text("manager", "/waarde")
    shown = card(page, "ochtend")
    assert "Nu beginnen de meeste bezoeken om 9:00: 2,0 per kwartier." in plain(shown)
    assert "nog geen planning" not in plain(shown)
    assert shown.count('class="pkl-was"') == shown.count('class="pkl-now"') == 2  # the key and the line
    assert "6,0" not in plain(card(page, "uniek")), "a planning is no baseline of a client with a dispenser"


def test_moments_of_too_few_clients_are_no_figure(
    town: Town, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "De nulmeting komt uit het zorgpad" in plain(card(visits.text("manager", "/waarde"), "uniek"))
    for clients, shown in ((9, False), (10, True)):
        found = Weekly(
            clients=clients, before=Moments(unique=12.6, combined=6.2), now=Moments(unique=2.3, combined=5.9)
        )
        monkeypatch.setattr(measured, "weekly", lambda *_, found=found: found)
        words = plain(card(visits.text("manager", "/waarde"), "uniek"))
        assert ("van 12,6 naar 2,3 (82 % minder)" in words) == shown
        assert ("12,6 uniek, 6,2 gecombineerd" in words) == shown
        assert ("Onder 10 staat er geen cijfer" in words) != shown
