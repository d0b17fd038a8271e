"""Somebody leaves: whatever she could come in with ends at once, and what she knows is listed to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.login import accounts
from reik.kernel.login.refusals import AccountRefused
from reik.kernel.models import Account
from reik.people import push
from reik.people.access import actor_for
from reik.people.homes_access import KnownCode, codes_known_by
from reik.people.models import PushSubscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What ended with an account, and the house codes that she saw and that still open a door."""

    tokens: int
    phones: int
    codes: list[KnownCode]


@transaction.atomic
def end_account(account_id: UUID, now: datetime) -> Left:
    """Close an account: sessions, tokens, ways in, invitations and the notifications on her phones end.

    Raises AccountRefused for an account that does not exist. A second time changes nothing more.
    """
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise AccountRefused("There is no such account: `reik account list` names them.")
    houses = actor_for(account_id, now).organisations if account.is_active else (account.organisation_id,)
    tokens = accounts.close_account(account_id, now)
    phones = end_phones(account_id, now)
    codes = codes_known_by(account_id, houses)
    return Left(tokens=tokens, phones=phones, codes=[each for each in codes if each.to_change])


def end_phones(account_id: UUID, now: datetime) -> int:
    """No phone of hers gets notifications any more; gives how many did. Within the caller's transaction."""
    living = PushSubscription.objects.filter(account_id=account_id, gone_at=None).values_list("id", flat=True)
    phones = list(living)
    push.end(phones, "left", now)
    return len(phones)
