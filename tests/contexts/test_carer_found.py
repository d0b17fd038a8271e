"""*Wat trof u aan?* on the informal carer's phone: each finding and what it does; nothing she tells is lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client as Browser

from reik.alerting.models import Alert, Remark
from reik.alerting.operations import accept_alert, agree_arrangement, handle_alert
from reik.alerting.policy import RouteStep
from reik.dispensing.models import Absence, Moment
from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.operations import add_destination, open_account
from reik.people.homes_numbers import add_number
from reik.people.models import Carer
from reik.people.operations import form_team, join_team, register_client
from reik.tasks.models import Task
from reik.tasks.operations import tell_overdue
from tests import cast
from tests.contexts.test_carer_screens import MINUTE, Home, _centre_fails, _missed, _text
from tests.contexts.test_carer_screens import home as home

ME = "Marleen Wolters"


@pytest.fixture
def asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Her turn: the centre reached nobody, three minutes ago."""
    alert_id = _missed(home)
    _centre_fails(home, alert_id)
    home.at(monkeypatch, 33)
    return alert_id


@pytest.fixture
def numbers(home: Home) -> None:
    become(Role.WORKER)
    for kind, name, phone in (
        ("team", "Wijkteam", "053 555 10 01"), ("centre", "De Wacht", "053 555 08 00"),
        ("gp_post", "Huisartsenpost", "053 555 11 22"),
    ):  # fmt: skip
        add_number(
            organisation_id=home.client.organisation_id,
            kind=kind,
            name=name,
            phone=phone,
            hours={},
            now=home.due,
        )
    become(Role.WEB)


def tell(home: Home, alert_id: UUID, outcome: str) -> str:
    answer = home.browser.post(f"/naaste/melding/{alert_id}/afgelopen", {"uitkomst": outcome}, follow=True)
    assert answer.status_code == 200
    return _text(answer)


def remarks(alert_id: UUID) -> list[tuple[str, str, str]]:
    become(Role.WORKER)
    rows = list(
        Remark.objects.filter(alert_id=alert_id).order_by("at", "id").values_list("kind", "by", "text")
    )
    become(Role.WEB)
    return rows


def tasks(kind: str) -> list[Task]:
    become(Role.WORKER)
    rows = list(Task.objects.filter(kind=kind))
    become(Role.WEB)
    return rows


@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize(
    ("outcome", "state", "remote"),
    [
        ("out_at_visit", "closed", False),
        ("says_out", "watched", None),
        ("refuses", "open", None),
        ("not_reached", "open", None),
        ("away", "closed", True),
        ("unwell", "open", None),
    ],
)
def test_each_finding_does_what_its_button_says(
    home: Home, asked: UUID, outcome: str, state: str, remote: bool | None, claimed: bool
) -> None:
    """R49: also by who did not take the alert first."""
    if claimed:
        home.browser.post(f"/naaste/melding/{asked}/regelen")
    page = _text(home.browser.get(f"/naaste/melding/{asked}"))
    assert f'value="{outcome}"' in page
    tell(home, asked, outcome)
    alert = home.alert()
    assert (alert.state, alert.handled_by, alert.handled_as) == (state, ME, outcome)
    assert (alert.remote, alert.visit_by) == (remote, ""), "she decided on no visit of the team's (R50)"
    assert (alert.priority == 0) == (outcome == "unwell")


def test_admitted_stops_the_dispenser_and_the_nurse_hears(home: Home, asked: UUID) -> None:
    tell(home, asked, "away")
    become(Role.WORKER)
    assert Absence.objects.get(ended_at=None).noted_by == ME
    become(Role.WEB)
    assert [each.owner_role for each in tasks("absence_details")] == ["nurse"]


