"""The screens of a roll's life: chain, next step, count, arrangement, what runs out, recall (R17 to R21, N6)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reik.medication.models import Roll, RollArrangement, RollStep, RollSupply
from reik.medication.operations import tell_rolls_due
from reik.medication.rolls.custody import Step
from reik.medication.rolls.life import take_step
from reik.medication.rolls.recall import recall_rolls
from reik.medication.rolls.steps import Hand
from tests import cast
from tests.contexts.rolls.rolls_of import LINES as TIMES
from tests.contexts.rolls.rolls_of import register, schedule
from tests.contexts.work_house import House, house  # noqa: F401 - a fixture

HOUR = timedelta(hours=1)


@pytest.fixture
def rolled(house: House) -> tuple[House, str, object]:  # noqa: F811
    """Anna with a dispenser, a schedule and a registered roll of seven days; gives the roll's address."""

    def make():
        voice = cast.beside(house.anna, "ANNA-1", house.now)
        schedule(voice, house.now, *TIMES)
        return voice, register(voice, house.now)

    voice, id = house.worker(make)
    return house, f"/clienten/{house.anna.id}/rollen/{id}", voice


def text(answer) -> str:
    """What the page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def test_to_the_neighbours_received_loaded_and_counted(rolled):
    """The nurse sees one next step at a time, and who did what when."""
    home, page, _voice = rolled
    nurse = home.who("nurse")
    shown = text(nurse.get(page))
    assert "Wie nam de rol aan?" in shown
    assert "Wij weten niet of deze rol in deze dispenser past." in shown
    nurse.post(page + "/bezorgen", {"to_whom": "neighbour", "place": "nummer 3"})
    assert home.worker(lambda: Roll.objects.get(number="26-0418").state) == "registered"
    shown = text(nurse.get(page))
    assert "De rol is bij de cliënt" in shown
    assert "bij de buren · nummer 3" in shown
    nurse.post(page + "/stap", {"step": "received"})
    assert home.worker(lambda: Roll.objects.get(number="26-0418").state) == "delivered"
    nurse.post(page + "/laden", {"first": "1", "last": "21", "count": "21"})
    shown = text(nurse.get(page))
    assert "In de dispenser gelegd" in shown
    assert "Wisselen kan van" in shown
    nurse.post(page + "/stap", {"step": "taken_out"})
    refused = nurse.post(page + "/stap", {"step": "counted", "count": "veel"})
    assert refused.status_code == 422
    assert "Vul in hoeveel zakjes u telde" in text(refused)
    nurse.post(page + "/stap", {"step": "counted", "count": "20"})
    assert "Wat over is, is meegegeven" in text(nurse.get(page))
    nurse.post(page + "/stap", {"step": "handed_back", "place": "bezorger"})
    pharmacist = home.who("pharmacist")
    assert "Tel wat terugkwam" in text(pharmacist.get(page))
    pharmacist.post(page + "/stap", {"step": "returned", "count": "19"})
    shown = text(pharmacist.get(page))
    assert "verwacht: 20" in shown
    assert "Niet vastgelegd: Ingepakt, Nagekeken" in shown
    steps = home.worker(lambda: list(RollStep.objects.order_by("number").values_list("step", "role")))
    assert steps == [
        ("delivered", "nurse"), ("received", "nurse"), ("loaded", "nurse"), ("taken_out", "nurse"),
        ("counted", "nurse"), ("handed_back", "nurse"), ("returned", "pharmacist"),
    ]  # fmt: skip


def test_only_the_pharmacy_says_that_it_packed_and_checked(rolled):
    home, page, _voice = rolled
    nurse = home.who("nurse")
    assert nurse.post(page + "/stap", {"step": "packed"}).status_code == 404
    assert nurse.post(page + "/stap", {"step": "verzonnen"}).status_code == 404
    pharmacist = home.who("pharmacist")
    pharmacist.post(page + "/stap", {"step": "packed"})
    refused = nurse.post(page + "/bezorgen", {})
    assert refused.status_code == 422
    assert "De apotheek heeft deze rol nog niet nagekeken." in text(refused)
    assert "Iemand anders dan wie de rol inpakte" in text(
        pharmacist.post(page + "/stap", {"step": "checked"})
    )
    assert home.who("southerner").post(page + "/stap", {"step": "received"}).status_code == 404


def test_what_is_agreed_is_kept_with_who_and_what_is_refused_is_not_lost(rolled):
    home, page, _voice = rolled
    rolls, nurse = page.rsplit("/", 1)[0], home.who("nurse")
    form = {
        "delivery": "letterbox", "letterbox": "not_asked", "weeks": "2", "loader_role": "caregiver", "kept": "yes",
        "loader": "Team Noord", "day": "2", "packer": "Inpakker Zuid",
    }  # fmt: skip
    refused = nurse.post(rolls + "/afspraak", form)
    assert refused.status_code == 422
    assert "Door de brievenbus kan pas als iemand zag" in text(refused)
    assert 'value="Inpakker Zuid"' in refused.content.decode()
    assert nurse.post(rolls + "/afspraak", form | {"letterbox": "fits"}).status_code == 302
    row = home.worker(RollArrangement.objects.get)
    assert (row.weeks, row.change_day, row.set_by, row.pharmacy_kept) == (2, 2, "Nurse", True)
    assert "door de brievenbus" in text(nurse.get(rolls))


def test_a_roll_that_runs_out_is_told_and_taken_in_hand(rolled):
    home, page, _voice = rolled
    rolls, nurse = page.rsplit("/", 1)[0], home.who("nurse")
    assert nurse.post(rolls + "/bestelling").status_code == 422
    nurse.post(page + "/bezorgen", {})
    home.now += timedelta(days=4)
    home.worker(lambda: tell_rolls_due(home.now))
    assert "eerste moment zonder zakje" in text(nurse.get(rolls))
    assert "eerste moment zonder zakje" in text(nurse.get(f"/clienten/{home.anna.id}"))
    assert nurse.post(rolls + "/bestelling").status_code == 302
    assert "Nurse regelt het" in text(nurse.get(rolls))
    assert home.worker(RollSupply.objects.get).acknowledged_by == "Nurse"


def test_a_recall_is_the_first_thing_on_the_page_in_both_languages(rolled):
    home, page, voice = rolled
    home.worker(
        lambda: recall_rolls(
            organisation_ids=[voice.organisation_id], numbers=["26-0418"], because="verontreinigd", by="A",
            now=home.now,
        )
    )  # fmt: skip
    nurse = home.who("nurse")
    assert "21 zakjes van deze rol zijn teruggeroepen" in text(nurse.get(page))
    nurse.cookies["reik_taal"] = "en"
    assert "21 sachets of this roll were recalled" in text(nurse.get(page))
    assert "From pharmacy to pharmacy" in text(nurse.get(page))


def test_a_dispensers_word_is_in_the_chain(rolled):
    home, page, voice = rolled

    def load():
        id = Roll.objects.get(number="26-0418").id
        take_step(id, Step.DELIVERED, Hand(by="B", to_whom="client"), home.now)
        loaded = voice.event("roll_loaded", home.now, roll="26-0418", first=1, last=21, count=21, by="device")
        cast.tell(voice, loaded, at=home.now)

    home.worker(load)
    assert "de dispenser · 21 zakjes" in text(home.who("nurse").get(page))
