"""A centre's town with one alert, and what an operator posts there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from reik.alerting.claims.who import Who
from reik.alerting.models import Alert
from reik.alerting.operations import accept_alert
from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from tests.contexts.screens_town import Town, Visits, as_worker, found_town

NOW = datetime.fromisoformat("2026-11-24T21:47:00+01:00")
ANNA = "Anna de Boer"


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in(ANNA, town.north)
    town.misses(ANNA)
    centre = town.accounts["operator"].organisation_id
    town.accounts["ricardo"] = open_account(
        organisation_id=centre, username="ricardo", display_name="Ricardo", role="operator", now=NOW
    )
    town.accounts["elsewhere"] = open_account(
        organisation_id=town.accounts["stranger"].organisation_id, username="elsewhere", display_name="Elders",
        role="operator", now=NOW,
    )  # fmt: skip
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


@pytest.fixture
def alert_id(town: Town) -> UUID:
    with as_worker():
        return Alert.objects.get().id


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


def post(visits: Visits, who: str, address: str, **fields: object) -> str:
    answer = visits.by(who).post(f"/zorgcentrale/{address}", fields, headers={"hx-request": "true"})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def take(town: Town, alert_id: UUID, by: str, role: str = "operator") -> None:
    account = town.accounts[by]
    with as_worker():
        accept_alert(alert_id=alert_id, by=Who(account.id, account.display_name), now=NOW, role=role)
