"""The demo's neighbourhood: forty homes that were lived in for sixty days, and doses due within the next minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.alerting.figures.proposals import propose_all
from reik.dispensing.devices.enrolment import Enrolment, enrol
from reik.dispensing.plans.keeping import renew_all
from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import Account, Destination, Organisation
from reik.kernel.operations import installation_kind, set_pace
from reik.medication.requests.letters import set_desk
from reik.medication.times.schedule import EVERY_DAY
from reik.ops.database import MONTHLY_TABLES, as_owner
from reik.ops.demo import (
    agenda,
    arranged,
    asked,
    care_paths,
    cast,
    desks,
    dispensers,
    funded,
    house_rules,
    letters,
    moving_in,
    on_duty,
    pharmacy,
    planning,
    today,
)
from reik.ops.demo.cast import Person
from reik.ops.demo.moving_in import Town
from reik.ops.demo.pharmacy import Pharmacy
from reik.ops.demo.standstill import catch_up
from reik.ops.history import Life, Street
from reik.people.models import Carer
from reik_simulator.home import home as home_of

ZONE = ZoneInfo("Europe/Amsterdam")
SEED = 20_261_122
ROUTE_PACE = 10
"""How much sooner routes go on in a demo that is hurried: five minutes become thirty seconds."""
HURRIED_FROM = 10.0
TWO_SACHETS_OF = 4
"""One in so many has two sachets at her first moment of the day."""
NETWORKS = ("netwerk A", "netwerk B")
"""By which the dispensers of the demo speak, in turn; made up."""

Say = Callable[[str], None]


class NotADemo(Exception):
    """This installation is not a demo: nobody made up may live among real clients."""


class BrokenOff(Exception):
    """A part of the neighbourhood is there and the rest cannot be made any more; the message says what to do."""


def furnish(
    home: Home,
    now: datetime,
    *,
    pace: float,
    say: Say,
    days: int = 60,
    people: Sequence[Person] = cast.PEOPLE,
) -> Callable[[], None]:
    """Make the neighbourhood with `days` of history that end at `now`; when it is there already, it catches up.

    Gives what is left to be done when it is known where everybody is reached (`readdress`).

    To be called while no other Reik process runs: to those, every deadline of the past is overdue. The past runs at
    its own pace; `pace` holds from `now` on, for windows, and from 10 on for the waits of routes. Those who log in
    come last, so that what was broken off is known as such. Raises NotADemo, BrokenOff and StoodStillTooLong.
    """
    become(Role.WORKER)
    if _is_there():
        dispensers.make_ready(home)
        catch_up(home, now, set_pace=_set_pace, pace=pace, zone=ZONE, say=say)
        return lambda: None
    since = now - timedelta(days=days)
    _make_months(since, now)
    _set_pace(1.0)
    say(f"Furnishing {len(people) + 1} homes.")
    place = _furnished(people, since, now, say)
    _set_pace(pace)
    with transaction.atomic():
        renew_all(now)
        place.street.settle(now)
        _hand_over(home, place, since, now, hurry=ROUTE_PACE if pace >= HURRIED_FROM else 1.0)
        care_paths.walk(place.town, since, now)
        funded.happen(place.town, since, now)
        asked.happen(place.town, since, now)
        propose_all(now)
    planning.take_in_beside(home, place.town.organisations[cast.TWENTESTROOM], now)
    dispensers.make_ready(home)
    say(f"{len(place.inhabited)} homes with {days} days behind them.")
    return partial(today.happen, place.town.residents, place.lines, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """All of it: what was entered, the devices with what they were given, and the time they live in."""

    town: Town
    inhabited: Sequence[tuple[Life, Enrolment]]
    street: Street
    lines: pharmacy.Lines


def _furnished(people: Sequence[Person], since: datetime, now: datetime, say: Say) -> _Place:
    with transaction.atomic():
        town = moving_in.move_in(people, since)
        arranged.agree_routes(town.residents, since)
        read_back = since + timedelta(minutes=10)
        lines = _lines(town, now)
        pharmacy.agree_schedules(town.residents, lines, since, read_back=read_back)
        letters.send(town.residents, lines, since + timedelta(minutes=15))
        today.settle_in(town.residents, since + timedelta(minutes=18))
        inhabited = _switch_on(town, since + timedelta(minutes=20))
    street = _live(town, [life for life, _ in inhabited], since + timedelta(minutes=30), now, say)
    return _Place(town=town, inhabited=inhabited, street=street, lines=lines)


def _hand_over(home: Home, place: _Place, since: datetime, now: datetime, *, hurry: float) -> None:
    """Who works here may log in and stands on rosters, by which routes go from now on; every device has its folder."""
    moving_in.let_in(place.town, since)
    rosters = on_duty.stand_by(place.town, now)
    arranged.agree_routes(place.town.residents, now, pace=hurry, rosters=rosters)
    house_rules.agree_rules(place.town, since, now)
    for resident, (life, enrolment) in zip(place.town.residents, place.inhabited, strict=True):
        profile = "absent" if life.device == cast.STORY_DEVICE else resident.person.profile
        dispensers.put_down(home, life, enrolment, profile=profile, seed=SEED + resident.number, now=now)


def _set_pace(pace: float) -> None:
    def say_so() -> None:
        set_pace(pace)

    as_owner(say_so)
    become(Role.WORKER)


def _make_months(since: datetime, now: datetime) -> None:
    """The monthly tables of the past: made before, because making one waits for everybody who reads them."""
    months = (now.year - since.year) * 12 + now.month - since.month + 1
    with connection.cursor() as cursor:
        for table in MONTHLY_TABLES:
            cursor.execute("SELECT reik_make_partitions(%s, %s, %s)", [table, since.date(), months])


def _is_there() -> bool:
    """Raises NotADemo, and BrokenOff when only a part of it is there."""
    if installation_kind() != "demo":
        raise NotADemo("This is not a demo installation: start `reik demo` with a REIK_HOME of its own.")
    if Account.objects.filter(username=cast.WORKERS[0].username).exists():
        return True
    if Organisation.objects.filter(name=cast.CENTRE).exists():
        raise BrokenOff("Making the neighbourhood was broken off: start `reik demo --fresh`.")
    return False


def _lines(town: Town, now: datetime) -> pharmacy.Lines:
    """Everyone's schedule; anchored at `now`, so that the neighbourhood is alive whenever somebody starts it."""
    soon = agenda.soon([each.person for each in town.residents], now, ZONE)
    return {
        each.client_id: agenda.lines(
            each.person, agenda.times(each.person, each.number, soon.get(each.person.name), agenda.start(now, ZONE)),
            agenda.story_days(now, ZONE) if each.person is cast.STORY else EVERY_DAY,
            most=2 if each.number % TWO_SACHETS_OF == 0 else 1,
        )
        for each in town.residents
    }  # fmt: skip


