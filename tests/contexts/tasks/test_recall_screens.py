"""A recall on the pharmacy's screens, and what a house knows of a packer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from reik.medication.models import RollFit
from reik.medication.operations import register_roll
from reik.medication.queries import planned_doses
from reik.medication.rolls.sachets import Content, sachets_for
from reik.medication.times.schedule import local_day, whole_days
from reik.tasks.models import Task
from tests.contexts.changes.rolls_at_home import ZONE
from tests.contexts.tasks.given import tasks_on
from tests.contexts.work_house import House, confirmed, house, log, page

__all__ = ["house"]
MIDDEL = Content(code="16667", text="Middel A 5 mg", amount="1", lot="L7")
ANDER = Content(code="2", text="Ander", amount="1")


def roll_with(house: House, number: str, contents: Sequence[Content] | None) -> UUID:
    def work() -> UUID:
        day = local_day(house.now, ZONE) + timedelta(days=1)
        starts_at, ends_at = whole_days(day, day + timedelta(days=2), ZONE)
        doses = planned_doses([house.anna.id], day, day + timedelta(days=2))[house.anna.id]
        sachets = [
            replace(each, contents=tuple(contents) if contents else None) for each in sachets_for(doses)
        ]
        return register_roll(
            organisation_id=house.zorg, client_id=house.anna.id, number=number, starts_at=starts_at, ends_at=ends_at,
            by="Packer", now=house.now, sachets=sachets,
        )  # fmt: skip

    return house.worker(work)  # type: ignore[no-any-return]


RECALL = "/apotheek/terugroepen"


def test_a_recall_by_name_shows_products_then_rolls_and_then_happens(house: House) -> None:
    confirmed(house)
    roll_with(house, "R-1", [MIDDEL, ANDER])
    browser = house.who("pharmacist")
    why = {"because": "verontreinigd", "act": "kijk"}
    chosen = page(browser.post(RECALL, {**why, "words": "middel a"}))
    assert "Middel A 5 mg" in chosen
    assert "Ander" not in chosen
    looked = page(browser.post(RECALL, {**why, "words": "middel a", "code": "16667", "lot": "L7"}))
    assert "R-1" in looked
    assert "Roep 1 rol terug" in looked
    assert house.worker(lambda: Task.objects.filter(kind="recall").count()) == 0  # only looked
    sent = browser.post(RECALL, {**why, "act": "roep", "code": "16667", "lot": "L7"})
    assert sent["Location"] == f"{RECALL}?klaar=1"
    assert "1 rol is teruggeroepen" in page(browser.get(sent["Location"]))
    assert "Teruggeroepen: " in tasks_on(page(house.who("nurse").get("/werklijst")))
    assert ("change", "roll", "ok", "recalled") in log(house)


def test_a_product_without_a_code_is_recalled_by_its_name_and_only_its_sachets(house: House) -> None:
    """Also a roll whose contents nobody gave is looked at: unknown is not excluded."""
    confirmed(house)
    roll_with(house, "R-1", [replace(MIDDEL, code=""), ANDER])
    browser = house.who("pharmacist")
    why = {"because": "verontreinigd", "words": "middel"}
    chosen = page(browser.post(RECALL, {**why, "act": "kijk"}))
    assert 'name="text" value="Middel A 5 mg"' in chosen
    named = {**why, "text": "Middel A 5 mg"}
    assert "R-1" in page(browser.post(RECALL, {**named, "act": "kijk"}))
    nothing = page(browser.post(RECALL, {**why, "text": "Middel A 50 mg", "act": "kijk"}))
    assert "Er is niets terug te roepen" in nothing
    assert browser.post(RECALL, {**named, "act": "roep"}).status_code == 302
    (told,) = house.worker(lambda: list(Task.objects.filter(kind="recall").values_list("detail", flat=True)))
    assert told["because"] == "Middel A 5 mg: verontreinigd"


def test_a_recall_by_numbers_of_a_roll_that_is_not_there_is_said(house: House) -> None:
    confirmed(house)
    roll_with(house, "R-1", None)
    browser = house.who("pharmacist")
    answer = browser.post(RECALL, {"rolls": "R-1, R-9", "because": "x", "act": "roep"})
    assert answer.status_code == 422
    assert "niet bekend: R-9" in page(answer)
    assert house.worker(lambda: Task.objects.filter(kind__startswith="recall").count()) == 0
    assert browser.post(RECALL, {"rolls": "R-1", "act": "kijk"}).status_code == 422  # why?
    assert browser.post(RECALL, {"rolls": "R-1", "because": "x", "act": "roep"}).status_code == 302


def test_only_a_pharmacist_recalls_and_only_of_whom_she_sees(house: House) -> None:
    confirmed(house)
    roll_with(house, "R-1", [MIDDEL])
    for who in ("nurse", "second", "operator", "stranger"):
        assert house.who(who).get(RECALL).status_code == 404
    nothing = page(
        house.who("pharmacist").post(RECALL, {"words": "bestaat niet", "because": "x", "act": "kijk"})
    )
    assert "Er is niets terug te roepen" in nothing


def test_a_product_that_no_packer_wrote_down_may_be_in_a_roll_of_unknown_contents(house: House) -> None:
    """Unknown is not excluded: such a roll is looked at, by name or by code."""
    confirmed(house)
    roll_with(house, "R-1", None)
    typed = {"words": "bestaat niet", "because": "x"}
    looked = page(house.who("pharmacist").post(RECALL, {**typed, "act": "kijk"}))
    assert "R-1" in looked
    assert house.who("pharmacist").post(RECALL, {**typed, "act": "roep"}).status_code == 302
    assert house.worker(lambda: Task.objects.filter(kind="recall_check").count()) == 1


def test_what_a_house_knows_of_a_packer_goes_before_what_reik_knows(house: House) -> None:
    confirmed(house)
    roll = roll_with(house, "R-1", None)
    address = f"/clienten/{house.anna.id}/rollen/{roll}/past"
    assert house.who("nurse").get(address).status_code == 404
    browser = house.who("pharmacist")
    assert address in page(browser.get(f"/clienten/{house.anna.id}/rollen/{roll}"))
    typed = {"packer": "De Vijzel", "roll_format": "", "model": "reik-open", "fit": "supported", "source": "",
             "said_on": "20-11-2026"}  # fmt: skip
    refused = browser.post(address, typed)
    assert refused.status_code == 422
    assert "waaruit dat blijkt" in page(refused)
    assert "De Vijzel" in page(refused)
    assert browser.post(address, {**typed, "source": "proef in huis"}).status_code == 302
    kept = house.worker(lambda: RollFit.objects.get())
    assert (kept.packer, kept.roll_format, kept.fit, kept.set_by) == (
        "De Vijzel",
        "*",
        "supported",
        "Pharmacist",
    )
