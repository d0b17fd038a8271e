"""Whom an arrangement can call: informal carers with their ways, rosters, and the organisation's own desks (R45).

A new way of an informal carer is entered here; it goes out by the gateway that the organisation already sends by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db import transaction

from reik.alerting.models import CarerWay
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.models import Destination
from reik.kernel.operations import add_destination
from reik.people import push
from reik.people.models import Carer, Pharmacy, PushDestination, Roster, RosterMember

BY_HAND = ("sms", "email")
"""Channels of which somebody types the number or address."""


class WayRefused(ValueError):
    """This way cannot be used; the message says what to do, `code` names it for a screen."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How somebody is reached. `shown`: the end of the number or address, to tell two of one channel apart."""

    destination_id: UUID
    channel: str
    name: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerSeen:
    """An informal carer who takes part, with her ways; `has_account`: she can use the app."""

    id: UUID
    name: str
    relation: str
    account_id: UUID | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSeen:
    """A roster that is in use, and where it goes in an hour without anybody on it."""

    id: UUID
    name: str
    last_resort: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Responders:
    """Everyone whom an arrangement of this client (or the default: without carers) may call."""

    carers: tuple[CarerSeen, ...]
    rosters: tuple[RosterSeen, ...]
    desks: tuple[Way, ...]


def responders(organisation_id: UUID, client_id: UUID | None) -> Responders:
    """Whom this organisation can call for this client, or, without client, for anybody."""
    desks = _desks(organisation_id)
    carers = _carers(organisation_id, client_id) if client_id else ()
    rosters = Roster.objects.filter(organisation_id=organisation_id, ended_at=None)
    return Responders(
        carers=carers,
        rosters=tuple(
            RosterSeen(id=each.id, name=each.name, last_resort=_way(each.last_resort))
            for each in rosters.select_related("last_resort").order_by("name")
        ),
        desks=desks,
    )


def _desks(organisation_id: UUID) -> tuple[Way, ...]:
    """Destinations that are no person's: no informal carer's, none of who stands on a roster, no pharmacy's."""
    persons = set(
        CarerWay.objects.filter(organisation_id=organisation_id).values_list("destination_id", flat=True)
    )
    persons |= set(
        PushDestination.objects.filter(organisation_id=organisation_id).values_list(
            "destination_id", flat=True
        )
    )
    on_rosters = RosterMember.objects.filter(organisation_id=organisation_id)
    for pair in on_rosters.values_list("destination_id", "fallback_id"):
        persons.update(each for each in pair if each)
    pharmacies = set(Pharmacy.objects.filter(organisation_id=organisation_id).values_list("name", flat=True))
    rows = Destination.objects.filter(organisation_id=organisation_id).exclude(id__in=persons)
    return tuple(_way(each) for each in rows.order_by("name", "id") if each.name not in pharmacies)


def _carers(organisation_id: UUID, client_id: UUID) -> tuple[CarerSeen, ...]:
    rows = list(
        Carer.objects.filter(
            organisation_id=organisation_id, client_id=client_id, consented_at__isnull=False, revoked_at=None
        ).order_by("created_at", "id")
    )
    ways: Mapping[UUID, list[Way]] = defaultdict(list)
    owners = {each.account_id: each.id for each in rows if each.account_id}
    for point in PushDestination.objects.filter(account_id__in=owners).select_related("destination"):
        ways[owners[point.account_id]].append(_way(point.destination))
    for way in (
        CarerWay.objects.filter(carer_id__in=[each.id for each in rows])
        .select_related("destination")
        .order_by("created_at")
    ):
        ways[way.carer_id].append(_way(way.destination, _ending(way.destination)))
    return tuple(
        CarerSeen(
            id=each.id, name=each.name, relation=each.relation, account_id=each.account_id,
            ways=tuple(ways[each.id]),
        )
        for each in rows
    )  # fmt: skip


def _way(row: Destination, shown: str = "") -> Way:
    return Way(destination_id=row.id, channel=row.channel, name=row.name, shown=shown)


