"""Everyone and everything of the neighbourhood is entered as people would enter it, by Reik's own operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from reik.alerting.arrangements.responders import link_way
from reik.kernel.models import Account
from reik.kernel.operations import found_organisation, open_account
from reik.ops.demo import cast
from reik.ops.demo.cast import Person
from reik.ops.demo.desks import Desks, plain
from reik.ops.history import Staff
from reik.people.models import Carer, Client, TeamMember
from reik.people.operations import add_carer, agree_partnership, form_team, join_team, register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy

CARING = ("nurse", "caregiver")
STAYED_OF = 4
"""Every so manieth of De Linde's clients stayed with the other pharmacy."""
KINDS = {cast.CENTRE: "centre", cast.PHARMACY: "pharmacy", cast.TWENTESTROOM: "care", cast.LINDE: "care"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """One client in her home. `desks`: where centre, carer and team are reached, in the order of her route."""

    number: int
    person: Person
    device: str
    client_id: UUID
    organisation_id: UUID
    team_members: Sequence[str]
    desks: tuple[UUID, UUID, UUID]


@dataclass(slots=True, kw_only=True)
class Town:
    """What was entered: organisations by name, teams by name, and who lives there."""

    organisations: Mapping[str, UUID]
    teams: dict[str, UUID] = field(default_factory=dict)
    residents: list[Resident] = field(default_factory=list)

    def staff(self) -> dict[UUID, Staff]:
        """Who answers for each client."""
        operators = [each.name for each in cast.WORKERS if each.role == "operator"]
        return {
            each.client_id: Staff(
                operators=operators, carer=cast.answers(each.person.carer), team=each.team_members
            )
            for each in self.residents
        }


def staff_of_all() -> dict[UUID, Staff]:
    """Who answers for each client that is there, visitors' own too: operators, her carer, and her team.

    A team that nobody works in is stood in for by the whole organisation, and that by the operators.
    """
    workers = Account.objects.filter(is_active=True).order_by("display_name")
    operators = list(workers.filter(role="operator").values_list("display_name", flat=True))
    caring = workers.filter(role__in=CARING)
    organisations = _by_first(caring.values_list("organisation_id", "display_name"))
    members = TeamMember.objects.filter(account__role__in=CARING, account__is_active=True)
    teams = _by_first(
        members.order_by("account__display_name").values_list("team_id", "account__display_name")
    )
    carers = _by_first(
        Carer.objects.filter(revoked_at=None).order_by("created_at").values_list("client_id", "name")
    )
    return {
        id: Staff(
            operators=operators, carer=cast.answers(carers.get(id, [""])[0]),
            team=teams.get(team_id) or organisations.get(organisation_id) or operators,
        )
        for id, organisation_id, team_id in Client.objects.values_list("id", "organisation_id", "team_id")
    }  # fmt: skip


def _by_first(pairs: Iterable[tuple[Any, Any]]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for key, name in pairs:
        found.setdefault(key, []).append(name)
    return found


def move_in(people: Sequence[Person], now: datetime) -> Town:
    """Organisations that work together, their people, and the clients with carers and desks; the story's comes last."""
    town = Town(
        organisations={
            name: found_organisation(name=name, kind=kind, now=now).id for name, kind in KINDS.items()
        }
    )
    _work_together(town, now)
    for name, organisation in cast.TEAMS.items():
        town.teams[name] = form_team(organisation_id=town.organisations[organisation], name=name, now=now).id
    pharmacies = {name: _list_pharmacies(town, name, now) for name in (cast.TWENTESTROOM, cast.LINDE)}
    desks = Desks(now)
    for number, person in enumerate([*people, cast.STORY]):
        device = cast.STORY_DEVICE if person is cast.STORY else f"TWENTE-{number + 1:04d}"
        resident = _settle(town, desks, number, person, device, now)
        town.residents.append(resident)
        own, *others = pharmacies[cast.TEAMS[person.team]]
        give_pharmacy(resident.client_id, others[0] if others and number % STAYED_OF == 0 else own)
    return town


def _list_pharmacies(town: Town, care: str, now: datetime) -> list[UUID]:
    """The pharmacies in a care organisation's list: the one that works in Reik, and for De Linde one that does not."""
    organisation_id = town.organisations[care]
    common: dict[str, Any] = {
        "organisation_id": organisation_id, "now": now, "hours": cast.PHARMACY_HOURS,
        "duty_name": cast.DUTY_PHARMACY, "duty_phone": "053 555 09 99",
    }  # fmt: skip
    listed = [
        register_pharmacy(
            name=cast.PHARMACY, partner_id=town.organisations[cast.PHARMACY], phone="053 555 02 00", **common
        )
    ]
    if care == cast.LINDE:
        listed.append(
            register_pharmacy(
                name=cast.OTHER_PHARMACY,
                phone="0541 555 03 00",
                email="apotheek.de.eik@example.org",
                **common,
            )
        )
    return listed


def _work_together(town: Town, now: datetime) -> None:
    for care in (cast.TWENTESTROOM, cast.LINDE):
        for partner, purpose in ((cast.CENTRE, "follow-up"), (cast.PHARMACY, "medication")):
            agree_partnership(
                organisation_id=town.organisations[care], partner_id=town.organisations[partner],
                purpose=purpose, now=now,
            )  # fmt: skip


def let_in(town: Town, now: datetime) -> None:
    """Accounts for those who work here and for informal carers, who all may see their clients from `now` on."""
    for each in town.residents:
        _add_carer(each, now)
    for worker in cast.WORKERS:
        organisation_id = town.organisations[worker.organisation]
        account = open_account(
            organisation_id=organisation_id, username=worker.username, display_name=worker.name,
            role=worker.role, now=now,
        )  # fmt: skip
        if worker.team:
            join_team(
                organisation_id=organisation_id,
                team_id=town.teams[worker.team],
                account_id=account.id,
                now=now,
            )


def _settle(town: Town, desks: Desks, number: int, person: Person, device: str, now: datetime) -> Resident:
    organisation_id = town.organisations[cast.TEAMS[person.team]]
    client = register_client(
        organisation_id=organisation_id, name=person.name, now=now, birth_date=date.fromisoformat(person.born),
        bsn=cast.bsn(number), phone=f"053 555 01 {number:02d}", address=f"Voorbeeldstraat {number + 1}, {person.town}",
        team_id=town.teams[person.team], salutation=person.salutation, caller_note=person.note,
    )  # fmt: skip
    return Resident(
        number=number, person=person, device=device, client_id=client.id, organisation_id=organisation_id,
        team_members=[each.name for each in cast.WORKERS if each.team == person.team and each.role != "team_manager"],
        desks=(
            desks.webhook(organisation_id, cast.CENTRE),
            desks.mailbox(organisation_id, person.carer),
            desks.mailbox(organisation_id, person.team),
        ),
    )  # fmt: skip


def _add_carer(resident: Resident, now: datetime) -> None:
    person, number = resident.person, resident.number
    account_id = None
    if person.carer in cast.CARERS_WITH_ACCOUNT:
        account_id = open_account(
            organisation_id=resident.organisation_id, username=f"demo.{plain(person.carer)}",
            display_name=person.carer, role="informal_carer", now=now,
        ).id  # fmt: skip
    carer = add_carer(
        organisation_id=resident.organisation_id, client_id=resident.client_id, name=person.carer,
        relation=person.relation, now=now, phone=f"06 555 0{number % 10}1 {number:02d}", account_id=account_id,
        consented=True,
    )  # fmt: skip
    link_way(carer_id=carer.id, destination_id=resident.desks[1], by=resident.team_members[0], now=now)