def _switch_on(town: Town, at: datetime) -> list[tuple[Life, Enrolment]]:
    """A dispenser in every home, enrolled and switched on for the first time."""
    made = []
    for each in town.residents:
        enrolment = enrol(
            organisation_id=each.organisation_id, device=each.device, client_id=each.client_id, now=at,
            supplier="Voorbeeld Dispensers", network=NETWORKS[each.number % len(NETWORKS)], region="Voorbeeldstreek",
        )  # fmt: skip
        life = Life(
            device=each.device, key=enrolment.key, client_id=each.client_id,
            home=home_of(at, each.person.profile, SEED + each.number),
        )  # fmt: skip
        life.switch_on(at)
        made.append((life, enrolment))
    return made


def _live(town: Town, lives: Sequence[Life], since: datetime, until: datetime, say: Say) -> Street:
    """From the first roll until now."""
    street = Street(
        lives, organisations=list(town.organisations.values()), staff=town.staff(), zone=ZONE, seed=SEED,
        daily=Pharmacy(town.residents, ZONE).round,
    )  # fmt: skip
    whole = (until - since).days

    def told(now: datetime) -> None:
        day = (now - since).days
        if day and day % 10 == 0:
            say(f"{day} of {whole} days.")

    street.live(since, until, each_day=told)
    return street


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Someone whom a visitor of the demo may be. `lands`: operator, team, client, carer or pharmacy."""

    account_id: UUID
    username: str
    name: str
    role: str
    organisation: str
    about_nl: str
    about_en: str
    lands: str


def personas() -> list[Persona]:
    """Everyone who can log in, by where they land; empty before the neighbourhood is there."""
    order = list(cast.LANDS)
    rows = Account.objects.filter(username__startswith="demo.", role__in=order, is_active=True)
    found = [_persona(each) for each in rows.select_related("organisation")]
    return sorted(found, key=lambda each: (order.index(each.role), each.organisation, each.name))


def _persona(account: Account) -> Persona:
    nl, en = cast.ABOUT[account.role]
    carer = Carer.objects.filter(account_id=account.id).select_related("client").first()
    if carer is not None:
        whose = f"{carer.client.salutation} {carer.client.name}".strip()
        nl, en = f"{carer.relation.capitalize()} van {whose}. {nl}", f"Informal carer of {whose}. {en}"
    return Persona(
        account_id=account.id, username=account.username, name=account.display_name, role=account.role,
        organisation=account.organisation.name, about_nl=nl, about_en=en, lands=cast.LANDS[account.role],
    )  # fmt: skip


def readdress(*, centre: int, mail: int, site: str, now: datetime) -> None:
    """The demo's receivers listen on these ports of loopback this time, and `site` is where its screens are.

    Only the neighbourhood's desks are touched.
    """
    for each in Destination.objects.filter(organisation__accounts__username__startswith="demo.").distinct():
        webhook = each.channel == "webhook"
        address = desks.webhook_address(centre) if webhook else desks.mail_address(mail, each.name)
        each.address = vault().seal_text(each.organisation_id, address)
        each.save(update_fields=["address"])
    for care in Organisation.objects.filter(kind="care", accounts__username__startswith="demo.").distinct():
        set_desk(
            organisation_id=care.id,
            phone="053 555 01 00",
            site=site,
            mail=desks.mailbox(mail),
            by="demo",
            now=now,
        )
