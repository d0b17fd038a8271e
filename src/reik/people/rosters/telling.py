"""A question for a swap reaches the phone of who is asked, and the answer the other one: without a name (R47, R55).

Nobody is rung for it, and no line between machines is used: a swap is no alert. Whoever has no way left reads it on
the page of the roster, and who asks is told so (`can_be_told`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from reik.kernel import outbox
from reik.kernel.ids import new_id
from reik.kernel.operations import compact
from reik.kernel.outbox import Message
from reik.people.models import RosterMember, RosterSwap
from reik.people.push import destination_of, phones_of

WRITTEN = ("email", "sms")
"""Ways to which a question is written where she has no phone with notifications."""
LASTS = timedelta(hours=24)


def tell_asked(row: RosterSwap, members: Iterable[RosterMember], now: datetime) -> None:
    """Ask these members; what they have not answered when the turn begins is not sent any more."""
    _tell({"type": "swap.question"}, row, members, now, min(LASTS, row.starts_at - now))


def tell_answer(row: RosterSwap, members: Iterable[RosterMember], now: datetime) -> None:
    """Somebody answered, or it is over: questions that have not left are taken back, and these members look."""
    outbox.withdraw([row.id], now)
    _tell({"type": "swap.answer"}, row, members, now, LASTS)


def can_be_told(member_id: UUID) -> bool:
    """Whether a question for a swap reaches this member by itself."""
    member = _members().filter(id=member_id).first()
    return member is not None and (_phones(member) or _written(member) is not None)


def _tell(
    kind: dict[str, str],
    row: RosterSwap,
    members: Iterable[RosterMember],
    now: datetime,
    lasts: timedelta,
) -> None:
    """One message each; `about` is the proposal, so that it can be taken back with it."""
    found = _members().filter(id__in=[each.id for each in members])
    data = {"swap": str(row.id), "roster": str(row.roster_id), "organisation": str(row.organisation_id)}
    body = compact({**kind, "timestamp": now.isoformat(), "data": data})
    ways = [way for way in (_way(each, now) for each in found) if way is not None]
    outbox.put(
        [
            Message(
                id=new_id(now), organisation_id=row.organisation_id, destination_id=way, about=row.id, body=body,
                priority=outbox.REPORT, gives_up_after=lasts,
            )
            for way in dict.fromkeys(ways)
        ],
        now,
    )  # fmt: skip


def _members() -> QuerySet[RosterMember]:
    rows = RosterMember.objects.filter(ended_at=None)
    return rows.select_related("account", "destination", "fallback").order_by("id")


def _way(member: RosterMember, now: datetime) -> UUID | None:
    if _phones(member) and member.account_id:
        return destination_of(member.account_id, now)
    return _written(member)


def _phones(member: RosterMember) -> bool:
    """Whether she has a phone with notifications, in the organisation of the roster."""
    account = member.account
    return (
        account is not None
        and account.organisation_id == member.organisation_id
        and bool(phones_of(account.id))
    )


def _written(member: RosterMember) -> UUID | None:
    ways = (each for each in (member.destination, member.fallback) if each is not None)
    return next((each.id for each in ways if each.channel in WRITTEN), None)
