"""Screens of load and drills: who sees what, rows behind figures, proposals decided, drills begun and answered."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from reik.alerting.drills.holding import hold
from reik.alerting.figures import proposals
from reik.alerting.figures.proposals import ProposalSeen
from reik.alerting.figures.proposing import KINDS
from reik.alerting.models import Arrangement, Drill, DrillStep, Proposal
from reik.alerting.operations import agree_arrangement
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import open_account
from reik.people.models import Carer, Client
from reik.tasks.models import Task
from reik.web.load.words import proposal_words
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ANNIE, BRAM = "A. (Annie) de Boer", "B. (Bram) Zwart"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    made.move_in(BRAM, made.south)
    made.misses(ANNIE)
    made.misses(BRAM)
    made.accounts["manager"] = open_account(
        organisation_id=made.care.id, username="manager", display_name="manager", role="team_manager", now=now
    )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_figures_are_of_whom_she_may_see_and_open_their_rows(town: Town, visits: Visits) -> None:
    for who, alerts in (("nurse", 1), ("southerner", 1), ("operator", 2)):
        page = visits.text(who, "/belasting")
        assert f'<b>{alerts}</b><a href="/belasting/cijfer/all?dagen=28">' in page, who
        assert "te weinig gevallen" in page
    rows = visits.text("nurse", "/belasting/cijfer/all")
    assert ANNIE in rows
    assert BRAM not in rows
    assert "/verloop" in rows
    assert "/verloop" not in visits.text("operator", "/belasting/cijfer/all")
    assert ANNIE in visits.text("nurse", "/belasting?per=client")
    assert "Noord" in visits.text("nurse", "/belasting?per=team")
    hers = f"wie={UUID(int=1)}&dienst=night&oorzaak=jam"
    assert "Geen meldingen" in visits.text("nurse", f"/belasting/cijfer/visit?{hers}")
    assert visits.by("nurse").get("/belasting/cijfer/visit?wie=x").status_code == 404
    assert visits.by("nurse").get("/belasting/cijfer/anything").status_code == 404
    assert visits.by("nurse").get("/belasting/cijfer/all?dienst=x").status_code == 404
    for who in ("daughter", "pharmacist"):
        assert visits.by(who).get("/belasting").status_code == 404
    assert ("view", "client", "ok", 1, "nurse", "load all") in [row[:6] for row in logged()]


def test_the_csv_holds_every_figure_and_no_formula(town: Town, visits: Visits) -> None:
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("UPDATE alerting_step SET responder = '=1+1'")
    answer = visits.by("nurse").get("/belasting.csv?dagen=7")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {"count", "closed_by_centre_pct", "accept_p50_s", "drills"} <= {row["figure"] for row in rows}
    assert [row["n"] for row in rows if row["key"] == "all"] == ["1"]
    assert any(row["key"].startswith("'=1+1") for row in rows)
    assert ANNIE not in answer.content.decode()


def propose(town: Town, name: str) -> UUID:
    with as_worker():
        id = new_id(town.now)
        Proposal.objects.create(
            id=id, organisation_id=town.care.id, client_id=town.id(name), kind="drifts_later", subject="08:00",
            evidence={"weeks_s": [300, 600, 900, 1200], "moments": [str(town.moments[name])]}, proposed_at=town.now,
        )  # fmt: skip
    return id


def test_a_nurse_decides_a_proposal_and_the_centre_does_not_see_it(town: Town, visits: Visits) -> None:
    annie, bram = propose(town, ANNIE), propose(town, BRAM)
    page = plain(visits.text("nurse", "/belasting"))
    assert "overleg over een later tijdstip" in page
    assert "na 5 min, 10 min, 15 min, 20 min" in page
    assert "Bekijk 1 rij" in page
    assert "06:00" in page[page.index("Bekijk 1 rij") :][:60], "the moment that it rests on"
    assert BRAM not in page
    assert "later tijdstip" not in visits.text("operator", "/belasting")
    nurse = visits.by("nurse")
    assert nurse.post(f"/belasting/voorstel/{annie}", {"besluit": "nee", "reden": ""})["Location"].startswith(
        "/belasting?fout=reden"
    )
    assert "fout=weg" in nurse.post(f"/belasting/voorstel/{bram}", {"besluit": "ja"})["Location"]
    assert visits.by("operator").post(f"/belasting/voorstel/{annie}", {"besluit": "ja"}).status_code == 404
    assert "klaar" in nurse.post(f"/belasting/voorstel/{annie}", {"besluit": "ja"})["Location"]
    with as_worker():
        assert [each.kind for each in Task.objects.all()] == ["follow_up_window"]
        assert proposals.proposals_open([town.id(ANNIE)]) == []
    assert "Bekijk het venster of de herinneringen van 08:00" in visits.text("nurse", "/werklijst")


def test_a_nurse_holds_a_drill_sees_how_it_goes_and_notes_an_answer(town: Town, visits: Visits) -> None:
    page = visits.text("nurse", "/oefeningen")
    assert "nog nooit geoefend" in page
    route = re.search(r'name="route" value="([^"]+)"', page)
    assert route is not None
    assert "Oefen nu" not in visits.text("operator", "/oefeningen")
    assert visits.by("operator").post("/oefeningen/begin", {"route": route[1]}).status_code == 404
    assert visits.by("nurse").post("/oefeningen/begin", {"route": "x"}).status_code == 404
    there = visits.by("nurse").post("/oefeningen/begin", {"route": route[1]})["Location"]
    assert "fout=loopt" in visits.by("nurse").post("/oefeningen/begin", {"route": route[1]})["Location"]
    report = visits.text("nurse", there)
    assert "wacht op antwoord" in report
    assert ANNIE not in report
    calls = re.findall(r'name="oproep" value="([^"]+)"', report)
    for each in calls:
        assert visits.by("operator").post(there, {"oproep": each}).status_code == 302
    assert visits.by("stranger").get(there).status_code == 404
    assert visits.by("daughter").get("/oefeningen").status_code == 404
    with as_worker():
        assert {each.answered_by for each in DrillStep.objects.filter(id__in=calls)} == {"operator"}


def with_her_carer(town: Town) -> UUID:
    """Annie's own arrangement, whose second step names her carer."""
    default = Arrangement.objects.get(client=None)
    desks = {each.action: each.destination for each in default.steps.select_related("destination")}
    steps = cast.three_steps(
        {"centre": desks["phone_client"], "carer": desks["ask_carer"], "team": desks["ask_team"]}
    )
    steps[1] = replace(steps[1], carer_id=Carer.objects.get(client_id=town.id(ANNIE)).id, hours=None)
    return agree_arrangement(
        organisation_id=town.care.id, client_id=town.id(ANNIE), route=steps, agreed_by="Anja", now=town.now
    ).id


