"""Notifications on the phones of a person: which phones, and the destination by which a route reaches them.

A route points at one destination per person, whether she has a phone yet or not. Its address holds all her living
phones, and is written anew with each change of them, in the same transaction: `reik send` then needs nothing but
the row it leases, as with every other channel.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import outbox
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.models import Account
from reik.kernel.operations import add_destination, compact, installation_kind, readdress
from reik.people.models import PushDestination, PushSubscription
from reik.people.push_address import LANGUAGES, MOST_PHONES, Phone, PushRefused, address_of, check_phone

TRIED_FOR = timedelta(minutes=2)
LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSeen:
    """A phone as its owner sees it. `used_at`: when it last said itself that a notification arrived."""

    id: UUID
    label: str
    created_at: datetime
    used_at: datetime | None


@transaction.atomic
def destination_of(account_id: UUID, now: datetime) -> UUID:
    """The destination that reaches all phones of this person; made when there is none yet."""
    return _point(account_id, now).destination_id


@transaction.atomic
def subscribe(
    *, account_id: UUID, endpoint: str, p256dh: str, auth: str, label: str, now: datetime, lang: str = "nl"
) -> UUID:
    """From now on this browser gets the notifications of this person; gives the phone's id.

    Doing it again keeps the phone. Whoever of the same organisation had this browser before gets no more on it:
    it has changed hands. Raises PushRefused for a browser that Reik may not or cannot send to.
    """
    check_phone(endpoint, p256dh, auth, demo=installation_kind() == "demo", also=_services())
    point = _point(account_id, now)
    index = vault().blind_index(point.organisation_id, endpoint)
    same = PushSubscription.objects.filter(organisation_id=point.organisation_id, endpoint_index=index)
    for other in same.filter(gone_at=None).exclude(account_id=account_id):
        end([other.id], "taken over", now)
    keys = vault().seal_text(point.organisation_id, json.dumps({"p256dh": p256dh, "auth": auth}))
    lang, label = lang if lang in LANGUAGES else LANGUAGES[0], label[:LONGEST_LABEL]
    mine = same.filter(gone_at=None).first()
    if mine is None:
        if len(_living(point)) >= MOST_PHONES:
            raise PushRefused(f"You have {MOST_PHONES} phones already: switch one of them off first.", "most")
        mine = PushSubscription.objects.create(
            id=new_id(now), organisation_id=point.organisation_id, account_id=account_id, keys=keys, lang=lang,
            endpoint=vault().seal_text(point.organisation_id, endpoint), endpoint_index=index, label=label,
            created_at=now,
        )  # fmt: skip
    else:
        PushSubscription.objects.filter(id=mine.id).update(keys=keys, lang=lang, label=label)
    _write(point)
    return mine.id


def _services() -> list[str]:
    """Hosts that this installation calls besides the browsers' push services."""
    return [each.strip() for each in os.environ.get("REIK_PUSH_SERVICES", "").split(",") if each.strip()]


def phone_of(account_id: UUID, endpoint: str) -> PhoneSeen | None:
    """This browser, when it gets the notifications of this person."""
    account = Account.objects.get(id=account_id)
    index = vault().blind_index(account.organisation_id, endpoint)
    row = PushSubscription.objects.filter(account_id=account_id, endpoint_index=index, gone_at=None).first()
    return _seen(row) if row else None


def phones_of(account_id: UUID) -> list[PhoneSeen]:
    """The living phones of this person, in the order in which they were added."""
    rows = PushSubscription.objects.filter(account_id=account_id, gone_at=None)
    return [_seen(each) for each in rows.order_by("created_at", "id")]


@transaction.atomic
def unsubscribe(*, account_id: UUID, phone_id: UUID, now: datetime) -> bool:
    """This person wants nothing on this phone any more; says whether it was one of hers."""
    mine = PushSubscription.objects.filter(id=phone_id, account_id=account_id, gone_at=None).exists()
    if mine:
        end([phone_id], "unsubscribed", now)
    return mine


