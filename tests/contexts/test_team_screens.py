"""The team's day: who sees it, what it says, what is written down, and that it stays fast (rules 10 and 11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from reik.alerting.models import Alert
from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, statements


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, team in (("A. de Boer", made.north), ("B. Bakker", made.north), ("Z. Zuid", made.south)):
        made.move_in(name, team)
    made.misses("A. de Boer")
    made.takes_out("B. Bakker")
    for name in made.voices:
        made.breathes(name)
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def the_alert(town: Town) -> Alert:
    with as_worker():
        return Alert.objects.get(client_id=town.id("A. de Boer"))


def test_the_board_opens_with_how_it_is_and_puts_what_deviates_on_top(town: Town, visits: Visits) -> None:
    page = visits.text("nurse", "/team")
    assert "2 cliënten." in page
    assert "1 vraagt nu iets" in page
    assert "Z. Zuid" not in page
    assert page.index("A. de Boer") < page.index("B. Bakker")
    assert f'id="c-{town.id("A. de Boer")}" class="hot"' in page
    assert "niet uit</a>" in page
    assert "tel:0535550142" in page
    assert "ingenomen" not in page


def test_a_silent_dispenser_is_violet_and_never_well(town: Town, visits: Visits) -> None:
    """R37, N7."""
    with as_worker():
        Dispenser.objects.filter(id=town.voices["B. Bakker"].id).update(
            heard_at=town.now - timedelta(minutes=38)
        )
    page = visits.text("nurse", "/team")
    assert "stil 38 min" in page
    assert "B. Bakker: dispenser is stil" in page


def test_other_roles_and_other_teams_find_nothing(town: Town, visits: Visits) -> None:
    for who in ("operator", "pharmacist", "daughter"):
        assert visits.by(who).get("/team").status_code == 404, who
    assert visits.by("nurse").get(f"/team?team={town.south.id}").status_code == 404
    assert ("refused", "team", "not found") in {each[:3] for each in logged()}
    assert "A. de Boer" not in visits.text("stranger", "/team")


def test_an_alert_is_not_there_for_another_team_and_that_is_written_down(town: Town, visits: Visits) -> None:
    alert = the_alert(town)
    assert visits.by("southerner").get(f"/team/melding/{alert.id}").status_code == 404
    assert visits.by("southerner").post(f"/team/melding/{alert.id}/oppakken").status_code == 404
    assert [each[:3] for each in logged()] == [("refused", "alert", "not found")] * 2
    assert the_alert(town).state == "open"


def test_a_team_takes_an_alert_says_how_it_went_and_takes_it_back(town: Town, visits: Visits) -> None:
    """R47, R49."""
    address = f"/team/melding/{the_alert(town).id}"
    nurse = visits.by("nurse")
    assert "Wie is gevraagd" in visits.text("nurse", address)
    assert nurse.post(f"{address}/oppakken").status_code == 302
    assert "U regelt het" in visits.text("nurse", address)
    assert the_alert(town).accepted_role == "team"

    lacking = nurse.post(
        f"{address}/uitkomst", {"uitkomst": "out_at_visit", "hoe": "phone", "notitie": "bij de buren"}
    )
    assert lacking.status_code == 422
    assert "kan niet na bellen" in lacking.content.decode()
    assert "bij de buren" in lacking.content.decode()
    assert the_alert(town).state == "accepted"

    said = {"uitkomst": "out_at_visit", "hoe": "visit", "oorzaak": "asleep"}
    assert nurse.post(f"{address}/uitkomst", said).status_code == 302
    closed = the_alert(town)
    assert (closed.state, closed.closed_as, closed.closed_cause, closed.remote) == (
        "closed",
        "out_at_visit",
        "asleep",
        False,
    )

    assert nurse.post(f"{address}/ongedaan").status_code == 302
    assert the_alert(town).state == "accepted"
    assert [each[0] for each in logged()].count("change") == 3


def test_what_cannot_be_any_more_is_said_with_how_it_is_now(town: Town, visits: Visits) -> None:
    address = f"/team/melding/{the_alert(town).id}"
    answer = visits.by("nurse").post(f"{address}/teruggeven")
    assert answer.status_code == 409
    assert "de melding is intussen veranderd" in answer.content.decode()


def test_the_emergency_list_has_numbers_and_times_and_is_logged_as_print(town: Town, visits: Visits) -> None:
    page = visits.text("nurse", "/team/noodlijst")
    for said in (
        "A. de Boer",
        "053 555 01 42",
        "Voorbeeldstraat 1, Borne",
        "06 555 01 07",
        "daarna overleg eerst",
    ):
        assert said in page
    assert "Geldig tot" in page
    assert "Z. Zuid" not in page
    assert logged()[0][:4] == ("print", "client", "ok", 2)


def test_a_live_refresh_is_the_board_alone_and_no_new_row(town: Town, visits: Visits) -> None:
    visits.text("nurse", "/team")
    part = visits.text("nurse", "/team", **{"hx-request": "true", "x-reik-refresh": "1"})
    assert part.lstrip().startswith('<div id="team-live"')
    assert [each[:4] for each in logged()] == [("view", "client", "ok", 2)]


def test_the_number_of_statements_does_not_grow_with_the_team(town: Town, visits: Visits) -> None:
    few = {each: statements(partial(visits.text, "nurse", each)) for each in ("/team", "/team/noodlijst")}
    with as_worker():
        for number in range(12):
            name = f"C. Cliënt{number}"
            town.move_in(name, town.north)
            if number % 2:
                town.misses(name)
    for address, before in few.items():
        assert statements(partial(visits.text, "nurse", address)) <= before, address
    assert few["/team"] <= 30
