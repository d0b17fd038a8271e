"""Who is at work now: stands on a roster at this instant, or has a page of Reik open (N3, N4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from reik.people.models import RosterMember
from reik.people.presence import there
from reik.people.rosters.queries import on_duty


def at_work(account_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Of these people those who are on duty by a roster, or there by an open page; five statements at most."""
    rows = RosterMember.objects.filter(account_id__in=account_ids, ended_at=None)
    standing = on_duty(set(rows.values_list("roster_id", flat=True)), now)
    by_roster = {each.account_id for stand in standing.values() for each in stand if each.account_id}
    return frozenset(by_roster & set(account_ids)) | there(account_ids, now)
