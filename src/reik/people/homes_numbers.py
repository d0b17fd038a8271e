"""Numbers that an organisation may ring at certain hours, and which of them is answered now (GP post, pharmacy …)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.people.homes_callers import normal
from reik.people.hours import check_hours, is_open
from reik.people.models import Client, DutyNumber
from reik.people.pharmacies import PharmacyCard, pharmacies_of

PHARMACY = "pharmacy"
KINDS = ("duty_pharmacy", "gp", "gp_post", "team", "centre", "supplier", "emergency")
ASKED = (PHARMACY, "duty_pharmacy", "gp", "gp_post")
"""Who is asked whether a sachet may still be given, in this order."""
LONGEST_NAME = 80
EMERGENCY_NUMBER = "112"


class NumberRefused(ValueError):
    """This number cannot be kept; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNumberSeen:
    """A number with its hours, as JSON: {"1": ["17:00", "08:00"], …, "h": […]}; empty: always."""

    id: UUID
    kind: str
    name: str
    phone: str
    hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    place: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNumber:
    """Somebody who answers at the instant that was asked about. `kind`: pharmacy, or one of KINDS."""

    kind: str
    name: str
    number: str


def add_number(
    *,
    organisation_id: UUID,
    kind: str,
    name: str,
    phone: str,
    hours: Mapping[str, Sequence[str]],
    now: datetime,
    place: int = 1,
) -> UUID:
    """Put a number into the organisation's list; gives its id. Raises NumberRefused."""
    if kind not in KINDS:
        raise NumberRefused("Choose whose number it is from the list.")
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise NumberRefused("Give the name of who answers.")
    if not normal(phone) and phone.strip() != EMERGENCY_NUMBER:
        raise NumberRefused("Give the whole phone number, with its area code.")
    try:
        check_hours(hours)
    except ValueError as failure:
        raise NumberRefused("Hours are given by weekday as 17:00 and 08:00.") from failure
    made = DutyNumber.objects.create(
        id=new_id(now), organisation_id=organisation_id, kind=kind, name=name.strip(), place=place,
        phone=vault().seal_text(organisation_id, phone.strip()), created_at=now,
        hours={day: list(span) for day, span in hours.items()},
    )  # fmt: skip
    return made.id


@transaction.atomic
def end_number(organisation_id: UUID, number_id: UUID, now: datetime) -> None:
    """It is no longer rung. Raises NumberRefused for one that is not in the organisation's list."""
    rows = DutyNumber.objects.filter(id=number_id, organisation_id=organisation_id, ended_at=None)
    if not rows.update(ended_at=now):
        raise NumberRefused("This number is no longer in your list.")


def numbers_of(organisation_id: UUID) -> list[DutyNumberSeen]:
    """The organisation's list, as it is tried."""
    keys = vault()
    rows = DutyNumber.objects.filter(organisation_id=organisation_id, ended_at=None)
    return [
        DutyNumberSeen(
            id=each.id, kind=each.kind, name=each.name, hours=each.hours, place=each.place,
            phone=keys.open_text(organisation_id, bytes(each.phone)),
        )
        for each in rows.order_by("kind", "place", "created_at", "id")
    ]  # fmt: skip


def open_at(client_id: UUID, at: datetime) -> list[OpenNumber]:
    """Who answers at this instant about this client: her pharmacy or who is on duty for it, then the list's others.

    A pharmacy that is closed, and for which nobody is on duty, is left out: its number would ring in vain.
    """
    return open_at_each(client_id, [at])[0]


def open_at_each(client_id: UUID, instants: Sequence[datetime]) -> list[list[OpenNumber]]:
    """The same for several instants, with three statements in all."""
    client = Client.objects.get(id=client_id)
    zone = ZoneInfo(client.zone)
    pharmacy = pharmacies_of([client_id]).get(client_id)
    listed = numbers_of(client.organisation_id)
    return [_open(pharmacy, listed, at, zone) for at in instants]


def _open(
    pharmacy: PharmacyCard | None, listed: Sequence[DutyNumberSeen], at: datetime, zone: ZoneInfo
) -> list[OpenNumber]:
    found = _of_pharmacy(pharmacy, at) if pharmacy else []
    found += [
        OpenNumber(kind=each.kind, name=each.name, number=each.phone)
        for each in listed
        if is_open(each.hours, at, zone)
    ]
    order = {kind: place for place, kind in enumerate((PHARMACY, *KINDS))}
    return sorted(found, key=lambda each: order[each.kind])


def _of_pharmacy(card: PharmacyCard, at: datetime) -> list[OpenNumber]:
    opened = card.opening.is_open(at)
    if not opened and not card.duty_phone:
        return []
    name, number = card.number_at(at)
    return [OpenNumber(kind=PHARMACY if opened else KINDS[0], name=name, number=number)] if number else []


def asked_at(client_id: UUID, at: datetime) -> OpenNumber | None:
    """Whom to ask at this instant whether a sachet may still be given; None when nobody answers."""
    return next((each for each in open_at(client_id, at) if each.kind in ASKED), None)
