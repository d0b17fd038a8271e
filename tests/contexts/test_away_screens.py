"""Screens of absences and of giving by hand: who may use them, what they do, what they refuse in words (R9, R34)."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reik.alerting.models import Remark
from reik.dispensing.models import Absence, HandGiving, Moment
from reik.kernel.database import Role, become
from reik.people.operations import add_carer
from reik.tasks.models import Task
from reik.web.away.words import refused_words
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ANNIE = "A. (Annie) de Boer"
SOURCES = Path(__file__).resolve().parents[2] / "src" / "reik" / "dispensing"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    made.misses(ANNIE)
    add_carer(
        organisation_id=made.care.id, client_id=made.id(ANNIE), name="Marja", relation="dochter", now=now,
        consented=True, account_id=made.accounts["daughter"].id,
    )  # fmt: skip
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def local(at: datetime) -> str:
    return (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


def report(town: Town) -> dict[str, str]:
    return {
        "act": "declare", "reason": "hospital", "starts_at": local(town.now),
        "until": local(town.now + timedelta(days=2)),
        "said_by": "Marja", "resumes": "Marja", "resumes_phone": "0612345678",
    }  # fmt: skip


def test_a_nurse_reports_an_absence_and_the_file_says_so_on_top(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}/afwezig"
    assert "Meld afwezig" in visits.text("nurse", page)
    answer = visits.by("nurse").post(page, {**report(town), "said_by": ""})
    assert (answer.status_code, "Vul in van wie u het hoorde." in answer.content.decode()) == (422, True)
    assert visits.by("nurse").post(page, report(town)).status_code == 302
    text = visits.text("nurse", f"/clienten/{town.id(ANNIE)}")
    assert "<b>Afwezig</b>, ziekenhuis" in text
    assert "Hij kan nog uitgeven." in text, "a pause that the dispenser has not confirmed is none"
    assert ("change", "client", "ok", 1, "nurse", "absence declare") in logged()


def test_back_again_the_checks_come_before_the_restart(town: Town, visits: Visits) -> None:
    page = f"/clienten/{town.id(ANNIE)}/afwezig"
    nurse = visits.by("nurse")
    nurse.post(page, report(town))
    assert nurse.post(page, {"act": "back", "returned_at": local(town.now)}).status_code == 302
    answer = nurse.post(page, {"act": "resume"})
    assert (answer.status_code, "alle drie" in answer.content.decode()) == (422, True)
    for what, text in (("medication", "apotheek: niets"), ("roll", ""), ("route", "Marja nam op")):
        assert nurse.post(page, {"act": "check", "what": what, "text": text}).status_code == 302
    assert nurse.post(page, {"act": "resume"}).status_code == 302
    with as_worker():
        assert Absence.objects.get().state == "resuming"
    assert "We wachten tot de dispenser" in visits.text("nurse", page)


def test_an_informal_carer_who_forgets_something_is_told_what(town: Town, visits: Visits) -> None:
    for field, said in (("until", "Vul een datum en tijd in."), ("reason", "Kies waarom")):
        answer = visits.by("daughter").post("/naaste/afwezig", {**report(town), field: ""})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_an_informal_carer_reports_it_too(town: Town, visits: Visits) -> None:
    """Her word pauses nothing by itself: the nurse gets it with all that was told, and decides."""
    assert "Geef dit door" in visits.text("daughter", "/naaste/afwezig")
    assert visits.by("daughter").post("/naaste/afwezig", report(town)).status_code == 302
    with as_worker():
        assert not Absence.objects.exists()
        task = Task.objects.get(kind="absence_told")
        assert (task.owner_role, task.detail["who"], task.high_risk) == ("nurse", "daughter", True)
        told = Remark.objects.get(kind="told")
        assert (told.by, told.text) == ("daughter", "away")
    assert "Tot die tijd gaat alles door." in visits.text("daughter", "/naaste/afwezig")
    page = f"/clienten/{town.id(ANNIE)}/afwezig"
    asked = visits.text("nurse", page)
    assert "daughter gaf dit door" in asked
    assert 'value="0612345678"' in asked
    assert visits.by("nurse").post(page, report(town)).status_code == 302
    with as_worker():
        assert Absence.objects.get().said_by == "Marja"
        assert Task.objects.get(kind="absence_told").ended_as == "done"
    assert "<b>Afwezig</b>" in visits.text("daughter", "/naaste/afwezig")
    assert visits.by("daughter").post("/naaste/afwezig", report(town)).status_code == 422


@pytest.mark.parametrize("who", ["southerner", "stranger", "daughter", "operator"])
def test_for_others_there_is_nothing_here(town: Town, visits: Visits, who: str) -> None:
    for page in ("afwezig", f"met-de-hand/{town.moments[ANNIE]}"):
        assert visits.by(who).get(f"/clienten/{town.id(ANNIE)}/{page}").status_code == 404


def test_giving_by_hand_is_refused_until_somebody_allowed_it_and_counts_after(
    town: Town, visits: Visits
) -> None:
    page = f"/clienten/{town.id(ANNIE)}/met-de-hand/{town.moments[ANNIE]}"
    nurse = visits.by("nurse")
    assert "De uiterste tijd is voorbij." in visits.text("nurse", page)
    answer = nurse.post(page, {"act": "begin", "stock": "own"})
    assert (answer.status_code, "Overleg eerst met de apotheek" in answer.content.decode()) == (422, True)
    allowed = {"allowed_by": "P. Theker", "allowed_because": "mag nog"}
    assert nurse.post(page, {"act": "begin", "stock": "own", **allowed}).status_code == 302
    assert "U kunt nu geven." in visits.text("nurse", page)  # the dispenser is past its own time
    assert nurse.post(page, {"act": "give"}).status_code == 302
    text = visits.text("nurse", page)
    assert "Met de hand gegeven." in text
    assert "Goedgevonden door P. Theker" in text
    assert "ingenomen" not in text
    with as_worker():
        assert Moment.objects.get(id=town.moments[ANNIE]).outcome == "by_hand"
        assert HandGiving.objects.get().given_by == "nurse"


def test_every_refusal_of_the_rules_has_its_sentence_on_the_screen() -> None:
    seen = 0
    for path in sorted(each for room in ("away", "by_hand") for each in (SOURCES / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "AwayRefused",
                "GivingRefused",
            ):
                said = node.args[0]
                text = said.values[0].value if isinstance(said, ast.JoinedStr) else said.value  # type: ignore[attr-defined]
                assert refused_words(text) != text, (path.name, text)
                seen += 1
    assert seen > 20, "the rules stand somewhere else"
