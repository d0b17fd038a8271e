"""Adherence on screen and paper: the definition beside the percentage, and nobody ranked by it (N8, R72)."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from reik.people.models import Carer
from reik.value.adherence import DEFINITION, RULES
from reik.value.rollups.running import roll_up
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, logged, plain
from tests.contexts.value.manager_town import ANNIE, BRAM, managed_town

DAY, MIN, HOUR = timedelta(days=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Of Annie's last twenty days: 15 in time, 3 not out, 2 unknown; of Bram's two days, both in time."""
    made = managed_town(now, monkeypatch, handed_out=False)
    for name, days in ((ANNIE, 20), (BRAM, 2)):
        voice = made.voices[name]
        for at in range(days):
            due = now - (days - at) * DAY
            cast.plan(voice, f"d-{at}", due, now=due - DAY)
            if at < 15:
                cast.tell(voice, voice.out(f"d-{at}", due + 7 * MIN), at=due + HOUR)
            elif at < 18:
                cast.tell(voice, voice.closed(f"d-{at}", "not_taken_out", due + 31 * MIN), at=due + HOUR)
            else:
                cast.look(due + HOUR)
    roll_up(now)
    return made


def test_a_clients_page_shows_the_definition_and_all_that_is_left_out(town: Town, visits: Visits) -> None:
    address = f"/clienten/{town.id(ANNIE)}/uitgenomen"
    assert address in visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    page = visits.text("nurse", address)
    words = plain(page)
    assert "83,3 %" in words
    assert "15 van 18" in words
    assert "75,0 – 85,0 %" in words, "the bounds with the two that are unknown"
    assert "2 van 20 momenten" in words
    assert "binnen 10 minuten" in words
    for said in DEFINITION.values():
        assert said["nl"] in words
    for rule in RULES.values():
        assert rule.nl in words
    assert "te weinig" not in plain(page.split('id="weken"')[0])
    assert not re.search(r"style=|<script>|ingenomen", page)
    assert ("view", "client", "ok", 1, "nurse", f"adherence {town.id(ANNIE)}") in logged()


def test_with_few_moments_there_is_no_percentage(town: Town, visits: Visits) -> None:
    page = plain(visits.text("southerner", f"/clienten/{town.id(BRAM)}/uitgenomen"))
    assert "te weinig momenten" in page
    assert "2 van 2" in page
    assert "100,0 %" not in page


def test_strangers_and_other_teams_find_nothing(town: Town, visits: Visits) -> None:
    for who, name in (("nurse", BRAM), ("stranger", ANNIE), ("operator", ANNIE), ("daughter", ANNIE)):
        for end in ("", ".pdf"):
            assert visits.by(who).get(f"/clienten/{town.id(name)}/uitgenomen{end}").status_code == 404, who
    assert visits.by("daughter").get("/naaste/uitgenomen").status_code == 404, "without consent"


def test_the_paper_says_the_same_and_its_print_is_logged(town: Town, visits: Visits) -> None:
    answer = visits.by("nurse").get(f"/clienten/{town.id(ANNIE)}/uitgenomen.pdf?weken=13")
    paper = PdfReader(io.BytesIO(answer.content))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper.pages))
    assert "83,3 %" in text
    assert "15 van 18" in text
    assert "Uitgenomen is niet hetzelfde als doorgeslikt" in text
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert ("print", "client", "ok", 1, "nurse", "adherence") in logged()


def test_an_informal_carer_sees_it_while_her_client_agrees(town: Town, visits: Visits) -> None:
    with as_worker():
        Carer.objects.filter(client_id=town.id(ANNIE)).update(account_id=town.accounts["daughter"].id)
    assert f"/naaste/uitgenomen?wie={town.id(ANNIE)}" in visits.text("daughter", "/naaste/week")
    assert "83,3 %" in plain(visits.text("daughter", "/naaste/uitgenomen"))
    assert visits.by("daughter").get(f"/naaste/uitgenomen?wie={town.id(BRAM)}").status_code == 404


def test_teams_and_types_stand_by_name_and_open_to_rows(town: Town, visits: Visits) -> None:
    page = visits.text("manager", "/waarde/uitgenomen")
    words = plain(page)
    assert "85,0 %" in words, "17 of 20 of which is known"
    assert "17 van 20" in words
    assert words.index("Noord") < words.index("Zuid")
    assert "2 van 2" in words, "the south has too few for a percentage"
    assert ANNIE not in page
    assert "type niet bekend" in words
    south = plain(visits.text("manager", f"/waarde/uitgenomen?team={town.south.id}"))
    assert "te weinig momenten" in south
    rows = plain(visits.text("manager", "/waarde/uitgenomen/rijen?wat=not_out&weken=4"))
    assert rows.count(ANNIE) == 3
    mixed = plain(visits.text("manager", "/waarde/uitgenomen/rijen?wat=in_time"))
    assert BRAM not in mixed
    assert "2 dagen zijn van cliënten van een ander team" in mixed
    for wrong in ("/rijen?wat=nothing", "/rijen", "?team=x", "?type=x"):
        assert visits.by("manager").get(f"/waarde/uitgenomen{wrong}").status_code == 404, wrong
    for who in ("nurse", "nurse2", "operator", "pharmacist", "stranger"):
        assert visits.by(who).get("/waarde/uitgenomen").status_code == 404, who
        assert visits.by(who).get("/waarde/uitgenomen/rijen?wat=not_out").status_code == 404, who