def _ending(row: Destination) -> str:
    """The last four of a number, or a mailbox with most of its name left out."""
    to = _said(vault().open_text(row.organisation_id, bytes(row.address))).get("to", "")
    name, at, host = to.partition("@")
    return f"{name[:2]}…@{host}" if at else f"…{to[-4:]}" if to else ""


def _said(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query.replace("+", "%2B")))


@transaction.atomic
def add_way(
    *,
    carer_id: UUID,
    client_id: UUID,
    channel: str,
    to: str,
    by: str,
    now: datetime,
    check: Callable[[str, str | None], object],
) -> UUID:
    """A way by which this client's informal carer is reached from now on; gives its destination.

    `channel` webpush needs her account and no `to`; sms and email go by the organisation's own gateway, as its
    other destinations do. `check` reads an address and secret as the channel does, and raises for what is none.
    The same way again is the one that is there. Raises WayRefused.
    """
    carer = _taking_part(carer_id, client_id)
    if channel == "webpush":
        if carer.account_id is None:
            raise WayRefused("She has no account yet: choose a text message or an e-mail.", "no_account")
        return push.destination_of(carer.account_id, now)
    known = CarerWay.objects.filter(carer=carer, destination__channel=channel).select_related("destination")
    for way in known:
        address = vault().open_text(carer.organisation_id, bytes(way.destination.address))
        if _said(address).get("to") == to:
            return way.destination_id
    made = _made(carer, channel, to, now, check)
    CarerWay.objects.create(
        id=new_id(now),
        organisation_id=carer.organisation_id,
        carer=carer,
        destination=made,
        by=by,
        created_at=now,
    )
    return made.id


def _taking_part(carer_id: UUID, client_id: UUID) -> Carer:
    mine = Carer.objects.filter(id=carer_id, client_id=client_id, consented_at__isnull=False, revoked_at=None)
    carer = mine.first()
    if carer is None:
        raise WayRefused("She takes no part as informal carer of this client.", "carer")
    return carer


def link_way(*, carer_id: UUID, destination_id: UUID, by: str, now: datetime) -> None:
    """Say that a destination that is there already is this informal carer's own. Of one organisation both."""
    carer = Carer.objects.get(id=carer_id)
    destination = Destination.objects.get(id=destination_id, organisation_id=carer.organisation_id)
    CarerWay.objects.get_or_create(
        carer=carer, destination=destination,
        defaults={"id": new_id(now), "organisation_id": carer.organisation_id, "by": by, "created_at": now},
    )  # fmt: skip


def _made(
    carer: Carer, channel: str, to: str, now: datetime, check: Callable[[str, str | None], object]
) -> Destination:
    like = _gateway(carer.organisation_id, channel)
    if channel not in BY_HAND or like is None:
        raise WayRefused(
            "Your organisation cannot send over this channel yet: ask who manages Reik to set it up.",
            "no_gateway",
        )
    address, secret = like
    parts = urlsplit(address)
    said = {**_said(address), "to": to}
    new = urlunsplit(parts._replace(query=urlencode(said, quote_via=quote)))
    try:
        check(new, secret)
    except ValueError as refusal:
        raise WayRefused(str(refusal), f"not_{channel}") from None
    return add_destination(
        organisation_id=carer.organisation_id,
        channel=channel,
        name=carer.name,
        address=new,
        secret=secret,
        now=now,
    )


def _gateway(organisation_id: UUID, channel: str) -> tuple[str, str | None] | None:
    """Address and secret of a destination of this channel: another one differs from it in whom it is for."""
    rows = Destination.objects.filter(organisation_id=organisation_id, channel=channel)
    like = rows.order_by("-created_at", "-id").first()
    if like is None:
        return None
    secret = vault().open_text(organisation_id, bytes(like.secret)) if like.secret else None
    return vault().open_text(organisation_id, bytes(like.address)), secret


def known_destinations(found: Responders) -> Sequence[UUID]:
    """All destinations that these responders have, for asking how their tests went."""
    ways = [*found.desks, *(each.last_resort for each in found.rosters)]
    return [each.destination_id for each in ways] + [
        way.destination_id for carer in found.carers for way in carer.ways
    ]
