"""The questionnaires on screen: with a client, by her informal carer, and of professionals without a name."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from pypdf import PdfReader

from reik.kernel.models import AccessEntry
from reik.people.models import Carer
from reik.value.indicators.answering import forms_of_client
from reik.value.models import QuestionnaireAnswer
from tests.contexts.screens_town import Town, Visits, as_worker, logged, plain
from tests.contexts.value.manager_town import ANNIE, BRAM

GOOD = {"v_works": "5", "v_trust": "4", "v_keep": "0"}
MINE = {"v_works": "4", "v_safe": "4", "v_advise": "2"}


def test_a_nurse_asks_a_client_and_it_is_logged(town: Town, visits: Visits) -> None:
    base = f"/clienten/{town.id(ANNIE)}/vragenlijst"
    page = visits.text("nurse", base)
    assert f"{base}/client_adoption" in page
    assert f"{base}/client_control" in page
    asked = visits.text("nurse", f"{base}/client_adoption")
    assert asked.count('type="radio"') == 3 * 6 + 2
    assert "Weet ik niet" in asked
    assert not re.search(r"style=|<script>", asked)
    refused = visits.by("nurse").post(f"{base}/client_adoption", {"wie": "client", "v_works": "5"})
    assert refused.status_code == 422
    assert 'href="#v_trust"' in refused.content.decode()
    assert re.search(r'name="v_works" value="5" checked', refused.content.decode()), "nothing typed is lost"
    kept = visits.by("nurse").post(f"{base}/client_adoption", {"wie": "carer", **GOOD})
    assert kept["Location"] == f"{base}?klaar=client_adoption"
    seen = plain(visits.text("nurse", base))
    assert "Antwoord van een naaste, voor de cliënt. Opgeschreven door nurse." in seen
    assert ("create", "client", "ok", 1, "nurse", "answers client_adoption") in logged()


def test_paper_is_printed_large_and_typed_over_with_its_day(town: Town, visits: Visits) -> None:
    base = f"/clienten/{town.id(ANNIE)}/vragenlijst"
    paper = PdfReader(io.BytesIO(visits.by("nurse").get(f"{base}.pdf").content))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper.pages))
    assert "De dispenser is makkelijk te gebruiken." in text
    assert "Weet ik niet" in text
    assert ANNIE in text
    assert len(paper.pages) == 1
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    typed = {"wie": "client", "papier": "ja", **GOOD}
    for day in ("", "2999-01-01", (town.now - timedelta(days=120)).date().isoformat()):
        refused = visits.by("nurse").post(f"{base}/client_adoption", {**typed, "dag": day})
        assert refused.status_code == 422, day
        assert "ten hoogste drie maanden geleden" in refused.content.decode()
    day = (town.now - timedelta(days=3)).date()
    assert (
        visits.by("nurse").post(f"{base}/client_adoption", {**typed, "dag": day.isoformat()}).status_code
        == 302
    )
    with as_worker():
        (form,) = forms_of_client(town.id(ANNIE))
    assert (form.answered_on, form.on_paper, form.voice) == (day, True, "client")


def test_only_who_cares_for_her_asks_her(town: Town, visits: Visits) -> None:
    for who, client in (("operator", ANNIE), ("pharmacist", ANNIE), ("stranger", ANNIE), ("nurse", BRAM)):
        for end in ("", ".pdf", "/client_adoption"):
            address = f"/clienten/{town.id(client)}/vragenlijst{end}"
            assert visits.by(who).get(address).status_code == 404, (who, end)
    assert (
        visits.by("nurse").get(f"/clienten/{town.id(ANNIE)}/vragenlijst/professional_adoption").status_code
        == 404
    )


def test_an_informal_carer_answers_for_her_client_and_only_for_her(town: Town, visits: Visits) -> None:
    with as_worker():
        Carer.objects.filter(client_id=town.id(ANNIE)).update(account_id=town.accounts["daughter"].id)
    week = visits.text("daughter", "/naaste/week")
    assert f'href="/naaste/vragenlijst?wie={town.id(ANNIE)}"' in week
    assert "Drie vragen" not in visits.text("daughter", "/naaste"), "nobody asks again each day"
    assert "client_control" in visits.text("daughter", "/naaste/vragenlijst")
    address = f"/naaste/vragenlijst?wie={town.id(ANNIE)}&lijst=client_adoption"
    assert "zoals Annie het zou zeggen" in plain(visits.text("daughter", address))
    assert visits.by("daughter").post(address, {"v_works": "1"}).status_code == 422
    assert visits.by("daughter").post(address, GOOD).status_code == 302
    with as_worker():
        (form,) = forms_of_client(town.id(ANNIE))
    assert (form.voice, form.by) == ("carer", "daughter")
    assert visits.by("daughter").get(f"/naaste/vragenlijst?wie={town.id(BRAM)}").status_code == 404
    assert visits.by("nurse").get("/naaste/vragenlijst").status_code == 404


def test_a_professional_answers_once_and_no_log_tells_who(town: Town, visits: Visits) -> None:
    assert 'href="/vragenlijst"' in visits.text("nurse", "/team")
    assert "Verstuur zonder naam" in visits.text("nurse", "/vragenlijst")
    assert visits.by("nurse").post("/vragenlijst", {"v_works": "4"}).status_code == 422
    with as_worker():
        before = AccessEntry.objects.count()
    assert visits.by("nurse").post("/vragenlijst", MINE).status_code == 302
    assert "U vulde dit halfjaar een lijst in" in visits.text("nurse", "/vragenlijst")
    again = visits.by("nurse").post("/vragenlijst", MINE)
    assert again.status_code == 422
    assert "U vulde dit halfjaar" in again.content.decode()
    assert "Verstuur zonder naam" in visits.text("nurse2", "/vragenlijst"), "a colleague still may"
    with as_worker():
        assert AccessEntry.objects.count() == before
        (row,) = QuestionnaireAnswer.objects.all()
        assert (row.by, row.client_id, row.team_id) == ("", None, None)
    for who in ("operator", "pharmacist", "daughter"):
        assert visits.by(who).get("/vragenlijst").status_code == 404, who


def test_the_plan_tells_of_few_professionals_only_how_many(town: Town, visits: Visits) -> None:
    with as_worker():
        QuestionnaireAnswer.objects.create(
            id=town.accounts["nurse"].id, organisation_id=town.care.id, questionnaire="professional_adoption",
            answers={"works": 1, "safe": 1, "advise": 1}, answered_on=town.now.date() - timedelta(days=9),
            created_at=town.now,
        )  # fmt: skip
    for page in ("/waarde/meetplan", "/waarde/meetplan/professional_adoption"):
        seen = plain(visits.text("manager", page))
        assert "1 lijst" in seen, page
        assert "0 / 1" not in seen, page
    assert "Te weinig lijsten om iets te zeggen" in seen
    assert "Ik kan goed met de dispenser werken" not in seen
