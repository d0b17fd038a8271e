"""The screens of use: who may, what is refused keeps what was typed, what is done is on the page and in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.alerting.models import Alert
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from reik.pathway.models import CarePath, Evaluation, Incident, LoadSigning
from reik.pathway.use import looking_back
from reik.pathway.use.evaluation_questions import QUESTIONS
from reik.people.operations import join_team
from reik.tasks.queries import open_tasks_of
from reik.web.work.task_links import address_of
from tests.contexts.pathway.in_use import ended, started
from tests.contexts.rolls.rolls_of import bring
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ANNIE = "A. (Annie) de Boer"
DAY = timedelta(days=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    for role in ("caregiver", "team_manager"):
        made.accounts[role] = open_account(
            organisation_id=made.care.id, username=role, display_name=role, role=role, now=now
        )
        join_team(
            organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts[role].id, now=now
        )
    started(made.voices[ANNIE], now)
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def door(town: Town, page: str) -> str:
    return f"/clienten/{town.id(ANNIE)}/{page}"


@pytest.mark.parametrize("page", ["laden", "evaluatie", "incidenten", "stoppen"])
def test_only_who_sees_the_client_opens_her_pages(town: Town, visits: Visits, page: str) -> None:
    assert visits.by("nurse").get(door(town, page)).status_code == 200
    for who in ("stranger", "southerner", "operator"):
        assert visits.by(who).get(door(town, page)).status_code == 404


def test_an_evaluation_is_refused_with_what_was_typed_and_then_held(
    town: Town, visits: Visits, now: datetime
) -> None:
    with as_worker():
        for n in (1, 2, 3):
            ended(town.voices[ANNIE], n, now, n * DAY, "not_out")
        looking_back.look_back(now)
        ids = " ".join(str(each.id) for each in Evaluation.objects.all())
    page = door(town, "evaluatie")
    assert "Drie keer niet uitgenomen binnen zeven dagen" in visits.text("nurse", page)
    form = {f"q_{each}": "well" for each in QUESTIONS} | {"ids": ids, "act": "hold", "outcome": "goes_on"}
    form["saw_hears"] = "In de keuken niet"
    refused = visits.by("nurse").post(page, form)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Kies wanneer u weer kijkt" in text
    assert "In de keuken niet" in text
    form["next_on"] = (now + 60 * DAY).date().isoformat()
    assert visits.by("caregiver").post(page, form).status_code == 422
    assert visits.by("nurse").post(page, form).status_code == 302
    assert "Gaat door zoals het is" in visits.text("nurse", page)
    assert "voor u" not in visits.text("nurse", page)
    assert "was u voor" in visits.by("nurse").post(page, form).content.decode()
    assert ("change", "client", "ok", 1, "nurse", "evaluation hold") in logged()


def test_an_alert_fills_in_a_report_and_the_manager_closes_it(town: Town, visits: Visits) -> None:
    with as_worker():
        town.misses(ANNIE)
        alert = Alert.objects.get()
    page = door(town, "incidenten")
    shown = visits.text("caregiver", f"{page}?melding={alert.id}")
    assert f'name="about" value="{alert.id}"' in shown
    assert 'value="incident" checked' in shown
    form = {
        "kind": "calamity", "happened_at": "2026-11-23T06:30", "what": "Te laat gevonden", "reporter": "caregiver",
        "about": str(alert.id), "harm": "serious",
    }  # fmt: skip
    empty = visits.by("caregiver").post(page, {**form, "what": " ", "measures": "Gebeld"})
    assert empty.status_code == 422
    assert "Gebeld" in empty.content.decode()
    one = visits.by("caregiver").post(page, form).headers["Location"]
    assert "nog te melden" in visits.text("team_manager", one)
    refused = visits.by("team_manager").post(one, {"act": "close"})
    assert "Vul eerst in: in welke stap" in refused.content.decode()
    manager = visits.by("team_manager")
    manager.post(one, {"act": "inspectorate", "at": "2026-11-23T07:00", "number": "I-1"})
    manager.post(one, {"act": "class", "phase": "following_up", "cause": "not_followed", "harm": "serious",
                       "measures": "Route aangepast"})  # fmt: skip
    assert manager.post(one, {"act": "close"}).status_code == 302
    assert "op tijd gemeld" in visits.text("team_manager", "/incidenten?toon=alles")
    assert "Hier staat niets" in visits.text("team_manager", "/incidenten")
    assert visits.by("caregiver").get("/incidenten").status_code == 404
    with as_worker():
        assert Incident.objects.get().closed_by == "team_manager"


def test_loading_is_one_form_for_the_team_and_for_the_carer(
    town: Town, visits: Visits, now: datetime
) -> None:
    with as_worker():
        roll = bring(town.voices[ANNIE], now)
    page = door(town, "laden")
    form = {
        "roll": str(roll), "first": "1", "last": "7", "counted": "7", "compared_with": "paper",
        "left_in_tray": "", "sure": "1",
    }  # fmt: skip
    refused = visits.by("caregiver").post(page, form)
    assert "0 is ook een telling" in refused.content.decode()
    assert visits.by("caregiver").post(page, {**form, "left_in_tray": "0", "sure": ""}).status_code == 422
    with as_worker():
        assert not LoadSigning.objects.exists()
    assert visits.by("caregiver").post(page, {**form, "left_in_tray": "1"}).status_code == 302
    with as_worker():
        (row,) = LoadSigning.objects.all()
        assert (row.signed_by, row.who, row.counted) == ("caregiver", "caregiver", 7)
        (task,) = [each for each in open_tasks_of([town.id(ANNIE)]) if each.kind == "path.tray_left"]
    assert address_of(task, "nurse") == door(town, f"rollen/{roll}")
    assert (
        "Voor deze rol is al getekend"
        in visits.by("nurse").post(page, {**form, "left_in_tray": "0"}).content.decode()
    )


def test_a_carer_loads_and_complains_on_her_own_pages(town: Town, visits: Visits, now: datetime) -> None:
    from reik.people.models import Carer

    with as_worker():
        roll = bring(town.voices[ANNIE], now)
        Carer.objects.filter(client_id=town.id(ANNIE)).update(account_id=town.accounts["daughter"].id)
    mine = f"?wie={town.id(ANNIE)}"
    assert visits.by("daughter").get(door(town, "laden")).status_code == 404
    form = {"roll": str(roll), "first": "1", "last": "7", "counted": "7", "compared_with": "paper",
            "left_in_tray": "0", "sure": "1"}  # fmt: skip
    assert visits.by("daughter").post(f"/naaste/laden{mine}", form).status_code == 302
    complaint = {"what": "Het signaal is te hard", "happened_at": "2026-11-22T20:00"}
    assert visits.by("daughter").post(f"/naaste/klacht{mine}", complaint).status_code == 302
    with as_worker():
        assert LoadSigning.objects.get().who == "informal_carer"
        assert Incident.objects.get().reporter == "carer"


def test_stopping_says_which_moment_nobody_gives_and_then_lists_what_must_be_closed(
    town: Town, visits: Visits
) -> None:
    page = door(town, "stoppen")
    assert "De dispenser gaf om 08:00." in visits.text("nurse", page)
    assert "Een wijkverpleegkundige stopt" in visits.text("caregiver", page)
    form = {
        "act": "stop", "version": "1", "reason": "client_wants", "last_at": "2026-11-24T00:00", "note": "Liever bezoek",
        "who0": "team", "name0": "Team Noord", "at0": "10:00", "days0": "all", "from0": "2026-11-24",
    }  # fmt: skip
    refused = visits.by("nurse").post(page, form)
    text = refused.content.decode()
    assert "Niemand geeft de medicijnen van 24-11 08:00" in text
    assert "Liever bezoek" in text
    assert visits.by("nurse").post(page, {**form, "at0": "08:15"}).status_code == 302
    shown = visits.text("nurse", page)
    assert "Restmedicatie is terug" in shown
    to_do = "De administratie weet de laatste dag."
    assert to_do in shown
    visits.by("team_manager").post(page, {"act": "billing"})
    assert to_do not in visits.text("nurse", page), "what is done asks nothing any more"
    assert "Nog niet alles is klaar" in visits.by("nurse").post(page, {"act": "end"}).content.decode()
    with as_worker():
        assert CarePath.objects.get().state == "stopping"


def test_what_postgresql_cannot_keep_is_no_fault_of_the_page(town: Town, visits: Visits) -> None:
    form = {
        "kind": "incident", "happened_at": "2026-11-23T06:30", "what": "Gevallen\x00 zakje", "reporter": "nurse",
    }  # fmt: skip
    assert visits.by("nurse").post(door(town, "incidenten"), form).status_code == 302
    assert visits.by("nurse").post(door(town, "stoppen"), {"act": "x"}).status_code == 404
    assert "Gevallen zakje" in visits.text("nurse", door(town, "incidenten"))