def test_she_does_not_trust_it_and_is_rung(home: Home, asked: UUID, numbers: None) -> None:
    become(Role.WORKER)
    organisation = home.client.organisation_id
    Carer.objects.update(phone=vault().seal_text(organisation, "06 555 01 07"))
    become(Role.WEB)
    said = tell(home, asked, "unwell")
    assert "U wilt gebeld worden. Dat is doorgegeven om 09:33." in said
    assert "Wij bellen u op 06 555 01 07." in said
    assert 'href="tel:0535551001"' in said
    (task,) = tasks("call_back")
    assert (task.about, task.high_risk, task.owner_role) == (asked, True, "nurse")
    assert "06" not in str(task.detail), "her number stays sealed on her card"
    tell(home, asked, "unwell")
    assert len(tasks("call_back")) == 1, "asking twice is one request"

    nurse = _nurse(home)
    page = _text(nurse.get(f"/team/melding/{asked}"))
    assert f"{ME} vertrouwt het niet en wil gebeld worden, sinds 09:33." in page
    assert 'href="tel:065550107"' in page
    nurse.post(f"/team/melding/{asked}/teruggebeld", {"wie": task.detail["key"]})
    assert tasks("call_back")[0].ended_as == "done"
    assert ("called_back", "Anja", ME) in remarks(asked)
    assert "U wilt gebeld worden" not in _text(home.browser.get("/naaste"))


def test_taking_it_back_takes_the_call_back_too(home: Home, asked: UUID) -> None:
    tell(home, asked, "unwell")
    home.browser.post(f"/naaste/melding/{asked}/ongedaan")
    assert tasks("call_back")[0].ended_as == "dropped"
    tell(home, asked, "unwell")
    home.browser.post(f"/naaste/melding/{asked}/niet-bellen")
    assert [each.ended_as for each in tasks("call_back")] == ["dropped", "dropped"]


@pytest.mark.parametrize(
    ("outcome", "kind"), [("refuses", ""), ("unwell", "call_back"), ("away", "absence_told")]
)
@pytest.mark.parametrize("closed", [True, False])
def test_what_she_tells_is_kept_when_the_alert_is_over_or_anothers(
    home: Home, asked: UUID, outcome: str, kind: str, closed: bool
) -> None:
    """R47: one owner; her word stands beside it, and who must hear it does."""
    become(Role.WORKER)
    if closed:
        handle_alert(
            alert_id=asked, by="Anja", outcome="out_at_visit", cause="asleep", remote=False, role="team",
            now=home.due + 33 * MINUTE,
        )  # fmt: skip
    else:
        accept_alert(alert_id=asked, by="Sanne Vos", now=home.due + 33 * MINUTE)
    become(Role.WEB)
    before = home.alert()
    answer = home.browser.post(f"/naaste/melding/{asked}/afgelopen", {"uitkomst": outcome})
    assert answer.status_code == 409
    said = _text(answer)
    assert ("Deze melding was al gesloten." if closed else "Sanne Vos regelt deze melding nu.") in said
    assert "Wij hebben opgeschreven wat u vertelde." in said
    assert ("told", ME, outcome) in remarks(asked)
    after = home.alert()
    assert (after.state, after.accepted_by, after.closed_as) == (
        before.state,
        before.accepted_by,
        before.closed_as,
    )
    if kind:
        assert len(tasks(kind)) == 1
    assert not tasks("absence_details"), "nothing is paused on her word alone"
    if outcome == "unwell":
        assert "U wilt gebeld worden" in said


def test_a_word_that_is_none_is_refused_and_noted_nowhere(home: Home, asked: UUID) -> None:
    assert (
        home.browser.post(f"/naaste/melding/{asked}/afgelopen", {"uitkomst": "nonsense"}).status_code == 409
    )
    assert all(kind != "told" for kind, _by, _text in remarks(asked))


