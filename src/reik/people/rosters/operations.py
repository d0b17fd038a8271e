"""Writes of rosters: making one, who takes turns on it, the turns that come back, exceptions and swaps.

A roster's row is locked first, so that of two people who change it one sees what the other did. A gap is allowed,
because the roster has a last resort; `what_if` and `gaps_ahead` say which hours it has before and after saving.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel.ids import new_id
from reik.kernel.models import Account, Destination
from reik.people.models import Roster, RosterException, RosterMember, RosterPattern, Team
from reik.people.rosters.duty import Gap
from reik.people.rosters.queries import duty_between
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.turns import PLACES, NewException, NewPattern, check_pattern, check_stretch

LOOKED_AHEAD = timedelta(days=14)
WORDLESS = ("scaip", "espax")
"""Channels that have codes for alerts and no words for anything else."""


@transaction.atomic
def make_roster(
    *,
    organisation_id: UUID,
    name: str,
    last_resort_id: UUID,
    now: datetime,
    lead_id: UUID | None = None,
    team_id: UUID | None = None,
    zone: str = "Europe/Amsterdam",
) -> UUID:
    """A roster without anybody on it yet. `lead_id`: who hears of gaps; `last_resort_id`: who is called in one.

    Raises RosterRefused without a name, for a name that is there already, and for what is another organisation's.
    """
    if not (name := name.strip()):
        raise RosterRefused("Give the roster a name.", "unnamed")
    if Roster.objects.filter(organisation_id=organisation_id, name=name, ended_at=None).exists():
        raise RosterRefused(f"There is a roster {name} already: choose another name.", "name_taken", name)
    _check_destinations(organisation_id, last_resort_id, lead_id)
    if lead_id and Destination.objects.filter(id=lead_id, channel__in=WORDLESS).exists():
        raise RosterRefused(
            "An alarm centre's system cannot show a forewarning: choose an app, text message, e-mail or webhook.",
            "lead_machine",
        )
    if team_id and not Team.objects.filter(id=team_id, organisation_id=organisation_id).exists():
        raise RosterRefused("This team is not one of the organisation.", "team")
    made = Roster.objects.create(
        id=new_id(now), organisation_id=organisation_id, team_id=team_id, name=name, zone=zone,
        last_resort_id=last_resort_id, lead_id=lead_id, created_at=now,
    )  # fmt: skip
    return made.id


@transaction.atomic
def add_member(
    *,
    roster_id: UUID,
    name: str,
    destination_id: UUID,
    now: datetime,
    fallback_id: UUID | None = None,
    account_id: UUID | None = None,
) -> UUID:
    """Someone who takes turns, with where she is called. Raises RosterRefused."""
    roster = locked(roster_id)
    if not (name := name.strip()):
        raise RosterRefused("Say who it is.", "who")
    _check_destinations(roster.organisation_id, destination_id, fallback_id)
    members = RosterMember.objects.filter(roster=roster, ended_at=None)
    if account_id:
        if not Account.objects.filter(id=account_id, organisation_id=roster.organisation_id).exists():
            raise RosterRefused("This person does not work for the organisation.", "account")
        if members.filter(account_id=account_id).exists():
            raise RosterRefused(f"{name} is on this roster already.", "member_twice", name)
    if members.filter(name=name).exists():
        raise RosterRefused(
            f"There is a {name} on this roster already: add an initial.", "member_name_taken", name
        )
    made = RosterMember.objects.create(
        id=new_id(now), organisation_id=roster.organisation_id, roster=roster, account_id=account_id, name=name,
        destination_id=destination_id, fallback_id=fallback_id, created_at=now,
    )  # fmt: skip
    return made.id


@transaction.atomic
def end_member(member_id: UUID, now: datetime) -> None:
    """She takes no turns any more, from now on; her turns become gaps where nobody else stands."""
    locked(member_of(member_id).roster_id)
    RosterMember.objects.filter(id=member_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def add_pattern(new: NewPattern, now: datetime) -> UUID:
    """A turn that comes back each week or each so many weeks. Raises RosterRefused."""
    member = member_of(new.member_id)
    roster = locked(member.roster_id)
    check_pattern(new)
    made = RosterPattern.objects.create(
        id=new_id(now), organisation_id=roster.organisation_id, roster=roster, member=member, place=new.place,
        weekdays=new.weekdays, every_weeks=new.every_weeks, hours_from=new.hours_from,
        hours_until=new.hours_until, since=new.since, until=new.until, uid=new.uid, created_at=now,
    )  # fmt: skip
    return made.id


@transaction.atomic
def end_patterns(pattern_ids: Collection[UUID], from_day: date | None, now: datetime) -> None:
    """These turns hold no more from this local day on (None: today). What never held is taken back as a whole."""
    for row in RosterPattern.objects.filter(id__in=pattern_ids, ended_at=None).order_by("id"):
        roster = locked(row.roster_id)
        day = from_day or now.astimezone(ZoneInfo(roster.zone)).date()
        if row.until is not None and row.until <= day:
            continue
        ends = {"ended_at": now} if row.since >= day else {"until": day}
        RosterPattern.objects.filter(id=row.id).update(**ends)


@transaction.atomic
def add_exception(new: NewException, *, by: str, now: datetime) -> UUID:
    """Someone is on, or off, otherwise than the pattern says. Raises RosterRefused."""
    member = member_of(new.member_id)
    locked(member.roster_id)
    check_stretch(new.starts_at, new.ends_at, now)
    return keep_exception(member, new, by, None, now)


@transaction.atomic
def take_back(exception_id: UUID, now: datetime) -> None:
    """This exception holds no more; of a swap both. Raises RosterRefused for one that is over."""
    row = RosterException.objects.filter(id=exception_id, ended_at=None).first()
    if row is None or row.ends_at <= now:
        raise RosterRefused("This is over, or was taken back before: look at the roster again.", "over")
    locked(row.roster_id)
    which = RosterException.objects.filter(roster_id=row.roster_id, ended_at=None)
    (which.filter(swap=row.swap) if row.swap else which.filter(id=row.id)).update(ended_at=now)


def gaps_ahead(roster_id: UUID, now: datetime) -> list[Gap]:
    """The hours of the next 14 days in which nobody stands on it."""
    return duty_between([roster_id], now, now + LOOKED_AHEAD).get(roster_id, ([], []))[1]


def what_if(roster_id: UUID, act: Callable[[], object], now: datetime) -> list[Gap]:
    """The gaps of the next 14 days as they would be after `act`, of which nothing stays. Raises what `act` raises."""
    with transaction.atomic():
        act()
        found = gaps_ahead(roster_id, now)
        transaction.set_rollback(True)
    return found


def locked(roster_id: UUID) -> Roster:
    """The roster, locked until the end of the transaction. Raises RosterRefused when it has ended."""
    roster = (
        Roster.objects.select_for_update(no_key=True, of=("self",))
        .filter(id=roster_id, ended_at=None)
        .first()
    )
    if roster is None:
        raise RosterRefused("This roster is not there any more.", "gone")
    return roster


def member_of(member_id: UUID) -> RosterMember:
    """Someone who takes turns. Raises RosterRefused when she does no more."""
    member = RosterMember.objects.filter(id=member_id, ended_at=None).first()
    if member is None:
        raise RosterRefused("This person takes no turns on this roster any more.", "member_gone")
    return member


def keep_exception(member: RosterMember, new: NewException, by: str, key: UUID | None, now: datetime) -> UUID:
    """One row, in the caller's transaction; `key` ties the two of a swap together."""
    if new.place not in PLACES:
        raise RosterRefused("A place on the roster is 1, 2 or 3.", "place")
    made = RosterException.objects.create(
        id=new_id(now), organisation_id=member.organisation_id, roster_id=member.roster_id, member=member,
        kind="on" if new.on else "off", place=new.place, starts_at=new.starts_at.astimezone(UTC),
        ends_at=new.ends_at.astimezone(UTC), swap=key, uid=new.uid, reason=new.reason.strip()[:200], by=by,
        created_at=now,
    )  # fmt: skip
    return made.id


def _check_destinations(organisation_id: UUID, *ids: UUID | None) -> None:
    wanted = {each for each in ids if each}
    if Destination.objects.filter(organisation_id=organisation_id, id__in=wanted).count() != len(wanted):
        raise RosterRefused("Choose a way to call that the organisation has.", "destination")
