"""What was typed at a roster, as a change of it: a function, so that its gaps can be shown before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.people import push
from reik.people.rosters import calendars, operations
from reik.people.rosters.asking import GIVER, TAKER, Asked, ask_swap
from reik.people.rosters.asking import PHONE as PHONE_SAID
from reik.people.rosters.duty import instant
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.seen import RosterSeen, exceptions_of, may_take_turns, members_of, patterns_of
from reik.people.rosters.turns import NewException, NewPattern

Form = Mapping[str, str]
Change = Callable[[], object]
DAYS = frozenset("01234567")
PHONE = "phone"
"""Of the ways to call a colleague: all phones on which she has the app."""


def change_of(
    roster: RosterSeen, post: Form, days: list[str], file: bytes | None, *, by: str, now: datetime
) -> Change | None:
    """What this form would change; None for one that is not known. Raises RosterRefused for what is no date or id."""
    act = post.get("act", "")
    if act == "pattern":
        return _pattern(roster, post, days, now)
    if act in ("exception", "swap"):
        return _exception(roster, post, by, now) if act == "exception" else _swap(roster, post, by, now)
    if act == "calendar":
        if not file:
            raise RosterRefused("Choose a file.", "file")
        only, text = _id(post.get("only")), file
        return lambda: calendars.take_calendar(roster.id, text, only=only, by=by, now=now)
    if act == "member":
        return lambda: _member(roster, post, now)
    return _ending(post, act, roster, now)


def _ending(post: Form, act: str, roster: RosterSeen, now: datetime) -> Change | None:
    id = _id(post.get("id"))
    if id is None:
        return None
    until = _day(post["from"]) if post.get("from") else None
    today = now.astimezone(roster.zone).date()
    acts: dict[str, tuple[Callable[[], set[UUID]], Change]] = {
        "end_pattern": (
            lambda: {each.id for each in patterns_of(roster.id, today)},
            lambda: operations.end_patterns([id], until, now),
        ),
        "take_back": (
            lambda: {each.id for each in exceptions_of(roster.id, now)},
            lambda: operations.take_back(id, now),
        ),
        "end_member": (
            lambda: {each.id for each in members_of(roster.id)},
            lambda: operations.end_member(id, now),
        ),
    }
    if act not in acts:
        return None
    own, change = acts[act]
    if id not in own():
        raise RosterRefused("This is over, or was taken back before: look at the roster again.", "over")
    return change


def _pattern(roster: RosterSeen, post: Form, days: list[str], now: datetime) -> Change:
    last = post.get("last", "").strip()
    weeks = post.get("every_weeks", "1").strip()
    new = NewPattern(
        member_id=_of(roster, post.get("member")), weekdays=sum(1 << int(each) for each in set(days) & DAYS),
        hours_from=_time(post.get("hours_from", "")), hours_until=_time(post.get("hours_until", "")),
        since=_day(post.get("since", "")), until=_day(last) + timedelta(days=1) if last else None,
        every_weeks=int(weeks) if weeks.isdecimal() else 0, place=_place(post),
    )  # fmt: skip
    return lambda: operations.add_pattern(new, now)


def _exception(roster: RosterSeen, post: Form, by: str, now: datetime) -> Change:
    new = NewException(
        member_id=_of(roster, post.get("member")), on=post.get("kind") == "on", place=_place(post),
        starts_at=instant_of(post.get("starts_at", ""), roster.zone),
        ends_at=instant_of(post.get("ends_at", ""), roster.zone), reason=post.get("reason", ""),
    )  # fmt: skip
    return lambda: operations.add_exception(new, by=by, now=now)


def _swap(roster: RosterSeen, post: Form, by: str, now: datetime) -> Change:
    """A planner proposes it; whose yes she heard is noted with her name, the others are asked themselves."""
    yes = {side: PHONE_SAID for side in (GIVER, TAKER) if post.get(f"{side}_agreed")}
    new = Asked(
        giver_id=_of(roster, post.get("giver")), taker_id=_of(roster, post.get("taker")),
        starts_at=instant_of(post.get("starts_at", ""), roster.zone),
        ends_at=instant_of(post.get("ends_at", ""), roster.zone),
    )  # fmt: skip
    return lambda: ask_swap(new, yes, by=by, now=now)


def _member(roster: RosterSeen, post: Form, now: datetime) -> None:
    account = _id(post.get("account"))
    names = dict(may_take_turns(roster.organisation_id))
    if account is not None and account not in names:
        raise RosterRefused("This person does not work for the organisation.", "account")
    by_phone = account is not None and post.get("called") == PHONE
    where = push.destination_of(account, now) if account and by_phone else _id(post.get("called"))
    if where is None:
        raise RosterRefused("Choose a way to call.", "destination")
    operations.add_member(
        roster_id=roster.id, name=names[account] if account else post.get("name", ""), destination_id=where,
        fallback_id=_id(post.get("fallback")), account_id=account, now=now,
    )  # fmt: skip


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """A local date and time, as a browser's field gives it. Raises RosterRefused."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RosterRefused("Enter a date and a time.", "time") from None
    return instant(at.date(), at.time(), zone) if at.tzinfo is None else at


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise RosterRefused("Enter a date and a time.", "time") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        raise RosterRefused("Enter a date and a time.", "time") from None


def _place(post: Form) -> int:
    said = post.get("place", "1")
    return int(said) if said in ("1", "2", "3") else 0


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _of(roster: RosterSeen, text: str | None) -> UUID:
    """Somebody of this roster. Raises RosterRefused."""
    id = _id(text)
    if id is None or id not in {each.id for each in members_of(roster.id)}:
        raise RosterRefused("This person takes no turns on this roster any more.", "member_gone")
    return id
