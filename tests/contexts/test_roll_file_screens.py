"""A packer's file on the screen: looked at, linked, registered; for whom one may see, and logged (R15 to R23)."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from reik.medication.models import Roll
from reik.medication.rolls.check import Refusal
from reik.web.work.content_words import content_words
from reik.web.work.roll_words import file_words, place_words, registering_words
from reik.web.work.words import refusal_words
from tests.contexts import work_house as work
from tests.contexts.work_house import House

FILE = Path(__file__).parents[1] / "adapters" / "rolls" / "voorbeeld.csv"
MULTI = FILE.with_name("multidose.xml")

town = pytest.fixture(work.house.__wrapped__)


@pytest.fixture
def house(town: House) -> House:
    """Anna's schedule is confirmed; nobody has linked the packer's number yet."""
    work.confirmed(town)
    return town


def upload(
    house: House,
    who: str = "nurse",
    *,
    data: bytes = b"",
    mapping: str = "voorbeeld-csv",
    at: str = "",
    **more: Any,
) -> Any:
    address = at or f"/clienten/{house.anna.id}/rollen/bestand"
    file = SimpleUploadedFile("rol.csv", data or FILE.read_bytes())
    return house.who(who).post(address, {"mapping": mapping, "file": file, "act": "look"} | more)


def again(house: House, answer: Any, who: str = "nurse", *, at: str = "", **more: str) -> Any:
    """The second form of the page, as a browser sends it."""
    text = answer.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    hidden.pop("csrfmiddlewaretoken", None)
    return house.who(who).post(at or f"/clienten/{house.anna.id}/rollen/bestand", hidden | more)


def rolls(house: House) -> list[str]:
    return house.worker(lambda: list(Roll.objects.values_list("number", flat=True)))


def test_a_nurse_looks_links_and_registers(house: House) -> None:
    seen = upload(house)
    text = seen.content.decode()
    assert seen.status_code == 422
    assert "Geen cliënt heeft het nummer van de inpakker" in text
    assert "A. Voorbeeld, 03-02-1950, K-1001" in text
    linked = again(house, seen, link="1", act="look")
    text = linked.content.decode()
    assert linked.status_code == 200, text
    assert "Registreer 1 rol" in text
    assert "0,5 Furosemide tablet 40mg" in text
    assert "voorloop, leeg" in text
    assert "1 verschil met het plan" in text
    assert "wo 25 november 08:00: 2 gepland, 1 op de rol." in text
    assert rolls(house) == []
    done = again(house, linked, link="1", act="take")
    assert done.status_code == 302
    assert rolls(house) == ["26-0418"]
    page = house.who("nurse").get(done["Location"]).content.decode()
    assert "1 Metoprolol tablet 50mg, 0.5 Furosemide tablet 40mg" in page
    assert "is al geregistreerd" in upload(house).content.decode()


def test_every_look_and_every_act_stands_in_the_log(house: House) -> None:
    linked = again(house, upload(house), link="1", act="look")
    again(house, linked, link="1", act="take")
    logged = [row for row in work.log(house) if row[1] == "roll" or row[3] == "roll file"]
    assert ("view", "client", "ok", "roll file") in logged
    assert logged.count(("create", "roll", "ok", "registered from file")) == 1


@pytest.mark.parametrize("who", ["southerner", "stranger", "operator"])
def test_who_may_not_see_the_client_may_not_bring_a_roll(house: House, who: str) -> None:
    assert upload(house, who).status_code in (403, 404)
    text = upload(house, who, at="/werklijst/rollen").content.decode()
    assert "Anna" not in text
    assert rolls(house) == []


def test_a_roll_of_somebody_else_is_refused_on_a_clients_page(house: House) -> None:
    again(house, upload(house), link="1", act="take")
    other = f"/clienten/{house.south.id}/rollen/bestand"
    answer = upload(house, "southerner", at=other)
    assert answer.status_code == 422
    assert "Anna" not in answer.content.decode()


def test_the_pharmacist_reads_in_the_rolls_of_several_clients(house: House) -> None:
    again(house, upload(house), link="1", act="take")
    answer = upload(
        house, "pharmacist", data=MULTI.read_bytes(), mapping="multidose-be", at="/werklijst/rollen"
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Rol 202611000017-P-77" in text
    assert "regel 31, Adm" in text
    assert "De tijd is niet te lezen als %H:%M." in text
    seen = upload(house, "pharmacist", at="/werklijst/rollen")
    assert "is al geregistreerd" in seen.content.decode()


@pytest.mark.parametrize(
    ("data", "mapping", "said"),
    [
        (b"\xff\xfe\x00", "json", "De tekens zijn niet te lezen"),
        (b"{", "json", "Dit is geen rol in het formaat van Reik"),
        (b"<a>", "multidose-be", "Dit is geen heel XML-bestand"),
        (b"a;b\n1;2\n", "voorbeeld-csv", "De kolommen kloppen niet"),
        (b"x", "../../secret", "Kies het bestandsformaat van de inpakker."),
        (b"x" * 1_000_001, "voorbeeld-csv", "groter dan 1 MB"),
    ],
)  # fmt: skip
def test_another_file_is_told_in_a_sentence(house: House, data: bytes, mapping: str, said: str) -> None:
    answer = upload(house, data=data, mapping=mapping)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert rolls(house) == []


@pytest.mark.parametrize(
    "body", ["", "%%%", "AAAA", base64.b64encode(zlib.compress(b"x" * 9_000_000)).decode()]
)
def test_what_is_carried_along_is_bounded_and_read_again(house: House, body: str) -> None:
    answer = house.who("nurse").post(
        f"/clienten/{house.anna.id}/rollen/bestand", {"body": body, "mapping": "voorbeeld-csv", "act": "take"}
    )
    assert answer.status_code == 422
    assert "Kies een bestand." in answer.content.decode()


def test_every_refusal_has_its_words() -> None:
    """In Dutch: what medication and the formats say in English comes back in other words."""
    for code in (
        "date",
        "time",
        "amount",
        "number",
        "kind",
        "columns",
        "encoding",
        "differs",
        "no_contents",
        "filled",
    ):
        assert file_words(code, "It cannot be read as %H:%M.") != "It cannot be read as %H:%M."
    assert file_words("unheard", "Of.") == "Of."
    assert "5" in file_words("count", "The packer counts 5 sachets with a dose; the file has 4.")
    assert place_words("line 3 column 4, roll 2") == "regel 3 kolom 4, rol 2"
    assert registering_words("past_period", "Over.") == refusal_words(Refusal("past_period", "Over."))


def test_differences_of_contents_have_their_words() -> None:
    with translation.override("nl"):
        _contents_have_their_words()


def _contents_have_their_words() -> None:
    assert content_words("24-11-2026 08:00: 1 × A, B is in sachet 1, 2 and not agreed then.") == (
        "di 24 november 08:00: 1 × A, B zit in zakje 1, 2 en is dan niet afgesproken."
    )
    assert content_words("24-11-2026 08:00: 0.5 × A is agreed and not in sachet 4.") == (
        "di 24 november 08:00: 0,5 × A is afgesproken en zit niet in zakje 4."
    )
    assert content_words("24-11-2026 08:00: of A 1.5 is agreed and 3 in sachet 1.") == (
        "di 24 november 08:00: van A is 1,5 afgesproken, en er zit 3 in zakje 1."
    )
    assert content_words("24-11-2026 08:00: 2 planned, none on the roll.") == ""
