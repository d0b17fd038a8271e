"""Everyone and everything of the neighbourhood is entered as people would enter it, by Reik's own operations."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from reik.alerting.arrangements.responders import link_way
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import SHORTEST, RouteStep
from reik.kernel.models import Account
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret, open_account
from reik.ops.demo import CENTRE_PORT, MAIL_PORT, cast
from reik.ops.demo.arranged import Around, agreed, default_route
from reik.ops.demo.cast import Person
from reik.ops.history import Staff
from reik.people.models import Carer, Client, TeamMember
from reik.people.operations import add_carer, agree_partnership, form_team, join_team, register_client
from reik.people.pharmacies import give_pharmacy, register_pharmacy

CARERS_HOURS = (time(7), time(22, 30))
LATE_HOURS = (time(8), time(21))
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
            each.client_id: Staff(operators=operators, carer=each.person.carer, team=each.team_members)
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
            operators=operators, carer=carers.get(id, [""])[0],
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
    desks = _Desks(now)
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


class _Desks:
    """Destinations, each made once: all of them on this machine."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._made: dict[tuple[UUID, str], UUID] = {}

    def webhook(self, organisation_id: UUID, name: str) -> UUID:
        return self._once(
            organisation_id, name, "webhook", webhook_address(CENTRE_PORT), new_webhook_secret()
        )

    def mailbox(self, organisation_id: UUID, name: str) -> UUID:
        return self._once(organisation_id, name, "email", mail_address(MAIL_PORT, name), None)

    def _once(self, organisation_id: UUID, name: str, channel: str, address: str, secret: str | None) -> UUID:
        key = (organisation_id, name)
        if key not in self._made:
            self._made[key] = add_destination(
                organisation_id=organisation_id, channel=channel, name=name, address=address, secret=secret,
                now=self._now,
            ).id  # fmt: skip
        return self._made[key]


def webhook_address(port: int) -> str:
    """Where the centre's system of the demo listens."""
    return f"http://127.0.0.1:{port}/meldingen"


def mail_address(port: int, name: str) -> str:
    """The mailbox of someone of the demo, at the demo's own mail server."""
    return f"{mailbox(port)}&{urlencode({'to': f'{plain(name)}@example.org'})}"


def mailbox(port: int) -> str:
    """The mailbox of the demo's care organisations, at its own mail server."""
    return f"smtp://127.0.0.1:{port}/?{urlencode({'from': 'reik@example.org', 'tls': 'none'})}"


def plain(name: str) -> str:
    """A name as it stands in an address: `Emre Yıldız` → `emre.yildiz`."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("ı", "i"))
    return ".".join(
        "".join(each for each in letters if each.isascii() and (each.isalnum() or each == " ")).split()
    )


def _settle(town: Town, desks: _Desks, number: int, person: Person, device: str, now: datetime) -> Resident:
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


def agree_routes(residents: Sequence[Resident], now: datetime, *, pace: float = 1.0) -> None:
    """Everyone's follow-up arrangement: centre, informal carer in her hours, team on duty again and again (R46)."""
    for each in residents:
        own = agreed(each.number, _around(each), pace) if each.person is not cast.STORY else None
        agree_arrangement(
            organisation_id=each.organisation_id, client_id=each.client_id, now=now,
            route=_named(own[0].route if own else _route(each, pace), each), others=own[0].others if own else (),
            words=own[1] if own else "", agreed_by=each.team_members[0], shortest=SHORTEST / pace,
        )  # fmt: skip
    for each in {each.organisation_id: each for each in residents}.values():
        agree_arrangement(
            organisation_id=each.organisation_id, client_id=None, route=default_route(_around(each), pace), now=now,
            agreed_by=each.team_members[0], shortest=SHORTEST / pace,
        )  # fmt: skip


def _named(route: Sequence[RouteStep], resident: Resident) -> list[RouteStep]:
    """Her informal carer's own absence leaves her step out."""
    carers = Carer.objects.filter(client_id=resident.client_id, name=resident.person.carer)
    carer = carers.values_list("id", flat=True).first()
    return [replace(each, carer_id=carer) if each.action == "ask_carer" else each for each in route]


def _around(resident: Resident) -> Around:
    centre, carer, team = resident.desks
    person = resident.person
    return Around(
        centre=(cast.CENTRE, centre), carer=(person.carer, carer), team=(person.team, team),
        hours=LATE_HOURS if resident.number % 3 == 0 else CARERS_HOURS,
    )  # fmt: skip


def _route(resident: Resident, pace: float) -> list[RouteStep]:
    def wait(minutes: int) -> timedelta:
        return timedelta(minutes=minutes) / pace

    centre, carer, team = resident.desks
    person = resident.person
    hours = LATE_HOURS if resident.number % 3 == 0 else CARERS_HOURS
    story = person is cast.STORY  # can be played at any hour
    return [
        RouteStep(action="phone_client", responder=cast.CENTRE, destination_id=centre, wait=wait(5)),
        RouteStep(
            action="ask_carer",
            responder=person.carer,
            destination_id=carer,
            wait=wait(10),
            hours=None if story else hours,
        ),
        RouteStep(
            action="ask_team", responder=person.team, destination_id=team, wait=wait(5), repeat=wait(5)
        ),
    ]  # fmt: skip
