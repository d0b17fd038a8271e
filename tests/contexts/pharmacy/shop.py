"""Two care organisations, and the pharmacies that serve their clients."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.test import Client as Browser

from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.medication.operations import confirm_schedule, register_roll, write_schedule
from reik.medication.requests.operations import NewRequest, ask
from reik.medication.rolls.sachets import Content, SachetOnRoll
from reik.medication.times.schedule import TimeLine, whole_days
from reik.people.models import Client
from reik.people.operations import agree_partnership, register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from tests import cast

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))
TODAY = date(2026, 11, 23)


@dataclass(kw_only=True)
class Shop:
    """Two care organisations with a client each, their pharmacy, another pharmacy, and a third house."""

    zorg: UUID
    linde: UUID
    anna: Client
    bert: Client
    foreign: Client
    pharmacy: UUID
    now: datetime
    accounts: dict[str, Any] = field(default_factory=dict)

    def who(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.accounts[name])
        return browser

    def page(self, address: str, who: str = "pharmacist") -> str:
        answer = self.who(who).get(address)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def worker(self, what: Any) -> Any:
        become(Role.WORKER)
        found = what()
        become(Role.WEB)
        return found

    def plan(self, *lines: TimeLine) -> None:
        """Anna's confirmed schedule."""
        id = write_schedule(
            organisation_id=self.zorg, client_id=self.anna.id, lines=lines, by="Nurse", now=self.now - DAY
        )
        confirm_schedule(id, "Second", self.now - DAY)

    def roll(self, *sachets: SachetOnRoll, days: int = 2) -> UUID:
        starts_at, ends_at = whole_days(TODAY, TODAY + days * DAY, _zone())
        return register_roll(
            organisation_id=self.zorg, client_id=self.anna.id, number="R-1", starts_at=starts_at, ends_at=ends_at,
            by="Packer", now=self.now - timedelta(hours=8), sachets=sachets or None,
        )  # fmt: skip

    def ask(self, client: Client, kind: str = "question", **more: Any) -> UUID:
        new = NewRequest(
            organisation_id=client.organisation_id, client_id=client.id, kind=kind, urgency="today",
            answer_by=self.now + timedelta(hours=6), by="Sanne Vos", **more,
        )  # fmt: skip
        return ask([new], self.now)[0]


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Amsterdam")


def words(page: str) -> str:
    """What a person reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=1)
EVENING = TimeLine(weekdays=EVERY_DAY, at=time(20), sachets=1)


def sachet(number: int, day: date, at: time, *contents: str) -> SachetOnRoll:
    said = tuple(Content(code="1", text=each, amount="1") for each in contents) or None
    return SachetOnRoll(sequence=number, day=day, at=at, contents=said)


def open_shop(now: datetime) -> Shop:
    """Anna and Bert are served by the pharmacy whose people have accounts here."""
    company = cast.gather(now - DAY)
    linde = found_organisation(name="De Linde", kind="care", now=now)
    ours, other = (
        found_organisation(name=name, kind="pharmacy", now=now) for name in ("De Vijzel", "De Ster")
    )
    for house in (company.zorg.id, linde.id):
        for each in (ours, other):
            agree_partnership(organisation_id=house, partner_id=each.id, purpose="medication", now=now - DAY)
    anna = register_client(
        organisation_id=company.zorg.id, name="Anna Bakker", birth_date=date(1950, 2, 3), now=now
    )
    bert = register_client(organisation_id=linde.id, name="Bert Linde", now=now)
    made = Shop(
        zorg=company.zorg.id, linde=linde.id, anna=anna, bert=bert, now=now, pharmacy=ours.id,
        foreign=register_client(organisation_id=company.eva.id, name="Eva's cliënt", now=now),
    )  # fmt: skip
    for client in (anna, bert):
        card = register_pharmacy(
            organisation_id=client.organisation_id, name="De Vijzel", partner_id=ours.id, now=now
        )
        give_pharmacy(client.id, card)
    for name, role, home in (
        ("pharmacist", "pharmacist", ours), ("other", "pharmacist", other), ("nurse", "nurse", company.zorg),
    ):  # fmt: skip
        made.accounts[name] = open_account(
            organisation_id=home.id, username=f"demo.{name}", display_name=name.title(), role=role, now=now
        )
    return made
