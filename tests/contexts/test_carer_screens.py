"""The informal carer's page: the ask, the promise, how it ended, and nothing without consent (R46 to R50, R59)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.test import override_settings

from reik.alerting.models import Alert
from reik.alerting.operations import accept_alert, agree_arrangement, handle_alert
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.kernel.operations import open_account
from reik.people.models import Carer, Client
from reik.people.operations import add_carer, register_client
from tests import cast

MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class Home:
    """Mevrouw Wolters with a dose that was due at 8:00, her daughter, and the daughter's browser."""

    client: Client
    voice: cast.Voice
    moment: UUID
    daughter: Account
    due: datetime
    browser: Browser

    def at(self, monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: self.due + minutes * MINUTE)

    def alert(self) -> Alert:
        become(Role.WORKER)
        found = Alert.objects.get(moment_id=self.moment)
        become(Role.WEB)
        return found


@pytest.fixture
def home(database: str, now: datetime) -> Iterator[Home]:
    company = cast.gather(now - timedelta(hours=2))
    zorg = company.zorg
    agree_arrangement(
        organisation_id=zorg.id, client_id=None, route=cast.three_steps(company.desks), agreed_by="wijkverpleegkundige",
        now=now - timedelta(hours=1),
    )  # fmt: skip
    client = register_client(
        organisation_id=zorg.id, name="H. (Hennie) Wolters", salutation="Mw.", phone="053 555 01 42", now=now
    )
    voice = cast.beside(client, "REIK-00001", now)
    due = now + timedelta(hours=1)
    moment = cast.plan(voice, "m-1", due, now=now)
    daughter = open_account(
        organisation_id=zorg.id,
        username="demo.marleen",
        display_name="Marleen Wolters",
        role="informal_carer",
        now=now,
    )
    add_carer(
        organisation_id=zorg.id, client_id=client.id, name="Marleen Wolters", relation="dochter", now=now,
        account_id=daughter.id, consented=True,
    )  # fmt: skip
    browser = Browser()
    browser.force_login(daughter)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield Home(client=client, voice=voice, moment=moment, daughter=daughter, due=due, browser=browser)


def _missed(home: Home) -> UUID:
    """The window ends and the device says so."""
    become(Role.WORKER)
    at = home.due + cast.WINDOW
    cast.tell(home.voice, home.voice.closed("m-1", "not_taken_out", at), at=at)
    become(Role.WEB)
    return home.alert().id


def _centre_fails(home: Home, alert_id: UUID) -> None:
    become(Role.WORKER)
    handle_alert(
        alert_id=alert_id, by="Sanne Vos", outcome="not_reached", cause="not_known", remote=True,
        now=home.due + cast.WINDOW + 2 * MINUTE,
    )  # fmt: skip
    become(Role.WEB)


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_quiet_day_asks_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.at(monkeypatch, -30)
    said = _text(home.browser.get("/naaste"))
    assert "Nog niets aan de beurt. Het eerste zakje komt om 09:00." in said
    assert "Ik regel het" not in said
    assert 'href="tel:0535550142"' in said
    assert "ingenomen" not in said


def test_before_she_is_asked_she_may_act_but_is_not_alarmed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _missed(home)
    home.at(monkeypatch, 31)
    said = _text(home.browser.get("/naaste"))
    assert 'class="ask' not in said
    assert "centre heeft om 09:30 bericht gekregen. U hoeft nu niets te doen." in said
    assert "Ik regel het" in said


def test_the_ask_the_promise_and_the_way_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    _centre_fails(home, alert_id)
    home.at(monkeypatch, 33)
    asked = _text(home.browser.get("/naaste"))
    assert "Het zakje van 09:00 zit er nog in" in asked
    assert "Sanne Vos heeft om 09:32 gebeld. Hennie nam niet op." in asked
    assert "Dan krijgt om <b>09:42</b> team bericht." in asked
    assert "Het zakje kan er nog uit tot 10:30." in asked

    answer = home.browser.post(f"/naaste/melding/{alert_id}/regelen")
    assert answer.status_code == 302
    taken = home.alert()
    assert (taken.state, taken.accepted_by, taken.accepted_role) == (
        "accepted",
        "Marleen Wolters",
        "informal_carer",
    )
    mine = _text(home.browser.get("/naaste"))
    assert "Wij wachten tot 09:48. Is het zakje er dan nog niet uit? Dan krijgt team bericht." in mine
    assert "Het lukt mij toch niet" in mine

    home.browser.post(f"/naaste/melding/{alert_id}/teruggeven")
    assert home.alert().state == "open"


