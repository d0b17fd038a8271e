"""The page of a change: who may see and choose, what is said of each sachet, and what the log keeps (N5, R22, R23)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from tests import cast
from tests.contexts.changes.rolls_at_home import ALL_CAN, NONE_CAN, TUESDAY, ZONE, answer_all
from tests.contexts.work_house import House, house, log, page

__all__ = ["house"]
DAY = timedelta(days=1)


def roll_at_home(house: House, can: dict[str, object]) -> cast.Voice:
    """Anna has a roll in her dispenser, packed for 08:00 and 20:00."""

    def work() -> cast.Voice:
        voice = cast.beside(house.anna, "ANNA-1", house.now)
        started = voice.event("started", house.now, reason="power", session="0" * 16, capabilities=can)
        cast.tell(voice, started, at=house.now)
        plan(house, "08:00", "20:00")
        starts_at, ends_at = whole_days(TUESDAY, TUESDAY + 2 * DAY, ZONE)
        roll = register_roll(
            organisation_id=house.zorg, client_id=house.anna.id, number="26-0418", starts_at=starts_at,
            ends_at=ends_at, by="pharmacist", now=house.now,
        )  # fmt: skip
        deliver_roll(roll, "courier", house.now)
        cast.tell(
            voice,
            voice.event("roll_loaded", house.now, roll="26-0418", first=1, last=4, count=4),
            at=house.now,
        )
        answer_all(voice, house.now)
        return voice

    return house.worker(work)  # type: ignore[no-any-return]


def plan(house: House, *times: str) -> None:
    lines = [TimeLine(weekdays=EVERY_DAY, at=time.fromisoformat(each)) for each in times]
    id = write_schedule(
        organisation_id=house.zorg, client_id=house.anna.id, lines=lines, by="nurse", now=house.now
    )
    confirm_schedule(id, "second", house.now)


def the(house: House) -> ChangeSeen:
    (found,) = house.worker(lambda: open_changes([house.anna.id]))
    return found  # type: ignore[no-any-return]


def address(house: House) -> str:
    return f"/clienten/{house.anna.id}/wijziging/{the(house).id}"


def agree(house: House) -> None:
    def work() -> None:
        (asked,) = (each for each in requests_about([the_id])[the_id] if each.state == "open")
        requests.answer(asked.id, answer="agreed", by="Bos", how="account", now=house.now)

    the_id = the(house).id
    house.worker(work)


def test_a_schedule_that_is_read_back_on_a_screen_brings_a_change_to_the_work_list(house: House) -> None:
    """Everything runs as the web's own role: finding, withholding, tasks."""
    roll_at_home(house, ALL_CAN)
    typed = {"rows": "1", "act": "save", "at-0": "8", "n-0": "1", "days-0": "all", "win-0": "45"}
    draft = house.who("nurse").post(f"/clienten/{house.anna.id}/schema", typed)["Location"]
    assert house.who("second").post(draft + "/klopt").status_code in (200, 302)
    shown = page(house.who("nurse").get("/werklijst"))
    assert "Wijziging wacht op keuze" in shown
    assert address(house) in shown
    assert address(house) in page(house.who("nurse").get(f"/clienten/{house.anna.id}"))


def test_the_page_says_what_changes_and_what_can_be_done(house: House) -> None:
    roll_at_home(house, NONE_CAN)
    house.worker(lambda: plan(house, "08:00", "21:00"))
    shown = page(house.who("nurse").get(address(house)))
    assert "Nu gepland om 21:00, op de rol om 20:00" in shown
    assert "Deze dispenser kan geen losse zakjes vasthouden." in shown
    assert "Wat er verder in zit is niet bekend" in shown
    assert "pauzeert om" in shown
    assert shown.count("disabled") == 3  # holding, adding and replacing are not possible here
    assert "ingenomen" not in shown


def test_outsiders_find_nothing_and_a_caregiver_only_looks(house: House) -> None:
    roll_at_home(house, ALL_CAN)
    house.worker(lambda: plan(house, "08:00"))
    for name in ("southerner", "stranger", "operator"):
        assert house.who(name).get(address(house)).status_code == 404
        assert house.who(name).post(address(house) + "/kies", {"choice": "keep"}).status_code == 404
    assert "Vraag de apotheek om akkoord" not in page(house.who("second").get(address(house)))
    assert house.who("second").post(address(house) + "/kies", {"choice": "keep"}).status_code == 404
    assert house.who("pharmacist").get(address(house)).status_code == 200


def test_who_gives_the_rest_is_asked_for_and_nothing_typed_is_lost(house: House) -> None:
    roll_at_home(house, ALL_CAN)
    house.worker(lambda: plan(house, "08:00", "21:00"))
    answer = house.who("nurse").post(
        address(house) + "/kies", {"choice": "hold", "because": "arts belde", "who-0": "Riet"}
    )
    assert answer.status_code == 422
    shown = page(answer)
    assert "Vul bij elk moment in wie geeft wat er verder in zit." in shown
    assert 'value="arts belde"' in shown
    assert 'value="Riet"' in shown
    good = {"choice": "hold", "because": "arts belde", "who-0": "Riet", "who-all": "Piet"}
    assert house.who("nurse").post(address(house) + "/kies", good).status_code == 302
    assert the(house).state == "chosen"
    assert sorted(the(house).others_by.values()) == ["Piet", "Riet"]
    assert "wacht op de apotheek" in page(house.who("nurse").get(address(house))).lower()


def test_taking_out_is_counted_by_a_named_person(house: House) -> None:
    roll_at_home(house, NONE_CAN)
    house.worker(lambda: plan(house, "08:00"))
    chosen = {"choice": "take_out", "carried_out_by": "Joop"}
    assert house.who("nurse").post(address(house) + "/kies", chosen).status_code == 302
    assert (
        house.who("second").post(address(house) + "/eruit", {"by": "Joop", "count": "2"}).status_code == 422
    )
    agree(house)
    shown = page(house.who("second").get(address(house)))
    assert "Het gaat om 2 zakjes." in shown
    assert (
        house.who("second").post(address(house) + "/eruit", {"by": "Joop", "count": "1"}).status_code == 422
    )
    assert (
        house.who("second").post(address(house) + "/eruit", {"by": "Joop", "count": "2"}).status_code == 302
    )
    assert (the(house).state, the(house).removed_count) == ("carried_out", 2)
    said = sorted((each[3], each[2]) for each in log(house) if each[1] == "change")
    assert said == [
        ("chose take_out", "ok"), ("taken out", "refused"), ("taken out", "refused"), ("taken out 2", "ok"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_speaks_both_languages(house: House, language: str) -> None:
    roll_at_home(house, ALL_CAN)
    house.worker(lambda: plan(house, "08:00"))
    browser = house.who("nurse")
    browser.cookies["reik_taal"] = language
    shown = page(browser.get(address(house)))
    assert ("Wat gebeurt ermee?" in shown) == (language == "nl")
