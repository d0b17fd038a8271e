"""Taking over a calendar file, and the feeds at which other calendars read a roster (RFC 5545)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from reik.kernel.ids import new_id
from reik.kernel.tenancy import Actor
from reik.people.models import Roster, RosterException, RosterFeed, RosterMember, RosterPattern
from reik.people.rosters.calendar_in import Turns, Whose, read
from reik.people.rosters.calendar_out import Entry, calendar_of
from reik.people.rosters.operations import end_patterns, keep_exception, locked, member_of
from reik.people.rosters.queries import duty_between
from reik.people.rosters.turns import NewException, NewPattern, check_pattern

FED_BACK, FED_AHEAD = timedelta(days=14), timedelta(days=92)
"""Of how many days a feed tells, before and after now."""
SECRET_BYTES = 24
ROLE = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many turns of a calendar are new, and how many of an earlier reading are in it no more."""

    added: int
    ended: int


@transaction.atomic
def take_calendar(roster_id: UUID, text: bytes, *, only: UUID | None, by: str, now: datetime) -> Taken:
    """Take over the turns of a calendar file; with `only` they are all of that member.

    The same file again changes nothing. What an earlier reading brought and this file has no more, ends: with
    `only` of that member, else of all. Turns that were put in by hand stay. Raises CalendarRefused (nothing is
    taken over then) and RosterRefused.
    """
    roster = locked(roster_id)
    if only is not None and member_of(only).roster_id != roster.id:
        only = None
    members = {each.id: each for each in RosterMember.objects.filter(roster=roster, ended_at=None)}
    names = {id: each.name for id, each in members.items()}
    found = read(text, Whose(zone=ZoneInfo(roster.zone), members=names, only=only))
    scope = Q(roster=roster, ended_at=None) & ~Q(uid="") & (Q(member_id=only) if only else Q())
    added, ended = _take_patterns(roster, found, scope, members, now)
    more, less = _take_exceptions(found, scope, members, by, now)
    return Taken(added=added + more, ended=ended + less)


def _take_patterns(
    roster: Roster, found: Turns, scope: Q, members: dict[UUID, RosterMember], now: datetime
) -> tuple[int, int]:
    today = now.astimezone(ZoneInfo(roster.zone)).date()
    rows = RosterPattern.objects.filter(scope).filter(Q(until=None) | Q(until__gt=today))
    known = {_pattern_key(each): each.id for each in rows}
    said = {_pattern_key(each): each for each in found.patterns if each.until is None or each.until > today}
    end_patterns([id for key, id in known.items() if key not in said], today, now)
    fresh = [each for key, each in said.items() if key not in known]
    for each in fresh:
        check_pattern(each)
    RosterPattern.objects.bulk_create(
        RosterPattern(
            id=new_id(now), organisation_id=roster.organisation_id, roster=roster, member=members[each.member_id],
            place=each.place, weekdays=each.weekdays, every_weeks=each.every_weeks, hours_from=each.hours_from,
            hours_until=each.hours_until, since=each.since, until=each.until, uid=each.uid, created_at=now,
        )
        for each in fresh
    )  # fmt: skip
    return len(fresh), len(known.keys() - said.keys())


def _take_exceptions(
    found: Turns, scope: Q, members: dict[UUID, RosterMember], by: str, now: datetime
) -> tuple[int, int]:
    rows = RosterException.objects.filter(scope, ends_at__gt=now)
    known = {_exception_key(each, each.kind == "on"): each.id for each in rows}
    said = {_exception_key(each, each.on): each for each in found.exceptions if each.ends_at > now}
    gone = [id for key, id in known.items() if key not in said]
    RosterException.objects.filter(id__in=gone).update(ended_at=now)
    fresh = [each for key, each in said.items() if key not in known]
    for each in fresh:
        keep_exception(members[each.member_id], each, by, None, now)
    return len(fresh), len(gone)


def _pattern_key(each: RosterPattern | NewPattern) -> tuple[Any, ...]:
    return (
        each.uid, each.member_id, each.place, each.weekdays, each.every_weeks, each.hours_from, each.hours_until,
        each.since, each.until,
    )  # fmt: skip


def _exception_key(each: RosterException | NewException, on: bool) -> tuple[Any, ...]:
    return each.uid, each.member_id, each.place, on, each.starts_at, each.ends_at


@transaction.atomic
def open_feed(roster_id: UUID, member_id: UUID | None, *, by: str, now: datetime) -> str:
    """The token of a new feed of a roster (or of one member's turns); an older one of the same ends with it.

    It is said once: only its digest is kept.
    """
    roster = locked(roster_id)
    if member_id is not None and member_of(member_id).roster_id != roster.id:
        member_id = None
    end_feed(roster_id, member_id, now)
    token = new_token(roster.organisation_id)
    RosterFeed.objects.create(
        id=new_id(now), organisation_id=roster.organisation_id, roster=roster, member_id=member_id,
        digest=digest_of(token), by=by, created_at=now,
    )  # fmt: skip
    return token


def end_feed(roster_id: UUID, member_id: UUID | None, now: datetime) -> bool:
    """Whoever reads this feed gets nothing any more; says whether there was one."""
    rows = RosterFeed.objects.filter(roster_id=roster_id, member_id=member_id, ended_at=None)
    return rows.update(ended_at=now) > 0


def new_token(organisation_id: UUID) -> str:
    """The secret of an address at which a calendar reads; it names its organisation and nothing else."""
    secret = secrets.token_bytes(SECRET_BYTES)
    return base64.urlsafe_b64encode(organisation_id.bytes + secret).decode().rstrip("=")


def actor_of_token(token: str) -> Actor | None:
    """As whom a feed is read: nobody, in the organisation that the token names. It opens nothing by itself."""
    try:
        whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(whole) != 16 + SECRET_BYTES:
        return None
    organisation_id = UUID(bytes=whole[:16])
    return Actor(
        account_id=UUID(int=0), name=ROLE, role=ROLE, organisation_id=organisation_id,
        organisations=(organisation_id,),
    )  # fmt: skip


def feed(token: str, now: datetime) -> bytes | None:
    """The calendar of this token, within `acting_for(actor_of_token(token))`; None when there is none (any more)."""
    row = (
        RosterFeed.objects.filter(digest=digest_of(token), ended_at=None, roster__ended_at=None)
        .select_related("roster", "member")
        .first()
    )
    if row is None or (row.member is not None and row.member.ended_at is not None):
        return None
    only = None if row.member is None else row.member.id
    title = row.roster.name if row.member is None else f"{row.roster.name}: {row.member.name}"
    return calendar_of(title, _entries(row.roster, only, now), now)


def _entries(roster: Roster, only: UUID | None, now: datetime) -> Iterable[Entry]:
    names = dict(RosterMember.objects.filter(roster=roster).values_list("id", "name"))
    since, until = now - FED_BACK, now + FED_AHEAD
    stand, _ = duty_between([roster.id], since, until)[roster.id]
    for each in stand:
        whole = (
            each.starts_at > since and each.ends_at < until
        )  # what is cut off would change with each reading
        if whole and only in (None, each.member_id):
            yield Entry(
                uid=f"{roster.id}-{each.member_id}-{each.place}-{each.starts_at:%Y%m%dT%H%M%SZ}@reik",
                title=names[each.member_id] if only is None else roster.name,
                starts_at=each.starts_at, ends_at=each.ends_at, place=each.place,
            )  # fmt: skip


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
