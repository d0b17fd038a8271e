"""Network, supplier and region of dispensers as one CSV: shown first, written on a yes, read back without change."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from reik.dispensing.devices import shares_list
from reik.dispensing.devices.enrolment import enrol
from reik.dispensing.devices.shares import Shares
from reik.dispensing.devices.shares_list import ListRefused, read
from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ADDRESS = "/werklijst/dispensers"
HERS, OTHERS = ("REIK-00000", "REIK-00001"), "REIK-00002"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = found_town(now, monkeypatch)
    for name in ("Anna Bos", "Bep Smit", "Frits Bij"):
        town.move_in(name, town.south if name == "Frits Bij" else town.north)
    enrol(organisation_id=town.care.id, device="REIK-BOX", now=now)
    Dispenser.objects.filter(device=HERS[1]).update(network="KPN", supplier="=Medido", region="postcode 75")
    become(Role.WEB)
    return town


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


def given(visits: Visits, text: str, who: str = "nurse") -> HttpResponse:
    file = SimpleUploadedFile("lijst.csv", text.encode(), "text/csv")
    answer: HttpResponse = visits.by(who).post(ADDRESS, {"file": file})
    return answer


def yes(visits: Visits, text: str) -> str:
    return visits.by("nurse").post(ADDRESS, {"ja": "1", "tekst": text})["Location"]  # type: ignore[no-any-return]


def known(device: str) -> tuple[str, str, str]:
    with as_worker():
        return Dispenser.objects.values_list("network", "supplier", "region").get(device=device)


LIST = (
    "Dispenser;Netwerk;Leverancier;Regio\n"
    "reik-00000;kpn;Medido;postcode 75\n"  # in the spelling that is in use
    f"{OTHERS};KPN;;\n"  # of a client of another team
    "REIK-9;KPN;;\n"
    ";KPN;;\n"
    f"REIK-BOX;{'x' * 61};;\n"
    "REIK-00000;Odido;;\n"
    "\n"
    f"{HERS[1]};KPN;'=Medido;postcode 75\n"
)


def test_it_is_shown_first_and_the_good_lines_are_written_on_a_yes(town: Town, visits: Visits) -> None:
    shown = given(visits, LIST).content.decode()
    assert "1 regel zegt wat er al staat." in shown
    assert "5 regels doen niet mee:" in shown
    for number, why in (
        (3, "niet bekend"),
        (4, "niet bekend"),
        (5, "ontbreekt"),
        (6, "60 letters"),
        (7, "al eerder"),
    ):
        assert any(f"regel {number}: " in part and why in part for part in shown.split("<li>")), number
    assert known(HERS[0]) == ("", "", ""), "nothing without a yes"
    assert yes(visits, LIST).endswith("klaar=1")
    assert known(HERS[0]) == ("KPN", "Medido", "postcode 75")
    assert known(OTHERS) == ("", "", "")
    assert [row[:4] for row in logged() if "list" in row[5]] == [("change", "dispenser", "ok", 1)]
    assert yes(visits, LIST).endswith("klaar=0"), "the same file twice changes nothing"
    assert "Er is niets te wijzigen." in given(visits, LIST).content.decode()


def test_what_goes_out_comes_in_without_change(town: Town, visits: Visits) -> None:
    out = visits.by("nurse").get(f"{ADDRESS}.csv").content.decode("utf-8-sig")
    assert out.splitlines() == [
        "dispenser;netwerk;leverancier;regio", "REIK-00000;;;", f"{HERS[1]};KPN;'=Medido;postcode 75", "REIK-BOX;;;",
    ]  # fmt: skip
    shown = given(visits, out).content.decode()
    assert "3 regels zeggen wat er al staat." in shown
    assert "Er is niets te wijzigen." in shown
    assert ("export", "dispenser", "ok", 3) in [row[:4] for row in logged()]


def test_an_empty_cell_empties_and_a_missing_column_leaves_alone(town: Town, visits: Visits) -> None:
    yes(visits, f"dispenser,network\n{HERS[1]},\n")
    assert known(HERS[1]) == ("", "=Medido", "postcode 75")


@pytest.mark.parametrize(
    ("text", "code"),
    [("a;b\n1;2\n", "columns"), ("dispenser\nR\n", "columns"), ("dispenser;regio\n\n", "nothing")],
)
def test_what_is_no_list_is_refused(text: str, code: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read(text)
    assert refused.value.code == code


def test_who_may_not_finds_no_page(town: Town, visits: Visits) -> None:
    for who in ("operator", "pharmacist", "daughter"):
        for address in (ADDRESS, f"{ADDRESS}.csv"):
            assert visits.by(who).get(address).status_code == 404
    assert visits.by("nurse").post(ADDRESS, {}).status_code == 422
    assert "REIK-00000" not in visits.text("stranger", f"{ADDRESS}.csv")


def test_a_name_that_is_new_is_spelled_as_it_comes_first(database: str, now: datetime) -> None:
    people = cast.gather(now)
    cast.many_homes(people.zorg, 2, now)
    devices = sorted(Dispenser.objects.values_list("device", flat=True))
    clients = list(Dispenser.objects.values_list("client_id", flat=True))
    lines = read(f"device;network\n{devices[0]};Vodafone\n{devices[1]};VODAFONE\n")
    shares_list.take(lines, people.zorg.id, clients)
    assert [each for *_, each in shares_list.listed(people.zorg.id, clients)] == [
        Shares(network="Vodafone")
    ] * 2
