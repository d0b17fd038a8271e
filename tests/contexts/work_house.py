"""An organisation with its teams and pharmacy, as the work screens meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.test import override_settings

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.people.models import Client
from reik.people.operations import agree_partnership, form_team, join_team, register_client
from tests import cast
from tests.cast import rows as sql

DAY = timedelta(days=1)


@dataclass(kw_only=True)
class House:
    """Two teams, a pharmacy that serves the organisation, and another organisation."""

    zorg: UUID
    anna: Client
    south: Client
    foreign: Client
    now: datetime
    accounts: dict[str, Any] = field(default_factory=dict)

    def who(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.accounts[name])
        return browser

    def worker(self, what: Any) -> Any:
        become(Role.WORKER)
        found = what()
        become(Role.WEB)
        return found


@pytest.fixture
def house(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    company = cast.gather(now - DAY)
    zorg, eva = company.zorg, company.eva
    pharmacy = found_organisation(name="Apotheek", kind="pharmacy", now=now)
    agree_partnership(organisation_id=zorg.id, partner_id=pharmacy.id, purpose="medication", now=now - DAY)
    north, south = (form_team(organisation_id=zorg.id, name=name, now=now) for name in ("Noord", "Zuid"))
    anna = register_client(
        organisation_id=zorg.id, name="Anna Bakker", birth_date=date(1950, 2, 3), team_id=north.id, now=now
    )
    made = House(
        zorg=zorg.id, anna=anna, now=now,
        south=register_client(organisation_id=zorg.id, name="Zuster van Zuid", team_id=south.id, now=now),
        foreign=register_client(organisation_id=eva.id, name="Eva's cliënt", now=now),
    )  # fmt: skip
    for name, role, home, team in (
        ("nurse", "nurse", zorg, north), ("second", "caregiver", zorg, north), ("southerner", "nurse", zorg, south),
        ("pharmacist", "pharmacist", pharmacy, None), ("operator", "operator", company.centre, None),
        ("stranger", "nurse", eva, None),
    ):  # fmt: skip
        made.accounts[name] = open_account(
            organisation_id=home.id, username=f"demo.{name}", display_name=name.title(), role=role, now=now
        )
        if team is not None:
            join_team(organisation_id=home.id, team_id=team.id, account_id=made.accounts[name].id, now=now)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield made
    become(Role.WORKER)


def rows_of(*typed: dict[str, str]) -> dict[str, str]:
    """The form as a browser sends it."""
    sent = {"rows": str(len(typed)), "act": "save"}
    for number, row in enumerate(typed):
        whole = {"at": "", "n": "1", "days": "all", "win": "45", **row}
        sent |= {f"{name}-{number}": value for name, value in whole.items()}
    return sent


def write(house: House, who: str = "nurse", *typed: dict[str, str]) -> str:
    """A draft; gives the address where it is read back."""
    answer = house.who(who).post(
        f"/clienten/{house.anna.id}/schema", rows_of(*(typed or ({"at": "8", "n": "2"}, {"at": "2000"})))
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def confirmed(house: House) -> None:
    house.who("second").post(write(house) + "/klopt")


def log(house: House) -> list[tuple[Any, ...]]:
    query = "SELECT act, object_kind, outcome, detail FROM kernel_accessentry ORDER BY recorded_at, id"
    return list(house.worker(lambda: sql(query)))


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())