def test_the_operator_and_the_team_are_asked_on_their_own_pages(town: Town, visits: Visits) -> None:
    with as_worker():
        agreed = with_her_carer(town)
        (drill,) = hold([(agreed, 0)], why="on_demand", by="Anja", now=town.now)
        steps = {each.action: each.id for each in DrillStep.objects.filter(drill_id=drill)}
    assert f"/oefening/{steps['ask_team']}" in visits.text("nurse", "/team")
    assert f"/oefening/{steps['phone_client']}" in visits.text("operator", "/zorgcentrale")
    text = plain(visits.text("nurse", f"/oefening/{steps['ask_team']}"))
    assert "geen echte melding" in text
    assert visits.by("nurse").post(f"/oefening/{steps['ask_team']}").status_code == 302
    assert "genoteerd" in visits.text("nurse", f"/oefening/{steps['ask_team']}")
    assert "/oefening/" not in visits.text("nurse", "/team")
    assert visits.by("daughter").get(f"/oefening/{steps['ask_carer']}").status_code == 404, "she is not asked"
    with as_worker():
        Carer.objects.filter(client_id=town.id(ANNIE)).update(account=town.accounts["daughter"])
    assert "Oefening ontvangen" in visits.text("daughter", f"/oefening/{steps['ask_carer']}")
    assert visits.by("stranger").get(f"/oefening/{steps['ask_team']}").status_code == 404
    with as_worker():
        Drill.objects.update(ended_at=town.now, passed=False)
    assert "voorbij" in visits.text("operator", f"/oefening/{steps['phone_client']}")
    assert visits.by("operator").post(f"/oefening/{steps['phone_client']}").status_code == 302


def test_a_test_alarm_stands_on_the_clients_page(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}"
    assert "Nog geen proefmelding" in visits.text("nurse", page)
    assert visits.by("nurse").post(f"{page}/proefmelding").status_code == 302
    assert "Proefmelding loopt" in visits.text("nurse", f"{page}/opvolgafspraak")
    assert visits.by("southerner").post(f"{page}/proefmelding").status_code == 404
    with as_worker():
        (drill,) = Drill.objects.all()
        assert drill.why == "go_live"
        Drill.objects.update(ended_at=town.now, passed=True)
    assert "Proefmelding geslaagd op" in visits.text("nurse", page)
    with as_worker():
        assert Client.objects.count() == 2


EVIDENCE: dict[str, dict[str, object]] = {
    "drifts_later": {"weeks_s": [300, 600, 900, 1200]},
    "more_misses": {"before": 2, "after": 7},
    "late_presses": {"late": 6, "alerts": 8, "longer_min": 10},
    "silent_step": {"position": 2, "responder": "Petra", "calls": 7},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_proposal_is_said_with_its_figures(kind: str, now: datetime) -> None:
    seen = ProposalSeen(
        id=new_id(now), organisation_id=new_id(now), client_id=new_id(now), kind=kind, subject="08:00",
        evidence=EVIDENCE[kind], proposed_at=now,
    )  # fmt: skip
    proposed, because = proposal_words(seen)
    assert "%" not in proposed + because
    for value in EVIDENCE[kind].values():
        assert isinstance(value, list) or str(value) in proposed + because


def test_english_has_every_word(town: Town, visits: Visits) -> None:
    visits.by("nurse").cookies["reik_taal"] = "en"
    propose(town, ANNIE)
    for address in ("/belasting", "/belasting/cijfer/all", "/oefeningen"):
        text = plain(visits.text("nurse", address))
        for dutch in ("Meldingen", "gevallen", "Oefen", "voorstel", "Routes die", "cliënt"):
            assert dutch not in text, (address, dutch)
