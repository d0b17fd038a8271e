"""Who may see whom (rule 10, R58, R59): the queryset is the permission, and the database stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from reik.kernel.database import Role, become
from reik.kernel.models import Account, Organisation
from reik.kernel.operations import found_organisation, open_account
from reik.kernel.tenancy import Actor, acting_for
from reik.people import queries
from reik.people.access import actor_for
from reik.people.models import Carer
from reik.people.operations import add_carer, agree_partnership, form_team, join_team, register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy


@dataclass(frozen=True)
class Town:
    accounts: dict[str, Account]
    clients: dict[str, UUID]


@pytest.fixture
def town(database: str, now: datetime) -> Town:
    care = found_organisation(name="Thuiszorg", kind="care", now=now)
    other = found_organisation(name="Zorggroep", kind="care", now=now)
    centre = found_organisation(name="Centrale", kind="centre", now=now)
    agree_partnership(organisation_id=care.id, partner_id=centre.id, purpose="follow-up", now=now)
    north, south = (form_team(organisation_id=care.id, name=each, now=now) for each in ("Noord", "Zuid"))

    def client(name: str, house: Organisation, team: UUID | None = None) -> UUID:
        return register_client(
            organisation_id=house.id, name=name, team_id=team, now=now, phone="053 555 01 42",
            address="Lindelaan 14, Enschede", salutation="Mw.",
        ).id  # fmt: skip

    clients = {
        "north": client("A. de Boer", care, north.id), "south": client("B. Zuid", care, south.id),
        "teamless": client("C. Zonder", care), "elsewhere": client("D. Elders", other),
    }  # fmt: skip
    accounts = {
        name: open_account(organisation_id=house.id, username=name, display_name=name, role=role, now=now)
        for name, house, role in (
            ("nurse", care, "nurse"), ("operator", centre, "operator"), ("daughter", care, "informal_carer"),
            ("stranger", other, "nurse"), ("integration", care, "integration"),
        )
    }  # fmt: skip
    join_team(organisation_id=care.id, team_id=north.id, account_id=accounts["nurse"].id, now=now)
    add_carer(
        organisation_id=care.id, client_id=clients["north"], name="Petra", relation="dochter", now=now,
        account_id=accounts["daughter"].id, consented=True, phone="06 555 01 07",
    )  # fmt: skip
    return Town(accounts, clients)


def seen_by(town: Town, who: str, now: datetime) -> set[str]:
    names = {id: name for name, id in town.clients.items()}
    actor = actor_for(town.accounts[who].id, now + timedelta(seconds=1))
    with acting_for(actor):
        return {names[id] for id in queries.visible_to(actor).values_list("id", flat=True)}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("nurse", {"north", "teamless"}),
        ("operator", {"north", "south", "teamless"}),
        ("daughter", {"north"}),
        ("stranger", {"elsewhere"}),
        ("integration", set()),
    ],
)
def test_everyone_sees_her_own_clients_and_no_other(
    who: str, sees: set[str], town: Town, now: datetime
) -> None:
    connection.close()
    become(Role.WEB)
    assert seen_by(town, who, now) == sees


def test_consent_that_is_taken_back_closes_the_door_at_once(town: Town, now: datetime) -> None:
    """R59."""
    assert seen_by(town, "daughter", now) == {"north"}
    Carer.objects.update(revoked_at=now)
    assert seen_by(town, "daughter", now) == set()
    assert queries.carers_of([town.clients["north"]]) == {}


def test_without_consent_a_carer_sees_nothing(town: Town, now: datetime) -> None:
    """R59."""
    Carer.objects.update(consented_at=None)
    assert seen_by(town, "daughter", now) == set()


def test_a_card_opens_what_was_sealed(town: Town, now: datetime) -> None:
    actor = actor_for(town.accounts["nurse"].id, now)
    card = queries.cards(actor, [town.clients["north"], town.clients["south"]])
    assert list(card) == [town.clients["north"]]
    shown = card[town.clients["north"]]
    assert (shown.display, shown.phone, shown.place) == ("Mw. A. de Boer", "053 555 01 42", "Enschede")
    assert [each.name for each in queries.search(actor, "boer")] == ["A. de Boer"]
    assert queries.search(actor, "zuid") == []
    assert queries.carers_of(card)[shown.id][0].phone == "06 555 01 07"


def test_a_pharmacist_sees_whom_her_pharmacy_serves_and_who_has_none_yet(
    database: str, now: datetime
) -> None:
    """R58: a partnership opens the door to an organisation; whom she sees there follows from who serves them."""
    zorg = found_organisation(name="Zorg", kind="care", now=now)
    shops = [found_organisation(name=each, kind="pharmacy", now=now) for each in ("Vijzel", "Ster")]
    names = ("Anna van Vijzel", "Bert van Ster", "Cor zonder")
    anna, bert, _cor = (register_client(organisation_id=zorg.id, name=each, now=now) for each in names)
    for client, shop in ((anna, shops[0]), (bert, shops[1])):
        listed = register_pharmacy(organisation_id=zorg.id, name=shop.name, partner_id=shop.id, now=now)
        give_pharmacy(client.id, listed)
    actor = Actor(
        account_id=UUID(int=1), name="Ruud", role="pharmacist", organisation_id=shops[0].id,
        organisations=(shops[0].id, zorg.id),
    )  # fmt: skip
    assert {each.name for each in queries.visible_to(actor)} == {"Anna van Vijzel", "Cor zonder"}
