"""The rosters of the demo: one with a swap and a gap to fill, and one of two people who take turns by the week."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.kernel.models import Account, Destination
from reik.kernel.operations import add_destination
from reik.ops.demo import MAIL_PORT, cast
from reik.ops.demo.desks import mail_address
from reik.ops.demo.moving_in import Town
from reik.people.homes_numbers import add_number
from reik.people.rosters.duty import instant
from reik.people.rosters.operations import add_exception, add_member, add_pattern, make_roster
from reik.people.rosters.swapping import Swap, swap
from reik.people.rosters.turns import NewException, NewPattern

ZONE = ZoneInfo("Europe/Amsterdam")
CHANGES_AT = time(7, 30)
EVERY_DAY, MONDAY_TO_THURSDAY, FRIDAY_TO_SUNDAY = 0b1111111, 0b0001111, 0b1110000
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SWAP_IN, GAP_IN = 2 * DAY, 5 * DAY
GAP = (time(18), time(23))
BY = "Wim Lansink"
NOORD, ZUID, LOSSER = "Team Noord", "Team Zuid", "Team Losser"


def stand_by(town: Town, now: datetime) -> dict[str, UUID]:
    """Who is on duty for each team, from the Monday before last on; gives the rosters by team."""
    lived_in = {each.person.team for each in town.residents}
    make = {NOORD: _noord, ZUID: _zuid, LOSSER: _linde}
    rosters = {team: fill(town, now) for team, fill in make.items() if team in lived_in}
    _numbers(town, now)
    return rosters


def _numbers(town: Town, now: datetime) -> None:
    """Which numbers are answered at which hour, of both care organisations."""
    night = dict.fromkeys((*"12345", "h"), ("17:00", "08:00")) | dict.fromkeys("67", ("08:00", "08:00"))
    for place, care in enumerate((cast.TWENTESTROOM, cast.LINDE), 1):
        for kind, name, phone, hours in (
            ("team", "Wijkteam van dienst", f"053 555 10 0{place}", {}),
            ("centre", cast.CENTRE, "053 555 08 00", {}),
            ("gp_post", "Huisartsenpost Twente", "053 555 11 22", night),
        ):
            add_number(
                organisation_id=town.organisations[care],
                kind=kind,
                name=name,
                phone=phone,
                hours=hours,
                now=now,
            )


def _noord(town: Town, now: datetime) -> UUID:
    """Around the clock by two people; one turn is swapped, and in one evening nobody stands."""
    roster = _roster(town, cast.TWENTESTROOM, NOORD, "Bereikbare dienst Twentestroom", BY, now)
    people = ("Anja ter Horst", "Joke Meijer", "Petra Kamphuis")
    anja, joke, petra = (_member(town, cast.TWENTESTROOM, roster, name, now) for name in people)
    for member, days in ((anja, MONDAY_TO_THURSDAY), (joke, FRIDAY_TO_SUNDAY)):
        _turn(member, now, days)
    first, gap = _day(now + SWAP_IN), _day(now + GAP_IN)
    giver, other = anja if first.weekday() < 4 else joke, petra
    swap(
        Swap(
            giver_id=giver, taker_id=other, starts_at=_at(first, CHANGES_AT), ends_at=_at(first + DAY, CHANGES_AT),
            agreed=(giver, other),
        ),
        by=BY, now=now,
    )  # fmt: skip
    gone = anja if gap.weekday() < 4 else joke
    off = NewException(
        member_id=gone, on=False, starts_at=_at(gap, GAP[0]), ends_at=_at(gap, GAP[1]), reason="bijscholing"
    )
    add_exception(off, by=BY, now=now)
    return roster


def _zuid(town: Town, now: datetime) -> UUID:
    """Around the clock by the team's own nurse, and Noord's behind her: whoever logs in as one of them is on duty."""
    roster = _roster(town, cast.TWENTESTROOM, ZUID, "Dienst Zuid", BY, now)
    for place, name in enumerate(("Petra Kamphuis", "Anja ter Horst"), 1):
        member = _member(town, cast.TWENTESTROOM, roster, name, now)
        _turn(member, now, EVERY_DAY, place=place)
    return roster


def _linde(town: Town, now: datetime) -> UUID:
    """Two people, a week each."""
    roster = _roster(town, cast.LINDE, LOSSER, "Dienst Losser", "", now)
    for number, name in enumerate(("Femke Rouwhorst", "Daan Olthof")):
        member = _member(town, cast.LINDE, roster, name, now)
        _turn(member, now, EVERY_DAY, weeks=2, later=number)
    return roster


def _roster(town: Town, care: str, team: str, name: str, lead: str, now: datetime) -> UUID:
    organisation_id = town.organisations[care]
    last_resort = next(each.desks[2] for each in town.residents if each.person.team == team)
    return make_roster(
        organisation_id=organisation_id, name=name, team_id=town.teams[team], last_resort_id=last_resort, now=now,
        lead_id=_mailbox(organisation_id, lead, now) if lead else None,
    )  # fmt: skip


def _member(town: Town, care: str, roster: UUID, name: str, now: datetime) -> UUID:
    organisation_id = town.organisations[care]
    account = Account.objects.get(organisation_id=organisation_id, display_name=name)
    return add_member(
        roster_id=roster, name=name, account_id=account.id, now=now,
        destination_id=_mailbox(organisation_id, name, now),
    )  # fmt: skip


def _mailbox(organisation_id: UUID, name: str, now: datetime) -> UUID:
    """One for each person, on however many rosters she stands."""
    there = Destination.objects.filter(organisation_id=organisation_id, channel="email", name=name).first()
    if there is not None:
        return there.id
    return add_destination(
        organisation_id=organisation_id,
        channel="email",
        name=name,
        address=mail_address(MAIL_PORT, name),
        now=now,
    ).id


def _turn(member: UUID, now: datetime, days: int, *, weeks: int = 1, later: int = 0, place: int = 1) -> None:
    today = _day(now)
    since = today - today.weekday() * DAY - 2 * WEEK + later * WEEK
    add_pattern(
        NewPattern(
            member_id=member, weekdays=days, hours_from=CHANGES_AT, hours_until=CHANGES_AT, since=since,
            every_weeks=weeks, place=place,
        ),
        now,
    )  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _at(day: date, wall: time) -> datetime:
    return instant(day, wall, ZONE)