def test_how_it_ended_can_be_taken_back_for_a_minute(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    home.at(monkeypatch, 33)
    home.browser.post(f"/naaste/melding/{alert_id}/regelen")
    home.browser.post(f"/naaste/melding/{alert_id}/afgelopen", {"uitkomst": "says_out"})
    assert home.alert().state == "watched"
    said = _text(home.browser.get("/naaste"))
    assert "zegt dat het zakje eruit is.</b> Wij letten tot 09:43 op de dispenser." in said
    home.browser.post(f"/naaste/melding/{alert_id}/ongedaan")
    assert home.alert().state == "accepted"
    home.browser.post(f"/naaste/melding/{alert_id}/afgelopen", {"uitkomst": "refuses"})
    home.at(monkeypatch, 36)
    assert "Maak ongedaan" not in _text(home.browser.get("/naaste"))
    assert home.browser.post(f"/naaste/melding/{alert_id}/ongedaan").status_code == 409


def test_after_the_latest_time_nobody_is_told_to_take_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    _centre_fails(home, alert_id)
    home.at(monkeypatch, 91)
    said = _text(home.browser.get("/naaste"))
    assert "Het zakje kan er nu niet meer uit. Overleg eerst met het wijkteam." in said


def test_someone_else_was_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    become(Role.WORKER)
    accept_alert(alert_id=alert_id, by="Sanne Vos", now=home.due + 31 * MINUTE)
    become(Role.WEB)
    home.at(monkeypatch, 32)
    answer = home.browser.post(f"/naaste/melding/{alert_id}/regelen")
    assert answer.status_code == 409
    assert "Sanne Vos regelt het, tot 09:46. U hoeft niets te doen." in _text(answer)


def test_the_week_and_who_sees_what(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _missed(home)
    home.at(monkeypatch, 40)
    assert "0 van 1 zakjes uitgenomen" in _text(home.browser.get("/naaste/week"))
    assert "kan die toestemming altijd intrekken" in _text(home.browser.get("/naaste/wie"))


def test_without_consent_there_is_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    become(Role.WORKER)
    Carer.objects.update(revoked_at=home.due)
    become(Role.WEB)
    home.at(monkeypatch, 33)
    for path in ("/naaste", "/naaste/nu", "/naaste/week", "/naaste/wie"):
        answer = home.browser.get(path)
        assert answer.status_code == 404
        assert "Wolters" not in _text(answer)
        assert "toestemming" in _text(answer)
    assert home.browser.post(f"/naaste/melding/{alert_id}/regelen").status_code == 404
    assert home.alert().state == "open"


def test_views_and_acts_leave_rows_and_refreshes_do_not(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_id = _missed(home)
    home.at(monkeypatch, 33)
    home.browser.get("/naaste")
    home.browser.get("/naaste/nu", headers={"X-Reik-Refresh": "1"})
    home.browser.post(f"/naaste/melding/{alert_id}/regelen")
    become(Role.WORKER)
    found = cast.rows(
        "SELECT act, object_kind, detail FROM kernel_accessentry WHERE actor = 'Marleen Wolters' ORDER BY act DESC"
    )
    become(Role.WEB)
    assert found == [("view", "client", "carer"), ("change", "alert", "accepted")]


def test_the_demo_s_own_pages_do_not_exist_elsewhere(home: Home) -> None:
    for path in (
        "/verhaal",
        "/story",
        "/verhaal/stand",
        "/dispenser/REIK-00001",
        "/dispenser/REIK-00001/scherm",
    ):
        assert home.browser.get(path).status_code == 404, path
    for path in (
        "/verhaal/begin",
        "/verhaal/open/team",
        "/verhaal/dispenser/doe/button",
        "/dispenser/REIK-00001/doe/button",
    ):
        assert home.browser.post(path).status_code == 404, path