def test_the_second_time_is_refused_kindly_and_she_may_say_how_it_went(
    home: Home, asked: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _text(home.browser.get("/naaste"))
    assert "U hebt dan tijd tot 09:48. Zo lang belt niemand anders." in page
    home.browser.post(f"/naaste/melding/{asked}/regelen")
    home.browser.post(f"/naaste/melding/{asked}/teruggeven")
    home.at(monkeypatch, 34)
    page = _text(home.browser.get(f"/naaste/melding/{asked}"))
    assert "U had deze melding al een keer. Zeg hieronder hoe het ging" in page
    assert "Ik regel het" not in page
    answer = home.browser.post(f"/naaste/melding/{asked}/regelen")
    assert (answer.status_code, "U had deze melding al een keer." in _text(answer)) == (409, True)
    tell(home, asked, "says_out")
    assert home.alert().state == "watched"


def test_whom_to_ring_and_whether_it_may_still(home: Home, asked: UUID, numbers: None) -> None:
    become(Role.WORKER)
    accept_alert(alert_id=asked, by="Sanne Vos", now=home.due + 33 * MINUTE)
    become(Role.WEB)
    page = _text(home.browser.get(f"/naaste/melding/{asked}"))
    assert "Het zakje kan er nog uit tot 10:30. Daarna eerst overleggen met:" in page
    assert "Huisartsenpost" in page
    assert 'href="tel:0535551122"' in page
    assert 'href="tel:0535550800"' in page, "the centre's number, because an operator has it"
    assert "Bel Sanne Vos" in page


def test_without_a_number_it_says_whose_it_would_be(home: Home, asked: UUID) -> None:
    become(Role.WORKER)
    accept_alert(alert_id=asked, by="Sanne Vos", now=home.due + 33 * MINUTE)
    become(Role.WEB)
    page = _text(home.browser.get("/naaste"))
    assert "Sanne Vos heeft deze melding. Een telefoonnummer weten wij niet." in page
    assert "Daarna eerst overleggen met het wijkteam." in page


def test_a_notification_opens_the_alert_and_says_when_it_is_over(home: Home, asked: UUID) -> None:
    assert "Het zakje van 09:00 zit er nog in" in _text(home.browser.get(f"/naaste/melding/{asked}"))
    nobody = Browser()
    answer = nobody.get(f"/naaste/melding/{asked}")
    assert answer["Location"] == f"/inloggen?next=%2Fnaaste%2Fmelding%2F{asked}"
    become(Role.WORKER)
    at = home.due + 33 * MINUTE
    handle_alert(
        alert_id=asked, by="Anja", outcome="out_at_visit", cause="asleep", remote=False, role="team", now=at
    )
    become(Role.WEB)
    page = _text(home.browser.get(f"/naaste/melding/{asked}"))
    assert "Deze melding is al voorbij: zakje is eruit, iemand stond erbij. U hoeft niets te doen." in page


def test_another_client_s_alert_and_a_revoked_consent_are_not_there(home: Home, asked: UUID) -> None:
    become(Role.WORKER)
    other = register_client(organisation_id=home.client.organisation_id, name="B. Ander", now=home.due)
    voice = cast.beside(other, "REIK-00002", home.due)
    cast.plan(voice, "m-9", home.due, now=home.due - timedelta(hours=1))
    at = home.due + cast.WINDOW
    cast.tell(voice, voice.closed("m-9", "not_taken_out", at), at=at)
    strange = Alert.objects.get(client_id=other.id).id
    become(Role.WEB)
    for path in ("", "/regelen", "/afgelopen", "/niet-bellen"):
        address = f"/naaste/melding/{strange}{path}"
        answer = home.browser.post(address, {"uitkomst": "unwell"}) if path else home.browser.get(address)
        assert answer.status_code == 404, path
    assert not tasks("call_back")
    become(Role.WORKER)
    Carer.objects.update(revoked_at=home.due)
    become(Role.WEB)
    answer = home.browser.get(f"/naaste/melding/{asked}")
    assert (answer.status_code, "toestemming" in _text(answer)) == (404, True)
    assert home.browser.post(f"/naaste/melding/{asked}/afgelopen", {"uitkomst": "unwell"}).status_code == 404
    assert not tasks("call_back")


def test_her_own_absence_says_who_is_called_instead(home: Home) -> None:
    page = _text(home.browser.get("/naaste/zelf-weg"))
    assert "Hennie: u staat niet op de route. Er verandert niets." in page
    become(Role.WORKER)
    organisation, carer = home.client.organisation_id, Carer.objects.get().id
    way = add_destination(
        organisation_id=organisation, channel="email", name=ME, address="smtp://localhost?to=x@example.org",
        now=home.due,
    )  # fmt: skip
    for carer_id, said in (
        (None, "Hennie: uw stap slaan wij niet vanzelf over."),
        (carer, "uw stap is stap 1 van 2 en wordt overgeslagen. In uw plaats belt meteen: Wijkteam."),
    ):
        agree_arrangement(
            organisation_id=organisation, client_id=home.client.id, agreed_by="wijkverpleegkundige", now=home.due,
            route=[
                RouteStep(
                    action="ask_carer", responder=ME, destination_id=way.id, wait=10 * MINUTE, carer_id=carer_id
                ),
                RouteStep(
                    action="ask_team", responder="Wijkteam", destination_id=way.id, wait=5 * MINUTE, repeat=5 * MINUTE
                ),
            ],
        )  # fmt: skip
        become(Role.WEB)
        assert said in _text(home.browser.get("/naaste/zelf-weg"))
        become(Role.WORKER)
    become(Role.WEB)


def _nurse(home: Home) -> Browser:
    become(Role.WORKER)
    organisation = home.client.organisation_id
    nurse = open_account(
        organisation_id=organisation, username="demo.anja", display_name="Anja", role="nurse", now=home.due
    )
    team = form_team(organisation_id=organisation, name="Noord", now=home.due)
    join_team(organisation_id=organisation, team_id=team.id, account_id=nurse.id, now=home.due)
    browser = Browser()
    browser.force_login(nurse)
    become(Role.WEB)
    return browser


@pytest.mark.parametrize(
    ("minutes", "says"), [(-1, "kan er nog uit tot 10:30"), (0, "kan er nu niet meer uit")]
)
def test_whether_it_may_still_turns_at_the_latest_time_itself(
    home: Home, asked: UUID, monkeypatch: pytest.MonkeyPatch, minutes: int, says: str
) -> None:
    """R29: latest 10:30, and at 10:30 it is too late."""
    home.at(monkeypatch, 90 + minutes)
    become(Role.WORKER)
    latest = Moment.objects.get(id=home.moment).latest_at
    assert latest == home.due + 90 * MINUTE
    become(Role.WEB)
    assert f"Het zakje {says}" in _text(home.browser.get(f"/naaste/melding/{asked}"))


def test_a_call_back_that_nobody_made_is_a_sentence_for_each(
    home: Home, asked: UUID, numbers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(Role.WORKER)
    Carer.objects.update(phone=vault().seal_text(home.client.organisation_id, "06 555 01 07"))
    become(Role.WEB)
    tell(home, asked, "unwell")  # 09:33, so within a quarter of an hour
    home.at(monkeypatch, 68)
    become(Role.WORKER)
    tell_overdue(home.due + 49 * MINUTE)
    late = Alert.objects.get(cause="task_overdue")
    become(Role.WEB)
    said = _text(home.browser.get("/naaste"))
    assert "Wij zouden u om 09:48 bellen; dat is 20 minuten geleden." in said
    assert f"/naaste/melding/{late.id}/regelen" not in said, "there is nothing for her to see to"
    assert "call_back" not in said
    page = _text(_nurse(home).get(f"/team/melding/{late.id}"))
    assert f"U zou {ME} om 09:48 terugbellen; dat is 20 minuten geleden." in page
    assert f'action="/team/melding/{asked}/teruggebeld"' in page
    assert 'href="tel:065550107"' in page
