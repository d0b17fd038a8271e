"""Outages on the screen: whose lines, shared out, ticked off by hand and from paper, within what somebody may see."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.http import HttpResponse

from reik.alerting.models import OutageLine, OutageNote
from reik.alerting.outages.rounds import look_around
from reik.dispensing.models import Dispenser
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.people import presence
from reik.people.rosters.operations import add_member, add_pattern, make_roster
from reik.people.rosters.turns import NewPattern
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

NORTH = ["Anna Bos", "Bep Smit", "Coba Vos", "Dirk Kok", "Els Mol", "Geert Lam", "Huub Dal"]
SOUTH = "Frits Bij"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = found_town(now, monkeypatch)
    for name in [*NORTH, SOUTH]:
        voice = town.move_in(name, town.south if name == SOUTH else town.north)
        town.takes_out(name)
        cast.plan(voice, "soon", now + timedelta(minutes=20), now=now)
    Dispenser.objects.all().update(network="kpn", heard_at=now - timedelta(minutes=9))
    look_around(heard=[now] * 16, received_through=[now] * 16, now=now)
    assert OutageLine.objects.count() == len(NORTH) + 1
    return town


@pytest.fixture
def visits(town: Town, address: str) -> Visits:
    become(Role.WEB)
    return Visits(town)


@pytest.fixture
def address(town: Town) -> str:
    return f"/storing/{OutageLine.objects.values_list('outage_id', flat=True)[0]}"


def post(visits: Visits, who: str, address: str, **values: str) -> HttpResponse:
    answer: HttpResponse = visits.by(who).post(address, values, follow=True)
    return answer


def lines(**of: object) -> list[OutageLine]:
    with as_worker():
        return list(OutageLine.objects.filter(**of).order_by("criticality", "deadline_at", "id"))


def test_the_team_and_the_console_say_it_on_top(town: Town, visits: Visits) -> None:
    for who, page in (("nurse", "/team"), ("operator", "/zorgcentrale")):
        text = visits.text(who, page)
        assert "Storing: netwerk kpn." in text
        assert "Open de lijst" in text
    assert "Van 7 cliënten weet Reik nu niets." in visits.text("nurse", "/team")
    assert "Van 8 cliënten" in visits.text("operator", "/zorgcentrale")
    assert "Storing:" not in visits.text("stranger", "/team")


def test_who_sees_it_sees_her_own_clients_only(town: Town, visits: Visits, address: str) -> None:
    text = visits.text("nurse", address)
    assert "Anna Bos" in text
    assert SOUTH not in text
    assert SOUTH in visits.text("southerner", address)
    assert visits.by("stranger").get(address).status_code == 404
    assert visits.by("daughter").get(address).status_code == 404
    assert any(row[0] == "view" and row[3] == 7 for row in logged())


def test_five_are_taken_and_ticked_off_by_phone(town: Town, visits: Visits, address: str) -> None:
    answer = post(visits, "nurse", f"{address}/neem")
    text = answer.content.decode()
    assert len(lines(owner="nurse")) == 5
    assert "tel:0535550142" in text
    with as_worker():
        assert set(OutageNote.objects.values_list("accepted_by", flat=True)) == {"nurse"}
    first = lines(owner="nurse")[0]
    post(visits, "nurse", f"{address}/vink-af", regel=str(first.id), gevonden="says_out", hoe="phone")
    (done,) = lines(id=first.id)
    assert (done.outcome, done.how, done.outcome_by) == ("says_out", "phone", "nurse")
    assert any(row[0] == "change" and "ticked off" in row[5] for row in logged())


def test_nobody_ticks_off_what_she_may_not_see(town: Town, visits: Visits, address: str) -> None:
    (other,) = lines(client_id=town.id(SOUTH))
    post(visits, "nurse", f"{address}/vink-af", regel=str(other.id), gevonden="says_out", hoe="phone")
    assert lines(id=other.id)[0].outcome == ""
    assert post(visits, "stranger", f"{address}/neem").status_code == 404


def test_that_it_was_seen_is_said_by_who_was_there(town: Town, visits: Visits, address: str) -> None:
    first = lines()[0]
    answer = post(
        visits, "nurse", f"{address}/vink-af", regel=str(first.id), gevonden="out_seen", hoe="phone"
    )
    assert "Dat zegt alleen wie erbij was" in answer.content.decode()
    assert lines(id=first.id)[0].outcome == ""


def test_handing_over_goes_to_a_colleague_of_the_same_team(town: Town, visits: Visits, address: str) -> None:
    post(visits, "nurse", f"{address}/neem")
    text = visits.text("nurse", address)
    assert str(town.accounts["southerner"].id) not in text
    answer = post(visits, "nurse", f"{address}/draag-over", aan=str(town.accounts["southerner"].id))
    assert "Kies aan welke collega" in answer.content.decode()
    post(visits, "nurse", f"{address}/geef-terug")
    assert not lines(owner="nurse")


def test_the_round_is_a_pdf_and_its_printing_is_logged(town: Town, visits: Visits, address: str) -> None:
    answer = visits.by("nurse").get(f"{address}/ronde.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert any(row[0] == "print" and row[3] == 7 for row in logged())


def test_what_was_written_on_paper_is_entered_at_once(town: Town, visits: Visits, address: str) -> None:
    first, second, third = lines(organisation=town.care, client__team=town.north)[:3]
    typed = {
        f"v-{first.id}": "out_seen", f"t-{first.id}": "07:55", f"v-{second.id}": "says_out", "hoe": "round",
    }  # fmt: skip
    post(visits, "nurse", f"{address}/papier?van=open", **typed)
    (one,), (two,), (rest,) = lines(id=first.id), lines(id=second.id), lines(id=third.id)
    assert (one.outcome, one.how, one.outcome_at) == ("out_seen", "round", town.now - timedelta(minutes=5))
    assert (two.outcome, two.how) == ("says_out", "round")
    assert rest.outcome == ""
    wrong = visits.by("nurse").post(
        f"{address}/papier?van=open", {f"v-{third.id}": "away", f"t-{third.id}": "x"}
    )
    assert wrong.status_code == 422
    assert f"Regel {third.id.hex[-4:].upper()}: schrijf de tijd als 14:05." in wrong.content.decode()


def test_the_report_tells_what_became_of_it(town: Town, visits: Visits, address: str) -> None:
    first = lines(client__team=town.north)[0]
    post(visits, "nurse", f"{address}/vink-af", regel=str(first.id), gevonden="given_by_hand", hoe="round")
    text = visits.text("nurse", f"{address}/verslag")
    assert "met de hand gegeven" in text
    assert "8 van 8" in text
    assert "niemand heeft het aangenomen" in text
    assert "ingenomen" not in text


def test_a_tick_is_taken_back_on_the_page_for_a_minute(
    town: Town, visits: Visits, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(visits, "nurse", f"{address}/neem")
    first, other = lines(owner="nurse")[:2]
    for line, found in ((first, "says_out"), (other, "not_reached")):
        post(visits, "nurse", f"{address}/vink-af", regel=str(line.id), gevonden=found, hoe="phone")
    text = visits.text("nurse", address)
    assert "Net afgevinkt" in text
    assert "Er is al iemand gewaarschuwd" in text
    assert "Net afgevinkt" not in visits.text("operator", address)
    refused = post(visits, "operator", f"{address}/draai-terug", regel=str(first.id))
    assert "door wie het zei" in refused.content.decode()
    assert lines(id=first.id)[0].outcome == "says_out"
    post(visits, "nurse", f"{address}/draai-terug", regel=str(first.id))
    assert (lines(id=first.id)[0].outcome, lines(id=first.id)[0].owner) == ("", "nurse")
    assert any("tick undone" in row[5] for row in logged())
    assert "Teruggedraaid" in visits.text("nurse", f"{address}/verslag")
    monkeypatch.setattr(clock, "now", lambda: town.now + timedelta(seconds=61))
    assert (
        "door wie het zei"
        in post(visits, "nurse", f"{address}/draai-terug", regel=str(other.id)).content.decode()
    )
    assert visits.by("nurse").post(f"{address}/draai-terug", {"regel": "x"}).status_code == 404


def test_the_centre_takes_lines_of_the_care_organisation_and_hands_them_over_within_the_centre(
    town: Town, visits: Visits, address: str
) -> None:
    with as_worker():
        centre = town.accounts["operator"].organisation_id
        second = open_account(
            organisation_id=centre, username="second", display_name="second", role="operator", now=town.now
        )
        town.accounts["second"] = second
    post(visits, "operator", f"{address}/neem")
    with as_worker():  # the centre heard it; three lines are the teams' still, and the teams are told on
        answered = dict(OutageNote.objects.values_list("responder", "accepted_by"))
    assert set(answered.values()) == {"", "operator, Centrale"}
    taken = lines(owner="operator, Centrale")
    assert len(taken) == 5
    assert {each.organisation_id for each in taken} == {town.care.id}
    assert any(row[4] == "operator" and row[3] == 5 and "taken" in row[5] for row in logged())
    assert "operator, Centrale" in visits.text("nurse", address)  # the team reads who has them
    post(visits, "operator", f"{address}/draag-over", aan=str(town.accounts["nurse"].id))
    assert not lines(owner="nurse")
    post(visits, "operator", f"{address}/draag-over", aan=str(second.id))
    post(visits, "second", f"{address}/neem")
    with as_worker():
        assert not OutageNote.objects.filter(accepted_at=None).exists()
    assert len(lines(owner="second, Centrale", owner_id=second.id)) == 8
    post(visits, "second", f"{address}/vink-af", regel=str(taken[0].id), gevonden="refuses", hoe="phone")
    assert lines(id=taken[0].id)[0].outcome == ""  # that is for the care team, whom an alert tells
    post(visits, "second", f"{address}/geef-terug")
    assert not lines(owner_id=second.id, outcome_at=None)


def test_who_is_on_duty_is_offered_first_and_nobody_is_said(town: Town, visits: Visits, address: str) -> None:
    with as_worker():
        centre = town.accounts["operator"].organisation_id
        by_roster, by_page, off = (
            open_account(
                organisation_id=centre, username=each, display_name=each, role="operator", now=town.now
            )
            for each in ("roster", "screen", "asleep")
        )
    post(visits, "operator", f"{address}/neem")
    nobody = visits.text("operator", address)
    assert "Volgens het rooster heeft nu geen collega dienst" in nobody
    assert "asleep (geen dienst)" in nobody
    with as_worker():
        desk = cast.three_webhooks(centre, town.now)["centre"]
        roster = make_roster(organisation_id=centre, name="Nacht", last_resort_id=desk.id, now=town.now)
        for account, day in ((by_roster, town.now), (off, town.now + timedelta(days=1))):
            member = add_member(
                roster_id=roster, name=account.display_name, account_id=account.id, destination_id=desk.id,
                now=town.now,
            )  # fmt: skip
            on = NewPattern(
                member_id=member, weekdays=1 << day.weekday(), hours_from=time(), hours_until=time(),
                since=(town.now - timedelta(days=7)).date(),
            )  # fmt: skip
            add_pattern(on, town.now)
        presence.seen([by_page.id], town.now)
    page = visits.text("operator", address)
    assert "geen collega dienst" not in page
    duty, others = page.split("heeft nu geen dienst")
    for name, here in (("roster", True), ("screen", True), ("asleep", False)):
        assert (f">{name}</option>" in duty) is here, name
    assert "asleep (geen dienst)" in others
    post(visits, "operator", f"{address}/draag-over", aan=str(off.id))
    assert len(lines(owner_id=off.id)) == 5, "who is not on duty can be reached all the same"


def test_the_console_is_not_calm_while_lines_wait(town: Town, visits: Visits, address: str) -> None:
    text = visits.text("operator", "/zorgcentrale")
    assert "Rustig" not in text
    assert "wel een storing: 8 regels wachten op een uitkomst." in text
    with as_worker():
        OutageLine.objects.update(outcome="heard_again", outcome_at=town.now, how="device")
    assert "Rustig. Geen open meldingen." in visits.text("operator", "/zorgcentrale")


def test_a_centre_without_a_partnership_neither_sees_nor_takes(
    town: Town, visits: Visits, address: str
) -> None:
    with as_worker():
        other = found_organisation(name="Elders", kind="centre", now=town.now)
        town.accounts["elsewhere"] = open_account(
            organisation_id=other.id,
            username="elsewhere",
            display_name="elsewhere",
            role="operator",
            now=town.now,
        )
    assert visits.by("elsewhere").get(address).status_code == 404
    assert visits.by("elsewhere").post(f"{address}/neem").status_code == 404
    assert not lines(owner_kind="person")


def test_nothing_is_cut_outside_a_demo(town: Town, visits: Visits, address: str) -> None:
    assert "Alleen in de demo" not in visits.text("nurse", address)
    assert visits.by("nurse").post("/storing/demo/knip", {"netwerk": "kpn"}).status_code == 404
