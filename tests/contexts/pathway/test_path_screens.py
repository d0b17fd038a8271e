"""Screens of the care path: where she stands, what is asked, ticking, letting through, starting, who, and settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.pathway import asking, moving, queries, recording
from reik.pathway.models import CarePath, Evidence, Override
from reik.pathway.path import DUTIES, WHO, Event, State
from reik.people.operations import join_team
from tests.contexts.screens_town import Town, Visits, as_worker, found_town

ANNIE = "A. (Annie) de Boer"
NURSE = {"by": "nurse", "role": "nurse"}


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    for name, role in (("caregiver", "caregiver"), ("manager", "team_manager")):
        made.accounts[name] = open_account(
            organisation_id=made.care.id, username=name, display_name=name, role=role, now=now
        )
        join_team(
            organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts[name].id, now=now
        )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def at(town: Town, state: State) -> UUID:
    """Annie's path, in this state."""
    with as_worker():
        id = moving.open_path(client_id=town.id(ANNIE), setting="zvw", now=town.now, **NURSE)
        CarePath.objects.filter(id=id).update(state=state.value, step=6)
        asking.keep_tasks([id], town.now)
    become(Role.WEB)
    return id


def shown_all_but(town: Town, path_id: UUID, *kinds: str) -> None:
    with as_worker():
        for kind in (
            "indication", "agreement", "allotment", "device_linked", "times_confirmed", "roll_loaded", "care_plan",
            "follow_up_agreed", "test_alarm", "house_access", "house_access_tried", "instruction_client",
            "instruction_carer",
        ):  # fmt: skip
            if kind not in kinds:
                recording.note_shown(path_id, kind, now=town.now, **NURSE)
    become(Role.WEB)


def page(town: Town, below: str = "") -> str:
    return f"/clienten/{town.id(ANNIE)}/zorgpad{below}"


def test_the_path_begins_shows_nine_steps_and_the_clients_page_names_it(town: Town, visits: Visits) -> None:
    assert "nog niet begonnen" in visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    refused = visits.by("nurse").post(page(town), {"act": "begin", "setting": ""})
    assert (refused.status_code, "Kies uit welke wet" in refused.content.decode()) == (422, True)
    assert visits.by("caregiver").post(page(town), {"act": "begin", "setting": "zvw"}).status_code == 422
    assert visits.by("nurse").post(page(town), {"act": "begin", "setting": "zvw"}).status_code == 302
    text = visits.text("nurse", page(town))
    assert "Zorgpad, stap 1 van 9" in text
    assert text.count("nog niet</span>") >= 8
    assert "Zorgpad: stap 1 van 9, Indicatie" in visits.text("nurse", f"/clienten/{town.id(ANNIE)}")


def test_who_may_not_see_her_finds_nothing(town: Town, visits: Visits) -> None:
    for who in ("southerner", "stranger", "operator", "daughter"):
        for below in ("", "/start", "/wie"):
            assert visits.by(who).get(page(town, below)).status_code == 404
    for who in ("nurse", "caregiver"):
        assert visits.by(who).get("/zorgpad/instellingen").status_code == 404


def test_a_caregiver_ticks_and_a_row_stays_when_it_is_taken_back(town: Town, visits: Visits) -> None:
    id = at(town, State.STARTING)
    assert "Dit is gedaan" in visits.text("caregiver", page(town))
    assert visits.by("caregiver").post(page(town), {"act": "tick", "kind": "care_plan"}).status_code == 302
    row = _evidence(id)
    assert row.by == "caregiver"
    refused = visits.by("nurse").post(page(town), {"act": "take_back", "evidence": str(row.id)})
    assert (refused.status_code, "Schrijf op waarom." in refused.content.decode()) == (422, True)
    gone = {"act": "take_back", "evidence": str(row.id), "because": "Stond er niet"}
    assert visits.by("nurse").post(page(town), gone).status_code == 302
    assert _evidence(id).taken_back_because == "Stond er niet"
    ticked = visits.by("nurse").post(page(town), {"act": "tick", "kind": "roll_loaded"})
    assert ticked.status_code == 422


def _evidence(path_id: UUID) -> Evidence:
    with as_worker():
        row = Evidence.objects.get(path_id=path_id)
    become(Role.WEB)
    return row


