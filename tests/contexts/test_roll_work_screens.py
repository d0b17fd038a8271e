"""Rolls on the work screens: from the plan to the home, refusals, differences."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from reik.medication.models import Finding, Roll
from reik.medication.operations import register_roll
from reik.medication.rolls.check import Refusal
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import instant_of
from reik.web import frame
from reik.web.work import words
from reik.web.work.flaws import schedule_flaw
from tests.contexts.work_house import House, confirmed, house, log, page

__all__ = ["house"]


ROLL = {"number": "26-0418", "day": "24-11-2026", "time": "00:00", "days": "7", "how": "plan", "first": "1"}


def register(house: House, who: str = "pharmacist", **changes: str) -> Any:
    return house.who(who).post(f"/clienten/{house.anna.id}/rollen", {**ROLL, **changes})


def test_from_the_plan_to_the_home_and_into_the_dispenser_by_hand(house: House) -> None:
    confirmed(house)
    address = register(house, first="11")["Location"]
    roll = house.worker(lambda: Roll.objects.get())
    assert (roll.first, roll.last, roll.count, roll.registered_by) == (11, 31, 21, "Pharmacist")
    said = page(house.who("nurse").get(address))
    assert said.count("inhoud niet bekend") == 21
    assert "2 van 2" in said
    assert (
        house.who("nurse").post(address + "/bezorgen")["Location"] == f"/clienten/{house.anna.id}/dispenser"
    )
    wrong = page(house.who("nurse").post(address + "/laden", {"first": "11", "last": "31", "count": "20"}))
    assert "De rol heeft 21 zakjes, van 11 tot en met 31: tel opnieuw." in wrong
    assert 'value="20"' in wrong
    house.who("nurse").post(address + "/laden", {"first": "11", "last": "31", "count": "21"})
    assert "Schrijf op waarom." in page(house.who("nurse").post(address + "/terug", {"because": ""}))
    assert house.worker(lambda: Roll.objects.get().state) == "loaded"
    house.who("nurse").post(address + "/terug", {"because": "andere dosering"})
    assert house.worker(lambda: Roll.objects.get().left_reason) == "andere dosering"
    assert ("refused", "roll", "refused", "laden") in log(house)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"how": "counted", "last": "21", "count": "20"},
            "Van 1 tot en met 21 zijn 21 zakjes, niet 20: tel opnieuw.",
        ),
        (
            {"how": "counted", "last": "20", "count": "20"},
            "Het schema heeft in deze periode 21 zakjes en de rol 20",
        ),
        ({"day": "2-11-2026"}, "De periode van deze rol is voorbij."),
        ({"number": ""}, "Vul het nummer in"),
        ({"days": "x"}, "voor hoeveel dagen"),
    ],
)
def test_each_refusal_is_said_in_dutch_with_all_that_was_typed(
    house: House, changes: dict[str, str], says: str
) -> None:
    confirmed(house)
    answer = register(house, **changes)
    assert answer.status_code == 422
    assert says in page(answer)
    for name, value in {**ROLL, **changes}.items():
        if name != "how" and value:
            assert f'name="{name}" value="{value}"' in page(answer)
    assert not house.worker(Roll.objects.exists)


def test_overlap_and_gap_are_named_and_a_gap_may_be_explained(house: House) -> None:
    confirmed(house)
    register(house)
    assert "De periode overlapt met rol 26-0418" in page(register(house, number="26-0419", day="25-11-2026"))
    gap = page(register(house, number="26-0419", day="3-12-2026"))
    assert "hebben 4 momenten geen zakje; het eerste op 01-12-2026 om 08:00" in gap
    assert 'name="gap"' in gap
    assert register(house, number="26-0419", day="3-12-2026", gap="opgenomen").status_code == 302


def test_a_difference_waits_for_the_pharmacy_and_her_reason(house: House) -> None:
    confirmed(house)
    begin, end = (instant_of(date(2026, 11, day), time(), frame.ZONE) for day in (24, 25))
    sachet = SachetOnRoll(sequence=1, day=date(2026, 11, 24), at=time(8))
    id = house.worker(lambda: register_roll(
        organisation_id=house.zorg, client_id=house.anna.id, number="26-1", starts_at=begin, ends_at=end, by="packer",
        now=house.now, sachets=[sachet],
    ))  # fmt: skip
    address = f"/clienten/{house.anna.id}/rollen/{id}"
    said = page(house.who("nurse").get(address))
    assert "di 24 november 08:00: 2 gepland, 1 op de rol." in said
    assert "di 24 november 20:00: 1 gepland, 0 op de rol." in said
    assert "akkoord" not in said.lower()
    assert "De apotheek moet eerst naar deze rol kijken:" in page(
        house.who("nurse").post(address + "/bezorgen")
    )
    assert house.who("nurse").post(address + "/akkoord", {"because": "mag"}).status_code == 404
    finding = house.worker(lambda: Finding.objects.order_by("key").first())
    settle = f"/werklijst/verschil/{finding.id}"
    assert house.who("nurse").post(settle, {"because": "mag"}).status_code == 404
    assert "Schrijf op waarom dit verschil mag." in page(
        house.who("pharmacist").post(settle, {"because": ""})
    )
    house.who("pharmacist").post(settle, {"because": "eerste dag half"})
    house.who("pharmacist").post(address + "/akkoord", {"because": "eerste dag half"})
    assert set(house.worker(lambda: list(Finding.objects.values_list("settled_because", flat=True)))) == {
        "eerste dag half"
    }
    assert house.who("nurse").post(address + "/bezorgen").status_code == 302


def test_no_sentence_of_a_refusal_stays_english_and_what_is_unknown_keeps_its_own() -> None:
    known = [
        Refusal("number", "A roll has a number"), Refusal("wrong_period", "Sachet 3 lies outside the period."),
        Refusal("state", "This roll is returned: it cannot be used like this."),
        Refusal("differs", "24-11-2026 08:00: planned at this time, on the roll at 09:00."),
    ]  # fmt: skip
    assert [words.refusal_words(each) for each in known] == [
        "Een rol heeft een nummer van ten hoogste 64 tekens: kijk op het etiket.",
        "Zakje 3 valt buiten de periode van de rol.",
        "Deze rol is teruggestuurd: zo kan hij niet worden gebruikt.",
        "di 24 november 08:00: zo gepland, op de rol om 09:00.",
    ]
    assert words.refusal_words(Refusal("new", "Something new.")) == "Something new."
    assert schedule_flaw("Line 3: name the days of the week.") == "Kies ten minste één dag."
    assert schedule_flaw("Something new.") == "Something new."
