"""Work lists, rounds and inspection in a browser: by keyboard, small and dark, and nothing for axe to find."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

NURSE = "Anja ter Horst"


@pytest.mark.slow
def test_a_nurse_goes_from_her_tasks_to_rounds_and_proof(
    visit: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    page = visit("/werklijst/taken", who=NURSE)
    page.get_by_role("heading", name="Taken", level=1).wait_for()
    before = page.locator(".task").count()
    assert before > 0
    page.get_by_role("button", name="Ik doe dit").first.click()
    mine = page.get_by_role("link", name=re.compile("^Van mij [0-9]+$"))
    number = int(mine.inner_text().split()[-1])
    mine.click()
    assert page.locator(".task").count() == number > 0
    axe(page)
    page.get_by_role("link", name="Laadrondes").click()
    page.get_by_role("heading", name="Laadrondes", level=1).wait_for()
    small = visit("/inspectie", who=NURSE, phone=True, dark=True, english=True)
    small.get_by_role("heading", name="For the inspectorate", level=1).wait_for()
    assert not small.evaluate("document.documentElement.scrollWidth > innerWidth")
    axe(small)