def test_the_start_list_blocks_lets_through_with_a_day_and_starts(town: Town, visits: Visits) -> None:
    id = at(town, State.STARTING)
    shown_all_but(town, id, "care_plan", "roll_loaded")
    text = visits.text("nurse", page(town, "/start"))
    assert 'value="start" disabled' in text
    assert "Kan niet wachten." in text, "a loaded roll is never let through"
    refused = visits.by("nurse").post(page(town, "/start"), {"act": "start"})
    assert refused.status_code == 422
    assert "de medicatierol is geladen" in refused.content.decode()
    shown_all_but(town, id, "care_plan")
    day = (town.now + timedelta(days=2)).date().isoformat()
    typed = {"act": "let", "kind": "care_plan", "until": day, "because": ""}
    refused = visits.by("nurse").post(page(town, "/start"), typed)
    assert (refused.status_code, "Schrijf op waarom." in refused.content.decode()) == (422, True)
    assert visits.by("caregiver").post(page(town, "/start"), {**typed, "because": "x"}).status_code == 422
    assert (
        visits.by("nurse").post(page(town, "/start"), {**typed, "because": "Uit ziekenhuis"}).status_code
        == 302
    )
    text = visits.text("nurse", page(town, "/start"))
    assert 'value="start" disabled' not in text
    assert "Doorgelaten door nurse" in text
    assert visits.by("caregiver").post(page(town, "/start"), {"act": "start"}).status_code == 422
    old = {"act": "start", "version": "1"}
    with as_worker():
        CarePath.objects.filter(id=id).update(version=2)
    become(Role.WEB)
    told = visits.by("nurse").post(page(town, "/start"), old)
    assert (told.status_code, "Iemand anders veranderde" in told.content.decode()) == (422, True)
    answer = visits.by("nurse").post(page(town, "/start"), {"act": "start", "version": "2"})
    assert (answer.status_code, answer["Location"]) == (302, page(town))
    text = visits.text("nurse", page(town))
    assert "De dispenser is in gebruik." in text
    assert "Uit ziekenhuis" in text
    with as_worker():
        assert Override.objects.get(path_id=id).by == "nurse"
        assert [each.event for each in queries.events_of(id)] == ["open", "go_live"]


def test_reporting_her_away_pauses_the_path_and_the_page_says_how_it_goes_on(
    town: Town, visits: Visits
) -> None:
    at(town, State.IN_USE)
    local = town.now + timedelta(hours=1)
    away = {
        "act": "declare", "reason": "hospital", "starts_at": local.strftime("%Y-%m-%dT%H:%M"),
        "until": (local + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"), "said_by": "Petra", "resumes": "Petra",
    }  # fmt: skip
    assert visits.by("nurse").post(f"/clienten/{town.id(ANNIE)}/afwezig", away).status_code == 302
    text = visits.text("nurse", page(town))
    assert "De dispenser staat op pauze." in text
    assert "Ziekenhuis" in text
    assert "Controleer en hervat" in text
    assert "(op pauze)" in visits.text("nurse", f"/clienten/{town.id(ANNIE)}")


def test_every_duty_gets_somebody_and_a_centre_that_loads_is_refused(town: Town, visits: Visits) -> None:
    at(town, State.ENROLLING)
    usual = {duty: WHO[duty][0] for duty in DUTIES}
    wrong = visits.by("nurse").post(page(town, "/wie"), {**usual, "load": "centre", "order_name": "Joke"})
    assert wrong.status_code == 422
    assert 'value="Joke"' in wrong.content.decode(), "what was typed is still there"
    empty = {key: value for key, value in usual.items() if key != "take_back"}
    assert "De dispenser terugbrengen" in visits.by("nurse").post(page(town, "/wie"), empty).content.decode()
    assert visits.by("nurse").post(page(town, "/wie"), usual).status_code == 302
    assert "Bewaard door nurse" in visits.text("nurse", page(town, "/wie"))


def test_an_organisation_names_a_step_and_the_page_says_it(town: Town, visits: Visits) -> None:
    at(town, State.STARTING)
    text = visits.text("manager", "/zorgpad/instellingen")
    assert "afgeleid" in text
    typed = {
        "version": "0",
        "step_6_nl": "Uitleg en aan",
        "may_let_through": "team_manager",
        "days_care_plan": "900",
    }
    refused = visits.by("manager").post("/zorgpad/instellingen", typed)
    assert (refused.status_code, 'value="Uitleg en aan"' in refused.content.decode()) == (422, True)
    assert (
        visits.by("manager").post("/zorgpad/instellingen", {**typed, "days_care_plan": "4"}).status_code
        == 302
    )
    again = visits.by("manager").post("/zorgpad/instellingen", {**typed, "days_care_plan": "4"})
    assert (again.status_code, "Iemand anders veranderde" in again.content.decode()) == (422, True)
    assert "Uitleg en aan" in visits.text("nurse", page(town))
    assert "Versie 1, manager" in visits.text("manager", "/zorgpad/instellingen")


def test_a_declined_path_is_begun_again(town: Town, visits: Visits) -> None:
    id = at(town, State.SELECTING)
    with as_worker():
        moving.move(id, Event.DECLINE, now=town.now, **NURSE)
    become(Role.WEB)
    assert "Begin opnieuw" in visits.text("nurse", page(town))
    assert visits.by("nurse").post(page(town), {"act": "restart"}).status_code == 302
    with as_worker():
        seen = queries.path_of(town.id(ANNIE))
        assert seen is not None
        assert seen.before_id == id
