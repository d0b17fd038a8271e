"""A client's file and the list of clients: who may see them, what they say, what is written down (rules 10 and 11)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from reik.medication.agreed.agreements import (
    Agreement,
    Amount,
    AsNeeded,
    Block,
    Dosage,
    Period,
    Product,
    Timing,
)
from reik.medication.operations import agreements_received
from reik.people.operations import register_client, sort_key
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, statements


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in("A. (Annie) de Boer", made.north)
    made.move_in("B. Averink", made.north)
    made.move_in("Z. Zuid", made.south)
    made.takes_out("A. (Annie) de Boer")
    made.breathes("A. (Annie) de Boer")
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


ANNIE = "A. (Annie) de Boer"


def test_the_list_is_in_dutch_order_and_shows_whom_one_may_see(town: Town, visits: Visits) -> None:
    nurse = visits.text("nurse", "/clienten")
    assert nurse.index("B. Averink") < nurse.index(ANNIE)
    assert "Z. Zuid" not in nurse
    for who in ("operator", "pharmacist"):
        assert "Z. Zuid" in visits.text(who, "/clienten")
    assert "Averink" not in visits.text("stranger", "/clienten")
    assert visits.by("daughter").get("/clienten").status_code == 404


def test_a_nickname_is_no_part_of_the_order() -> None:
    assert sort_key("A. (Annie) de Boer") == sort_key("A. de Boer") == "boer de a."


def test_one_searches_by_name_without_accents_and_by_birth_date(town: Town, visits: Visits) -> None:
    with as_worker():
        register_client(
            organisation_id=town.care.id, name="M. Yıldız-Çelik", now=town.now, birth_date=date(1944, 10, 2)
        )
    assert "Averink" not in visits.text("nurse", "/clienten?zoek=boer")
    assert "Çelik" in visits.text("nurse", "/clienten?zoek=celik")
    assert "Çelik" in visits.text("nurse", "/clienten?zoek=2-10-1944")
    assert "Niemand gevonden" in visits.text("nurse", "/clienten?zoek=31-02-1940")
    assert {(each[0], each[5]) for each in logged()} == {("search", "clients")}


def test_her_file_says_what_is_known_and_no_more(town: Town, visits: Visits) -> None:
    page = visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    assert "1 van 1 momenten uitgenomen" in page
    assert "zakje uit het bakje gepakt" in page
    assert "inhoud niet bekend" in page
    assert "daarna overleg eerst" in page
    assert "wij weten niet wat er buiten de rol is" in page
    assert "Dit is de standaard van de organisatie" in page
    assert "ingenomen" not in page
    assert "%" not in page.split('class="counts"')[1].split("</div>")[0]


def test_what_is_outside_the_roll_is_said_as_the_pharmacy_wrote_it(town: Town, visits: Visits) -> None:
    """R5: beside the roll, as needed, and what could not be planned with the reason."""
    with as_worker():
        need = Dosage(as_needed=AsNeeded(criteria=("bij pijn",)), dose=Amount(value=Decimal(2), unit="stuk"))
        agreements_received(
            organisation_id=town.care.id, client_id=town.id(ANNIE), message_id="m1", now=town.now,
            agreements=[
                agreed("TA1", "Tablet in de rol", "08:00"), agreed("TA2", "Oogdruppels", "21:00", packable=False),
                agreed("TA3", "Pijnstiller", dosages=(need,)), agreed("TA4", "Zalf"),
            ],
        )  # fmt: skip
    page = visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    assert "Tablet in de rol" in page.split('id="schema-h"')[1].split("</section>")[0]
    outside = page.split('id="buiten-h"')[1].split("</section>")[0]
    for said in ("Oogdruppels", "21:00", "Pijnstiller", "bij pijn", "Zalf", "er staat geen tijd bij"):
        assert said in outside, said
    assert "Tablet in de rol" not in outside


def agreed(id: str, name: str, *times: str, packable: bool = True, **more: Any) -> Agreement:
    timing = Timing(repeats=True, times=times, period=Decimal(1), unit="d") if times else Timing()
    dosage = Dosage(timing=timing, dose=Amount(value=Decimal(1), unit="stuk"))
    given: dict[str, Any] = {
        "dosages": (dosage,),
        "period": Period(start="2026-11-01"),
        "treatment": f"M-{id}",
    }
    return Agreement(
        block=Block.TA, id=id, registered="2026-11-01T10:00:00+01:00",
        product=Product(code="1", display=name), packable=packable, **(given | more),
    )  # fmt: skip


def test_unknown_is_counted_apart_and_in_no_fraction(town: Town, visits: Visits) -> None:
    """R72, N7."""
    with as_worker():
        cast.look(town.now)
    page = visits.text("nurse", f"/clienten/{town.id('B. Averink')}")
    assert "Nog geen moment met een bekende afloop" in page
    assert "Niet bekend, in geen van beide getallen:" in page


def test_a_dispenser_that_knows_only_its_button_says_no_more(town: Town, visits: Visits) -> None:
    """R26."""
    with as_worker():
        Dispenser.objects.filter(id=town.voices[ANNIE].id).update(evidence="pressed")
    page = visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    assert "betekent bij deze dispenser: op OK gedrukt, zakje uitgegeven" in page
    assert "1 van 1 momenten: op OK gedrukt, zakje uitgegeven" in page
    assert ": op OK gedrukt" in page


def test_outsiders_find_nothing_and_that_is_written_down(town: Town, visits: Visits) -> None:
    for who in ("southerner", "stranger"):
        for more in ("", "/tijdlijn"):
            assert visits.by(who).get(f"/clienten/{town.id(ANNIE)}{more}").status_code == 404
    assert [each[:3] for each in logged()] == [("refused", "client", "not found")] * 4
    assert visits.by("daughter").get(f"/clienten/{town.id(ANNIE)}").status_code == 404


def test_links_and_carers_are_for_roles_that_may(town: Town, visits: Visits) -> None:
    address = f"/clienten/{town.id(ANNIE)}"
    nurse, operator, pharmacist = (visits.text(who, address) for who in ("nurse", "operator", "pharmacist"))
    assert f"{address}/schema" in nurse
    assert f"{address}/schema" in pharmacist
    assert f"{address}/schema" not in operator
    assert "06 555 01 07" in operator
    assert "06 555 01 07" not in pharmacist
    assert "/dispenser/" not in nurse  # no demo


@pytest.mark.parametrize(("who", "fewest"), [("nurse", 12), ("pharmacist", 6)])
def test_every_way_on_from_her_file_opens_for_whom_it_is_shown(
    town: Town, visits: Visits, who: str, fewest: int
) -> None:
    ways = re.search(
        r'<nav class="card ways".*?</nav>', visits.text(who, f"/clienten/{town.id(ANNIE)}"), re.S
    )
    assert ways
    doors = re.findall(r'<a href="([^"]+)"', ways[0])
    assert len(doors) >= fewest
    for door in doors:
        assert visits.by(who).get(door).status_code in (200, 302), door


def test_the_timeline_is_filtered_and_paged_and_logged(town: Town, visits: Visits) -> None:
    with as_worker():
        town.misses("B. Averink")
    address = f"/clienten/{town.id('B. Averink')}/tijdlijn"
    whole = visits.text("nurse", address)
    assert "Melding:" in whole
    assert "niet uitgenomen" in whole
    assert "Melding:" not in visits.text("nurse", f"{address}?soort=momenten")
    before = (town.now - timedelta(days=7)).isoformat()
    assert "In deze dagen is hier niets van" in visits.text(
        "nurse", f"{address}?tot={before.replace('+', '%2B')}"
    )
    assert visits.by("nurse").get(f"{address}?tot=nonsense").status_code == 200
    assert {each[0] for each in logged()} == {"view"}


def missed_before(town: Town, first: int, last: int) -> None:
    """Moments of the days before that were not taken out, each with an alert."""
    voice = town.voices[ANNIE]
    for number in range(first, last):
        due = town.now - timedelta(days=1, hours=number)
        cast.plan(voice, f"old-{number}", due, now=due - timedelta(hours=1))
        at = due + timedelta(minutes=31)
        cast.tell(voice, voice.closed(f"old-{number}", "not_taken_out", at), at=at)


def test_the_number_of_statements_does_not_grow(town: Town, visits: Visits) -> None:
    pages = ("/clienten", f"/clienten/{town.id(ANNIE)}", f"/clienten/{town.id(ANNIE)}/tijdlijn")
    with as_worker():
        missed_before(town, 0, 1)
    few = {each: statements(partial(visits.text, "nurse", each)) for each in pages}
    with as_worker():
        missed_before(town, 1, 12)
        for number in range(12):
            town.move_in(f"C. Cliënt{number}", town.north)
    for address, before in few.items():
        assert statements(partial(visits.text, "nurse", address)) <= before, address
    assert max(few.values()) <= 45