@transaction.atomic
def note_gone(phone_ids: Collection[UUID], now: datetime) -> None:
    """The push service says that these browsers do not exist any more (404 or 410): they are tried no more."""
    end(phone_ids, "gone", now)


def note_used(phone_id: UUID, now: datetime) -> None:
    """The phone itself said that a notification arrived."""
    PushSubscription.objects.filter(id=phone_id, gone_at=None).update(used_at=now)


def end(phone_ids: Collection[UUID], why: str, now: datetime) -> None:
    """End living phones, within the caller's transaction. `why` is unsubscribed, gone or taken over."""
    owners = PushSubscription.objects.filter(id__in=phone_ids, gone_at=None).values_list(
        "account_id", flat=True
    )
    for owner in sorted(set(owners)):
        point = _point(owner, now)  # locked before its phones, as everywhere here
        PushSubscription.objects.filter(id__in=phone_ids, account_id=owner, gone_at=None).update(
            gone_at=now, gone_because=why
        )
        _write(point)


@transaction.atomic
def try_out(*, account_id: UUID, phone_id: UUID, now: datetime) -> UUID:
    """Send a notification that says that it is a try, to this phone only, by the way that alerts go.

    Gives the message's key. Raises PushRefused when the phone is not one of hers.
    """
    if not PushSubscription.objects.filter(id=phone_id, account_id=account_id, gone_at=None).exists():
        raise PushRefused("Notifications on this phone are off: switch them on first.")
    point = _point(account_id, now)
    message = outbox.Message(
        id=new_id(now), organisation_id=point.organisation_id, destination_id=point.destination_id, about=None,
        body=_try(point.organisation_id, phone_id, now),
        gives_up_after=TRIED_FOR,
    )  # fmt: skip
    outbox.put([message], now)
    return message.id


def _try(organisation_id: UUID, phone_id: UUID, now: datetime) -> str:
    data = {"organisation": str(organisation_id), "phone": str(phone_id)}
    return compact({"type": "push.try", "timestamp": now.isoformat(), "data": data})


def _point(account_id: UUID, now: datetime) -> PushDestination:
    """The row that ties a person to her destination, locked: her phones change one at a time."""
    locked = PushDestination.objects.select_for_update(no_key=True)
    if (found := locked.filter(account_id=account_id).first()) is not None:
        return found
    account = Account.objects.get(id=account_id)
    made = add_destination(
        organisation_id=account.organisation_id, channel="webpush", name=account.display_name,
        address=address_of(_page(account.role), []), now=now,
    )  # fmt: skip
    PushDestination.objects.bulk_create(
        [
            PushDestination(
                account_id=account_id, organisation_id=account.organisation_id, destination_id=made.id
            )
        ],
        ignore_conflicts=True,
    )
    return locked.get(account_id=account_id)


def _page(role: str) -> str:
    """What a notification opens for this role; an alert of the team has a page of its own below it."""
    return {"informal_carer": "/naaste", "operator": "/zorgcentrale"}.get(role, "/team")


def _living(point: PushDestination) -> list[PushSubscription]:
    rows = PushSubscription.objects.filter(account_id=point.account_id, gone_at=None)
    return list(rows.order_by("created_at", "id"))


def _write(point: PushDestination) -> None:
    role = Account.objects.values_list("role", flat=True).get(id=point.account_id)
    phones = []
    for each in _living(point):
        keys = json.loads(vault().open_text(point.organisation_id, bytes(each.keys)))
        endpoint = vault().open_text(point.organisation_id, bytes(each.endpoint))
        phones.append(Phone(id=each.id, endpoint=endpoint, lang=each.lang, **keys))
    readdress(point.destination_id, point.organisation_id, address_of(_page(role), phones))


def _seen(row: PushSubscription) -> PhoneSeen:
    return PhoneSeen(id=row.id, label=row.label, created_at=row.created_at, used_at=row.used_at)
