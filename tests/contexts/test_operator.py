"""The console of a centre: who sees which alert, what is logged, and what an outcome does to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client as Browser

from reik.alerting.models import Alert
from reik.dispensing.models import Dispenser
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.kernel.operations import open_account
from reik.web.seen import REFRESH
from tests.cast import Cast, beside, gather, look, plan, rows, welcome

ALIVE = {"HTTP_HX_REQUEST": "true"}
UNASKED = {**ALIVE, f"HTTP_{REFRESH.upper().replace('-', '_')}": "1"}


@pytest.fixture
def cast(database: str) -> Cast:
    return gather(clock.now() - timedelta(hours=3))


@pytest.fixture
def alert(cast: Cast) -> Alert:
    """Anna's sachet is still in; its window is over since two minutes, and her dispenser is silent."""
    now = clock.now()
    voice = beside(welcome(cast.zorg, "Anna de Boer", now), "OPER-1", now)
    plan(voice, "ochtend", now - timedelta(minutes=32), now=now - timedelta(hours=1))
    look(now, read_through=now)
    return Alert.objects.get()


def person(cast: Cast, organisation_id: UUID, name: str, role: str = "operator") -> Account:
    return open_account(
        organisation_id=organisation_id, username=name.lower(), display_name=name, role=role, now=clock.now()
    )


@pytest.fixture
def sanne(cast: Cast, alert: Alert) -> Iterator[Browser]:
    """An operator of the centre that works for Anna's organisation."""
    account = person(cast, cast.centre.id, "Sanne Vos")
    become(Role.WEB)
    browser = Browser(headers={"host": "localhost"})
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    yield browser
    connection.close()
    become(Role.WORKER)


def logged() -> list[tuple[str, str, str]]:
    """What the access log says of people: act, outcome, detail; the oldest first."""
    become(Role.WORKER)
    try:
        return rows(
            "SELECT act, outcome, detail FROM kernel_accessentry WHERE actor_role = 'operator' ORDER BY recorded_at, id"
        )
    finally:
        become(Role.WEB)


def test_the_page_shows_the_alert_and_is_one_row_in_the_log(sanne: Browser, alert: Alert) -> None:
    page = sanne.get("/zorgcentrale").content.decode()
    assert "Anna de Boer" in page
    assert "innam" not in page
    assert "ingenomen" not in page
    details = sorted(each[2] for each in logged())
    assert details == ["zorgcentrale", f"zorgcentrale/melding/{alert.id}"]


def test_a_live_refresh_is_no_new_row_but_a_person_who_asks_is(sanne: Browser) -> None:
    sanne.get("/zorgcentrale")
    before = len(logged())
    for _ in range(3):
        assert sanne.get("/zorgcentrale/rij", **UNASKED).status_code == 200
    assert len(logged()) == before
    sanne.get("/zorgcentrale/rij", **ALIVE)
    assert len(logged()) == before + 1


def test_someone_new_on_a_refreshed_list_is_logged(sanne: Browser, cast: Cast) -> None:
    sanne.get("/zorgcentrale")
    before = len(logged())
    become(Role.WORKER)
    now = clock.now()
    voice = beside(welcome(cast.zorg, "Bep Kuipers", now), "OPER-2", now)
    plan(voice, "ochtend", now - timedelta(minutes=32), now=now - timedelta(hours=1))
    look(now, read_through=now)
    become(Role.WEB)
    assert "Bep Kuipers" in sanne.get("/zorgcentrale/rij", **UNASKED).content.decode()
    assert len(logged()) == before + 1


def test_who_takes_it_owns_it_and_another_is_told_so(sanne: Browser, alert: Alert, cast: Cast) -> None:
    assert "Geef terug" in sanne.post(f"/zorgcentrale/melding/{alert.id}/neem", **ALIVE).content.decode()
    become(Role.WORKER)
    ricardo = person(cast, cast.centre.id, "Ricardo Baars")
    become(Role.WEB)
    other = Browser(headers={"host": "localhost"})
    other.force_login(ricardo, backend="django.contrib.auth.backends.ModelBackend")
    said = other.post(f"/zorgcentrale/melding/{alert.id}/neem", **ALIVE).content.decode()
    assert "ondertussen veranderd" in said
    assert "Sanne Vos regelt het" in said
    acts = [each for each in logged() if each[0] == Act.CHANGE]
    assert [each[1] for each in acts] == ["ok", "refused"]


def test_an_outcome_is_said_and_taken_back(sanne: Browser, alert: Alert) -> None:
    address = f"/zorgcentrale/melding/{alert.id}"
    sanne.post(f"{address}/neem", **ALIVE)
    missing = sanne.post(f"{address}/uitkomst", {"notitie": "belt terug"}, **ALIVE).content.decode()
    assert "Kies eerst hoe het is afgelopen." in missing
    assert "belt terug" in missing  # nothing typed is lost
    said = sanne.post(f"{address}/uitkomst", {"uitkomst": "false_notice", "oorzaak": "device"}, **ALIVE)
    assert said.headers["HX-Trigger"] == "changed"
    assert "Herstel" in said.content.decode()
    become(Role.WORKER)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_as, alert.closed_cause) == ("closed", "false_notice", "device")
    become(Role.WEB)
    sanne.post(f"{address}/herstel", **ALIVE)
    become(Role.WORKER)
    alert.refresh_from_db()
    assert (alert.state, alert.accepted_by) == ("accepted", "Sanne Vos")


@pytest.mark.parametrize("role", ["operator", "nurse"])
def test_outsiders_find_nothing(cast: Cast, alert: Alert, role: str) -> None:
    account = person(cast, cast.eva.id, "Eva", role)
    become(Role.WEB)
    browser = Browser(headers={"host": "localhost"})
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(f"/zorgcentrale/melding/{alert.id}", **ALIVE).status_code == 404
    assert browser.post(f"/zorgcentrale/melding/{alert.id}/neem", **ALIVE).status_code == 404
    page = browser.get("/zorgcentrale")
    assert page.status_code == (200 if role == "operator" else 404)
    assert "Anna" not in page.content.decode()
    connection.close()
    become(Role.WORKER)


def test_nobody_goes_to_the_door(database: str) -> None:
    become(Role.WEB)
    answer = Browser(headers={"host": "localhost"}).get("/zorgcentrale")
    assert answer.headers["Location"].startswith("/inloggen")
    connection.close()
    become(Role.WORKER)


def test_calm_is_proved_and_an_outage_is_one_banner(sanne: Browser, alert: Alert, now: datetime) -> None:
    become(Role.WORKER)
    moment = clock.now()
    Alert.objects.update(state="closed", closed_at=moment, closed_as="away")
    Dispenser.objects.update(heard_at=moment)
    become(Role.WEB)
    page = sanne.get("/zorgcentrale").content.decode()
    assert "Rustig. Geen open meldingen." in page
    assert "Van 1 van 1 dispensers" in page
    become(Role.WORKER)
    from reik.kernel.models import Organisation

    zorg = Organisation.objects.get(name="Zorg aan Zee")
    for number in range(3):
        beside(welcome(zorg, f"Stil {number}", moment), f"STIL-{number}", moment)
    Dispenser.objects.filter(device__startswith="STIL").update(heard_at=moment - timedelta(minutes=20))
    become(Role.WEB)
    assert "3 dispensers zijn stil." in sanne.get("/zorgcentrale").content.decode()
    assert "Stil 2" in sanne.get("/zorgcentrale/stil", **ALIVE).content.decode()
